from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged

from ...models.consent import wa_optin_box
from ..common import WaCase

PAGE = "https://www.example.com/contactus?x=1"


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestConsentForm(WaCase):
    """A box on a form that creates a lead is a consent with the words beside it."""

    def submit(self, referrer=PAGE, **vals):
        """Create a lead as the website's form does: as superuser, in a request of a visitor."""
        request = SimpleNamespace(httprequest=SimpleNamespace(referrer=referrer))
        with patch.object(wa_optin_box, "request", request):
            return self.env["crm.lead"].create(
                {"name": "Question", "contact_name": "Ada", "phone": "+1 202 555 0123", "team_id": self.team.id, **vals}
            )

    def rows(self, lead):
        return lead._wa_consent_contacts()[lead.id].consent_ids

    def test_ticked_boxes_are_recorded_with_words_page_and_time(self):
        lead = self.submit(
            wa_optin_service=True,
            wa_optin_marketing=True,
            wa_optin_marketing_words="Yes, tell me about offers. I can stop any time.",
        )
        rows = self.rows(lead).sorted("purpose")
        self.assertEqual(rows.mapped("purpose"), ["marketing", "service"])
        self.assertEqual(rows[0].evidence, "Yes, tell me about offers. I can stop any time.")
        self.assertEqual(rows[1].evidence, "Send me messages about my request on WhatsApp", "the label of the box")
        self.assertEqual((set(rows.mapped("source")), set(rows.mapped("place"))), ({"form"}, {PAGE}))
        self.assertEqual(rows.mapped("happened_at"), [lead.create_date.replace(microsecond=0)] * 2)
        self.assertFalse(rows.user_id)
        self.assertEqual((lead.wa_consent_service, lead.wa_consent_marketing), ("granted", "granted"))
        self.assertFalse(lead.partner_id, "the lead is as the website made it")

    def test_template_goes_to_whoever_ticked_and_to_nobody_else(self):
        self.account.consent_policy = "all"
        asked = self.submit(wa_optin_service=True, expected_revenue=5)
        other = self.submit(phone="+1 202 555 0124", expected_revenue=5)
        outcomes = self.template._send_to_records(asked | other)
        self.assertEqual([(o.status, o.code) for o in outcomes], [("queued", ""), ("refused", "consent_missing")])
        self.assertTrue(outcomes[0].post.conversation.partner_id, "a customer is made when we write")

    def test_empty_boxes_are_nothing(self):
        lead = self.submit()
        self.assertFalse(self.rows(lead))
        self.assertFalse(lead.wa_optin_page)

    def test_without_a_phone_the_consent_waits_for_one(self):
        lead = self.submit(phone=False, wa_optin_marketing=True)
        self.assertFalse(lead.wa_optin_recorded_at)
        self.assertIn("no phone number", lead.message_ids[0].body)
        lead.phone = "+1 202 555 0129"
        self.assertEqual(self.rows(lead).contact_id.wa_id, "12025550129")
        lead.phone = "+1 202 555 0128"
        self.assertFalse(self.env["wa.contact"].search([("wa_id", "=", "12025550128")]), "recorded once")

    def test_merged_into_a_lead_with_a_phone_it_is_recorded_too(self):
        waiting = self.submit(phone=False, wa_optin_marketing=True, wa_optin_marketing_words="Offers, please")
        known = self.submit(phone="+1 202 555 0126")
        merged = (known | waiting).merge_opportunity()
        self.assertEqual(merged.wa_consent_marketing, "granted")
        self.assertEqual(self.rows(merged).evidence, "Offers, please")

    def test_a_form_takes_back_nobodys_stop(self):
        """Anybody can type anybody's number into a form."""
        conversation = self.receive(self.inbound("Hello", wa_id="12025550123"))
        self.receive(self.inbound("STOP", wa_id="12025550123"))
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("withdrawn", "withdrawn"))
        lead = self.submit(wa_optin_service=True, wa_optin_marketing=True)
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("withdrawn", "withdrawn"))
        self.assertTrue(any("stopped such messages" in body for body in lead.message_ids.mapped("body")))
        colleague = self.env["crm.lead"].with_user(self.ana)
        colleague.create({"name": "Called", "phone": "+1 202 555 0123", "wa_optin_service": True})
        sources = conversation.contact_id.consent_ids.mapped("source")
        self.assertIn("person", sources, "a colleague answers for what they record")
        self.assertNotIn("form", sources)

    def test_colleague_who_ticks_says_it_under_their_name(self):
        lead = (
            self.env["crm.lead"]
            .with_user(self.ana)
            .create({"name": "By hand", "phone": "+12025550127", "wa_optin_marketing": True})
        )
        row = self.rows(lead)
        self.assertEqual((row.source, row.user_id), ("person", self.ana))

    def test_words_are_read_from_the_page_itself(self):
        """The part that reads our own pages; the website addon is not installed here, so its model is stood in for."""
        arch = """<t t-name="x"><form data-model_name="crm.lead">
            <div class="s_website_form_field col-12"><label>Offers <b>on WhatsApp</b></label>
            <input type="checkbox" name="wa_optin_marketing" value="Yes"/><i>Stop any time</i></div></form></t>"""
        words = self.env["wa.optin.box"]._words_in(arch, "wa_optin_marketing")
        self.assertEqual(words, "Offers on WhatsApp Stop any time")
        self.assertEqual(self.env["wa.optin.box"]._words_in(arch, "wa_optin_service"), "")
