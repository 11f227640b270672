import time

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...tools.bidi import is_blank
from ..inbound_case import RecordedCase

VCARD = "BEGIN:VCARD\nFN:Ada Example\nTEL;waid=447700900123:+44 7700 900123\nEND:VCARD"


def shown(row):
    """Return the words of a message in its thread."""
    return html2plaintext(row.mail_message_id.body)


@tagged("post_install", "-at_install", "wa")
class TestHostileMessages(RecordedCase):
    """Whatever parts are missing, empty or absurd: the message is there, and something of it can be seen."""

    def say(self, kind, content, **more):
        """Let the customer write a message of a kind; returns its row."""
        message = {"type": kind, kind: content, **more}
        self.receive(self.inbound(wamid=f"wamid.{time.monotonic_ns()}", **message))
        self.assertEqual((self.last_event().state, self.last_event().error), ("done", False))
        row = self.env["wa.message"].search([("direction", "=", "in")], limit=1)
        self.assertEqual(row.kind, kind)
        return row

    def test_something_is_visible_each_time(self):
        for kind, content in (
            ("text", {}),
            ("text", {"body": ""}),
            ("text", {"body": "\u200b\u3164"}),
            ("text", {"body": "\u202e\u2066"}),
            ("text", "no object"),
            ("button", {}),
            ("button", {"text": "\u3164"}),
            ("interactive", {"type": "button_reply"}),
            ("interactive", {"type": "list_reply", "list_reply": []}),
            ("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{", "body": ""}}),
            ("interactive", {"type": ["x"]}),
            ("interactive", {"type": "call_permission_reply"}),
            ("location", {}),
            ("contacts", []),
            ("contacts", [{}, 7]),
            ("order", {}),
            ("image", {}),
            ("sticker", {"id": "7"}),
            ("unsupported", {}),
            ("file", {"id": "7"}),
            ("interactive_button_reply", {"title": "x"}),
            ("marks", {}),
            ("", {}),
        ):
            with self.subTest(kind=kind, content=content):
                row = self.say(kind, content) if kind else self.receive(self.inbound(type="")).message_ids[:1]
                self.assertFalse(is_blank(shown(row)), row.mail_message_id.body)
                self.assertFalse(is_blank(row.preview))
                self.assertTrue(row.conversation_id.last_preview)

    def test_button_without_label_shows_what_it_stands_for(self):
        row = self.say("button", {"payload": "call_me"})
        self.assertIn("Tapped “call_me”", shown(row))
        self.assertEqual(row.preview, "call_me")
        row = self.say("interactive", {"type": "button_reply", "button_reply": {"id": "slot:0900"}})
        self.assertIn("Tapped “slot:0900”", shown(row))

    def test_answers_of_a_form_that_cannot_be_read_are_shown_as_words(self):
        for broken, words in (
            ('{"guests": 4', "The answers could not be read."),
            ('["4"]', "4"),
            ("4", "4"),
            ("\u202e<b>four</b>", "<b>four</b>"),
        ):
            with self.subTest(broken):
                reply = {"name": "flow", "body": "Sent", "response_json": broken}
                row = self.say("interactive", {"type": "nfm_reply", "nfm_reply": reply})
                self.assertIn(words, shown(row))
                self.assertNotRegex(shown(row), r'[{}\[\]"]', "no JSON in the thread")
                self.assertNotIn("<b>", row.mail_message_id.body)

    def test_kind_nobody_taught_us_shows_what_came_with_it(self):
        row = self.say("hologram", {"depth": 3, "title": "<img src=x>", "parts": [{"a": 1}], "inner": {"colour": "red"}})
        words = shown(row)
        for fact in ("Depth", "3", "red", "Inner: Colour"):
            self.assertIn(fact, words)
        self.assertNotIn("<img", row.mail_message_id.body)
        many = self.say("hologram", {f"key{number}": "x" * 5000 for number in range(500)})
        self.assertLess(len(many.mail_message_id.body), 30_000)

    def test_kinds_named_like_parts_of_our_program_are_unknown_kinds(self):
        for kind in ("file", "interactive_nfm_reply", "interactive_order", "marks", "__class__"):
            with self.subTest(kind):
                row = self.say(kind, {"id": "7"})
                self.assertFalse(row.is_supported)
                self.assertIn("Unsupported for now", shown(row))
                self.assertIn("not handled yet", self.last_event().note)

    def test_names_that_nobody_can_see_are_none(self):
        conversation = self.receive(self.inbound(name="\u3164\u200b"))
        self.assertEqual(conversation.partner_id.name, "+1 202-555-0143")
        self.assertEqual(conversation.channel_id.name, "+1 202-555-0143")

    def test_sizes_nobody_writes(self):
        long = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(9000))
        conversation = self.receive(self.inbound(long * 7, name=long, wamid="wamid." + "B" * 9000))
        event = self.last_event()
        self.assertEqual((event.state, event.error), ("done", False))
        self.assertEqual(conversation.message_ids.text, long * 7)
        self.assertLessEqual(len(conversation.partner_id.name), 200)
        ad = {"source_id": "7" * 9000, "headline": long, "source_url": "https://fb.example/" + "x" * 9000, "body": [1]}
        row = self.say("text", {"body": "From an ad"}, referral=ad)
        self.assertTrue(row.lead_id)
        self.assertTrue(row.conversation_id.campaign_id)

    def test_referral_with_missing_or_absurd_parts(self):
        for part in ({"source_type": "post"}, {"ctwa_clid": "X"}, {"source_url": "javascript:x"}, {"headline": {"a": 1}}):
            with self.subTest(part):
                row = self.say("text", {"body": "Hi"}, referral=part)
                self.assertIn("Came through", shown(row))
                self.assertNotIn("javascript", row.mail_message_id.body)
                self.assertTrue(row.conversation_id.source_id)

    def test_card_of_which_only_the_vcard_came(self):
        row = self.say("contacts", [{"vcard": VCARD}])
        self.assertIn("Ada Example", shown(row))
        self.assertIn("+44 7700 900123", shown(row))
        self.assertEqual(row.text, "Ada Example")

    def test_shared_phone_of_a_card_of_which_only_the_vcard_came(self):
        payload = self.inbound(
            wa_id=None, bsuid="GB.7", type="contacts", contacts=[{"vcard": VCARD, "origin": "contact_request"}]
        )
        contact = self.receive(payload).contact_id
        self.assertEqual(contact.wa_id, "447700900123")

    def test_shared_phone_that_is_no_whole_number_is_not_guessed(self):
        for phone, country, expected in (
            ("07700 900123", "GB", "447700900123"),
            ("900123", "GB", False),
            ("call me", "GB", False),
            ("+44 7700 900123", "US", "447700900123"),
        ):
            with self.subTest(phone=phone, country=country), self.env.cr.savepoint() as savepoint:
                cards = [{"phones": [{"phone": phone}], "origin": "contact_request"}]
                payload = self.inbound(wa_id=None, bsuid=f"{country}.7", type="contacts", contacts=cards)
                self.assertEqual(self.receive(payload).contact_id.wa_id, expected)
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_message_of_nobody_is_noted_and_stops_nobody(self):
        payload = self.inbound("Hello", wamid="wamid.FINE")
        value = payload["entry"][0]["changes"][0]["value"]
        value["messages"][:0] = [
            {"id": "wamid.N1", "type": "text", "text": {"body": "?"}, "from_parent_user_id": "GB.ENT.7"},
            {"id": "wamid.N2", "type": "text", "text": {"body": "?"}, "from": "4" * 4000},
        ]
        value["contacts"].append({"profile": None, "wa_id": {}})
        self.receive(payload)
        event = self.last_event()
        self.assertEqual((event.state, event.error), ("done", False))
        self.assertIn("nobody", event.note)
        self.assertEqual(self.env["wa.message"].search([("wamid", "like", "wamid.N")]).ids, [])
        self.assertTrue(self.env["wa.message"].search([("wamid", "=", "wamid.FINE")]))

    def test_message_without_contacts_or_profile(self):
        def lose_contacts(value):
            del value["contacts"]

        def lose_profile(value):
            for contact in value["contacts"]:
                contact["profile"] = None

        for change in (lose_contacts, lose_profile):
            with self.subTest(change.__name__), self.env.cr.savepoint() as savepoint:
                row = self.receive_recorded("text", change)
                self.assertEqual(row.conversation_id.partner_id.name, "+44 7700 900123")
                self.assertTrue(row.conversation_id.lead_id)
                savepoint.close(rollback=True)
                self.env.invalidate_all()


