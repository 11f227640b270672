from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import WaCase
from ..scheduled_case import ScheduledCase

SECRET = "the landlord's brother"


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestTemplateRights(ScheduledCase):
    """Nobody sends what they may not read; a rule sends on behalf of the business."""

    def setUp(self):
        super().setUp()
        self.template = self._make_template("referral", "You were sent by {{1}}.", [("1", "referred", False)])
        self.lead.write({"referred": SECRET, "user_id": self.ana.id})
        self.patch(type(self.lead)._fields["referred"], "groups", "crm_whatsapp.crm_whatsapp_group_manager")
        self.forget()

    def forget(self):
        """Empty the cache: what the test itself has read there, nobody is asked about."""
        self.env.flush_all()
        self.env.invalidate_all()

    def wizard(self, user):
        return (
            self.env["wa.template.send"]
            .with_user(user)
            .with_context(default_res_model="crm.lead", default_res_id=self.lead.id)
            .create({"template_id": self.template.id})
        )

    def test_wizard_reads_with_the_persons_own_rights(self):
        with self.assertRaises(AccessError):
            self.wizard(self.ana).action_send()
        self.assertFalse(self.last_outgoing(self.conversation))
        self.forget()
        self.wizard(self.lead_manager).action_send()
        self.assertIn(SECRET, self.last_outgoing(self.conversation).content["text"])

    def test_list_reads_with_the_persons_own_rights(self):
        leads = self.lead | self.lead.copy({"user_id": self.ana.id})
        wizard = (
            self.env["wa.template.send.many"]
            .with_user(self.ana)
            .create({"res_model": "crm.lead", "res_ids": leads.ids, "template_id": self.template.id})
        )
        self.forget()
        self.assertNotIn(SECRET, f"{wizard.preview}{wizard.summary}")
        with self.assertRaises(UserError):
            wizard.action_send()
        self.assertFalse(self.plans(leads))

    def test_what_a_person_planned_is_read_with_their_rights_when_its_turn_comes(self):
        for user, state in ((self.ana, "refused"), (self.lead_manager, "queued")):
            lead = self.lead.with_user(user)
            plan = self.env["wa.scheduled.message"].with_user(user).sudo()._plan(lead, origin="bulk", template=self.template)
            self.forget()
            self.run_plans()
            self.assertEqual(plan.state, state, plan.detail)
        [row] = self.conversation.message_ids.filtered(lambda m: m.direction == "out")
        self.assertIn(SECRET, row.content["text"])

    def test_person_who_may_not_read_a_record_on_the_way(self):
        """The field is for everybody, the record it stands on is not."""
        template = self._make_template("boss", "Ask {{1}}.", [("1", "partner_id.parent_id.ref", False)])
        parent = self.env["res.partner"].create({"name": "Holding", "ref": SECRET, "is_company": True})
        self.lead.partner_id.parent_id = parent
        rule = self.env["ir.rule"].create(
            {
                "name": "No holdings",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {parent.id})]",
                "groups": [(6, 0, self.env.ref("sales_team.group_sale_salesman").ids)],
            }
        )
        self.template = template
        self.forget()
        with self.assertRaises(AccessError):
            self.wizard(self.ana).action_send()
        self.forget()
        plan = (
            self.env["wa.scheduled.message"]
            .with_user(self.ana)
            .sudo()
            ._plan(self.lead.with_user(self.ana), origin="bulk", template=template)
        )
        self.run_plans()
        self.assertEqual(plan.state, "refused", plan.detail)
        self.assertFalse(self.last_outgoing(self.conversation))
        rule.active = False
        self.forget()
        self.wizard(self.ana).action_send()
        self.assertIn(SECRET, self.last_outgoing(self.conversation).content["text"])

    def test_sequence_reads_for_the_business_whoever_added_the_lead(self):
        sequence = self.env["wa.sequence"].create(
            {
                "name": "Follow up",
                "calendar_id": False,
                "step_ids": [(0, 0, {"template_id": self.template.id, "delay": 0, "delay_unit": "hours"})],
            }
        )
        self.lead.type = "opportunity"
        runs, refused = sequence.with_user(self.ana)._enrol(self.lead.with_user(self.ana))
        self.assertFalse(refused)
        self.forget()
        self.run_plans()
        plan = runs.sudo().scheduled_message_ids
        self.assertEqual((plan.state, plan.user_id), ("queued", self.ana), plan.detail)
        self.assertIn(SECRET, plan.message_id.content["text"])

    def test_rule_by_the_clock_reads_for_the_business(self):
        self.by_the_clock(self.rule(wa_template_id=self.template.id))
        self.forget()
        self._run_cron(self.env.ref("base_automation.ir_cron_data_base_automation_check"))
        self.run_plans()
        self.assertEqual(self.plans().state, "queued", self.plans().detail)
        self.assertIn(SECRET, self.plans().message_id.content["text"])

    def test_action_somebody_starts_by_hand_reads_for_the_business(self):
        """Only who may change the record can start it, and only an administrator could have made it."""
        action = self.rule(wa_template_id=self.template.id)
        action.write({"base_automation_id": False, "usage": "ir_actions_server"})
        chosen = {"active_model": "crm.lead", "active_ids": self.lead.ids, "active_id": self.lead.id}
        self.forget()
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_actions"):
            action.with_user(self.cid).with_context(**chosen).run()
        action.with_user(self.ana).with_context(**chosen).run()
        self.run_plans()
        self.assertEqual((self.plans().state, self.plans().user_id), ("queued", self.ana), self.plans().detail)

    def test_rule_reads_for_the_business(self):
        self.rule(wa_template_id=self.template.id)
        self.lead.with_user(self.ana).stage_id = self.proposition
        self.run_plans()
        self.assertEqual(self.plans().state, "queued")
        self.assertIn(SECRET, self.plans().message_id.content["text"])


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
