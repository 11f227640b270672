from odoo.tests import tagged
from odoo.tools import mute_logger

from ..rule_case import RuleMixin
from ..sequence_case import SequenceCase

BROKEN = "raise Exception('a mistake in this rule')"


SAVEPOINT_LOG = "odoo.addons.crm_whatsapp.models.concurrency"


@tagged("post_install", "-at_install", "wa", "wa_sequence")
class TestSequenceBrokenRules(RuleMixin, SequenceCase):
    """Nor does a mistake in a rule about sequences; and it costs nobody the end of messages."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("Hello"))
        self.lead = self.conversation.lead_id
        self.run_ = self.enrol(self.sequence())
        self.run_.started_at = self.run_.started_at.replace(year=self.run_.started_at.year - 1)
        self.rule("Broken", model="wa.sequence.run", trigger="on_write", action=self.code(BROKEN))

    def customer_says(self, text):
        self.store_webhook(self.inbound(text))
        with mute_logger(SAVEPOINT_LOG):
            self.process_webhooks()
        event = self.env["wa.webhook.event"].search([], limit=1)
        self.assertEqual((event.state, event.error), ("done", False))

    def test_an_answer_is_shown(self):
        self.customer_says("What about Friday?")
        self.assertEqual(self.conversation.last_preview, "What about Friday?")
        self.assertEqual(self.run_.state, "running")

    def test_a_stop_is_recorded(self):
        self.customer_says("STOP")
        self.assertEqual((self.conversation.consent_service, self.conversation.consent_marketing), ("withdrawn", "withdrawn"))
