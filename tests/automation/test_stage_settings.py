from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..rule_case import RuleCase


@tagged("post_install", "-at_install", "wa")
class TestStageSettings(RuleCase):
    """A stage's WhatsApp settings are automation rules, and the other way round."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage, cls.next_stage = cls.env["crm.stage"].create(
            [{"name": "Offer made", "sequence": 90}, {"name": "Negotiation", "sequence": 91}]
        )
        cls.reminder = cls._make_template("reminder", "Hello {{1}}", [("1", "name", "there")])

    def managed(self, stage=None):
        """Return a stage as a sales manager sees it."""
        return (stage or self.stage).with_user(self.lead_manager)

    def own_rules(self, stage=None):
        return (
            self.env["base.automation"].with_context(active_test=False).search([("wa_stage_id", "=", (stage or self.stage).id)])
        )

    def settings(self, stage=None):
        """Return the settings as they are read anew."""
        self.env.invalidate_all()
        stage = self.managed(stage)
        return (
            stage.wa_enter_template_id.name,
            stage.wa_remind_template_id.name,
            stage.wa_remind_after,
            stage.wa_remind_unit,
            stage.wa_answer_stage_id.name,
        )

    # -------------------------------------------------------------- round trip

    def test_settings_become_one_rule_each_and_come_back(self):
        with Form(self.managed()) as form:
            form.wa_enter_template_id = self.template.with_user(self.lead_manager)
            form.wa_remind_template_id = self.reminder.with_user(self.lead_manager)
            form.wa_remind_after = 5
            form.wa_remind_unit = "hour"
            form.wa_answer_stage_id = self.next_stage.with_user(self.lead_manager)
        self.assertEqual(self.settings(), ("proposal_ready", "reminder", 5, "hour", "Negotiation"))
        rules = self.own_rules()
        self.assertEqual(sorted(rules.mapped("wa_stage_role")), ["answer", "enter", "no_answer"])
        self.assertEqual(rules.mapped("active"), [True] * 3)
        self.assertEqual([len(rule.action_server_ids) for rule in rules], [1] * 3)
        self.assertIn("Send WhatsApp: proposal_ready (en)", rules.action_server_ids.mapped("name"))
        self.assertEqual(self.managed().wa_rule_count, 3)
        stage = self.managed()
        self.assertFalse(stage.wa_enter_changed or stage.wa_remind_changed or stage.wa_answer_changed or stage.wa_warning)
        with Form(self.managed()) as form:
            form.wa_enter_template_id = self.reminder.with_user(self.lead_manager)
            form.wa_remind_after = 2
        self.assertEqual(self.settings(), ("reminder", "reminder", 2, "hour", "Negotiation"))
        self.assertEqual(self.own_rules(), rules, "the same rules say something else")
        self.assertEqual(rules.action_server_ids.mapped("name").count("Send WhatsApp: reminder (en)"), 2)

    def test_an_emptied_setting_puts_its_rule_away_and_filling_it_again_brings_it_back(self):
        self.managed().wa_enter_template_id = self.template
        rule = self.own_rules()
        self.managed().wa_enter_template_id = False
        self.assertFalse(rule.active)
        self.assertFalse(self.settings()[0])
        self.managed().wa_enter_template_id = self.reminder
        self.assertEqual(self.own_rules(), rule)
        self.assertTrue(rule.active)
        self.assertEqual(rule.action_server_ids.wa_template_id, self.reminder)

    def test_a_new_stage_can_have_settings_at_once(self):
        stage = (
            self.env["crm.stage"]
            .with_user(self.lead_manager)
            .create({"name": "Fresh", "wa_remind_template_id": self.reminder.id, "wa_answer_stage_id": self.stage.id})
        )
        self.assertEqual(self.settings(stage), (False, "reminder", 3, "day", "Offer made"))

    def test_a_reminder_needs_a_time_and_a_lead_another_stage(self):
        with self.assertRaisesRegex(UserError, "how many"):
            self.managed().write({"wa_remind_template_id": self.reminder.id, "wa_remind_after": 0})
        with self.assertRaisesRegex(UserError, "another stage"):
            self.managed().wa_answer_stage_id = self.stage

    def test_who_was_silent_before_is_left_alone(self):
        before = fields.Datetime.now() - timedelta(seconds=1)
        self.managed().wa_remind_template_id = self.reminder
        self.assertGreaterEqual(self.own_rules().last_run, before)

    # ------------------------------------------------------------------- rights

    def test_managers_need_no_right_to_rules_and_others_may_not(self):
        self.assertFalse(self.env["base.automation"].with_user(self.lead_manager).has_access("read"))
        self.managed().wa_enter_template_id = self.template
        self.assertTrue(self.own_rules())
        with self.assertRaises(AccessError):
            self.stage.with_user(self.ana).wa_enter_template_id = self.reminder
        with self.assertRaises(AccessError):
            self.stage.with_user(self.ana).read(["wa_enter_template_id"])
        self.lead_manager.group_ids -= self.env.ref("sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.managed().wa_enter_template_id = self.reminder
        self.assertEqual(self.own_rules().action_server_ids.wa_template_id, self.template)

    def test_a_template_of_another_company_or_model_is_refused(self):
        company = self.env["res.company"].create({"name": "Other"})
        account = self.env["wa.account"].create({"name": "Other", "waba_id": "900000000000009", "company_id": company.id})
        theirs = self.env["wa.template"].create(
            {"name": "theirs", "account_id": account.id, "status": "APPROVED", "body": "Hi"}
        )
        with self.assertRaises(AccessError):
            self.managed().wa_enter_template_id = theirs.id
        foreign = self._make_template("foreign", "Hi", [], model_id=self.env["ir.model"]._get_id("res.partner"))
        with self.assertRaisesRegex(UserError, "not filled from leads"):
            self.managed().wa_enter_template_id = foreign
        self.assertFalse(self.own_rules())

    # ---------------------------------------------------------- changed by hand

    def test_a_rule_changed_by_hand_is_shown_and_not_overwritten(self):
        changes = {
            "action": lambda rule: self.add_action(rule, **self.tagging("more")),
            "domain": lambda rule: rule.write({"filter_domain": "[('type', '=', 'opportunity')]"}),
            "delay": lambda rule: rule.action_server_ids.write({"wa_delay": 2}),
            "number": lambda rule: rule.action_server_ids.write({"wa_number_id": self.number.id}),
        }
        for name, change in changes.items():
            with self.subTest(name):
                stage = self.env["crm.stage"].create({"name": name, "wa_enter_template_id": self.template.id})
                rule = self.own_rules(stage)
                change(rule)
                self.env.invalidate_all()
                stage = self.managed(stage)
                self.assertTrue(stage.wa_enter_changed)
                self.assertEqual(stage.wa_enter_template_id, self.template)
                with self.assertRaisesRegex(UserError, "changed in the automation rule"):
                    stage.wa_enter_template_id = self.reminder
                with self.assertRaisesRegex(UserError, "changed in the automation rule"):
                    stage.wa_enter_template_id = False
                stage.write({"name": "Renamed", "wa_enter_template_id": self.template.id})
                rule.active = False
                stage.wa_enter_template_id = self.reminder
                self.assertFalse(rule.active or rule.wa_stage_id, "what somebody made stays theirs")
                self.assertEqual(self.own_rules(stage).action_server_ids.wa_template_id, self.reminder)

    def test_every_setting_notices_its_change(self):
        self.stage.write(
            {"wa_remind_template_id": self.reminder.id, "wa_answer_stage_id": self.next_stage.id, "wa_remind_after": 4}
        )
        rules = {rule.wa_stage_role: rule for rule in self.own_rules()}
        rules["no_answer"].trg_date_range_type = "month"
        rules["answer"].wa_first_only = True
        self.env.invalidate_all()
        self.assertEqual(
            (self.stage.wa_enter_changed, self.stage.wa_remind_changed, self.stage.wa_answer_changed), (False, True, True)
        )

    def test_a_time_or_stage_changed_on_the_rule_is_shown(self):
        self.stage.write({"wa_remind_template_id": self.reminder.id, "wa_answer_stage_id": self.next_stage.id})
        rules = {rule.wa_stage_role: rule for rule in self.own_rules()}
        rules["no_answer"].trg_date_range = 9
        won = self.env.ref("crm.stage_lead4")
        rules["answer"].action_server_ids.resource_ref = f"crm.stage,{won.id}"
        self.assertEqual(self.settings(), (False, "reminder", 9, "day", won.name))
        self.assertFalse(self.stage.wa_remind_changed or self.stage.wa_answer_changed)

    # ------------------------------------------------------ copies and deletion

    def test_a_copied_stage_or_rule_shares_nothing(self):
        self.stage.wa_enter_template_id = self.template
        self.assertFalse(self.stage.copy().wa_enter_template_id)
        copy = self.own_rules().copy()
        self.assertFalse(copy.wa_stage_id or copy.wa_stage_role)
        self.assertEqual(len(self.own_rules()), 1)

    def test_a_deleted_stage_takes_its_rules_and_those_that_lead_to_it_along(self):
        self.stage.write({"wa_enter_template_id": self.template.id, "wa_answer_stage_id": self.next_stage.id})
        self.next_stage.wa_enter_template_id = self.reminder
        enter = self.own_rules().filtered(lambda rule: rule.wa_stage_role == "enter")
        actions = (self.own_rules() | self.own_rules(self.next_stage)).action_server_ids
        self.managed(self.next_stage).unlink()
        self.assertEqual(self.own_rules(), enter)
        self.assertEqual(actions.exists(), enter.action_server_ids)
        self.managed().unlink()
        self.assertFalse(enter.exists() or actions.exists())

    def test_another_rule_that_writes_to_whoever_enters_is_named(self):
        model_id = self.env["ir.model"]._get_id("crm.lead")
        rule = self.env["base.automation"].create(
            {"name": "By hand", "model_id": model_id, "trigger": "on_stage_set", "trg_field_ref": self.stage.id}
        )
        self.stage.wa_enter_template_id = self.template
        self.env.invalidate_all()
        self.assertFalse(self.managed().wa_warning, "it does not write to customers")
        self.env["ir.actions.server"].create(
            {
                "name": "send",
                "model_id": model_id,
                "base_automation_id": rule.id,
                "usage": "base_automation",
                "state": "wa_template",
                "wa_template_id": self.reminder.id,
            }
        )
        self.env.invalidate_all()
        self.assertIn("“By hand” sends a message as well", self.managed().wa_warning)
        rule.active = False
        self.env.invalidate_all()
        self.assertFalse(self.managed().wa_warning)

    def test_rules_of_ones_own_are_shown(self):
        """U17: the form does not say that nothing is sent while rules send something, whatever starts them."""
        model_id = self.env["ir.model"]._get_id("crm.lead")
        here, there = f"[('stage_id', '=', {self.stage.id})]", f"[('stage_id', '=', {self.next_stage.id})]"
        sending = {"state": "wa_template", "wa_template_id": self.reminder.id}
        sequence = self.env["wa.sequence"].create({"name": "Follow up", "calendar_id": False})
        meant = [
            self.rule("Entering", trigger="on_stage_set", trg_field_ref=self.stage.id, action=sending),
            self.rule("Any change", trigger="on_create_or_write", filter_domain=here, action=sending),
            self.rule("Of the stage's name", trigger="on_wa_received", action=sending,
                      filter_domain="[('stage_id.name', 'ilike', 'offer')]"),
            self.rule("Adding", trigger="on_stage_set", trg_field_ref=self.stage.id,
                      action={"state": "wa_sequence", "wa_sequence_id": sequence.id}),
        ]  # fmt: skip
        nested = self.rule("Nested", trigger="on_stage_set", trg_field_ref=self.stage.id, action={"state": "multi"})
        child = self.env["ir.actions.server"].create({"name": "send", "model_id": model_id, **sending})
        nested.action_server_ids.child_ids = child
        others = [
            self.rule("Elsewhere", trigger="on_stage_set", trg_field_ref=self.next_stage.id, action=sending),
            self.rule("Other stage", trigger="on_create_or_write", filter_domain=there, action=sending),
            self.rule("No stage", trigger="on_create", action=sending),
            self.rule("Tags", trigger="on_stage_set", trg_field_ref=self.stage.id),
            self.rule("Resting", trigger="on_stage_set", trg_field_ref=self.stage.id, action=sending, active=False),
        ]
        self.env.invalidate_all()
        stage = self.managed()
        for rule in (*meant, nested):
            self.assertIn(f"“{rule.name}”", stage.wa_others)
        for rule in others:
            self.assertNotIn(f"“{rule.name}”", stage.wa_others)
        self.assertIn("“reminder (en)”", stage.wa_others)
        self.assertIn("the sequence “Follow up”", stage.wa_others)
        self.assertNotEqual(stage.wa_enter_nothing, "Nothing")
        self.assertFalse(self.managed(self.env["crm.stage"].create({"name": "Quiet"})).wa_others)
        shown = self.env["base.automation"].search(stage.action_view_wa_rules()["domain"])
        self.assertLessEqual({rule.id for rule in (*meant, nested)}, set(shown.ids))

    def test_trouble_with_a_template_is_said_on_the_form(self):
        self.stage.write({"wa_enter_template_id": self.template.id, "wa_remind_template_id": self.reminder.id})
        self.template.status = "PAUSED"
        self.env.invalidate_all()
        self.assertIn("proposal_ready (en)” cannot be sent now (Paused)", self.managed().wa_warning)
        self.reminder.unlink()
        self.env.invalidate_all()
        self.assertIn("was deleted", self.managed().wa_warning)
        self.assertFalse(self.managed().wa_remind_changed)
        self.managed().wa_remind_template_id = self._make_template("better", "Hi", [])
        self.template.status = "APPROVED"
        self.env.invalidate_all()
        self.assertFalse(self.managed().wa_warning)

    def test_the_link_opens_the_rules_of_this_stage(self):
        self.stage.wa_enter_template_id = self.template
        other = self.rule("by hand", trigger="on_stage_set", trg_field_ref=self.stage.id)
        self.rule("elsewhere", trigger="on_stage_set", trg_field_ref=self.next_stage.id)
        action = self.stage.with_user(self.admin_user).action_view_wa_rules()
        self.assertEqual(self.env["base.automation"].search(action["domain"]), self.own_rules() | other)
