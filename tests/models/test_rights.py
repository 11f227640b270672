import time
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import new_test_user, tagged

from ..common import PHONE_NUMBER_ID, WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestFacts(WaCase):
    """What WhatsApp said is nobody's to rewrite: window, identity, consent, routing."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana

    def facts_of(self, record, editable):
        """Return ``{field: another value of its own type}`` of every stored field that is not editable."""
        samples = {
            "char": "x",
            "text": "x",
            "boolean": True,
            "integer": 7,
            "datetime": fields.Datetime.now(),
            "selection": "x",
            "many2one": record.id,
            "one2many": [Command.clear()],
        }
        return {
            name: samples[field.type]
            for name, field in record._fields.items()
            if field.type in samples and name not in editable and name not in MAGIC_COLUMNS
        }

    def test_salesperson_cannot_write_facts(self):
        for record, editable in (
            (self.conversation.contact_id, {"partner_id"}),
            (self.conversation, {"user_id", "team_id", "lead_id", "state"}),
        ):
            facts = self.facts_of(record, editable)
            self.assertGreater(len(facts), 8)
            for user in (self.ana, self.lead_manager, self.admin_user):
                for name, value in facts.items():
                    with self.assertRaises(AccessError, msg=f"{record._name}.{name} as {user.login}"):
                        record.with_user(user).write({name: value})

    def test_no_way_round_by_the_records_on_the_other_side(self):
        """Commands of one2many fields write the row behind them with the same rights."""
        contact, conversation = self.conversation.contact_id, self.conversation
        row, channel = conversation.message_ids[0], conversation.channel_id
        message = row.mail_message_id
        attempts = {
            "partner": (contact.partner_id, {"wa_contact_ids": [Command.update(contact.id, {"wa_id": "1"})]}),
            "partner, delete": (contact.partner_id, {"wa_contact_ids": [Command.delete(contact.id)]}),
            "channel": (
                channel,
                {"wa_conversation_ids": [Command.update(conversation.id, {"last_inbound_at": fields.Datetime.now()})]},
            ),
            "message": (message, {"wa_message_ids": [Command.update(row.id, {"state": "read"})]}),
        }
        for name, (record, vals) in attempts.items():
            with self.assertRaises(AccessError, msg=name), self.cr.savepoint():
                record.with_user(self.ana).write(vals)
                self.env.flush_all()

    def test_closed_window_cannot_be_opened_by_rpc(self):
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.ana).write({"last_inbound_at": fields.Datetime.now()})
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.ana).write({"window_until": fields.Datetime.now() + timedelta(days=1)})
        with self.assertRaises(UserError):
            self.reply(self.ana, self.conversation, "too late")

    def test_facts_are_neither_made_nor_deleted_by_people(self):
        contact, conversation = self.conversation.contact_id, self.conversation
        for user in (self.ana, self.lead_manager, self.admin_user):
            for record in (contact, conversation, conversation.message_ids[0]):
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    record.with_user(user).create({})

    def test_people_still_choose_what_is_theirs(self):
        partner = self.env["res.partner"].create({"name": "The right one"})
        self.conversation.with_user(self.ana).write({"state": "closed", "user_id": self.ben.id})
        self.conversation.contact_id.with_user(self.ana).write({"partner_id": partner.id})
        self.assertEqual(self.conversation.partner_id, partner)
        self.assertEqual((self.conversation.state, self.conversation.user_id), ("closed", self.ben))

    def test_other_team_cannot_act_on_a_conversation(self):
        row = self.reply(self.ana, self.conversation, "Hello").wa_message_ids
        row.write({"state": "failed", "error_code": "131026"})
        conversation = self.conversation.with_user(self.cid)
        for act in (
            conversation.action_take,
            conversation.action_close,
            conversation.action_reopen,
            row.with_user(self.cid).action_retry,
            row.mail_message_id.with_user(self.cid).action_wa_retry,
            self.conversation.channel_id.with_user(self.cid).action_wa_send_template,
        ):
            with self.assertRaises(AccessError, msg=act.__name__):
                act()
                self.env.flush_all()
        self.assertEqual(row.state, "failed")


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestMembers(WaCase):
    """Only colleagues with access to WhatsApp are in a conversation, by whatever route they try."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id

    def strangers(self):
        return {
            "colleague without the group": new_test_user(self.env, "wa_no_group", groups="base.group_user").partner_id,
            "portal": new_test_user(self.env, "wa_portal", groups="base.group_portal").partner_id,
            "customer": self.conversation.partner_id,
            "archived colleague": self.archived_colleague().partner_id,
        }

    def archived_colleague(self):
        user = new_test_user(self.env, "wa_gone", groups="crm_whatsapp.crm_whatsapp_group_user")
        user.active = False
        return user

    def test_no_route_lets_a_stranger_in(self):
        before = self.channel.channel_member_ids
        member_model = self.env["discuss.channel.member"]
        for name, partner in self.strangers().items():
            routes = {
                "invite": lambda env, p=partner: self.channel.with_env(env).add_members(partner_ids=p.ids),
                "create": lambda env, p=partner: member_model.with_env(env).create(
                    {"channel_id": self.channel.id, "partner_id": p.id}
                ),
                "write on the channel": lambda env, p=partner: self.channel.with_env(env).write(
                    {"channel_member_ids": [Command.create({"partner_id": p.id})]}
                ),
                "swap a member": lambda env, p=partner: before[:1].with_env(env).write({"partner_id": p.id}),
            }
            for user in (self.ana, self.lead_manager, self.admin_user, self.env.ref("base.user_root")):
                for route, enter in routes.items():
                    with self.assertRaises(UserError, msg=f"{name}, {route}, by {user.login}"), self.cr.savepoint():
                        enter(self.env(user=user))
                        self.env.flush_all()
        self.assertEqual(self.channel.channel_member_ids, before)
        self.assertEqual(self.channel.channel_partner_ids, self.ana.partner_id)

    def test_no_route_lets_a_guest_in(self):
        guest = self.env["mail.guest"].create({"name": "Guest"})
        with self.assertRaises(UserError):
            self.channel._add_members(guests=guest)
        with self.assertRaises(UserError):
            self.env["discuss.channel.member"].create({"channel_id": self.channel.id, "guest_id": guest.id})

    def test_no_link_leads_into_a_conversation(self):
        self.assertFalse(self.channel.uuid)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.channel.with_user(self.lead_manager).write({"uuid": "abcdefghij"})
        with self.assertRaises(UserError), self.cr.savepoint():
            self.channel.with_user(self.ana).invite_by_email(["somebody@example.com"])
        with self.assertRaises(UserError), self.cr.savepoint():
            self.channel.with_user(self.ana)._create_sub_channel(name="Aside")

    def test_colleague_may_be_asked_for_help(self):
        self.channel.with_user(self.ana).add_members(partner_ids=self.cid.partner_id.ids)
        self.reply(self.cid, self.conversation, "I know this one")
        self.assertEqual(self.last_outgoing(self.conversation).author_id, self.cid)

    def test_who_leaves_the_team_leaves_its_conversations(self):
        memberships = self.env["crm.team.member"].search([("crm_team_id", "=", self.team.id)])
        own = self.receive(self.inbound("Me too", wa_id="12025550177", bsuid=None, name="Grace Example"))
        own.user_id = self.ben
        helper = self.cid.partner_id
        self.channel.add_members(partner_ids=(self.ben.partner_id | helper).ids)
        for leave in ("archive", "move", "delete"):
            with self.subTest(leave), self.cr.savepoint() as savepoint:
                bens = memberships.filtered(lambda m: m.user_id == self.ben)
                if leave == "archive":
                    bens.active = False
                elif leave == "move":
                    bens.crm_team_id = self.other_team
                else:
                    bens.unlink()
                self.assertEqual(self.channel.channel_partner_ids, self.ana.partner_id | helper, "asked for help")
                self.assertIn(self.ben.partner_id, own.channel_id.channel_partner_ids, "their own customer")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_who_lost_the_group_is_out(self):
        """Still listed as a member, and all the same: no reading, no writing, nothing pushed."""
        self.assertIn(self.ana.partner_id, self.channel.channel_partner_ids)
        self.ana.write({"group_ids": [Command.set(self.env.ref("base.group_user").ids)]})
        channel = self.channel.with_user(self.ana)
        with self.assertRaises(AccessError):
            channel.read(["name"])
        with self.assertRaises(AccessError):
            channel.message_post(body="Hi", message_type="comment", subtype_xmlid="mail.mt_comment")
        own = self.env["mail.message"].with_user(self.ana).search([("id", "in", self.channel.message_ids.ids)])
        self.assertFalse(own)
        with self.assertRaises(AccessError):
            self.channel.message_ids[0].with_user(self.ana).read(["body"])
        # What a browser listens to: ``_build_bus_channel_list`` of mail/models/discuss/ir_websocket.py.
        listened = (
            self.env["discuss.channel"]
            .with_user(self.ana)
            .search(["|", ("is_member", "=", True), ("id", "in", self.channel.ids)])
        )
        self.assertNotIn(self.channel, listened)
        member = self.env["discuss.channel.member"].with_user(self.ana).search([("channel_id", "=", self.channel.id)])
        self.assertFalse(member, "no mark as read in the customer's phone by somebody who is out")

    def test_who_lost_the_group_gets_no_push_notifications(self):
        for user in (self.ana, self.ben):
            self.env["mail.push.device"].sudo().create(
                {"partner_id": user.partner_id.id, "endpoint": f"https://push.example/{user.login}", "keys": "{}"}
            )
        self.channel._add_members(users=self.ben)
        self.ana.write({"group_ids": [Command.set(self.env.ref("base.group_user").ids)]})
        told = []

        def note(channel, message, recipients, *args, **kwargs):
            told.extend(recipient["id"] for recipient in recipients)

        self.patch(type(self.channel), "_notify_thread_by_web_push", note)
        self.receive(self.inbound("Are you there?"))
        self.assertIn(self.ben.partner_id.id, told)
        self.assertNotIn(self.ana.partner_id.id, told)

    def test_mention_tells_colleagues_alone(self):
        """A note that names the customer is not mailed to them; who lost access cannot read it either."""
        customer = self.conversation.partner_id
        customer.email = "ada@example.com"
        portal = new_test_user(self.env, "wa_portal", groups="base.group_portal", email="portal@example.com")
        self.channel._add_members(users=self.ben | self.cid)
        self.cid.write({"group_ids": [Command.set(self.env.ref("base.group_user").ids)]})
        mentioned = customer | portal.partner_id | self.ben.partner_id | self.cid.partner_id
        note = self.channel.with_user(self.ana).message_post(
            body="They pay late",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=mentioned.ids,
        )
        self.assertEqual(note.sudo().partner_ids, self.ben.partner_id)
        self.assertFalse(note.sudo().notified_partner_ids - self.ben.partner_id)
        for user in (portal, self.cid):
            with self.assertRaises(AccessError):
                note.with_user(user).read(["body"])


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestCompanies(WaCase):
    """Companies of one database do not reach into each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_b = cls.env["res.company"].create({"name": "Second"})
        cls.account_b = cls.env["wa.account"].create(
            {
                "name": "Second Shop",
                "waba_id": "900000000000002",
                "company_id": cls.company_b.id,
                "access_token": "EAASECOND",
                "app_secret": "second-app-secret",
            }
        )
        cls.env["wa.number"].create(
            {"name": "Second Shop", "account_id": cls.account_b.id, "phone_number_id": "900000000000102"}
        )
        cls.manager_b = new_test_user(
            cls.env,
            "wa_manager_b",
            groups="crm_whatsapp.crm_whatsapp_group_manager",
            company_id=cls.company_b.id,
            company_ids=[Command.set(cls.company_b.ids)],
        )

    def event_of(self, payload, account):
        payload["nonce"] = time.monotonic_ns()
        self.store_webhook(payload, account)
        self.process_webhooks()
        return self.env["wa.webhook.event"].search([("account_id", "=", account.id)], limit=1)

    def test_webhook_of_one_company_writes_nothing_into_another(self):
        conversation = self.receive(self.inbound())
        row = self.reply(self.ana, conversation, "Hello").wa_message_ids
        row.write({"state": "sent", "wamid": "wamid.OUT"})
        moment = str(int(time.time()))
        status = {"id": "wamid.OUT", "status": "failed", "timestamp": moment, "recipient_id": "12025550143"}
        change = {
            "type": "user_changed_number",
            "body": "changed",
            "wa_id": "12025550199",
            "user_id": "US.EVIL",
            "previous_user_id": conversation.contact_id.bsuid,
        }
        preference = {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": self.account.waba_id,
                    "changes": [
                        {
                            "field": "user_preferences",
                            "value": {
                                "metadata": {"phone_number_id": PHONE_NUMBER_ID},
                                "user_preferences": [
                                    {
                                        "wa_id": "12025550143",
                                        "category": "marketing_messages",
                                        "value": "stop",
                                        "timestamp": moment,
                                    }
                                ],
                            },
                        }
                    ],
                }
            ],
        }
        template = {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": self.account.waba_id,
                    "changes": [
                        {
                            "field": "message_template_status_update",
                            "value": {
                                "event": "DISABLED",
                                "message_template_id": 1,
                                "message_template_name": self.template.name,
                                "message_template_language": self.template.language,
                            },
                        }
                    ],
                }
            ],
        }
        count = len(conversation.message_ids)
        for payload in (
            self.inbound("forged", wamid="wamid.FORGED"),
            self.payload_of(statuses=[status]),
            self.payload_of(statuses=[{**status, "biz_opaque_callback_data": row.uuid}]),
            self.payload_of(messages=[{"id": "wamid.SYS", "timestamp": moment, "type": "system", "system": change}]),
            preference,
            template,
        ):
            event = self.event_of(payload, self.account_b)
            self.assertEqual(event.state, "done")
            self.assertTrue(event.note, "what is not theirs is noted")
        self.assertEqual(len(conversation.message_ids), count)
        self.assertEqual(row.state, "sent")
        contact = conversation.contact_id
        self.assertEqual((contact.wa_id, contact.bsuid), ("12025550143", "US.1000200030004"))
        self.assertFalse(contact.opted_out_marketing)
        self.assertEqual(self.template.status, "APPROVED")

    def test_same_webhook_of_an_account_of_the_same_app_is_taken(self):
        """One Meta app has one callback for all of its accounts."""
        self.account_b.app_secret = self.account._secret("app_secret")
        conversation = self.receive(self.inbound("through the other callback"), self.account_b)
        self.assertEqual(conversation.number_id, self.number)
        self.assertEqual(conversation.company_id, self.account.company_id)

    def test_contacts_and_threads_are_those_of_own_companies(self):
        conversation = self.receive(self.inbound())
        mine = {"conversation": conversation, "contact": conversation.contact_id, "message": conversation.message_ids}
        for name, records in {**mine, "channel": conversation.channel_id}.items():
            seen = records.with_user(self.manager_b).search([("id", "in", records.ids)])
            self.assertFalse(seen, name)
            with self.assertRaises(AccessError, msg=name):
                records.with_user(self.manager_b).read(["display_name"])
        for name, records in mine.items():
            self.assertTrue(records.with_user(self.lead_manager).search([("id", "in", records.ids)]), name)
