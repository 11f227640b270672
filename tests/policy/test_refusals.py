import json
from datetime import timedelta
from unittest.mock import patch

from odoo import api, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..common import WaCase, WaHttpCase


@tagged("post_install", "-at_install", "wa")
class TestRefusals(WaCase):
    """Every refusal is counted, also the one whose error undoes everything else."""

    def setUp(self):
        super().setUp()
        self.ana.lang = "en_US"
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.lead = self.conversation.lead_id

    def refusals(self, **domain):
        return self.env["wa.refusal"].search([(name, "=", value) for name, value in domain.items()])

    def close_window(self):
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)

    def in_transaction(self, user, work):
        """Do something in a transaction that an error undoes, as a request does."""
        self.env.flush_all()
        refused = False
        with self.enter_registry_test_mode():
            # Not assertRaises of this class: its savepoint would undo the count as well.
            try:
                with self.registry.cursor() as cr:
                    work(api.Environment(cr, user.id, {}))
            except UserError:
                refused = True
        self.assertTrue(refused)
        self.env.invalidate_all()

    # ----------------------------------------------------------------- automation

    def test_rule_and_bulk_write_rows_with_what_is_known(self):
        self.template.status = "PAUSED"
        for origin in ("automation", "sequence", "bulk"):
            self.template._send_to_records(self.lead, origin=origin, overrides={"body.2": "9"})
            refusal = self.refusals(origin=origin)
            self.assertEqual(len(refusal), 1, origin)
            self.assertEqual(
                (refusal.code, refusal.kind, refusal.contact_id, refusal.template_id, refusal.lead_id, refusal.number_id),
                ("template_paused", "template", self.conversation.contact_id, self.template, self.lead, self.number),
            )
            self.assertEqual((refusal.account_id, refusal.company_id), (self.account, self.account.company_id))
            self.assertEqual(refusal.user_id, self.env.user)

    def test_what_never_reached_the_gate_is_counted_too(self):
        nobody = self.env["crm.lead"].create({"name": "No phone"})
        self.template._send_to_records(nobody, origin="automation")
        refusal = self.refusals(lead_id=nobody.id)
        self.assertEqual((refusal.code, refusal.company_id), ("no_recipient", self.account.company_id))
        self.assertFalse(refusal.conversation_id)

    def test_talk_without_a_record_names_its_lead(self):
        self.template.status = "PAUSED"
        self.template._send_in_conversation(self.conversation, self.env["crm.lead"], "bulk")
        self.assertEqual(self.refusals(origin="bulk").lead_id, self.lead)

    def test_what_is_sent_is_not_counted(self):
        self.template._send_to_records(self.lead, origin="automation", overrides={"body.2": "9"})
        self.reply(self.ana, self.conversation, "Hello")
        self.assertFalse(self.refusals(conversation_id=self.conversation.id))

    # --------------------------------------------------------------------- people

    def test_refused_reply_is_counted_although_it_is_undone(self):
        self.close_window()
        self.in_transaction(self.ana, lambda env: self.reply(self.ana.with_env(env), self.conversation.with_env(env), "late"))
        refusal = self.refusals(conversation_id=self.conversation.id)
        self.assertEqual((refusal.code, refusal.kind, refusal.origin), ("window_closed", "free", "chat"))
        self.assertEqual((refusal.user_id, refusal.create_uid), (self.ana, self.ana))
        self.assertEqual((refusal.contact_id, refusal.number_id), (self.conversation.contact_id, self.number))
        self.assertTrue(refusal.create_date)

    def test_refused_template_of_the_wizard_is_counted_once(self):
        self.template.status = "PAUSED"

        def send(env):
            wizard = env["wa.template.send"].create(
                {"template_id": self.template.id, "res_model": "crm.lead", "res_id": self.lead.id}
            )
            wizard.value_ids.filtered(lambda line: line.name == "2").value = "9"
            wizard.action_send()

        self.lead.user_id = self.ana
        self.in_transaction(self.ana, send)
        refusal = self.refusals(lead_id=self.lead.id)
        self.assertEqual((len(refusal), refusal.code, refusal.origin), (1, "template_paused", "manual"))

    def test_contact_made_in_the_transaction_that_is_undone(self):
        """Its row is gone, so the refusal names nobody; it is there all the same."""
        self.template.status = "PAUSED"

        def send(env):
            partner = env["res.partner"].create({"name": "New", "phone": "+12025550199"})
            lead = env["crm.lead"].create({"name": "New", "partner_id": partner.id, "user_id": env.uid})
            wizard = env["wa.template.send"].create(
                {"template_id": self.template.id, "res_model": "crm.lead", "res_id": lead.id}
            )
            wizard.value_ids.filtered(lambda line: line.name == "2").value = "9"
            wizard.action_send()

        self.in_transaction(self.ana, send)
        refusal = self.refusals(template_id=self.template.id)
        self.assertEqual((refusal.code, refusal.account_id), ("template_paused", self.account))
        self.assertFalse(refusal.contact_id or refusal.lead_id or refusal.conversation_id)

    def test_refusal_that_somebody_handles_is_counted_when_the_rest_is_kept(self):
        self.close_window()
        cr = self.env.cr
        before = list(cr.postcommit._funcs), list(cr.postrollback._funcs)
        with self.assertRaises(UserError):
            self.env["wa.gate"]._check(self.conversation, "free")
        [after_commit] = [func for func in cr.postcommit._funcs if func not in before[0]]
        [after_rollback] = [func for func in cr.postrollback._funcs if func not in before[1]]
        self.env.flush_all()
        with self.enter_registry_test_mode():
            after_commit()
            after_rollback()
        self.env.invalidate_all()
        self.assertEqual(len(self.refusals(conversation_id=self.conversation.id)), 1, "once, whatever comes first")
        for callbacks, func in ((cr.postcommit, after_commit), (cr.postrollback, after_rollback)):
            callbacks._funcs.remove(func)

    def test_a_count_that_fails_changes_nothing_for_the_user(self):
        self.close_window()
        model = type(self.env["wa.refusal"])
        with (
            patch.object(model, "_insert_query", lambda *_args: SQL("SELECT 1 / 0")),
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.crm_whatsapp.models.concurrency", "WARNING") as log,
        ):
            self.in_transaction(
                self.ana, lambda env: self.reply(self.ana.with_env(env), self.conversation.with_env(env), "late")
            )
        self.assertIn("could not be counted", log.output[0])
        self.assertFalse(self.refusals(conversation_id=self.conversation.id))

    # ------------------------------------------------------------------- sentences

    def test_list_shows_sentence_and_next_step_in_the_users_language(self):
        self.template.status = "PAUSED"
        self.template._send_to_records(self.lead, origin="bulk", overrides={"body.2": "9"})
        refusal = self.refusals(lead_id=self.lead.id).with_context(lang="en_US")
        labels = dict(refusal._fields["code"]._description_selection(refusal.env))
        self.assertEqual((labels[refusal.code], refusal.next_step), self.env["wa.failure"]._parts("template_paused"))
        groups = refusal.formatted_read_group([("id", "in", refusal.ids)], ["code"], ["__count"])
        self.assertEqual([group["code"] for group in groups], ["template_paused"])

    def test_numbers_of_meta_are_kept_as_their_reason(self):
        vals = self.env["wa.refusal"]._vals(131026, "free", "chat", self.conversation)
        self.assertEqual(vals["code"], "recipient_unreachable")

    # ---------------------------------------------------------------------- rights

    def test_seen_like_the_conversation(self):
        self.template.status = "PAUSED"
        nobody = self.env["crm.lead"].create({"name": "No phone"})
        self.template._send_to_records(self.lead | nobody, origin="bulk", overrides={"body.2": "9"})
        [own] = self.refusals(lead_id=self.lead.id)
        [lost] = self.refusals(lead_id=nobody.id)
        seen = {
            user: self.env["wa.refusal"].with_user(user).search([("id", "in", (own | lost).ids)])
            for user in (self.ana, self.cid, self.lead_manager)
        }
        self.assertEqual([seen[self.ana], seen[self.cid], seen[self.lead_manager]], [own, own.browse(), own | lost])
        company = self.env["res.company"].create({"name": "Second"})
        foreign = own.copy({"company_id": company.id})
        self.assertNotIn(foreign, self.env["wa.refusal"].with_user(self.lead_manager).search([]))

    def test_nobody_writes_or_deletes_them(self):
        refusals = self.env["wa.refusal"]
        refusal = refusals._count([refusals._vals("window_closed", "free", "chat", self.conversation)])
        for user in (self.ana, self.lead_manager, self.admin_user):
            for attempt in (
                lambda record: record.write({"code": "quiet_hours"}),
                lambda record: record.unlink(),
                lambda record: record.create({"code": "quiet_hours", "kind": "free"}),
            ):
                with self.assertRaises(AccessError):
                    attempt(refusal.with_user(user))

    def test_they_go_after_a_year(self):
        vals = self.env["wa.refusal"]._vals("window_closed", "free", "chat", self.conversation)
        old, young = self.env["wa.refusal"]._count([vals, vals])
        self.env.flush_all()
        for refusal, days in ((old, 367), (young, 365)):
            then = fields.Datetime.now() - timedelta(days=days)
            self.env.cr.execute("UPDATE wa_refusal SET create_date = %s WHERE id = %s", [then, refusal.id])
        self.env.invalidate_all()
        self.env["wa.refusal"]._gc_refusals()
        self.assertEqual((old | young).exists(), young)


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestRefusalsOverHttp(WaHttpCase):
    """The same through a real request: the answer is the error, the count stays."""

    @mute_logger("odoo.http")
    def test_refused_reply(self):
        conversation = self.receive(self.inbound())
        conversation.user_id = self.ana
        conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        self.env.flush_all()
        self.authenticate("wa_ana", "wa_ana")
        response = self.url_open(
            "/mail/message/post",
            data=json.dumps(
                {
                    "params": {
                        "thread_model": "discuss.channel",
                        "thread_id": conversation.channel_id.id,
                        "post_data": {"body": "late", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        self.assertIn("24 hours", response.json()["error"]["data"]["message"])
        self.env.invalidate_all()
        refusal = self.env["wa.refusal"].search([("conversation_id", "=", conversation.id)])
        self.assertEqual((refusal.code, refusal.user_id), ("window_closed", self.ana))
        self.assertNotIn("late", conversation.channel_id.message_ids.mapped("body"))
