import requests

from odoo.tests import tagged

from ..common import ACCESS_TOKEN, WABA_ID, WaSandboxCase


@tagged("post_install", "-at_install", "wa", "wa_flow", "wa_consent")
class TestConsentFlow(WaSandboxCase):
    """Whole stories on a phone: asked, agreed, stopped, confirmed once, silent."""

    def setUp(self):
        super().setUp()
        self.account.consent_policy = "all"
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.contact = self.conversation.contact_id
        self.lead = self.conversation.lead_id
        self.offer = self._make_template("offer", "Ten percent off everything", [], category="MARKETING")

    def send(self, template, **kwargs):
        [outcome] = template._send_to_records(self.lead, **kwargs)
        self.run_sender()
        return outcome

    def ask(self):
        """Send the demo template of the sandbox with two buttons as a double opt-in."""
        self.lead.expected_revenue = 100
        self.template.write({"optin_purpose": "marketing", "optin_yes": "Yes, call me", "optin_no": "Not now"})
        outcome = self.send(self.template)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        self.assertEqual(outcome.message.state, "sent", outcome.message.error_text)
        return outcome.message

    def tap(self, index):
        message = self.phone_messages(self.ada)[-1]
        self.sandbox.control("POST", f"customers/{self.ada['id']}/messages", tap={"message_id": message["id"], "index": index})
        self.deliver()

    def test_double_optin_agreed(self):
        self.assertEqual(self.send(self.offer).code, "consent_missing")
        self.ask()
        self.tap(0)
        row = self.contact.consent_ids.filtered(lambda c: c.purpose == "marketing")
        self.assertEqual((row.action, row.source, row.evidence), ("granted", "double_optin", "Yes, call me"))
        self.assertIn("proposal", row.place, "what was asked")
        decision = self.env["wa.gate"]._decide(self.conversation, "template", self.offer, origin="automation")
        self.assertTrue(decision.allowed, decision.code)

    def test_double_optin_declined(self):
        self.ask()
        self.tap(1)
        self.assertEqual((self.conversation.consent_service, self.conversation.consent_marketing), ("granted", "withdrawn"))
        self.assertEqual(self.send(self.offer).code, "consent_withdrawn")

    def test_same_label_on_another_template_means_nothing(self):
        self.ask()
        self.template.optin_purpose = False
        self.tap(0)
        self.assertEqual(self.conversation.consent_marketing, "none")

    def test_stop_is_confirmed_once_on_the_phone_and_then_there_is_silence(self):
        before = len(self.phone_messages(self.ada))
        self.customer_writes(self.ada, "STOP")
        self.run_sender()
        thread = self.phone_messages(self.ada)
        self.assertEqual(len(thread) - before, 2, "their word and ours")
        row = self.last_outgoing(self.conversation)
        self.assertEqual((row.state, row.is_confirmation), ("sent", True))
        self.customer_writes(self.ada, "stop")
        self.lead.expected_revenue = 100
        self.assertEqual(self.send(self.template).code, "consent_withdrawn")
        self.run_sender()
        self.assertEqual(len(self.phone_messages(self.ada)) - before, 3, "only their second word")

    def test_message_that_waited_is_not_sent_after_a_stop(self):
        row = self.reply(self.ana, self.conversation, "One moment").wa_message_ids
        self.customer_writes(self.ada, "stop")
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", "consent_withdrawn"))
        self.assertTrue(self.last_outgoing(self.conversation).is_confirmation)
        self.assertEqual(self.last_outgoing(self.conversation).state, "sent")

    def approved_offer(self):
        """Hand a marketing template in at the sandbox and take it over."""
        answer = requests.post(
            f"{self.sandbox.url}/v24.0/{WABA_ID}/message_templates",
            json={
                "name": "autumn_sale",
                "language": "en",
                "category": "MARKETING",
                "components": [{"type": "BODY", "text": "Our autumn sale begins today, come and see it."}],
            },
            headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
            timeout=10,
        )
        self.sandbox.control("POST", f"templates/{answer.json()['id']}", status="APPROVED")
        self.env["wa.template.sync"]._sync_account(self.account)
        return self.env["wa.template"].search([("account_id", "=", self.account.id), ("name", "=", "autumn_sale")])

    def test_131_050_met_and_ordered(self):
        """The customer stopped marketing inside WhatsApp, and we hear of it only by the failure."""
        offer = self.approved_offer()
        for met in (False, True):
            with self.subTest(met=met):
                self.sandbox.control("POST", "switches", us_marketing_pause=False)
                customer = self.customer(name="Bob Example", phone=f"+1202555018{int(met)}")
                conversation = self.customer_writes(customer, "Hello")
                self.give_consent(conversation.contact_id)
                if met:
                    self.sandbox.control("POST", f"customers/{customer['id']}", marketing="stop")
                else:
                    self.order_refusal(131050, times=1, match="template")
                outcome = offer._send_in_conversation(conversation, conversation.lead_id, "manual")
                self.assertEqual(outcome.status, "queued", outcome.reason)
                self.run_sender()
                row = outcome.message
                # The webhook about the wish itself is not there yet.
                for delivery in self._settled_webhooks():
                    if "user_preferences" not in delivery["body"]:
                        self.store_webhook(delivery["body"].encode())
                self.process_webhooks()
                self.assertEqual((row.state, row.error_code), ("failed", "131050"))
                said = conversation.contact_id.consent_ids.filtered(lambda c: c.source == "error")
                self.assertEqual((said.purpose, said.action, said.message_id), ("marketing", "withdrawn", row))
                self.assertEqual(conversation.consent_marketing, "withdrawn")
                self.assertTrue(self.env["phone.blacklist"].search([("number", "=", f"+1202555018{int(met)}")]))


@tagged("post_install", "-at_install", "wa", "wa_flow")
class TestConsentFlowByOtherRoad(TestConsentFlow):
    """The same where refusals come by the other road."""

    allow_inherited_tests_method = True
    by_other_road = True
