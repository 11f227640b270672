from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import WaSandboxCase
from ..media_samples import PDF, picture


@tagged("post_install", "-at_install", "wa")
class TestOutboundInteractive(WaSandboxCase):
    """Buttons, lists, links, places, people and requests: what the phone shows is what was sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = cls.ben.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id.with_user(self.ana)

    def on_phone(self):
        """Send what is queued; return the newest message on the phone."""
        self.run_sender()
        row = self.last_outgoing(self.conversation)
        self.assertEqual((row.state, row.error_detail), ("sent", False))
        return self.phone_messages(self.ada)[-1]

    def refused(self, words, method, *args, **kwargs):
        with self.assertRaisesRegex(UserError, words):
            getattr(self.channel, method)(*args, **kwargs)
        self.assertFalse(self.last_outgoing(self.conversation))

    # ------------------------------------------------------------------ buttons

    def test_buttons_and_the_tap_that_answers(self):
        message = self.channel.wa_send_buttons(
            "Shall we *call*?", ["Yes", {"id": "later-7", "title": "Later"}], header="Your offer", footer="Example Shop"
        )
        shown = self.on_phone()
        self.assertEqual(shown["type"], "interactive")
        self.assertEqual(shown["content"]["body"]["text"], "Shall we *call*?")
        self.assertEqual(shown["content"]["header"]["text"], "Your offer")
        buttons = [item["reply"] for item in shown["content"]["action"]["buttons"]]
        self.assertEqual(buttons, [{"id": "Yes", "title": "Yes"}, {"id": "later-7", "title": "Later"}])
        for part in ("o_wa_card", "<strong>call</strong>", "Your offer", "Example Shop", "o_wa_card_button", "Later"):
            self.assertIn(part, message.body)
        self.sandbox.control("POST", f"customers/{self.ada['id']}/messages", tap={"message_id": shown["id"], "id": "later-7"})
        self.deliver()
        answer = self.env["wa.message"].search([("direction", "=", "in")], limit=1)
        self.assertEqual((answer.payload, answer.quoted_id), ("later-7", message.wa_message_ids))

    def test_buttons_under_a_picture_and_under_a_document(self):
        for name, raw, kind in (("shop.jpg", picture("JPEG"), "image"), ("offer.pdf", PDF, "document")):
            with self.subTest(name):
                file = self.env["ir.attachment"].with_user(self.ana).create({"name": name, "raw": raw})
                message = self.channel.wa_send_buttons("This one?", ["Yes"], header=file.id)
                shown = self.on_phone()
                self.assertEqual(shown["content"]["header"]["type"], kind)
                self.assertTrue(shown["content"]["header"][kind]["id"].isdigit())
                self.assertEqual(message.sudo().attachment_ids.mapped("name"), [name])

    def test_words_that_look_like_our_own_marks_stay_words(self):
        self.channel.wa_send_buttons("file:0", [{"id": "file:0", "title": "file:0"}])
        self.assertEqual(self.on_phone()["content"]["action"]["buttons"][0]["reply"], {"id": "file:0", "title": "file:0"})

    def test_what_whatsapp_would_refuse_is_refused_here(self):
        self.refused("number of buttons.*4", "wa_send_buttons", "x", ["1", "2", "3", "4"])
        self.refused("number of buttons", "wa_send_buttons", "x", [])
        self.refused("same text", "wa_send_buttons", "x", [{"id": "1", "title": "A"}, {"id": "2", "title": "A"}])
        self.refused("button is too long.*21 > 20", "wa_send_buttons", "x", ["b" * 21])
        self.refused("text is too long.*1025 > 1024", "wa_send_buttons", "x" * 1025, ["ok"])
        self.refused("no text", "wa_send_buttons", " ", ["ok"])
        self.refused("header is too long", "wa_send_buttons", "x", ["ok"], header="h" * 61)
        self.refused("footer is too long", "wa_send_buttons", "x", ["ok"], footer="f" * 61)
        sound = self.env["ir.attachment"].with_user(self.ana).create({"name": "a.mp3", "raw": b"ID3" + bytes(50)})
        self.refused("such a header", "wa_send_buttons", "x", ["ok"], header=sound.id)

    # -------------------------------------------------------------------- lists

    def test_list(self):
        message = self.channel.wa_send_list(
            "When?",
            "Choose a time",
            [
                {"title": "Monday", "rows": [{"id": "mo9", "title": "09:00", "description": "Room 2"}, "10:00"]},
                {"title": "Tuesday", "rows": ["11:00"]},
            ],
        )
        action = self.on_phone()["content"]["action"]
        self.assertEqual(action["button"], "Choose a time")
        self.assertEqual(
            [[row["id"] for row in section["rows"]] for section in action["sections"]], [["mo9", "10:00"], ["11:00"]]
        )
        for part in ("Monday", "09:00 – Room 2", "Choose a time"):
            self.assertIn(part, message.body)

    def test_flat_list(self):
        self.channel.wa_send_list("Which?", "Choose", ["A", "B"])
        [section] = self.on_phone()["content"]["action"]["sections"]
        self.assertEqual([row["title"] for row in section["rows"]], ["A", "B"])

    def test_list_limits(self):
        self.refused("number of lines.*11", "wa_send_list", "x", "Choose", [str(i) for i in range(11)])
        self.refused("number of", "wa_send_list", "x", "Choose", [])
        self.refused("title of a line is too long", "wa_send_list", "x", "Choose", ["t" * 25])
        self.refused("same id", "wa_send_list", "x", "Choose", ["A", "A"])

    # --------------------------------------------------- links, places, people

    def test_link(self):
        message = self.channel.wa_send_cta_url("Pay here", "Pay", "https://example.com/pay?order=7&x=<y>")
        self.assertEqual(
            self.on_phone()["content"]["action"]["parameters"],
            {"display_text": "Pay", "url": "https://example.com/pay?order=7&x=<y>"},
        )
        self.assertIn('href="https://example.com/pay?order=7&amp;x=', message.body)

    def test_link_must_be_one(self):
        self.refused("web address", "wa_send_cta_url", "x", "Go", "javascript:alert(1)")

    def test_location(self):
        message = self.channel.wa_send_location(51.5007, "-0.1246", "Office", "1 Example Street")
        shown = self.on_phone()
        self.assertEqual((shown["type"], shown["content"]["name"]), ("location", "Office"))
        self.assertEqual((float(shown["content"]["latitude"]), float(shown["content"]["longitude"])), (51.5007, -0.1246))
        self.assertIn("1 Example Street", message.body)
        self.refused_after_first("coordinates", "wa_send_location", 91, 0)

    def refused_after_first(self, words, method, *args):
        before = self.last_outgoing(self.conversation)
        with self.assertRaisesRegex(UserError, words):
            getattr(self.channel, method)(*args)
        self.assertEqual(self.last_outgoing(self.conversation), before)

    def test_contacts(self):
        person = self.env["res.partner"].create(
            {"name": "Grace Example", "phone": "+44 7700 900456", "email": "grace@example.com", "function": "Buyer"}
        )
        company = self.env["res.partner"].create({"name": "Example Ltd", "is_company": True})
        message = self.channel.wa_send_contact((person | company).ids)
        shown = self.on_phone()
        self.assertEqual(shown["type"], "contacts")
        first, second = shown["content"]
        self.assertEqual(first["name"], {"formatted_name": "Grace Example", "first_name": "Grace", "last_name": "Example"})
        self.assertEqual(first["phones"][0], {"phone": "+447700900456", "type": "WORK", "wa_id": "447700900456"})
        self.assertEqual(second["name"]["formatted_name"], "Example Ltd")
        for part in ("Grace Example", "+447700900456", "grace@example.com", "Example Ltd"):
            self.assertIn(part, message.body)
        self.refused_after_first("number of contact cards", "wa_send_contact", [])

    def test_requests(self):
        self.channel.wa_request_location("Where shall we deliver?")
        self.assertEqual(self.on_phone()["content"]["type"], "location_request_message")
        self.channel.wa_request_contact_info("May we call you?")
        self.run_sender()
        self.assertEqual(self.on_phone()["content"]["type"], "request_contact_info")

    def test_sticker(self):
        file = self.env["ir.attachment"].with_user(self.ana).create({"name": "s.webp", "raw": picture("WEBP")})
        message = self.channel.wa_send_sticker(file.id)
        self.assertEqual(self.on_phone()["type"], "sticker")
        self.assertEqual(message.sudo().attachment_ids.name, "s.webp")

    def test_answer_quotes_the_original(self):
        question = self.conversation.channel_id.message_ids[-1]
        self.channel.wa_send_buttons("This?", ["Yes"], quoted_message_id=question.id)
        self.assertEqual(self.on_phone()["context"]["id"], question.wa_message_ids.wamid)

    # ------------------------------------------------------------------- manners

    def test_all_need_an_open_window_and_the_right_to_write(self):
        person = self.env["res.partner"].create({"name": "Grace Example"})
        calls = [
            ("wa_send_buttons", ("x", ["ok"])),
            ("wa_send_list", ("x", "Choose", ["A"])),
            ("wa_send_cta_url", ("x", "Go", "https://example.com")),
            ("wa_send_location", (1, 2)),
            ("wa_send_contact", (person.ids,)),
            ("wa_request_location", ("x",)),
            ("wa_request_contact_info", ("x",)),
        ]
        self.conversation.last_inbound_at = fields.Datetime.subtract(fields.Datetime.now(), hours=25)
        for method, args in calls:
            with self.subTest(method):
                self.refused("24 hours", method, *args)
                with self.assertRaises(AccessError):
                    getattr(self.channel.with_user(self.cid), method)(*args)

    def test_only_in_conversations(self):
        room = self.env["discuss.channel"].with_user(self.ana)._create_channel(name="Room", group_id=None)
        with self.assertRaisesRegex(UserError, "no WhatsApp conversation"):
            room.wa_send_buttons("x", ["ok"])

    def test_files_of_others_cannot_be_headers(self):
        secret = self.env["ir.attachment"].create({"name": "secret.pdf", "raw": PDF})
        with self.assertRaises(AccessError):
            self.channel.wa_send_buttons("x", ["ok"], header=secret.id)

    def test_same_press_twice_sends_once(self):
        channel = self.channel.with_context(wa_post_token="a1b2c3d4e5")
        self.assertEqual(channel.wa_send_buttons("x", ["ok"]), channel.wa_send_buttons("x", ["ok"]))
        self.run_sender()
        self.assertEqual([m["type"] for m in self.phone_messages(self.ada)], ["text", "interactive"])

    def test_a_person_answered(self):
        self.conversation.user_id = False
        self.assertTrue(self.conversation.waiting_since)
        self.channel.with_user(self.ben).wa_send_buttons("x", ["ok"])
        self.assertFalse(self.conversation.waiting_since)
        self.assertEqual(self.conversation.user_id, self.ben)

    def test_a_bot_may_send_and_is_no_person(self):
        self.conversation.user_id = False
        self.conversation.channel_id.with_user(self.env.ref("base.user_root")).wa_send_buttons("x", ["ok"])
        self.assertTrue(self.conversation.waiting_since)
        self.assertFalse(self.conversation.user_id)

    def test_script_in_any_part_is_inert(self):
        evil = "<img src=x onerror=alert(1)>"
        message = self.channel.wa_send_list(
            evil, "Choose", [{"title": evil[:24], "rows": [{"id": "1", "title": evil[:24], "description": evil}]}]
        )
        self.assertNotIn("<img", message.body)
        self.assertIn("&lt;img", message.body)
