import json
import time

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...tools.bidi import is_blank
from ..common import WaHttpCase

#: Texts that break what was not made for them.
TEXTS = {
    "right to left": "שלום \u202eevil\u202c עולם \u200f",
    "nothing to see": "\u200b\u200d\ufeff\u3164",
    "only emojis": "👩‍👩‍👧‍👦❤️🏳️‍🌈" * 50,
    "very long": "x" * 65_536,
    "marks without end": "*" * 20_000 + "_~`" * 5_000,
    "open marks": "*a _b ~c `d " * 5_000,
    "fences": "```" * 5_000 + "x",
    "quotes": "> " * 20_000,
    "lists": "\n".join(f"{n}. " for n in range(5_000)),
    "links": "https://" * 8_000,
    "brackets": "https://x.example/" + "(" * 20_000 + ")" * 20_000,
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt;",
    "nested marks": "*_~`*_~`x`~_*`~_*",
    "NUL and halves": "a\x00b\ud800c\udfff",
    "combining": "Z" + "\u0301" * 10_000,
    "template": "{{ 7*7 }} ${7*7} %(x)s %s {0}",
}


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestWebhookHostile(WaHttpCase):
    """What strangers write, through the real route with Meta's signature: kept, shown, inert, and quick."""

    def events(self):
        return self.env["wa.webhook.event"].search([("account_id", "=", self.account.id)])

    def test_texts(self):
        for name, text in TEXTS.items():
            response = self.post_webhook(self.inbound(text, wamid=f"wamid.{name}", name=text[:3000]))
            self.assertEqual(response.status_code, 200, name)
        started = time.monotonic()
        self.process_webhooks()
        self.assertLess(time.monotonic() - started, 20)
        self.assertEqual(set(self.events().mapped("state")), {"done"}, self.events().mapped("error"))
        for name in TEXTS:
            with self.subTest(name):
                row = self.env["wa.message"].search([("wamid", "=", f"wamid.{name}")])
                body = row.mail_message_id.body
                self.assertFalse(is_blank(html2plaintext(body)), name)
                self.assertFalse(is_blank(row.preview))
                self.assertLessEqual(len(row.preview), 201)
                for active in ("<script", "<img", 'onerror="', "\u202e", "\x00"):
                    self.assertNotIn(active, body)
        long = self.env["wa.message"].search([("wamid", "=", "wamid.very long")])
        self.assertEqual(html2plaintext(long.mail_message_id.body), TEXTS["very long"], "nothing is cut")
        harmless = self.env["wa.message"].search([("wamid", "=", "wamid.template")])
        self.assertIn("{{ 7*7 }} ${7*7} %(x)s %s {0}", html2plaintext(harmless.mail_message_id.body))

    def test_bodies(self):
        envelope = json.dumps(self.inbound("@@", wamid="wamid.BODY"))
        deep = "[" * 200 + "]" * 200
        for name, body in {
            "deep": envelope.replace('"@@"', deep),
            "very deep": "[" * 100_000 + "]" * 100_000,
            "not a number": envelope.replace('"@@"', "NaN"),
            "endless": envelope.replace('"@@"', "1e999"),
            "huge number": envelope.replace('"@@"', "9" * 20_000),
            "twice the same key": envelope.replace('"type": "text"', '"type": "image", "type": "text"'),
            "escaped": envelope.replace('"@@"', '"caf\\u00e9 \\/ \\u0000 \\ud800"'),
            "byte order mark": "\ufeff" + envelope,
        }.items():
            body = body.replace("wamid.BODY", f"wamid.{name}")
            self.assertEqual(self.post_webhook(body.encode()).status_code, 200, name)
        self.process_webhooks()
        events = self.events()
        self.assertEqual(len(events), 8)
        self.assertEqual(set(events.mapped("state")), {"done"}, events.mapped("error"))
        for event in events:
            shown = self.env["wa.message"].search([("event_id", "=", event.id)]).mail_message_id.body
            self.assertTrue(event.note or not is_blank(html2plaintext(shown or "")), event.body[:300])
        self.assertGreaterEqual(len(events.filtered("note")), 3, "what could not be read is said")

    def test_many_people_in_one_body_and_one_of_them_is_rubbish(self):
        payload = self.inbound("first", wamid="wamid.N0")
        value = payload["entry"][0]["changes"][0]["value"]
        frame = value["messages"][0]
        for number in range(1, 150):
            person = {"from": f"1202555{number:04}", "from_user_id": f"US.N{number}", "id": f"wamid.N{number}"}
            value["messages"].append({**frame, **person})
        value["messages"][50] = {**value["messages"][50], "from": None, "from_user_id": [], "text": None}
        value["messages"][60] = "rubbish"
        self.assertEqual(self.post_webhook(payload).status_code, 200)
        self.process_webhooks()
        event = self.events()
        self.assertEqual((event.state, event.error), ("done", False))
        self.assertIn("messages[50]: nobody", event.note)
        self.assertIn("messages[60]: not_an_object", event.note)
        self.assertEqual(self.env["wa.message"].search_count([("wamid", "like", "wamid.N")]), 148)
