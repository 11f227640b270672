from odoo.tests import tagged

from ...models.webhook import wa_webhook_event_worker
from ...tools.window import from_timestamp
from ..inbound_case import OUR_WAMID, RecordedCase

#: Parts of a message that are read by machines; changing them makes it another message.
ROUTING_KEYS = ("type", "from", "from_user_id", "id", "timestamp", "response_json")


@tagged("post_install", "-at_install", "wa")
class TestInboundKinds(RecordedCase):
    """Every kind of message is something a person reads and data a rule uses."""

    def _check(self, name, kind, *fragments, **values):
        row = self.receive_recorded(name)
        self.assertEqual((row.kind, row.direction, row.state), (kind, "in", "received"))
        self.assertTrue(row.is_supported)
        self.assertFalse(self.last_event().note)
        for fragment in fragments:
            self.assertIn(fragment, row.mail_message_id.body)
        for name_, value in values.items():
            self.assertEqual(row[name_], value, name_)
        self.assertEqual(row.mail_message_id.author_id, row.conversation_id.partner_id)
        return row

    def test_text(self):
        self._check("text", "text", "Hello, is <strong>this</strong> still", text="Hello, is *this* still available?")

    def test_text_forwarded(self):
        self._check("text_forwarded", "text", "Forwarded</div>", "Have you seen this?", is_forwarded=True)

    def test_text_frequently_forwarded(self):
        self._check("text_frequently_forwarded", "text", "Forwarded many times", is_forwarded=True)

    def test_answer_quotes_the_message_it_answers(self):
        ours = self.our_message(self.ada())
        row = self._check("text_reply", "text", "Yes, please", quoted_id=ours)
        self.assertEqual(row.mail_message_id.parent_id, ours.mail_message_id)
        self.assertNotIn("not here", row.mail_message_id.body)

    def _answer_while_sending(self):
        """Have the customer answer what is in WhatsApp's hands, and not committed here; returns our message and the event."""
        self.patch(wa_webhook_event_worker, "SHORT_WAIT", 0)
        ours = self.our_message(self.ada())
        ours.write({"state": "sending", "wamid": False})
        self.store_webhook(self.recorded("text_reply"))
        self.process_webhooks()
        event = self.last_event()
        self.assertEqual((event.state, event.attempts), ("new", 1))
        self.assertTrue(event.next_attempt_at, "looked at again in a moment")
        event.next_attempt_at = False
        return ours, event

    def test_answer_that_is_faster_than_our_own_commit_finds_its_message(self):
        ours, event = self._answer_while_sending()
        ours.write({"state": "sent", "wamid": OUR_WAMID})
        self.process_webhooks()
        self.assertEqual((event.state, event.error), ("done", False))
        self.assertEqual(self.env["wa.message"].search([("direction", "=", "in")], limit=1).quoted_id, ours)

    def test_answer_to_a_message_that_is_not_here_waits_only_once(self):
        _ours, event = self._answer_while_sending()
        self.process_webhooks()
        self.assertEqual((event.state, event.attempts), ("done", 2))
        self.assertIn("not here", self.thread(self.env["wa.conversation"].search([], limit=1))[-1])

    def test_answer_to_a_message_that_is_not_here_says_so(self):
        self._check("text_reply", "text", "In reply to a message that is not here", "Yes, please")

    def test_question_about_a_product(self):
        self._check("text_product_inquiry", "text", "About product SKU-1 of catalogue 77001", "in stock?")

    def test_group_message_is_marked_and_opens_no_window(self):
        words = "Written in the group GROUP-SAMPLE-1"
        row = self._check("text_group", "text", words, "Hello all", group_uid="GROUP-SAMPLE-1")
        self.assertFalse(row.conversation_id.window_until)

    def test_location(self):
        row = self._check(
            "location", "location", "<strong>Office</strong>", "1 Example St, London",
            'href="https://www.openstreetmap.org/?mlat=51.5007&amp;mlon=-0.1246', 'href="https://maps.example/1"',
            text="📍 Office, 1 Example St, London",
        )  # fmt: skip
        self.assertEqual(row.content["location"]["latitude"], 51.5007)
        self.assertNotIn("<img", row.mail_message_id.body, "nothing is loaded before somebody clicks")

    def test_location_without_a_name(self):
        self._check("location_pin", "location", "Show 51.5007, -0.1246 on a map")

    def test_location_with_rubbish_has_no_link(self):
        def spoil(value):
            value["messages"][0]["location"] = {
                "latitude": "x",
                "longitude": 1e9,
                "url": "javascript:alert(1)",
                "name": "<b>Here",
            }

        row = self.receive_recorded("location", spoil)
        self.assertNotIn("<a", row.mail_message_id.body)
        self.assertIn("&lt;b&gt;Here", row.mail_message_id.body)

    def test_cards_of_others_are_shown_and_link_nothing(self):
        row = self._check("contacts", "contacts", "Ben Example", "+44 7700 900456", "ben@example.com", "Example Works")
        self.assertEqual(row.conversation_id.contact_id.wa_id, "447700900123")
        self.assertFalse(self.env["wa.contact"].search([("wa_id", "=", "447700900456")]))

    def test_card_we_asked_for_links_the_phone_to_its_sender(self):
        for name in ("contacts_contact_request", "contacts_contact_request_on_card"):
            with self.subTest(name):
                row = self._check(name, "contacts", "Shared their own contact", "Ada Example")
                self.assertEqual(row.conversation_id.contact_id.wa_id, "447700900123")
        self.assertIn("was added to this contact", "".join(self.thread(row.conversation_id)))

    def test_card_we_asked_for_joins_the_contact_we_knew_by_phone(self):
        """The phone was known from a lead, the person wrote with a hidden number."""
        partner = self.env["res.partner"].create({"name": "Ada of the form", "phone": "+44 7700 900123"})
        known = self.env["wa.contact"].create(
            {
                "portfolio_key": self.account._get_portfolio_key(),
                "partner_id": partner.id,
                "wa_id": "447700900123",
                "phone_key": "447700900123",
            }
        )
        row = self.receive_recorded("contacts_contact_request")
        contact = row.conversation_id.contact_id
        self.assertFalse(known.exists())
        self.assertEqual((contact.wa_id, contact.partner_id), ("447700900123", partner))

    def test_card_we_asked_for_takes_no_number_from_somebody_else(self):
        self.receive(self.inbound("Hi", wa_id="447700900123", bsuid="GB.SOMEBODY", name="Somebody"))
        row = self._check("contacts_contact_request", "contacts", "Ada Example")
        self.assertFalse(row.conversation_id.contact_id.wa_id)
        self.assertIn("already belongs to Somebody", "".join(self.thread(row.conversation_id)))

    def test_tap_on_a_reply_button(self):
        self._check("interactive_button_reply", "interactive", "Tapped “09:00”", payload="slot:0900", subkind="button_reply")

    def test_choice_from_a_list(self):
        self._check(
            "interactive_list_reply", "interactive", "Tapped “Room 2”", "Ground floor", payload="room:2", subkind="list_reply"
        )  # fmt: skip

    def test_filled_in_form(self):
        self._check(
            "interactive_nfm_reply", "interactive", "Filled in a form", "<td>Guests</td><td>4</td>",
            subkind="nfm_reply", answers={"guests": "4"},
        )  # fmt: skip

    def test_permission_to_call(self):
        until = from_timestamp(self.moment(1796035200))
        moment = f'until <span class="o_wa_moment" title="{until:%Y-%m-%dT%H:%M:%SZ}">'
        row = self._check(
            "interactive_call_permission_reply", "interactive", f"May be called {moment}",
            payload="accept", subkind="call_permission_reply",
        )  # fmt: skip
        self.assertEqual(row.answers["response_source"], "user_action")

    def test_interactive_without_content(self):
        self._check("interactive_without_object", "interactive", "without its content", "131000")

    def test_template_button(self):
        ours = self.our_message(self.ada())
        self._check("button", "button", "Tapped “Track my order”", payload="track:S00042", quoted_id=ours)

    def test_code_that_was_not_asked_for(self):
        self._check("button_code_not_requested", "button", "did not ask for a code", payload="DID_NOT_REQUEST_CODE")

    def test_order(self):
        row = self._check("order", "order", "Ordered", "<td>SKU-1</td><td>2</td><td>49.50 GBP</td>", "Please deliver on Friday")
        self.assertEqual(row.answers["catalogue"], "77001")
        self.assertEqual(row.answers["lines"][1], {"product": "SKU-2", "quantity": 1, "price": 12, "currency": "GBP"})

    def test_unsupported_says_what_it_was(self):
        self._check("unsupported", "unsupported", "The customer sent a poll")

    def test_unavailable(self):
        self._check("unsupported_unavailable", "unsupported", "could not deliver")

    def test_unknown_kind_is_visible_kept_and_listed(self):
        row = self.receive_recorded("unknown_type")
        self.assertIn("Unsupported for now: hologram", row.mail_message_id.body)
        self.assertEqual(row.content["hologram"]["depth"], 3)
        self.assertIn("hologram", self.last_event().note)

    def test_words_of_whatsapp_are_a_thin_note_and_nobody_waits(self):
        row = self.receive_recorded("system_other")
        self.assertEqual(row.mail_message_id.message_type, "notification")
        self.assertIn("The subject was changed", row.mail_message_id.body)
        conversation = row.conversation_id
        self.assertFalse(conversation.waiting_since or conversation.lead_id or conversation.window_until)

    def test_first_opening_of_the_chat_makes_no_lead(self):
        row = self.receive_recorded("request_welcome")
        self.assertIn("Opened the chat", row.mail_message_id.body)
        self.assertFalse(row.conversation_id.lead_id)

    def test_ad_is_kept_on_message_conversation_and_lead(self):
        words = ("Came through an ad: Spring sale", 'href="https://fb.example/ad/1"', "I saw your ad")
        row = self._check("text_ad_referral", "text", *words)
        conversation, lead = row.conversation_id, row.lead_id
        self.assertEqual(row.referral["ctwa_clid"], "SAMPLE-CLICK-ID")
        self.assertEqual((conversation.ctwa_clid, conversation.referral_headline), ("SAMPLE-CLICK-ID", "Spring sale"))
        self.assertEqual(lead.source_id.name, "Meta")
        self.assertEqual(lead.medium_id.name, "WhatsApp Ad")
        self.assertEqual((lead.campaign_id.title, lead.campaign_id.wa_referral_uid), ("Spring sale", "120000000000000001"))
        self.assertEqual((lead.wa_ctwa_clid, lead.wa_referral_url), ("SAMPLE-CLICK-ID", "https://fb.example/ad/1"))

    def test_ad_and_post_of_known_places(self):
        def from_instagram(value):
            value["messages"][0]["referral"] |= {"source_url": "https://www.instagram.com/p/1", "source_type": "post"}

        lead = self.receive_recorded("text_ad_referral", from_instagram).lead_id
        self.assertEqual((lead.source_id.name, lead.medium_id.name), ("Instagram", "WhatsApp Post"))

    def test_two_ads_with_one_headline_are_two_campaigns(self):
        first = self.receive_recorded("text_ad_referral").conversation_id.campaign_id

        def other_ad(value):
            value["messages"][0]["id"] = "wamid.OTHER"
            value["messages"][0]["referral"]["source_id"] = "120000000000000002"

        second = self.receive_recorded("text_ad_referral", other_ad).conversation_id.campaign_id
        self.assertTrue(first and second)
        self.assertNotEqual(first, second)

    def test_open_lead_keeps_what_was_known_about_it(self):
        conversation = self.ada()
        lead = conversation.lead_id
        campaign = self.env["utm.campaign"].create({"title": "Fair"})
        lead.campaign_id = campaign
        self.receive_recorded("text_ad_referral")
        self.assertEqual((lead.campaign_id, lead.wa_ctwa_clid), (campaign, "SAMPLE-CLICK-ID"))

    def test_script_anywhere_in_a_card_order_or_form_is_inert(self):
        evil = "<img src=x onerror=alert(1)>\u202egnp"

        def poison(value):
            def walk(part):
                for key, inner in part.items() if isinstance(part, dict) else enumerate(part):
                    if isinstance(inner, (dict, list)):
                        walk(inner)
                    elif isinstance(inner, str) and key not in ROUTING_KEYS:
                        part[key] = evil

            walk(value["messages"])

        names = ("contacts", "order", "location", "document", "text_ad_referral", "text_product_inquiry")
        for name in (*names, "interactive_nfm_reply"):
            with self.subTest(name):
                body = self.receive_recorded(name, poison).mail_message_id.body
                self.assertNotIn("<img", body)
                self.assertNotIn("\u202e", body)
