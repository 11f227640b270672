from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.outbox.results import fail
from ..common import WaCase
from ..dry_run_case import DryRunCase

ACTION_LOG = "odoo.addons.base.models.ir_actions"


class ReachCase(WaCase):
    """Ada talks with Ana's team; Cid of another team sees her as a customer, and has a customer of his own."""

    def setUp(self):
        super().setUp()
        self.env["base.automation"].search([]).active = False
        self.conversation = self.receive(self.inbound("Hello"))
        self.conversation.user_id = self.ana
        self.ada = self.conversation.partner_id
        self.lead = self.conversation.lead_id
        self.lead.user_id = self.ana
        self.grace = self.env["res.partner"].create({"name": "Grace Example", "phone": "+12025550177"})
        self.greeting = self._make_template("greeting", "Good morning.", [], model_id=False)

    def own_lead(self, partner):
        """Return a lead of Cid's about a customer."""
        return self.env["crm.lead"].create(
            {"name": "Own", "partner_id": partner.id, "user_id": self.cid.id, "team_id": self.other_team.id}
        )

    def plans(self, records):
        domain = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        return self.env["wa.scheduled.message"].search(domain, order="id")


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestReach(ReachCase):
    """S3: whatever the road, a person writes only to customers whom they may reach by their own rights."""

    def many(self, records):
        return (
            self.env["wa.template.send.many"]
            .with_user(self.cid)
            .create({"res_model": records._name, "res_ids": records.ids, "template_id": self.greeting.id})
        )

    def test_send_to_many_reaches_only_ones_own(self):
        """S3: by *send to many*, and its dry run says so before."""
        wizard = self.many(self.ada | self.grace)
        self.assertEqual(wizard.allowed_count, 1)
        self.assertIn("conversation of colleagues", wizard.summary)
        wizard.action_send()
        self.run_plans()
        by_partner = {plan.res_id: plan for plan in self.plans(self.ada | self.grace)}
        self.assertEqual(by_partner[self.grace.id].state, "queued")
        foreign = by_partner[self.ada.id]
        self.assertEqual((foreign.state, foreign.code), ("refused", "conversation_of_others"))
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_send_to_many_by_guessed_ids(self):
        """S3: ids of another team's leads, as a client may give them."""
        with self.assertRaises(AccessError):
            self.many(self.lead).action_send()
        self.assertFalse(self.plans(self.lead))

    def test_right_that_is_lost_before_the_time_comes(self):
        """S3: what somebody planned goes only to whom they may write when it goes."""
        lead = self.own_lead(self.grace)
        self.many(lead).action_send()
        lead.write({"user_id": self.ana.id, "team_id": self.team.id})
        self.run_plans()
        self.assertEqual(self.plans(lead).mapped("code"), ["record_of_others"])

    def test_sequence_by_hand(self):
        """S3: a lead of one's own whose customer talks with colleagues."""
        sequence = self.env["wa.sequence"].create(
            {
                "name": "Follow up",
                "calendar_id": False,
                "exit_on_reply": False,
                "step_ids": [Command.create({"template_id": self.greeting.id, "delay": 0, "delay_unit": "hours"})],
            }
        )
        mine, fine = self.own_lead(self.ada), self.own_lead(self.grace)
        wizards = self.env["wa.sequence.add"].with_user(self.cid)
        wizard = wizards.create({"lead_ids": (mine | fine).ids, "sequence_id": sequence.id})
        self.assertEqual(wizard.allowed_count, 1)
        wizard.action_add()
        self.assertEqual(sequence.run_ids.lead_id, fine)
        with self.assertRaises(AccessError):
            wizards.create({"lead_ids": self.lead.ids, "sequence_id": sequence.id}).action_add()
        # The customer begins to talk with colleagues before the message leaves.
        other = self.receive(self.inbound("Hi", wa_id="12025550177", bsuid=None, name="Grace Example"))
        self.assertEqual(other.partner_id, self.grace)
        other.write({"team_id": self.team.id, "user_id": self.ana.id})
        self.run_plans()
        self.assertEqual(self.plans(fine).mapped("code"), ["conversation_of_others"])

    def action(self, **vals):
        return self.env["ir.actions.server"].create(
            {
                "name": "send",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "usage": "ir_actions_server",
                "state": "wa_template",
                "wa_template_id": self.greeting.id,
                "wa_repeat": "always",
                # Whoever has a group of the action is not asked by Odoo for the records.
                "group_ids": [Command.set(self.env.ref("crm_whatsapp.crm_whatsapp_group_user").ids)],
                **vals,
            }
        )

    def run_by_hand(self, action, records):
        """As the web client runs an action from the menu of a list."""
        return (
            action.with_user(self.cid)
            .with_context(active_model=records._name, active_ids=records.ids, active_id=records[:1].id)
            .run()
        )

    @mute_logger(ACTION_LOG)
    def test_action_run_by_hand(self):
        """S3: a server action that a person runs themselves, alone or inside of another one."""
        single = self.action()
        inside = self.action(usage="ir_actions_server")
        several = self.action(state="multi", wa_template_id=False, child_ids=[Command.set(inside.ids)])
        mine = self.own_lead(self.ada)
        for action in (single, several):
            with self.subTest(state=action.state):
                with self.assertRaises(AccessError):
                    self.run_by_hand(action, self.lead)
                self.run_by_hand(action, mine)
                self.run_plans()
                plan = self.plans(mine)[-1]
                self.assertTrue(plan.by_hand)
                self.assertEqual((plan.state, plan.code), ("refused", "conversation_of_others"))
        self.assertFalse(self.plans(self.lead))

    @mute_logger(ACTION_LOG)
    def test_adding_to_a_sequence_by_an_action(self):
        """S3: the same by an action that adds to a sequence."""
        sequence = self.env["wa.sequence"].create(
            {
                "name": "Follow up",
                "calendar_id": False,
                "step_ids": [Command.create({"template_id": self.greeting.id, "delay": 0, "delay_unit": "hours"})],
            }
        )
        action = self.action(state="wa_sequence", wa_template_id=False, wa_sequence_id=sequence.id)
        with self.assertRaises(AccessError):
            self.run_by_hand(action, self.lead)
        mine = self.own_lead(self.ada)
        self.run_by_hand(action, mine)
        self.assertFalse(sequence.run_ids)

    def test_rule_is_the_business_at_work(self):
        """A rule writes to whom it is about, whoever changed the record, also by an action run by hand."""
        stage = self.env.ref("crm.stage_lead3")
        rule = self.env["base.automation"].create(
            {
                "name": "Proposal",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "trigger": "on_stage_set",
                "trg_field_ref": stage.id,
            }
        )
        self.action(base_automation_id=rule.id, usage="base_automation", group_ids=False)
        move = self.action(
            state="object_write", wa_template_id=False, update_path="stage_id", resource_ref=f"crm.stage,{stage.id}"
        )
        several = self.action(state="multi", wa_template_id=False, child_ids=[Command.set(move.ids)])
        mine = self.own_lead(self.ada)
        self.run_by_hand(several, mine)
        self.run_plans()
        plan = self.plans(mine)
        self.assertEqual((plan.state, plan.by_hand), ("queued", False), plan.reason)

    def test_who_planned_has_left(self):
        """S3, a day late: the plan of somebody who left reaches no further than they did."""
        mine = self.own_lead(self.ada)
        self.run_by_hand(self.action(), mine)
        self.many(self.own_lead(self.grace)).action_send()
        self.cid.active = False
        self.run_plans()
        self.assertEqual(self.plans(mine).mapped("code"), ["conversation_of_others"])
        self.assertFalse(self.last_outgoing(self.conversation))
        self.assertEqual(self.env["wa.scheduled.message"].search([("origin", "=", "bulk")], limit=1).state, "queued")

    def test_record_beside_ones_own_conversation(self):
        """S3: in a conversation of one's own, about a record that is somebody else's: no note, no message there."""
        foreign = self.own_lead(self.grace)
        wizards = self.env["wa.template.send"].with_user(self.ana)
        about = {"res_model": "crm.lead", "res_id": foreign.id, "template_id": self.greeting.id}
        with self.assertRaises(AccessError):
            wizards.create({"conversation_id": self.conversation.id, **about}).action_send()
        self.assertFalse(self.last_outgoing(self.conversation))
        wizards.create({"conversation_id": self.conversation.id, **about, "res_id": self.lead.id}).action_send()
        self.assertEqual(self.last_outgoing(self.conversation).lead_id, self.lead)

    def test_context_of_a_client_marks_nothing(self):
        """The mark of an action run by hand, sent by a client, is a text like any other."""
        rule = self.action(group_ids=False).with_context(wa_by_hand="1", active_model="crm.lead", active_ids=self.lead.ids)
        rule.sudo().run()
        self.assertFalse(self.plans(self.lead).by_hand)

    def test_single_wizard(self):
        """S3: with a record, and with a conversation's id."""
        wizards = self.env["wa.template.send"].with_user(self.cid)
        with self.assertRaises(UserError):
            wizards.create({"res_model": "res.partner", "res_id": self.ada.id, "template_id": self.greeting.id}).action_send()
        with self.assertRaises(AccessError):
            wizards.create({"conversation_id": self.conversation.id, "template_id": self.greeting.id}).action_send()
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_retry_and_send_now(self):
        """S3: what is there already is not sent by others either."""
        [outcome] = self.greeting._send_to_records(self.lead)
        fail(outcome.message, "131026")
        with self.assertRaises(AccessError):
            outcome.message.with_user(self.cid).action_retry()
        due = fields.Datetime.add(fields.Datetime.now(), days=1)
        plan = self.env["wa.scheduled.message"]._plan(self.lead, origin="automation", template=self.greeting, due_at=due)
        plan.user_id = self.cid  # it was his change that planned it
        with self.assertRaises(AccessError):
            plan.with_user(self.cid).action_send_now()
        self.assertEqual(plan.due_at, due)


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestDryRunReach(DryRunCase):
    """S3: a rehearsal shows only what the person may see."""

    def test_values_beyond_ones_rights(self):
        """S3: a field that is closed to the manager, and records of other people."""
        self.patch(self.env["crm.lead"]._fields["expected_revenue"], "groups", "base.group_system")
        leads = self.leads(2)
        self.enter(leads, self.proposition, self.now)
        screen = self.env["wa.dry.run"].browse(self.rule().with_user(self.lead_manager).action_wa_dry_run()["res_id"])
        self.assertEqual(len(screen.line_ids), 2)
        for line in screen.line_ids:
            self.assertNotIn("10", line.text)
            self.assertNotIn("11", line.text)
            self.assertFalse(line.address)
        screen = self.env["wa.dry.run"].browse(self.rule().action_wa_dry_run()["res_id"])
        self.assertIn("10", screen.line_ids[0].text)


