from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..dry_run_case import DryRunCase

OCCASIONS = "odoo.addons.crm_whatsapp.models.dry_run.trigger_occurrences"


@tagged("post_install", "-at_install", "wa")
class TestDryRunScreen(DryRunCase):
    """The screen counts, explains, and writes nothing but itself."""

    def counts(self):
        """Return ``{table: number of rows}`` of the whole database, without the screen's own tables."""
        self.env.flush_all()
        self.env.cr.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'wa_dry_run%'")
        counts = {}
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608 - names of tables
            counts[table] = self.env.cr.fetchone()[0]
        return counts

    def mixed(self):
        rule = self.rule()
        leads = self.leads(5)
        leads[3:].phone = False
        self.enter(leads, self.proposition, self.now - timedelta(days=3))
        return rule

    def test_counts_reasons_and_next_steps(self):
        rule = self.mixed()
        action = rule.with_user(self.lead_manager).action_wa_dry_run()
        screen = self.env["wa.dry.run"].browse(action["res_id"])
        self.assertEqual(len(screen.line_ids), 5)
        for words in ("5 occasions", "3 would get it", "2 not", "no WhatsApp identity", "Utility"):
            self.assertIn(words, screen.summary)
        refused = screen.line_ids.filtered(lambda line: line.outcome == "not")[0]
        self.assertEqual(refused.code, "no_recipient")
        self.assertIn("Add a phone number", refused.next_step)
        sent = screen.line_ids.filtered(lambda line: line.outcome == "get")[0]
        self.assertEqual((sent.address, sent.language), ("+1 202-555-0150", "en"))
        everybody = screen.line_ids.filtered(lambda line: line.outcome == "get")
        self.assertTrue(all(everybody.mapped("address")), "where it goes is known before anybody wrote")
        self.assertFalse(any((screen.line_ids - everybody).mapped("address")))
        self.assertIn("proposal over", sent.text)
        self.assertEqual(sent.action_open_record()["res_id"], sent.res_id)
        self.assertIn("Values, consent", screen.unknown)

    def test_nothing_is_written(self):
        rule = self.mixed()
        before = self.counts()
        screen = self.env["wa.dry.run"].with_user(self.lead_manager)._open(rule.with_user(self.lead_manager))
        self.assertTrue(screen["res_id"])
        after = self.counts()
        self.assertEqual({t: after[t] for t in after if after[t] != before.get(t)}, {})

    def test_the_core_runs_where_nothing_can_be_written(self):
        rule = self.mixed()
        self.env.flush_all()
        self.env.cr.execute("SAVEPOINT rehearsal")
        self.env.cr.execute("SET TRANSACTION READ ONLY")
        found = self.rehearse(rule)
        self.env.flush_all()
        self.env.cr.execute("ROLLBACK TO SAVEPOINT rehearsal")
        self.assertEqual(len(found.results), 5)

    def test_a_stages_own_setting_is_rehearsed_from_the_stage(self):
        stage = self.proposition.with_user(self.lead_manager)
        with self.assertRaisesRegex(UserError, "Choose a template"):
            stage.with_context(wa_stage_role="enter").action_wa_dry_run()
        lead = self.leads(1)
        self.enter(lead, self.proposition, self.now - timedelta(days=3))
        stage.wa_enter_template_id = self.template
        action = stage.with_context(wa_stage_role="enter").action_wa_dry_run()
        screen = self.env["wa.dry.run"].browse(action["res_id"])
        self.assertEqual([(line.res_id, line.outcome) for line in screen.line_ids], [(lead.id, "get")])
        with self.assertRaises(AccessError):
            stage.with_user(self.ana).with_context(wa_stage_role="enter").action_wa_dry_run()

    def test_names_of_customers_are_no_html(self):
        rule = self.mixed()
        screen = self.env["wa.dry.run"].browse(rule.action_wa_dry_run()["res_id"])
        screen.line_ids[:1].sudo().reason = "<img src=x onerror=alert(1)>"
        screen.line_ids[:1].sudo().outcome = "not"
        screen.invalidate_recordset()
        self.assertNotIn("<img", screen.summary)

    def test_the_period_can_be_changed(self):
        rule = self.mixed()
        screen = self.env["wa.dry.run"].browse(rule.action_wa_dry_run()["res_id"])
        screen.date_to = screen.date_to - timedelta(days=10)
        screen.action_run()
        self.assertFalse(screen.line_ids)
        screen.date_from = screen.date_to + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "ends before it begins"):
            screen.action_run()

    def test_too_many_are_cut_and_said(self):
        rule = self.mixed()
        with patch(f"{OCCASIONS}.LIMIT", 3):
            screen = self.env["wa.dry.run"].browse(rule.action_wa_dry_run()["res_id"])
        self.assertEqual((len(screen.line_ids), screen.is_cut), (3, True))

    def test_managers_only_and_only_what_they_may_read(self):
        rule = self.mixed()
        with self.assertRaisesRegex(AccessError, "managers"):
            rule.with_user(self.ana).action_wa_dry_run()
        with self.assertRaises(AccessError):
            self.env["wa.dry.run"].with_user(self.ana).create({"res_model": "base.automation", "res_id": rule.id})
        foreign = self.env["res.company"].create({"name": "South"})
        lead = self.env["crm.lead"].search([("name", "=", "Lead 0")], limit=1)
        lead.write({"company_id": foreign.id, "team_id": False, "user_id": False})
        screen = self.env["wa.dry.run"].browse(rule.with_user(self.lead_manager).action_wa_dry_run()["res_id"])
        self.assertEqual(len(screen.line_ids), 4)
        self.assertNotIn(lead.id, screen.line_ids.mapped("res_id"))

    def test_no_context_moves_the_clock_of_the_gate(self):
        conversation = self.receive(self.inbound("Hello?"))
        conversation.last_inbound_at = self.now - timedelta(hours=30)
        gate = self.env["wa.gate"].with_context(now="2020-01-01 00:00:00", moment="2020-01-01 00:00:00")
        self.assertEqual(gate._decide(conversation, "free").code, "window_closed")
