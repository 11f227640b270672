from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestTemplateFill(WaCase):
    """Variables are filled from records, never evaluated, never left empty."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.lead = self.conversation.lead_id
        self.lead.expected_revenue = 1250

    def test_values_come_from_the_record(self):
        values, missing = self.template._get_values(self.lead)
        self.assertFalse(missing)
        self.assertEqual(values["body.1"], "Ada Example")
        self.assertIn("1,250.00", values["body.2"])

    def test_fallback(self):
        self.lead.partner_id = False
        values, _missing = self.template._get_values(self.lead)
        self.assertEqual(values["body.1"], "there")

    def test_nothing_is_sent_half_empty(self):
        template = self._make_template("needs_phone", "Call {{1}} now please.", [("1", "email_from", False)])
        self.lead.email_from = False
        [outcome] = template._send_to_records(self.lead)
        self.assertEqual((outcome.status, outcome.code), ("refused", "template_incomplete"))
        self.assertFalse(self.last_outgoing(self.conversation))
        self.assertIn("was not sent", self.lead.message_ids[0].body)

    def test_newlines_and_runs_of_spaces_are_cleaned(self):
        self.lead.partner_id.name = "Ada\n\tExample     Ltd"
        values, _missing = self.template._get_values(self.lead)
        self.assertEqual(values["body.1"], "Ada Example Ltd")

    def test_values_are_never_evaluated(self):
        self.lead.partner_id.name = "{{ 6 * 7 }} {{2}}"
        [outcome] = self.template._send_to_records(self.lead)
        self.assertIn("{{ 6 * 7 }} {{2}}", outcome.message.content["text"])
        self.assertIn("{{ 6 * 7 }}", str(outcome.message.content["components"]))

    def test_script_in_a_value_is_inert(self):
        self.lead.partner_id.name = "<script>alert(1)</script>"
        [outcome] = self.template._send_to_records(self.lead)
        self.assertNotIn("<script", outcome.message.mail_message_id.body)

    def test_unknown_and_secret_fields_are_refused_when_typed(self):
        with self.assertRaises(ValidationError):
            self.template.parameter_ids[0].field_path = "partner_id.nonsense"
        with self.assertRaises(ValidationError):
            self.template.parameter_ids[0].field_path = "company_id.nonsense.id"

    def test_one_bad_record_never_stops_the_others(self):
        leads = self.lead
        leads |= self.env["crm.lead"].create({"name": "No phone, no partner"})
        leads |= self.env["crm.lead"].create({"name": "By phone", "phone": "+1 202-555-0155", "expected_revenue": 5})
        outcomes = self.template._send_to_records(leads)
        self.assertEqual([o.status for o in outcomes], ["queued", "refused", "queued"])
        self.assertEqual(outcomes[1].code, "no_recipient")

    def test_paused_template_is_refused(self):
        self.template.status = "PAUSED"
        [outcome] = self.template._send_to_records(self.lead)
        self.assertEqual((outcome.status, outcome.code), ("refused", "template_paused"))

    def test_template_to_a_new_person_starts_a_conversation_quietly(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Cold",
                "phone": "+1 202-555-0156",
                "contact_name": "Cy",
                "expected_revenue": 5,
                "user_id": self.ana.id,
                "team_id": self.team.id,
            }
        )
        [outcome] = self.template._send_to_records(lead)
        conversation = outcome.message.conversation_id
        self.assertEqual(conversation.lead_id, lead)
        self.assertEqual(conversation.user_id, self.ana)
        self.assertFalse(conversation.channel_id.channel_member_ids, "no chat is pinned before an answer")
        self.receive(self.inbound("Yes?", wa_id="12025550156", bsuid="US.77"))
        self.assertEqual(conversation.channel_id.channel_member_ids.partner_id, self.ana.partner_id)

    def test_wizard_shows_the_filled_card_and_sends(self):
        action = self.lead.with_user(self.ana).action_wa_send_template()
        self.conversation.user_id = self.ana
        wizard = Form(self.env["wa.template.send"].with_user(self.ana).with_context(**action["context"]))
        wizard.template_id = self.template
        self.assertIn("Ada Example", wizard.preview)
        record = wizard.save()
        result = record.action_send()
        self.assertEqual(result["tag"], "crm_whatsapp.open_conversation")
        self.assertEqual(self.last_outgoing(self.conversation).origin, "manual")

    def test_wizard_asks_for_what_is_missing(self):
        template = self._make_template("ask", "Your code {{1}} is valid today.", [("1", False, False)])
        action = self.lead.with_user(self.ana).action_wa_send_template()
        wizard = (
            self.env["wa.template.send"]
            .with_user(self.ana)
            .with_context(**action["context"])
            .create({"template_id": template.id})
        )
        with self.assertRaisesRegex(UserError, "Fill in"):
            wizard.action_send()
        wizard.value_ids.value = "A1"
        wizard.action_send()
        self.assertIn("A1", self.last_outgoing(self.conversation).content["text"])
