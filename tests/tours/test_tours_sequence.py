from odoo.tests import tagged

from ..common import WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_tour")
class TestSequenceTour(WaHttpCase):
    """A manager builds a sequence in the browser, adds a lead, sees what is coming, and calls it off."""

    def test_create_add_see_cancel(self):
        self.lead_manager.lang = "en_US"
        self.env["wa.sequence"].search([]).active = False
        reminder = self._make_template("still_thinking", "Still thinking?", [])
        lead = self.env["crm.lead"].create(
            {"name": "Oak table", "type": "opportunity", "phone": "+12025550143", "team_id": self.team.id}
        )
        self.start_tour("/odoo/whatsapp-sequences", "wa_sequence_create", login=self.lead_manager.login)
        sequence = self.env["wa.sequence"].search([("name", "=", "After the offer")])
        self.assertEqual(sequence.step_ids.template_id, self.template | reminder)
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "wa_sequence_lead", login=self.lead_manager.login)
        run = sequence.run_ids
        self.assertEqual((run.lead_id, run.state, run.code), (lead, "cancelled", "sequence_left_by_person"))
        self.assertEqual(run.scheduled_message_ids.mapped("state"), ["cancelled"] * len(run.scheduled_message_ids))
        self.assertEqual(run.done_step_ids, sequence.step_ids[0], "the first message was called off before")
