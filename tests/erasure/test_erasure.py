"""S4: an administrator erases a person; nothing is left of them but that they wanted no messages."""

import json
import os
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ...tools.erasing import without_person
from ..common import WaCase
from ..media_samples import PNG

NAME, WA_ID, BSUID, USERNAME = "Quirina Zandvoort", "12025550167", "US.77001122334455", "quirina_z"
WORDS = ("marzipanhedgehog", "tangerinelighthouse", "obsidiankettle")
#: Everything that may betray the person, in lower case.
TRACES = ("quirina", "zandvoort", "12025550167", "2025550167", "202-555-0167", "202) 555-0167", BSUID.lower(), *WORDS)
OTHER = {"wa_id": "12025550199", "bsuid": "US.999", "name": "Otto Other"}


@tagged("post_install", "-at_install", "wa")
class TestErasure(WaCase):
    """Erase, by the buttons an administrator presses, then search the whole database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "crm_whatsapp.crm_whatsapp_group_admin,sales_team.group_sale_salesman_all_leads,base.group_partner_manager"
        cls.wanda = new_test_user(cls.env, "wa_wanda", groups=groups, name="Wanda")

    def from_her(self, text, **message):
        return self.inbound(text, wa_id=WA_ID, bsuid=BSUID, name=NAME, **message)

    def rich(self):
        """Let the person leave traces of every kind; returns the conversation."""
        conversation = self.receive(self.from_her(f"My word is {WORDS[0]}"))
        contact, lead, partner = conversation.contact_id, conversation.lead_id, conversation.partner_id
        contact.username = USERNAME
        together = self.from_her(f"Together {WORDS[1]}")
        others = self.inbound("Somebody else's words", **OTHER)["entry"][0]["changes"][0]["value"]
        value = together["entry"][0]["changes"][0]["value"]
        value["messages"] += others["messages"]
        value["contacts"] += others["contacts"]
        self.receive(together)
        media = (
            self.receive(self.from_her("", type="image", image={"id": "101", "mime_type": "image/png", "caption": WORDS[2]}))
            .message_ids[:1]
            .media_ids
        )
        media._attach(PNG, "image/png")
        self.reply(self.ana, conversation, f"Dear Quirina, about {WORDS[0]}")
        conversation.message_ids[:1].mail_message_id._message_reaction("👍", "add", partner, self.env["mail.guest"])
        self.receive(self.from_her("stop"))
        conversation.channel_id.with_user(self.ana).message_post(
            body=f"Note about Quirina: {WORDS[0]}", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        partner.write({"email": "quirina@example.com", "street": "Zandvoort Lane 1", "comment": WORDS[1]})
        lead.message_post(body=f"Called +1 202-555-0167, said {WORDS[2]}")
        lead.activity_schedule("mail.mail_activity_data_todo", summary=f"Call {NAME}", note=WORDS[0])
        self.env["wa.scheduled.message"]._plan(lead, origin="automation", text=f"Hello {NAME}")
        self.number.message_post(body=f"{NAME} ({WA_ID}) complained")
        self.give_consent(contact, "service", evidence=f"Yes, {WORDS[0]}")
        self.env["ir.logging"].create(
            {"name": "x", "type": "server", "path": "x", "func": "x", "line": "1", "message": f"failed for +{WA_ID}"}
        )
        self.env["wa.consent.record"].create(
            {"res_model": "crm.lead", "res_id": lead.id, "evidence": WORDS[1], "action": "granted", "purpose": "service"}
        )
        self.env["bus.bus"]._sendone("x", "y", {"name": NAME})
        self.env["wa.webhook.event"].create(
            {
                "account_id": self.account.id,
                "digest": "broken",
                "body": '{"broken": "' + WA_ID + " " + WORDS[0],
                "state": "failed",
                "error": f"could not read {WA_ID}",
            }
        )
        self.env.cr.precommit.run()
        return conversation

    def erase(self, record, user=None, with_customer=True, runs=1):
        """Press Erase on a contact or customer and confirm; returns the erasure."""
        user = user or self.wanda
        record = record.with_user(user)
        action = record.action_erase() if record._name == "wa.contact" else record.action_wa_erase()
        wizard = self.env["wa.erase"].with_user(user).browse(action["res_id"])
        if not with_customer:
            wizard.with_customer = False
        erasure = self.env["wa.erasure"].browse(wizard.action_erase()["res_id"])
        for _run in range(runs):
            self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_erasure"))
        self.assertEqual(erasure.state, "done", erasure.error)
        return erasure

    def traces(self, words=TRACES):
        """Return ``[(table, column, id, text)]`` wherever the person still stands, in any table."""
        self.env.flush_all()
        columns = self.env.execute_query(
            SQL(
                """
                SELECT c.table_name, c.column_name FROM information_schema.columns c
                  JOIN information_schema.tables t USING (table_schema, table_name)
                 WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
                   AND c.data_type IN ('text', 'character varying', 'json', 'jsonb')
                """
            )
        )
        found = []
        for table, column in columns:
            name = SQL.identifier(column)
            rows = self.env.execute_query(
                SQL(
                    "SELECT %s::text FROM %s WHERE lower(%s::text) LIKE ANY(%s)",
                    name,
                    SQL.identifier(table),
                    name,
                    [f"%{word}%" for word in words],
                )
            )
            found += [(table, column, text[:200]) for (text,) in rows]
        return found

    def test_nothing_is_left_anywhere(self):
        """S4: no table and no file holds name, number, ids or words; others' words stay."""
        conversation = self.rich()
        file = conversation.message_ids.media_ids.attachment_id
        path = file._full_path(file.store_fname)
        self.assertTrue(os.path.exists(path))
        found = {(table, column) for table, column, _text in self.traces()}
        # The test itself has to leave what it looks for.
        self.assertLessEqual(
            {
                ("wa_webhook_event", "body"),
                ("mail_message", "body"),
                ("wa_consent", "evidence"),
                ("bus_bus", "message"),
                ("ir_logging", "message"),
                ("discuss_channel", "name"),
                ("crm_lead", "phone"),
                ("res_partner", "name"),
            },
            found,
        )
        erasure = self.erase(conversation.contact_id)
        self.assertEqual(self.traces(), [])
        self.assertFalse(file.exists())
        self.env["ir.attachment"]._gc_file_store_unsafe()
        self.assertFalse(os.path.exists(path))
        self.assertTrue(self.env["wa.webhook.event"].search([("body", "like", "Somebody else's words")]))
        self.assertTrue(self.env["wa.message"].search([("preview", "=", "Somebody else's words")]))
        self.assertEqual(erasure.user_id, self.wanda)
        self.assertIn("Conversations: 1", erasure.summary)

    def test_the_spelling_a_test_number_wants_goes_as_well(self):
        """Whoever is written to under other digits (Argentina) is found under those too."""
        wa_id, listed = "5491123456789", "541123456789"
        conversation = self.receive(self.inbound("Hola", wa_id=wa_id, name="Luz Ejemplo"))
        conversation.contact_id.dialled = listed
        self.number.message_post(body=f"{listed} complained")
        self.env["ir.logging"].create(
            {"name": "x", "type": "server", "path": "x", "func": "x", "line": "1", "message": f"no answer from +{listed}"}
        )
        self.erase(conversation.contact_id)
        self.assertEqual(self.traces((wa_id, listed, "1123456789")), [])

    def test_writing_again_is_a_new_person(self):
        """S4: whoever was erased and writes again is somebody new, heard, and still not sent what they stopped."""
        conversation = self.rich()
        partner, lead = conversation.partner_id, conversation.lead_id
        self.give_consent(conversation.contact_id, "marketing", "withdrawn")
        self.erase(partner)
        self.assertFalse(partner.active)
        again = self.receive(self.from_her("Hello, I am back"))
        self.assertEqual(again.last_preview, "Hello, I am back")
        self.assertNotEqual(again.partner_id, partner)
        self.assertNotEqual(again.lead_id, lead)
        self.assertEqual(again.contact_id.consent_marketing, "withdrawn")
        self.assertEqual(again.contact_id.consent_ids.filtered(lambda c: c.purpose == "marketing")[0].source, "erasure")
        self.assertTrue(again.lead_id)
        # And once more.
        self.erase(again.contact_id)
        self.assertEqual(self.traces((*TRACES, "i am back")), [])
        self.assertTrue(self.env["wa.suppression"].search([("purpose", "=", "marketing")]))

    def test_webhook_that_waits_is_cleaned_first(self):
        """S4: a message that waits to be processed does not bring the person back; what comes later is heard."""
        conversation = self.rich()
        self.store_webhook(self.from_her(f"Waiting {WORDS[0]}"))
        self.erase(conversation.contact_id)
        self.process_webhooks()
        self.assertEqual(self.traces(), [])

    def test_not_while_something_is_being_sent(self):
        """S4: refused with a reason while a message is on its way."""
        conversation = self.rich()
        now = fields.Datetime.now()
        vals = {"direction": "out", "state": "sending", "wamid": False, "claimed_at": now, "submitted_at": now}
        conversation.message_ids[:1].write(vals)
        with self.assertRaisesRegex(UserError, "being sent at this moment"):
            self.erase(conversation.contact_id)
        self.assertEqual(conversation.contact_id.wa_id, WA_ID)

    def test_what_never_ends_keeps_nobody(self):
        """S4: WhatsApp holds a message back for days, and a sender died: the person is erased all the same."""
        conversation = self.rich()
        held, dead = conversation.message_ids[:2]
        now = fields.Datetime.now()
        vals = {"direction": "out", "state": "sending", "claimed_at": now, "submitted_at": now}
        held.write({**vals, "wamid": "wamid.HELD"})
        long_ago = now - timedelta(hours=1)
        dead.write({"direction": "out", "state": "sending", "wamid": False, "claimed_at": long_ago, "submitted_at": False})
        self.erase(conversation.contact_id)
        self.assertEqual(self.traces(), [])

    def test_question_that_quotes_the_person(self):
        """S4: without the customer: the activity on a lead that stays goes, for it says what they wrote."""
        conversation = self.receive(self.from_her(f"Enough of {WORDS[0]}"))
        lead = self.env["crm.lead"].create({"name": "Ours", "partner_id": conversation.partner_id.id, "user_id": self.ana.id})
        conversation.lead_id = lead
        self.env["wa.optout"]._note_request(conversation.message_ids[:1])
        self.assertIn(WORDS[0], lead.activity_ids.note)
        self.erase(conversation.contact_id, with_customer=False)
        self.assertTrue(lead.exists())
        self.assertFalse([row for row in self.traces((WORDS[0],)) if row[0] == "mail_activity"])

    def texts_of_others(self, *bodies):
        """Return notes on somebody else's record."""
        other = self.env["res.partner"].create({"name": "Otto"})
        return self.env["mail.message"].create(
            [{"model": "res.partner", "res_id": other.id, "body": body, "message_type": "comment"} for body in bodies]
        )

    def test_customers_choose_their_names(self):
        """S4: erasing somebody called like a part of a page or an ordinary greeting destroys no text of others."""
        page = '<p><a href="https://example.com/a href" class="x">Rule a href</a>, a hrefs</p>'
        [tagged_note, *greetings] = self.texts_of_others(page, *["<p>Good morning Otto</p>"] * 101)
        dash = self.texts_of_others("<p>2026-03-31 - sent</p>")
        for number, name in enumerate(("a href", "Good morning")):
            conversation = self.receive(self.inbound("Hi", wa_id=f"1202555017{number}", bsuid=f"US.88{number}", name=name))
            self.assertEqual(conversation.contact_id.profile_name, name)
            conversation.partner_id.email = "-"
            erasure = self.erase(conversation.contact_id)
        self.env.invalidate_all()
        self.assertIn("ordinary words", erasure.summary)
        self.assertEqual({note.body for note in greetings}, {"<p>Good morning Otto</p>"})
        self.assertIn('<a href="https://example.com/', tagged_note.body)
        self.assertIn(", a hrefs", tagged_note.body)
        self.assertIn("Rule [erased]</a>", tagged_note.body)
        self.assertEqual(dash.body, "<p>2026-03-31 - sent</p>")

    def test_customers_choose_their_usernames(self):
        """S4, promise 1: somebody called @text takes nobody else's message along, neither waiting nor stored."""
        conversation = self.receive(self.from_her("Hi"))
        conversation.contact_id.username = "text"
        theirs = self.inbound("Waits", **OTHER)
        hers = self.from_her(f"Waiting {WORDS[0]}")
        hers["entry"][0]["changes"][0]["value"]["contacts"][0]["profile"]["username"] = "text"
        self.store_webhook(theirs)
        self.store_webhook(hers)
        self.erase(conversation.contact_id)
        self.process_webhooks()
        self.assertTrue(self.env["wa.message"].search([("preview", "=", "Waits")]))
        self.assertEqual(self.traces(), [])

    def test_only_administrators_and_their_companies(self):
        """S4: salespeople and managers may not, nor whoever may not change the customer's leads."""
        conversation = self.rich()
        for user in (self.ana, self.lead_manager):
            with self.assertRaises(AccessError):
                self.erase(conversation.contact_id, user)
            with self.assertRaises(AccessError):
                self.env["wa.erasure"].with_user(user)._request(
                    conversation.contact_id.with_user(user), conversation.partner_id.with_user(user)
                )
        narrow = new_test_user(self.env, "wa_narrow", groups="crm_whatsapp.crm_whatsapp_group_admin", name="Narrow")
        with self.assertRaisesRegex(AccessError, "leave the customer as it is"):
            self.erase(conversation.contact_id, narrow)
        self.erase(conversation.contact_id, narrow, with_customer=False)
        self.assertEqual(conversation.exists(), self.env["wa.conversation"])
        for words in (WORDS[2],):
            self.assertFalse([row for row in self.traces((words,)) if row[0].startswith("wa_")])

    def test_another_company_keeps_its_own(self):
        """S4: the same person in another company is another contact: theirs stay, and a shared customer is not erased."""
        conversation = self.rich()
        company = self.env["res.company"].create({"name": "Company B"})
        theirs = conversation.contact_id.copy(
            {
                "portfolio_key": f"{company.id}/900000000000900",
                "wa_id": WA_ID,
                "bsuid": BSUID,
                "partner_id": conversation.partner_id.id,
            }
        )
        self.give_consent(conversation.contact_id, "marketing", "withdrawn")
        with self.assertRaisesRegex(AccessError, "a company you may not work in"):
            self.erase(conversation.contact_id)
        self.erase(conversation.contact_id, with_customer=False)
        self.assertEqual((theirs.wa_id, theirs.partner_id.name), (WA_ID, NAME))
        self.assertFalse(theirs.consent_ids)

    def test_colleagues_are_not_erased(self):
        """S4: a customer who can sign in is refused, with what to do."""
        conversation = self.rich()
        portal = new_test_user(self.env, "wa_portal", groups="base.group_portal")
        conversation.contact_id.sudo().partner_id = portal.partner_id
        with self.assertRaisesRegex(UserError, "can sign in"):
            self.erase(conversation.contact_id)

    def test_thousands_of_messages(self):
        """S4: a long conversation goes in batches, and the job goes on where it stopped."""
        conversation = self.rich()
        before = len(conversation.message_ids)
        self.env.cr.execute(
            """
            INSERT INTO wa_message (conversation_id, number_id, contact_id, direction, kind, state, uuid, preview)
            SELECT %s, %s, %s, 'in', 'text', 'received', 'many-' || i, 'Zandvoort ' || i FROM generate_series(1, 2000) i
            """,
            [conversation.id, self.number.id, conversation.contact_id.id],
        )
        erasure = self.erase(conversation.contact_id, runs=8)
        self.assertEqual(erasure.removed["messages"], before + 2000)
        self.assertEqual(self.traces(), [])

    def test_list_of_consents_keeps_the_others(self):
        """S4: an imported list is proof for others: only the person's line goes."""
        conversation = self.receive(self.from_her("Hi"))
        other = self.receive(self.inbound("Hi", **OTHER))
        file = self.env["ir.attachment"].create({"name": "list.csv", "raw": f"+{WA_ID};yes\n+12025550199;yes\n".encode()})
        for contact in (conversation.contact_id, other.contact_id):
            self.give_consent(contact, source="import", attachment_id=file.id)
        self.erase(conversation.contact_id)
        self.assertEqual(file.raw, b"+12025550199;yes\n")

    def test_list_keeps_those_with_similar_numbers(self):
        """S4: a number typed without its area code is the end of other people's, whose proof stays."""
        conversation = self.receive(self.from_her("Hi"))
        conversation.partner_id.phone = "555-0167"
        other = self.receive(self.inbound("Hi", **OTHER))
        lines = "+13035550167;yes\n+12025550199;555;0167\n", f'"+1 (202) 555-0167";yes\n5550167,yes\n+{WA_ID} yes\n'
        file = self.env["ir.attachment"].create({"name": "list.csv", "raw": "".join(lines).encode()})
        for contact in (conversation.contact_id, other.contact_id):
            self.give_consent(contact, source="import", attachment_id=file.id)
        self.erase(conversation.contact_id)
        self.assertEqual(file.raw.decode(), lines[0])

    def test_failed_webhook_can_be_deleted(self):
        """S4: the hint says "or delete it": an administrator may, and nobody else, and no other webhook."""
        failed, done = self.env["wa.webhook.event"].create(
            [{"account_id": self.account.id, "digest": state, "body": "{}", "state": state} for state in ("failed", "done")]
        )
        self.assertIn("delete", failed.hint)
        with self.assertRaises(AccessError):
            failed.with_user(self.lead_manager).unlink()
        with self.assertRaisesRegex(AccessError, "Only webhooks that failed"):
            done.with_user(self.wanda).unlink()
        failed.with_user(self.wanda).unlink()
        self.assertFalse(failed.exists())

    def test_only_the_persons_part_of_a_body(self):
        """S4: statuses, contacts, histories and cards: the smallest part that names the person goes."""
        body = json.dumps(
            {
                "entry": [
                    {
                        "id": "1",
                        "changes": [
                            {
                                "value": {
                                    "metadata": {"phone_number_id": "9"},
                                    "statuses": [{"recipient_id": WA_ID}, {"recipient_id": "12025550199"}],
                                    "history": [
                                        {"threads": [{"id": WA_ID, "messages": [{"text": "x"}]}, {"id": "12025550199"}]}
                                    ],
                                    "contacts": [{"profile": {"name": NAME}, "wa_id": WA_ID}],
                                }
                            }
                        ],
                    }
                ]
            }
        )
        value = json.loads(without_person(body, [WA_ID]))["entry"][0]["changes"][0]["value"]
        self.assertEqual(
            value,
            {
                "metadata": {"phone_number_id": "9"},
                "statuses": [{"recipient_id": "12025550199"}],
                "history": [{"threads": [{"id": "12025550199"}]}],
                "contacts": [],
            },
        )