@tagged("post_install", "-at_install", "wa")
class TestHostileIdentity(RecordedCase):
    """What WhatsApp says about people, in words nobody taught us, again, or in every spelling of a number."""

    def system(self, change, wamid="wamid.SYS.1", **system):
        message = {
            "from": "447700900123",
            "from_user_id": "GB.70315500291844",
            "id": wamid,
            "timestamp": str(int(time.time())),
            "type": "system",
            "system": {"type": change, **system},
        }
        self.store_webhook(self.payload_of(messages=[message]))
        self.process_webhooks()
        self.assertEqual((self.last_event().state, self.last_event().error), ("done", False))

    def test_change_nobody_taught_us_is_shown_and_noted(self):
        conversation = self.ada()
        self.system("user_changed_planet", user_id="GB.70315500291844", body="Ada moved to <b>Mars</b>")
        self.assertIn("Ada moved to &lt;b&gt;Mars", self.thread(conversation)[-1])
        self.assertIn("user_changed_planet", self.last_event().note)
        row = conversation.message_ids.filtered(lambda m: m.wamid == "wamid.SYS.1")
        self.assertEqual((row.kind, row.text), ("system", "Ada moved to <b>Mars</b>"))

    def test_warning_is_given_once(self):
        conversation = self.ada()
        self.receive_recorded("system_customer_identity_changed")
        self.system("user_changed_planet", user_id="GB.70315500291844", body="Ada moved")
        count = len(self.thread(conversation))
        self.env["wa.webhook.event"].search([]).action_process_again()
        self.process_webhooks()
        self.assertEqual(len(self.thread(conversation)), count)

    def test_every_spelling_of_a_number_is_one_person(self):
        for former, latter in (
            ("5511987654321", "551187654321"),
            ("5491123456789", "541123456789"),
            ("5215512345678", "525512345678"),
        ):
            for first, second in ((former, latter), (latter, former)):
                with self.subTest(first=first), self.env.cr.savepoint() as savepoint:
                    one = self.receive(self.inbound(wa_id=first, bsuid=None))
                    two = self.receive(self.inbound(wa_id=second, bsuid="BR.7"))
                    self.assertEqual(one, two)
                    self.assertEqual(one.contact_id.bsuid, "BR.7")
                    savepoint.close(rollback=True)
                    self.env.invalidate_all()

    def test_two_known_by_phone_alone_are_not_joined_by_a_card(self):
        """One of them shares a card with the other's number: nothing is taken, and nothing is said to be."""
        other = self.receive(self.inbound("Mine", wa_id="447700900456", bsuid=None, name="Bo"))
        cards = [{"phones": [{"wa_id": "447700900456"}], "origin": "contact_request"}]
        conversation = self.receive(self.inbound(wa_id="447700900123", bsuid=None, type="contacts", contacts=cards))
        self.assertEqual(conversation.contact_id.wa_id, "447700900123")
        self.assertEqual(other.contact_id.wa_id, "447700900456")
        self.assertNotIn("was added", "".join(self.thread(conversation)))


@tagged("post_install", "-at_install", "wa")
class TestHostileEchoes(RecordedCase):
    """The same from the phone and from the past."""

    def echo(self, kind, content):
        def change(value):
            del value["message_echoes"][1]
            echo = value["message_echoes"][0]
            echo.pop("text", None)
            echo.update({"type": kind, kind: content, "id": f"wamid.E.{kind}"})

        return self.receive_recorded("smb_message_echoes", change)

    def test_kind_nobody_taught_us_is_listed(self):
        row = self.echo("hologram", {"depth": 3})
        self.assertFalse(row.is_supported)
        self.assertIn("hologram", self.last_event().note)
        self.assertIn("Unsupported for now", row.mail_message_id.body)

    def test_words_of_whatsapp_are_kept(self):
        row = self.echo("system", {"type": "subject", "body": "The subject was changed"})
        self.assertTrue(row)
        self.assertIn("The subject was changed", row.mail_message_id.body)
        self.assertEqual(row.mail_message_id.message_type, "notification")
        self.assertEqual(row.mail_message_id.date, row.sent_at)
