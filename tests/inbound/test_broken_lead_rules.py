from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import WaCase

LOGGER = "odoo.addons.crm_whatsapp.models.inbound.lead"


@tagged("post_install", "-at_install", "wa")
class TestBrokenLeadRules(WaCase):
    """Whatever a database's own rules do to leads, what the customer wrote is shown."""

    def break_leads(self, code="x = 1 / 0", trigger="on_create"):
        """Add an automation rule on leads that always fails."""
        model = self.env["ir.model"]._get("crm.lead")
        action = self.env["ir.actions.server"].create(
            {"name": "Broken", "model_id": model.id, "state": "code", "code": code, "usage": "base_automation"}
        )
        return self.env["base.automation"].create(
            {
                "name": "Broken",
                "model_id": model.id,
                "trigger": trigger,
                "action_server_ids": [(6, 0, action.ids)],
            }
        )

    def notes_of(self, conversation):
        return conversation.channel_id.message_ids.filtered(
            lambda m: m.subtype_id == self.env.ref("mail.mt_note") and "No lead" in m.body
        )

    def receive_without_lead(self, text, **sender):
        with self.assertLogs(LOGGER, "WARNING") as logs:
            conversation = self.receive(self.inbound(text, **sender))
        self.assertIn("division by zero", "".join(logs.output))
        return conversation

    @mute_logger("odoo.addons.base.models.ir_actions")
    def test_message_is_shown_and_people_are_told(self):
        self.break_leads()
        conversation = self.receive_without_lead("Is anybody there?")
        event = self.env["wa.webhook.event"].search([], limit=1)
        self.assertEqual(event.state, "done")
        self.assertIn("division by zero", event.note)
        self.assertFalse(conversation.lead_id)
        self.assertIn(conversation.user_id, self.ana | self.ben, "the owner does not depend on the lead")
        self.assertIn("Is anybody there?", conversation.message_ids.mail_message_id.body)
        [note] = self.notes_of(conversation)
        self.assertNotIn("division", note.body, "colleagues are not shown programs")

    @mute_logger("odoo.addons.base.models.ir_actions")
    def test_people_are_told_once(self):
        self.break_leads()
        self.receive_without_lead("One")
        conversation = self.receive_without_lead("Two")
        self.assertEqual(len(conversation.message_ids), 2)
        self.assertEqual(len(self.notes_of(conversation)), 1)

    @mute_logger("odoo.addons.base.models.ir_actions")
    def test_others_in_the_batch_get_their_leads(self):
        self.break_leads("if '0199' in (record.phone or ''): x = 1 / 0")
        self.store_webhook(self.inbound("Poison", wa_id="12025550199", bsuid=None))
        self.store_webhook(self.inbound("Fine", wa_id="12025550188", bsuid=None))
        with self.assertLogs(LOGGER, "WARNING"):
            self.process_webhooks()
        rows = self.env["wa.message"].search([("direction", "=", "in")], limit=2)
        leads = {row.conversation_id.contact_id.wa_id: bool(row.lead_id) for row in rows}
        self.assertEqual(leads, {"12025550199": False, "12025550188": True})

    def test_lost_race_is_no_broken_rule(self):
        """A conflict must reach the worker, which does everything again; or the lead would be missing."""

        def lose(*_args):
            raise ConcurrencyError("somebody was faster")

        self.patch(self.registry["wa.conversation"], "_create_leads", lose)
        self.store_webhook(self.inbound())
        event = self.env["wa.webhook.event"].search([], limit=1)
        with self.assertRaises(ConcurrencyError):
            event._dispatch()
