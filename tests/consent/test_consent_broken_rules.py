from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.outbox.results import apply_results
from ...tools.failures import classify
from ...tools.graph.errors import GraphError
from ..common import WaCase
from ..rule_case import RuleMixin

CONSENT_LOG = "odoo.addons.crm_whatsapp.models.inbound.consent"
SAVEPOINT_LOG = "odoo.addons.crm_whatsapp.models.concurrency"
BROKEN = "raise Exception('a mistake in this rule')"


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestConsentBrokenRules(RuleMixin, WaCase):
    """Rules of the database may be about consents, too: no mistake in one holds up a customer's message."""

    def setUp(self):
        super().setUp()
        self.rule("Broken", model="wa.consent", trigger="on_create", action=self.code(BROKEN))

    def test_a_broken_rule_about_consents_holds_up_no_message(self):
        self.store_webhook(self.inbound("Is it still there?"))
        with mute_logger(CONSENT_LOG):
            self.process_webhooks()
        event = self.env["wa.webhook.event"].search([], limit=1)
        row = self.env["wa.message"].search([("direction", "=", "in")], limit=1)
        self.assertEqual((event.state, row.text), ("done", "Is it still there?"))
        self.assertIn("consent not recorded: ", event.note)
        self.assertIn("a mistake in this rule", event.note)
        thread = self.env["mail.message"].search(
            [("model", "=", "discuss.channel"), ("res_id", "=", row.conversation_id.channel_id.id)]
        )
        self.assertTrue(any("could not be recorded" in body for body in thread.mapped("body")))

    def test_a_broken_rule_does_not_cost_the_sender_its_results(self):
        self.env["base.automation"].search([]).active = False
        conversation = self.receive(self.inbound("Hello"))
        row = self.reply(self.ana, conversation, "News").wa_message_ids
        row.state = "sending"
        self.env["base.automation"].with_context(active_test=False).search([("name", "=", "Broken")]).active = True
        error = GraphError("User has stopped marketing", code=131050, failure=classify(131050))
        with mute_logger(SAVEPOINT_LOG):
            apply_results(self.env, [(row.id, error)])
        self.assertEqual((row.state, row.error_code), ("failed", "131050"))
        self.assertTrue(conversation.contact_id.opted_out_marketing)

    def test_the_others_of_a_batch_are_recorded(self):
        self.env["base.automation"].search([]).filter_domain = "[('evidence', '=', 'Bad')]"
        for number, text in enumerate(("One", "Bad", "Three")):
            self.store_webhook(self.inbound(text, wa_id=f"1202555010{number}", bsuid=f"US.7{number}"))
        with mute_logger(CONSENT_LOG):
            self.process_webhooks()
        rows = self.env["wa.message"].search([("direction", "=", "in"), ("text", "in", ("One", "Bad", "Three"))])
        self.assertEqual(len(rows), 3)
        self.assertEqual(sorted(rows.contact_id.consent_ids.mapped("evidence")), ["One", "Three"])
