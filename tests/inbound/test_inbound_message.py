import time
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.webhook import wa_webhook_event_worker
from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestInboundMessage(WaCase):
    """A customer's message becomes partner, lead, conversation and Discuss message."""

    def test_conversation_moves_up_in_discuss(self):
        """One that was made in an earlier transaction, as nearly all; a new one is at the top already."""
        channel = self.receive(self.inbound("first")).channel_id
        channel.flush_recordset()
        self.env.cr.execute(
            "UPDATE discuss_channel SET create_date = create_date - INTERVAL '1 h', last_interest_dt = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(hours=1), channel.id],
        )
        channel.invalidate_recordset()
        self.receive(self.inbound("second"))
        self.assertLess(fields.Datetime.now() - channel.last_interest_dt, timedelta(minutes=1))

    def test_stranger_becomes_partner_lead_and_assigned_conversation(self):
        conversation = self.receive(self.inbound("Hello, what does it *cost*?"))
        partner = conversation.partner_id
        self.assertEqual(partner.name, "Ada Example")
        self.assertEqual(partner.phone_sanitized, "+12025550143")
        self.assertTrue(partner.wa_is_source)
        lead = conversation.lead_id
        self.assertEqual(lead.partner_id, partner)
        self.assertEqual(lead.team_id, self.team)
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual(lead.source_id.name, "WhatsApp")
        self.assertIn(conversation.user_id, self.ana | self.ben)
        self.assertEqual(lead.user_id, conversation.user_id)
        message = conversation.channel_id.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(message.author_id, partner)
        self.assertIn("<strong>cost</strong>", message.body.replace("<b>", "<strong>").replace("</b>", "</strong>"))
        member = conversation.channel_id.channel_member_ids
        self.assertEqual(member.partner_id, conversation.user_id.partner_id)
        self.assertEqual(member.message_unread_counter, 1)
        self.assertTrue(conversation.waiting_since)

    def test_hidden_phone_gets_all_of_it(self):
        conversation = self.receive(self.inbound("Hi", wa_id=None, bsuid="GB.70315500291844", name="Bo"))
        self.assertFalse(conversation.contact_id.wa_id)
        self.assertEqual(conversation.contact_id.bsuid, "GB.70315500291844")
        self.assertEqual(conversation.partner_id.name, "Bo")
        self.assertFalse(conversation.partner_id.phone)
        self.assertEqual(conversation.contact_id.country_id.code, "GB")
        self.assertTrue(conversation.lead_id)

    def test_same_event_again_makes_one_message(self):
        payload = self.inbound("Once", wamid="wamid.ONCE")
        self.receive(payload)
        self.assertFalse(self.store_webhook(payload), "the same body is stored once")
        # Meta batches differently when it repeats: another body, the same message.
        again = {**payload, "extra": 1}
        self.assertTrue(self.store_webhook(again))
        self.process_webhooks()
        rows = self.env["wa.message"].search([("wamid", "=", "wamid.ONCE")])
        self.assertEqual(len(rows), 1)
        self.assertEqual(self.env["crm.lead"].search_count([("partner_id", "=", rows.partner_id.id)]), 1)

    def test_second_message_continues_conversation_and_lead(self):
        first = self.receive(self.inbound("One"))
        waiting = first.waiting_since
        second = self.receive(self.inbound("Two"))
        self.assertEqual(first, second)
        self.assertEqual(second.waiting_since, waiting, "waiting starts at the first unanswered message")
        self.assertEqual(self.env["crm.lead"].search_count([("partner_id", "=", first.partner_id.id)]), 1)

    def test_lead_policy_never(self):
        self.number.lead_policy = "never"
        self.assertFalse(self.receive(self.inbound()).lead_id)

    def test_lead_policy_new_people_only(self):
        self.number.lead_policy = "new"
        conversation = self.receive(self.inbound("first"))
        lead = conversation.lead_id
        self.assertTrue(lead)
        lead.action_set_lost()
        self.receive(self.inbound("second"))
        self.assertFalse(
            self.env["crm.lead"].search([("partner_id", "=", conversation.partner_id.id)]),
            "a known person gets no new lead",
        )

    def test_lead_policy_always_makes_a_new_lead_after_the_old_one_ended(self):
        conversation = self.receive(self.inbound("first"))
        first = conversation.lead_id
        first.action_set_won()
        self.receive(self.inbound("second"))
        self.assertNotEqual(conversation.lead_id, first)
        self.assertTrue(conversation.lead_id)

    def test_known_customer_is_recognised_with_their_open_lead(self):
        partner = self.env["res.partner"].create({"name": "Known", "phone": "+1 202-555-0143"})
        lead = self.env["crm.lead"].create(
            {"name": "Old lead", "partner_id": partner.id, "team_id": self.team.id, "user_id": self.ben.id}
        )
        conversation = self.receive(self.inbound())
        self.assertEqual(conversation.partner_id, partner)
        self.assertEqual(conversation.lead_id, lead)
        self.assertEqual(conversation.user_id, self.ben, "the lead's owner gets the chat")

    def test_two_partners_with_one_number_choice_is_deterministic_and_shown(self):
        partners = self.env["res.partner"].create(
            [{"name": "First", "phone": "+12025550143"}, {"name": "Second", "phone": "+12025550143"}]
        )
        conversation = self.receive(self.inbound())
        self.assertEqual(conversation.partner_id, partners[0])
        self.assertEqual(conversation.contact_id.other_partner_ids, partners[1])
        conversation.contact_id.partner_id = partners[1]
        self.assertEqual(conversation.partner_id, partners[1])

    def test_three_leads_with_one_number_choice_is_deterministic_and_can_be_changed(self):
        partner = self.env["res.partner"].create({"name": "Known", "phone": "+12025550143"})
        common = {"partner_id": partner.id, "user_id": False}
        leads = self.env["crm.lead"].create(
            [
                {"name": "Older of the team", "team_id": self.team.id, **common},
                {"name": "Newer of the team", "team_id": self.team.id, **common},
                {"name": "Newest, of another team", "team_id": self.other_team.id, **common},
            ]
        )
        conversation = self.receive(self.inbound())
        self.assertEqual(conversation.lead_id, leads[1])
        self.assertEqual(self.env["crm.lead"].search([("partner_id", "=", partner.id)]), leads.sorted("id", reverse=True))
        conversation.with_user(self.lead_manager).lead_id = leads[0]
        self.receive(self.inbound("And again"))
        self.assertEqual(conversation.lead_id, leads[0], "what a person chose stays")

    def test_sender_is_one_of_our_users(self):
        self.ana.partner_id.phone = "+12025550143"
        conversation = self.receive(self.inbound("I am Ana"))
        # Under a record of their own (S16): a customer's words bear no colleague's name.
        self.assertTrue(conversation.partner_id)
        self.assertNotEqual(conversation.partner_id, self.ana.partner_id)
        self.assertIn("I am Ana", conversation.channel_id.message_ids[0].body)

    def test_window_counts_from_the_message_not_from_arrival(self):
        sent = int(time.time()) - 3600
        conversation = self.receive(self.inbound(at=sent))
        expected = fields.Datetime.now() + timedelta(hours=23)
        self.assertAlmostEqual(conversation.window_until, expected, delta=timedelta(seconds=30))

    def test_future_time_stamp_cannot_hold_the_window_open(self):
        conversation = self.receive(self.inbound(at=time.time() + 86400 * 3))
        self.assertLessEqual(conversation.window_until, fields.Datetime.now() + timedelta(hours=24, seconds=5))

    def test_script_in_name_and_text_is_inert(self):
        conversation = self.receive(self.inbound("<script>alert(1)</script>", name="<img src=x onerror=alert(1)>\u202egnp"))
        body = conversation.channel_id.message_ids[0].body
        self.assertNotIn("<script", body)
        self.assertIn("&lt;script", body)
        self.assertNotIn("\u202e", conversation.partner_id.name)

    def test_tap_on_a_template_button(self):
        conversation = self.receive(self.inbound("Hi"))
        self.receive(
            self.inbound(
                type="button",
                button={"payload": "call_me", "text": "Yes, call me"},
            )
        )
        tap = self.env["wa.message"].search([("conversation_id", "=", conversation.id)], limit=1)
        self.assertEqual((tap.kind, tap.payload), ("button", "call_me"))
        self.assertIn("Yes, call me", tap.mail_message_id.body)
        self.assertIn("o_wa_tap", tap.mail_message_id.body)

    def test_kind_not_handled_yet_is_visible_kept_and_can_be_processed_again(self):
        conversation = self.receive(self.inbound(type="hologram", hologram={"id": "1"}, wamid="wamid.HOLO"))
        row = self.env["wa.message"].search([("wamid", "=", "wamid.HOLO")])
        self.assertFalse(row.is_supported)
        self.assertIn("Unsupported for now", row.mail_message_id.body)
        self.assertEqual(row.content["hologram"], {"id": "1"})
        self.assertIn("hologram", row.event_id.note)
        row.event_id.action_process_again()
        self.process_webhooks()
        self.assertEqual(row.event_id.state, "done")
        self.assertEqual(self.env["wa.message"].search_count([("conversation_id", "=", conversation.id)]), 1)

    def test_one_post_with_two_senders_and_a_foreign_number(self):
        payload = self.inbound("from Ada", wamid="wamid.A")
        other = self.inbound("from Bo", wa_id="447700900123", bsuid="GB.1", name="Bo", wamid="wamid.B")
        foreign = self.inbound("lost", wa_id="447700900124", bsuid="GB.2", wamid="wamid.C")
        foreign["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "1"
        payload["entry"] += other["entry"] + foreign["entry"]
        self.receive(payload)
        rows = self.env["wa.message"].search([("wamid", "in", ("wamid.A", "wamid.B", "wamid.C"))])
        self.assertEqual(set(rows.mapped("wamid")), {"wamid.A", "wamid.B"})
        self.assertEqual(set(rows.mapped("partner_id.name")), {"Ada Example", "Bo"})
        self.assertIn("unknown phone_number_id 1", rows.event_id.note)

    def test_brazilian_number_with_and_without_ninth_digit_is_one_person(self):
        first = self.receive(self.inbound(wa_id="5511987654321", bsuid=None))
        second = self.receive(self.inbound(wa_id="551187654321", bsuid=None))
        self.assertEqual(first, second)

    def test_number_with_a_new_owner_is_not_merged_with_the_old_one(self):
        first = self.receive(self.inbound(bsuid="US.OLD", name="Old Owner"))
        second = self.receive(self.inbound(bsuid="US.NEW", name="New Owner"))
        self.assertNotEqual(first.contact_id, second.contact_id)
        self.assertNotEqual(first.partner_id, second.partner_id)
        self.assertFalse(first.contact_id.wa_id)
        self.assertEqual(second.contact_id.wa_id, "12025550143")

    def test_number_change_keeps_history(self):
        conversation = self.receive(self.inbound("before", bsuid="US.OLD"))
        self.receive(
            self.payload_of(
                messages=[
                    {
                        "from": "12025550143",
                        "id": "wamid.SYS",
                        "timestamp": str(int(time.time())),
                        "type": "system",
                        "system": {
                            "type": "user_changed_number",
                            "body": "changed",
                            "wa_id": "12025550199",
                            "user_id": "US.FRESH",
                            "previous_user_id": "US.OLD",
                        },
                    }
                ]
            )
        )
        after = self.receive(self.inbound("after", wa_id="12025550199", bsuid="US.FRESH"))
        self.assertEqual(conversation, after)

    def test_a_failing_event_keeps_its_reason_and_stops_nobody(self):
        self.store_webhook(self.inbound("bad", wamid="wamid.BAD", wa_id="447700900125", bsuid="GB.3"))
        self.store_webhook(self.inbound("good", wamid="wamid.GOOD"))
        content = type(self.env["wa.inbound.content"])
        original = content._body_text

        def fail_for_bad(self, item):
            if item.wamid == "wamid.BAD":
                raise ValueError("broken on purpose")
            return original(self, item)

        self.patch(content, "_body_text", fail_for_bad)
        self.patch(wa_webhook_event_worker, "SHORT_WAIT", 0)
        with self.assertLogs("odoo.addons.crm_whatsapp.models.webhook.wa_webhook_event_worker", "WARNING"):
            self.process_webhooks()
        bad = self.env["wa.webhook.event"].search([("body", "like", "wamid.BAD")])
        self.assertEqual((bad.state, bad.attempts), ("new", 1))
        self.assertIn("broken on purpose", bad.error)
        self.assertGreater(bad.next_attempt_at, fields.Datetime.now())
        self.assertTrue(self.env["wa.message"].search([("wamid", "=", "wamid.GOOD")]))
        self.patch(content, "_body_text", original)
        bad.action_process_again()
        self.process_webhooks()
        self.assertTrue(self.env["wa.message"].search([("wamid", "=", "wamid.BAD")]))