@tagged("post_install", "-at_install", "wa", "wa_rights", "wa_consent")
class TestConsentReach(ReachCase):
    """S11: people note what customers said whom they may see, by every road."""

    def record(self, user, about, **vals):
        vals = {"res_model": about._name, "res_id": about.id, "evidence": "on the phone", "purpose": "both", **vals}
        return self.env["wa.consent.record"].with_user(user).create(vals).action_record()

    def consents(self):
        return self.env["wa.consent"].search([("contact_id", "=", self.conversation.contact_id.id), ("source", "=", "person")])

    def test_wizard(self):
        """S11: granted and withdrawn, through the customer, through a lead of one's own, through their ids."""
        mine = self.own_lead(self.ada)
        for about in (self.ada, mine, self.lead, self.conversation, self.conversation.contact_id):
            for action in ("granted", "withdrawn"):
                with self.subTest(about=about._name, action=action), self.assertRaises(AccessError):
                    self.record(self.cid, about, action=action)
        self.assertFalse(self.consents())
        self.record(self.ana, self.ada)
        self.assertEqual(len(self.consents()), 2)

    def test_customer_whom_nobody_talks_with(self):
        self.record(self.cid, self.grace)
        self.assertTrue(self.grace.wa_contact_ids.consent_ids)

    def test_boxes_of_a_lead(self):
        """S11: a lead of one's own with the phone of a colleague's customer and a ticked box."""
        lead = (
            self.env["crm.lead"]
            .with_user(self.cid)
            .create({"name": "Own", "phone": "+12025550143", "wa_optin_marketing": True})
        )
        self.assertFalse(self.consents())
        self.assertFalse(lead.wa_optin_recorded_at)
        self.assertIn("colleagues talk", lead.message_ids[0].body)

    def test_rpc_on_models(self):
        """S11: no model takes a consent from a client directly."""
        vals = {
            "contact_id": self.conversation.contact_id.id,
            "company_id": self.env.company.id,
            "purpose": "marketing",
            "action": "granted",
            "source": "person",
            "evidence": "x",
            "happened_at": fields.Datetime.now(),
        }
        for user in (self.cid, self.lead_manager, self.admin_user):
            with self.assertRaises(AccessError):
                self.env["wa.consent"].with_user(user).create(vals)
            with self.assertRaises(AccessError):
                self.conversation.contact_id.with_user(user).write({"consent_ids": [Command.create(vals)]})
            with self.assertRaises(AccessError):
                self.conversation.contact_id.with_user(user).write({"opted_out_marketing": True})

    def test_import_is_for_managers(self):
        """S11: the list of consents."""
        vals = {"account_id": self.account.id, "source": "fair", "text": "+12025550143;marketing;granted;yes;2026-01-31"}
        with self.assertRaises(AccessError):
            self.env["wa.consent.import"].with_user(self.cid).create(vals)
