import logging

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...tools.redact import MASK
from ..common import WaCase, WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestFormerOwners(WaCase):
    """Who may not see a conversation any more is out of its chat as well."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id

    def test_handing_over_to_another_team_ends_the_former_owners_chat(self):
        self.channel._add_members(users=self.ben)
        self.conversation.with_user(self.lead_manager).write({"team_id": self.other_team.id, "user_id": self.cid.id})
        self.assertEqual(self.channel.channel_partner_ids, self.cid.partner_id)
        channel = self.channel.with_user(self.ana)
        with self.assertRaises(AccessError):
            channel.read(["name"])
        with self.assertRaises(AccessError):
            channel.message_post(body="Still me", message_type="comment", subtype_xmlid="mail.mt_comment")
        with self.assertRaises(AccessError):
            self.channel.message_ids[0].with_user(self.ana).read(["body"])
        self.reply(self.cid, self.conversation, "Now me")

    def test_the_team_stays_when_the_owner_changes(self):
        self.channel._add_members(users=self.ben | self.cid | self.lead_manager)
        self.conversation.user_id = self.ben
        # The former owner lets go of it (U9), and may open it as ever.
        self.assertEqual(self.channel.channel_partner_ids, (self.lead_manager | self.ben).partner_id)
        self.reply(self.ana, self.conversation, "Once more from me")

    def test_managers_stay(self):
        self.channel._add_members(users=self.lead_manager)
        self.conversation.write({"team_id": self.other_team.id, "user_id": self.cid.id})
        self.assertIn(self.lead_manager.partner_id, self.channel.channel_partner_ids)

    def test_former_leader_of_the_team_is_out(self):
        self.team.user_id = self.cid
        self.channel._add_members(users=self.cid)
        self.team.user_id = self.ben
        self.assertEqual(self.channel.channel_partner_ids, self.ana.partner_id)
        with self.assertRaises(AccessError):
            self.channel.with_user(self.cid).read(["name"])

    def test_leader_who_is_still_of_the_team_stays(self):
        self.team.user_id = self.ben
        self.channel._add_members(users=self.ben)
        self.team.user_id = False
        self.assertIn(self.ben.partner_id, self.channel.channel_partner_ids)

    def test_former_manager_keeps_the_conversations_of_their_teams_alone(self):
        self.channel._add_members(users=self.lead_manager)
        document = {"id": "1000200030004", "mime_type": "application/pdf", "filename": "order.pdf"}
        media = self.receive(self.inbound(type="document", document=document)).message_ids.media_ids
        media._attach(b"%PDF-1.4", "application/pdf")
        file = media.attachment_id.with_user(self.lead_manager)
        self.assertEqual(file.raw, b"%PDF-1.4")
        groups = ("base.group_user", "crm_whatsapp.crm_whatsapp_group_user")
        self.lead_manager.group_ids = [Command.set([self.env.ref(group).id for group in groups])]
        self.assertNotIn(self.lead_manager.partner_id, self.channel.channel_partner_ids)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            file.read(["raw"])

    def test_member_of_another_company_is_out(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.ana.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        self.assertNotIn(self.ana.partner_id, self.channel.channel_partner_ids)
        with self.assertRaises(AccessError):
            self.channel.with_user(self.ana).read(["name"])
        seen = self.env["discuss.channel.member"].with_user(self.ana).search([("channel_id", "=", self.channel.id)])
        self.assertFalse(seen)


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestTemplateVerdicts(WaCase):
    """Managers draft; only WhatsApp approves, and only administrators ask it to."""

    def draft(self, user, **vals):
        return (
            self.env["wa.template"]
            .with_user(user)
            .create({"name": "drafted", "account_id": self.account.id, "body": "Hello", **vals})
        )

    def test_approval_cannot_be_made_up(self):
        for user in (self.lead_manager, self.admin_user):
            for vals in ({"status": "APPROVED"}, {"template_uid": "1"}, {"quality": "GREEN"}, {"components": [1]}):
                with self.assertRaises(AccessError, msg=f"{vals} by {user.login}"), self.cr.savepoint():
                    self.draft(user, **vals)
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.env["wa.template"].with_user(user).with_context(default_status="APPROVED").create(
                    {"name": "drafted", "account_id": self.account.id, "body": "Hello"}
                )
        template = self.draft(self.lead_manager)
        self.assertEqual(template.status, "DRAFT")
        for vals in ({"status": "APPROVED"}, {"template_uid": "1"}, {"status_at": fields.Datetime.now()}):
            with self.assertRaises(AccessError):
                template.write(vals)

    def test_what_was_reviewed_stays(self):
        template = self.draft(self.lead_manager)
        template.write({"category": "MARKETING", "body": "Hello again"})
        template.sudo().write({"template_uid": "777", "status": "APPROVED"})
        for vals in ({"category": "UTILITY"}, {"name": "another"}, {"language": "de"}):
            with self.assertRaises(AccessError):
                template.write(vals)
        template.write({"active": False})

    def test_only_administrators_hand_in(self):
        template = self.draft(self.lead_manager)
        asked = []
        self.patch(type(self.account), "_get_transport", lambda account: asked.append(account))
        with self.assertRaises(AccessError):
            template.action_submit()
        self.assertFalse(asked)


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestWhatWasSaid(WaCase):
    """Nobody rewrites, deletes or makes up what was said in a conversation."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id
        self.received = self.conversation.message_ids.mail_message_id
        self.sent = self.reply(self.ana, self.conversation, "Hello")

    def test_words_stay(self):
        for message in (self.received, self.sent):
            for user in (self.ana, self.ben, self.lead_manager, self.admin_user):
                own = message.with_user(user)
                for vals in (
                    {"body": "I owe you 1000"},
                    {"author_id": user.partner_id.id},
                    {"subtype_id": self.env.ref("mail.mt_note").id},
                    {"message_type": "notification"},
                    {"attachment_ids": [Command.clear()]},
                ):
                    with self.assertRaises(AccessError, msg=f"{vals} by {user.login}"):
                        own.write(vals)
                with self.assertRaises(AccessError):
                    own.unlink()
        with self.assertRaises(AccessError):
            self.received.with_user(self.admin_user).write({"res_id": self.env["discuss.channel"].create({"name": "x"}).id})

    def test_words_cannot_be_made_up(self):
        comment = self.env.ref("mail.mt_comment").id
        base = {"model": "discuss.channel", "res_id": self.channel.id, "body": "Made up", "message_type": "comment"}
        create = self.env["mail.message"].with_user(self.ana).create
        for vals in (
            {"author_id": self.conversation.partner_id.id, "subtype_id": comment},
            {"author_id": self.conversation.partner_id.id, "subtype_id": self.env.ref("mail.mt_note").id},
            {"author_id": self.ana.partner_id.id, "subtype_id": comment},
            {"author_id": self.ana.partner_id.id},
        ):
            with self.assertRaises(AccessError, msg=str(vals)), self.cr.savepoint():
                create({**base, **vals})
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.env["mail.message"].with_user(self.ana).with_context(wa_reply_allowed=True).create(
                {**base, "author_id": self.ana.partner_id.id, "subtype_id": comment}
            )
        elsewhere = (
            self.env["mail.message"]
            .with_user(self.admin_user)
            .create({"model": "res.partner", "res_id": self.ana.partner_id.id, "body": "Made up", "subtype_id": comment})
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            elsewhere.write({"model": "discuss.channel", "res_id": self.channel.id})

    def test_nothing_looks_sent_that_is_not(self):
        channel = self.channel.with_user(self.ana)
        for message_type in ("auto_comment", "email", "email_outgoing"):
            with self.assertRaises(UserError, msg=message_type), self.cr.savepoint():
                channel.message_post(body="Looks sent", message_type=message_type, subtype_xmlid="mail.mt_comment")
        with self.assertRaises(AccessError), self.cr.savepoint():
            channel.message_post(
                body="Forged",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                author_id=self.conversation.partner_id.id,
            )
        notice = channel.message_post(body="Notice", message_type="notification", subtype_xmlid="mail.mt_comment")
        self.assertTrue(notice.subtype_id.internal)

    def test_notes_of_ones_own_stay_editable(self):
        note = self.channel.with_user(self.ana).message_post(
            body="Pays late", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        with self.assertRaises(AccessError):
            note.with_user(self.ben).write({"body": "Pays early"})
        with self.assertRaises(AccessError):
            note.write({"subtype_id": self.env.ref("mail.mt_comment").id})
        self.channel.with_user(self.ana)._message_update_content(note, body="Pays in time")
        self.assertIn("Pays in time", note.body)
        note.unlink()
        self.assertFalse(note.exists())

    def test_other_channels_are_as_they_were(self):
        channel = self.env["discuss.channel"].with_user(self.ana).create({"name": "Lunch", "channel_type": "group"})
        message = channel.message_post(body="Noon?", message_type="comment", subtype_xmlid="mail.mt_comment")
        message.write({"body": "One?"})
        channel.write({"name": "Dinner"})
        self.assertIn("One?", message.body)


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestChannelsStay(WaCase):
    """The channel of a conversation is the system's."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id

    def test_nobody_hides_a_conversation(self):
        for user in (self.ana, self.lead_manager, self.admin_user):
            for vals in ({"active": False}, {"name": "x"}, {"description": "x"}):
                with self.assertRaises(AccessError):
                    self.channel.with_user(user).write(vals)
        self.assertTrue(self.channel.active)

    def test_customer_brings_a_hidden_conversation_back(self):
        self.channel.active = False
        self.receive(self.inbound("Hello?"))
        self.assertTrue(self.channel.active)

    def test_no_channels_by_hand(self):
        for user in (self.ana, self.admin_user):
            channels = self.env["discuss.channel"].with_user(user)
            with self.assertRaises(AccessError), self.cr.savepoint():
                channels.create({"name": "x", "channel_type": "wa", "uuid": False})
            with self.assertRaises(AccessError), self.cr.savepoint():
                channels.with_context(default_channel_type="wa", default_uuid=False).create({"name": "x"})

    def test_record_of_what_was_sent_outlives_tidying_up(self):
        rows = self.conversation.message_ids
        for env in (self.env(user=self.admin_user), self.env(su=True)):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.channel.with_env(env).unlink()
        self.assertTrue(rows.exists())


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestTeamsAndCompanies(WaCase):
    """Teams and companies of a conversation fit, and do not vanish under it."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.company_b = self.env["res.company"].create({"name": "Second"})

    def test_team_with_conversations_stays(self):
        self.assertFalse(self.conversation.with_user(self.cid).has_access("read"))
        with self.assertRaises(UserError), self.cr.savepoint():
            self.conversation.team_id.unlink()
        self.assertEqual(self.conversation.team_id, self.team)
        unused = self.env["crm.team"].create({"name": "Unused"})
        unused.unlink()
        self.assertFalse(unused.exists())

    def test_nothing_of_another_company_is_attached(self):
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": self.company_b.id})
        lead = self.env["crm.lead"].create({"name": "Theirs", "company_id": self.company_b.id})
        user = new_test_user(
            self.env,
            "wa_theirs",
            groups="crm_whatsapp.crm_whatsapp_group_user",
            company_id=self.company_b.id,
            company_ids=[Command.set(self.company_b.ids)],
        )
        for vals in ({"team_id": team.id}, {"lead_id": lead.id}, {"user_id": user.id}):
            with self.assertRaises(UserError, msg=str(vals)), self.cr.savepoint():
                self.conversation.with_user(self.lead_manager).write(vals)

    def test_owner_of_another_company_is_passed_over(self):
        user = new_test_user(
            self.env,
            "wa_theirs",
            groups="crm_whatsapp.crm_whatsapp_group_user",
            company_id=self.company_b.id,
            company_ids=[Command.set(self.company_b.ids)],
        )
        lead = self.env["crm.lead"].create(
            {"name": "Theirs", "company_id": self.company_b.id, "user_id": user.id, "team_id": False}
        )
        vals = self.conversation._prepare_adoption(lead, self.conversation.company_id)
        self.assertFalse(vals.keys() & {"lead_id", "user_id"})

    def test_lead_of_another_company_gets_no_template_of_ours(self):
        """Neither in the customer's conversation nor in a new one; the others get theirs."""
        partner = self.conversation.partner_id
        leads = self.env["crm.lead"].create(
            [
                {"name": "Theirs", "company_id": self.company_b.id, "partner_id": partner.id, "expected_revenue": 5},
                {"name": "Theirs, new", "company_id": self.company_b.id, "phone": "+1 202-555-0161"},
                {"name": "Ours", "company_id": self.env.company.id, "partner_id": partner.id, "expected_revenue": 5},
            ]
        )
        outcomes = self.template._send_to_records(leads)
        self.assertEqual([o.code for o in outcomes], ["other_company", "other_company", ""])
        self.assertEqual(outcomes[2].status, "queued")

    def test_template_of_another_account_does_not_fit_a_conversation(self):
        account = self.env["wa.account"].create({"name": "Second Shop", "waba_id": "900000000000008"})
        template = self._make_template("theirs", "Hello", [], account_id=account.id)
        outcome = template._send_in_conversation(self.conversation, self.conversation.lead_id, "manual")
        self.assertEqual((outcome.status, outcome.code), ("refused", "other_account"))
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_sender_jobs_go_with_the_account(self):
        account = self.env["wa.account"].create({"name": "Short", "waba_id": "900000000000009"})
        numbers = self.env["wa.number"].create(
            [
                {"name": str(i), "account_id": account.id, "phone_number_id": f"90000000000019{i}", "active": i > 0}
                for i in range(2)
            ]
        )
        crons = numbers.with_context(active_test=False).sender_cron_id
        self.assertEqual(len(crons), 2)
        account.unlink()
        self.assertFalse(crons.with_context(active_test=False).exists())


@tagged("post_install", "-at_install", "wa", "wa_rights", "wa_http")
class TestCallbackAddress(WaHttpCase):
    """The address of the callback: wrong ones are nothing special, right ones are not written down."""

    def test_wrong_addresses_are_not_found(self):
        for key in ("a%00b", "%00", "a%20b", "%C3%A4", "x" * 200):
            with self.subTest(key=key), self.assertNoLogs("odoo.http", "ERROR"), mute_logger("odoo.sql_db"):
                self.assertEqual(self.post_webhook(b"{}", key=key).status_code, 404)
                self.assertEqual(self.url_open(f"/wa/webhook/{key}?hub.mode=subscribe").status_code, 403)

    def test_secrets_in_the_address_stay_out_of_the_log(self):
        account = self.account.sudo()
        token = account._secret("verify_token")
        lines = []

        class Keeper(logging.Handler):
            def emit(self, record):
                lines.append(self.format(record))

        for name in ("werkzeug", "longpolling"):
            logger, keeper = logging.getLogger(name), Keeper()
            logger.addHandler(keeper)
            self.addCleanup(logger.removeHandler, keeper)
            level = logger.level
            logger.setLevel(logging.INFO)
            self.addCleanup(logger.setLevel, level)
            logger.info('"%s" %s', f"GET /wa/webhook/{account.webhook_key}?hub.verify_token={token}&x=1", 200)
        self.url_open(f"/wa/webhook/{account.webhook_key}?hub.mode=subscribe&hub.challenge=7&hub.verify_token={token}")
        log = "\n".join(lines)
        self.assertGreaterEqual(log.count(MASK), 2)
        self.assertNotIn(token, log)
        self.assertNotIn(account.webhook_key, log)
