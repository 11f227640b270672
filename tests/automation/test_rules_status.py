import time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.outbox.results import apply_accepted, fail
from ...tools.graph.results import SendResult
from ..rule_case import LOG, RuleCase


@tagged("post_install", "-at_install", "wa")
class TestRulesStatus(RuleCase):
    """What reports about our messages start, each at most once."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.lead = self.conversation.lead_id
        self.row = self.reply(self.ana, self.conversation, "Hello").wa_message_ids
        self.row.write({"state": "sending", "wamid": "wamid.OUT"})
        self.cron = self.env.ref("crm_whatsapp.ir_cron_wa_rule")

    def report(self, *statuses, code=None):
        for status in statuses:
            frame = {
                "id": "wamid.OUT",
                "status": status,
                "timestamp": str(int(time.time())),
                "recipient_id": "12025550143",
                "biz_opaque_callback_data": self.row.uuid,
            }
            if code:
                frame["errors"] = [{"code": code, "title": "x"}]
            self.store_webhook({**self.payload_of(statuses=[frame]), "nonce": time.monotonic_ns()})
        self.process_webhooks()
        self._run_cron(self.cron)

    def counting(self, name, **vals):
        """Make a rule that counts how often it ran, in a text of the lead."""
        self.rule(name, trigger="on_wa_status", action=self.adding("referred", f"'{name} '"), **vals)

    def ran(self):
        text, self.lead.referred = self.lead.referred, False
        return (text or "").split()

    def test_each_status_once_in_whatever_order(self):
        for status in ("sent", "delivered", "read", "played", "failed"):
            self.counting(status, **{f"wa_on_{status}": True})
        self.report("read", "sent", "delivered")
        self.assertEqual(self.ran(), ["sent", "delivered", "read"])
        self.report("delivered", "read", "sent", "failed")
        self.assertEqual(self.ran(), [])
        self.report("played")
        self.assertEqual(self.ran(), ["played"])

    def test_failure_reported_later_makes_an_activity(self):
        self.rule(
            "call",
            trigger="on_wa_status",
            wa_on_failed=True,
            action={
                "state": "next_activity",
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "activity_summary": "WhatsApp did not arrive: call",
                "activity_user_type": "generic",
                "activity_user_field_name": "user_id",
            },
        )
        self.lead.user_id = self.ben
        self.report("failed", code=131026)
        self.report("failed", code=131026)
        activity = self.lead.activity_ids
        self.assertEqual((activity.summary, activity.user_id), ("WhatsApp did not arrive: call", self.ben))

    def test_what_the_senders_answer_says_counts_like_a_report(self):
        self.counting("sent", wa_on_sent=True)
        self.counting("failed", wa_on_failed=True)
        fail(self.row, 131009)
        self._run_cron(self.cron)
        self.assertEqual(self.ran(), ["failed"])
        other = self.reply(self.ana, self.conversation, "Again").wa_message_ids
        other.state = "sending"
        apply_accepted(self.env, {other.id: SendResult(wamid="wamid.OTHER")})
        self._run_cron(self.cron)
        self.assertEqual(self.ran(), ["sent"])
        self.row = other
        self.report("sent")
        self.assertEqual(self.ran(), [])

    def test_template_and_origin(self):
        self.counting("template", wa_template_id=self.template.id)
        self.counting("rule", wa_origin="automation")
        self.counting("chat", wa_origin="chat")
        self.report("delivered")
        self.assertEqual(self.ran(), ["chat"])
        self.row.write({"kind": "template", "content": {"name": "proposal_ready", "language": "es"}, "origin": "automation"})
        self.report("read")
        self.assertEqual(self.ran(), ["template", "rule"])

    @mute_logger(LOG)
    def test_a_failing_rule_delays_no_status(self):
        self.rule("broken", trigger="on_wa_status", action=self.code("raise UserError('Out of stock')"))
        self.counting("fine")
        self.report("delivered")
        self.assertEqual(self.row.state, "delivered")
        self.assertEqual(self.ran(), ["fine"])
        self.assertEqual(self.env["wa.rule.run"].search([]).reason, "Out of stock")

    def test_nothing_is_noted_that_no_rule_asks_for(self):
        self.report("sent")
        self.counting("failed", wa_on_failed=True)
        self.store_webhook(self.payload_of(statuses=[{"id": "wamid.OUT", "status": "read", "timestamp": "1790000000"}]))
        self.process_webhooks()
        self.assertEqual((self.row.state, self.row.rules_from), ("read", False))

    def test_without_a_rule_a_status_costs_no_query(self):
        self.env["base.automation"]._wa_statuses()
        self.row.state = "read"
        self.env.flush_all()
        self.row.mapped("state")
        with self.assertQueryCount(0):
            self.env["wa.rule.status"]._note({self.row.id: "sent"})
            self.assertEqual(self.env["wa.rule.status"]._former_states([self.row.id]), {})
