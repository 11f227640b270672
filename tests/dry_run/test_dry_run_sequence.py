from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..dry_run_case import DryRunCase


@tagged("post_install", "-at_install", "wa")
class TestDryRunOfSequences(DryRunCase):
    """A sequence is rehearsed on the leads that would have entered it, with every step at its time."""

    def sequence(self, **vals):
        return self.env["wa.sequence"].create(
            {
                "name": "After the proposal",
                "calendar_id": False,
                "step_ids": [
                    Command.create({"sequence": 1, "template_id": self.template.id, "delay": 1, "delay_unit": "days"}),
                    Command.create({"sequence": 2, "template_id": self.template.id, "delay": 2, "delay_unit": "days"}),
                ],
                **vals,
            }
        )

    def test_leads_that_entered_the_stage_get_every_step(self):
        lead, nobody, outside = self.leads(3)
        nobody.write({"phone": False, "partner_id": False})
        at = self.now - timedelta(days=9)
        self.enter(lead | nobody, self.proposition, at)
        self.enter(outside, self.proposition, self.now - timedelta(days=40))
        sequence = self.sequence(entry="stage", entry_stage_id=self.proposition.id)
        found = self.rehearse(sequence)
        self.assertEqual(
            [(r.record, r.outcome, r.when) for r in found.results],
            [
                (nobody, "not", at),
                (lead, "get", at + timedelta(days=1)),
                (lead, "get", at + timedelta(days=3)),
            ],
        )
        self.assertIn("no WhatsApp identity", found.results[0].note)
        self.assertIn("answered", found.unknown[-1])

    def test_without_an_entry_new_leads_are_taken(self):
        old, new = self.leads(2)
        self.born(new, self.now - timedelta(days=2))
        found = self.rehearse(self.sequence())
        self.assertEqual([r.record for r in found.results], [new, new])
        self.assertTrue(old)

    def test_the_button_is_for_managers_and_writes_nothing(self):
        sequence = self.sequence()
        lead = self.leads(1)
        self.born(lead, self.now - timedelta(days=2))
        screen = self.env["wa.dry.run"].browse(sequence.with_user(self.lead_manager).action_wa_dry_run()["res_id"])
        self.assertEqual((screen.name, len(screen.line_ids)), ("After the proposal", 2))
        self.assertFalse(self.env["wa.sequence.run"].search([("sequence_id", "=", sequence.id)]))
        with self.assertRaises(AccessError):
            sequence.with_user(self.ana).action_wa_dry_run()
