import base64
import hashlib
import hmac
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from odoo.tests import TransactionCase, tagged

from ..media_case import MediaCase
from ..media_samples import PNG

KEY, HMAC_KEY, IV = bytes(range(32)), bytes(range(32, 64)), bytes(range(16))


def b64(raw):
    return base64.b64encode(raw).decode()


def encrypted(raw):
    """Return a file as WhatsApp's host keeps those of forms, and what the answer says about it."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(KEY), modes.CBC(IV)).encryptor()
    body = encryptor.update(padder.update(raw) + padder.finalize()) + encryptor.finalize()
    blob = body + hmac.digest(HMAC_KEY, IV + body, "sha256")[:10]
    metadata = {
        "encryption_key": b64(KEY),
        "hmac_key": b64(HMAC_KEY),
        "iv": b64(IV),
        "plaintext_hash": b64(hashlib.sha256(raw).digest()),
        "encrypted_hash": b64(hashlib.sha256(blob).digest()),
    }
    return blob, metadata


class File(NamedTuple):
    """As much of a ``wa.media`` as its turn depends on."""

    id: int
    message_id: str


@tagged("post_install", "-at_install", "wa")
class TestOrderOfFiles(TransactionCase):
    """Files of one message are kept in the customer's order, whichever comes first."""

    def test_each_waits_for_those_before_it(self):
        """R21: three pictures of one form and one of another message."""
        media = self.env["wa.media"]
        files = [File(1, "form"), File(2, "form"), File(3, "form"), File(4, "other")]
        first, second, third, alone = files
        here, kept = {}, []
        for came in (third, alone, first, second):
            here[came] = "outcome"
            kept.append([file.id for file in media._whose_turn_it_is(here, files)])
        self.assertEqual(kept, [[], [4], [1], [2, 3]])


@tagged("post_install", "-at_install", "wa")
class TestFormFiles(MediaCase):
    """A filled in form in the thread: words, and its files."""

    def fill_in(self, answers, name="flow", body="Sent"):
        """Let a filled in form come by webhook; ``answers``: data, or the text that WhatsApp sends for it."""
        text = answers if isinstance(answers, str) else json.dumps(answers)
        reply = {"name": name, "body": body, "response_json": text}
        interactive = {"type": "nfm_reply", "nfm_reply": reply}
        return self.receive(self.inbound(type="interactive", interactive=interactive)).message_ids[:1]

    def no_data(self, row):
        """Look for JSON in what people see."""
        for words in (row.mail_message_id.body, row.preview or ""):
            for sign in ("{", "}", "[", "]", "&#34;", '":', "AAAA", "media_id", "None", "encryption"):
                self.assertNotIn(sign, words.replace('class="', ""), words)

    def test_pictures_of_a_form_are_fetched(self):
        """R21: a picker with two pictures, and the comment as words."""
        ids = [self.upload(PNG + bytes([n]), "image/jpeg") for n in (1, 2)]
        row = self.fill_in(
            {
                "flow_token": "tok-1",
                "comment": "cracked",
                "photos": [
                    {"id": ids[0], "mime_type": "image/jpeg", "file_name": "damage.jpg", "sha256": "AAAA"},
                    {"id": ids[1], "mime_type": "image/jpeg", "file_name": "damage-2.jpg", "sha256": "BBBB"},
                ],
            }
        )
        body = row.mail_message_id.body
        for words in ("Comment", "cracked", "Photos", "damage.jpg, damage-2.jpg", "o_wa_media_pending"):
            self.assertIn(words, body)
        self.no_data(row)
        self.fetch_files()
        self.assertEqual(row.media_ids.mapped("state"), ["done", "done"])
        self.assertEqual(row.media_ids.mapped("kind"), ["image", "image"])
        files = row.mail_message_id.attachment_ids.sorted("id")
        self.assertEqual(files.ids, row.media_ids.attachment_id.ids, "in the customer's order")
        self.assertEqual([file.raw for file in files], [PNG + b"\x01", PNG + b"\x02"])
        self.assertEqual(files.mapped("name"), ["damage.jpg.png", "damage-2.jpg.png"], "by their bytes they are PNG")
        self.assertNotIn("o_wa_media", row.mail_message_id.body)
        self.assertIn("damage.jpg", row.mail_message_id.body)

    def test_a_picture_that_does_not_come_is_named(self):
        """R21: each by its name: one here, one that WhatsApp does not find, one that cannot be asked for."""
        here = self.upload(PNG, "image/png")
        row = self.fill_in(
            {
                "document": {"id": here, "mime_type": "image/png", "file_name": "here.png"},
                "more": [
                    {"id": "900000000009999", "mime_type": "application/pdf", "file_name": "gone.pdf"},
                    {"file_name": "without id.pdf", "mime_type": "application/pdf"},
                ],
            }
        )
        self.assertEqual(len(row.media_ids), 2, "what names neither id nor address cannot be fetched")
        self.fetch_files()
        self.assertEqual(row.media_ids.mapped("state"), ["done", "pending"])
        body = row.mail_message_id.body
        self.assertIn("gone.pdf…", body)
        self.assertIn("could not be fetched", body)
        self.assertIn("without id.pdf", body)
        self.assertEqual(body.count("o_wa_media_pending"), 1)
        self.no_data(row)
        row.media_ids[1]._fail("media_expired")
        self.assertIn("o_wa_media_failed", row.mail_message_id.body)
        self.assertIn("gone.pdf:", row.mail_message_id.body)

    def test_encrypted_copies_are_opened_and_get_no_token(self):
        """R21: as WhatsApp's file host keeps them; a damaged one is tried again, one without keys is said to fail."""
        blob, metadata = encrypted(PNG)
        seen = []

        class Host(BaseHTTPRequestHandler):
            def do_GET(self):
                seen.append(dict(self.headers))
                content = blob[:-16] if self.path == "/damaged" and len(seen) == 2 else blob
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
        Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        host = f"http://127.0.0.1:{server.server_address[1]}"
        files = [
            {"cdn_url": f"{host}/{name}", "file_name": f"{name}.png", "encryption_metadata": cipher}
            for name, cipher in (("whole", metadata), ("damaged", metadata), ("keyless", {"iv": "x"}))
        ]
        row = self.fill_in({"photos": files})
        self.no_data(row)
        account, url = self.account, self.account.api_url
        account.api_url = host  # on this machine the only host besides WhatsApp's that may be asked
        self.patch(type(self.env["wa.media"]), "_claim_downloads", _one_by_one(self.env["wa.media"]))
        self.fetch_files()
        self.assertEqual(row.media_ids.mapped("state"), ["done", "pending", "failed"])
        self.assertEqual(row.media_ids[1].error_code, "media_incomplete")
        self.due_again(row.media_ids[1])
        self.fetch_files()
        account.api_url = url
        self.assertEqual(row.media_ids.mapped("state"), ["done", "done", "failed"])
        self.assertEqual([file.raw for file in row.media_ids.attachment_id], [PNG, PNG])
        self.assertFalse(row.media_ids[:2].mapped("cipher")[0])
        self.assertTrue(seen)
        self.assertNotIn("Authorization", {name for headers in seen for name in headers})

    def test_answers_of_any_shape_are_words(self):
        """R21: nested, lists, booleans, dates, choices, JSON within JSON, nothing at all."""
        row = self.fill_in(
            {
                "full_name": "Ada <b>",
                "agreed": True,
                "newsletter": False,
                "wanted_on": "2026-12-05",
                "old_date": "1780000000000",
                "guests": 4,
                "price": 12.5,
                "topics": ["Chairs", "Tables"],
                "choice": {"id": "2", "title": "Delivery"},
                "choices": [{"id": "1", "title": "Red"}, {"id": "2", "title": "Blue"}],
                "address": {"city": "London", "lines": ["1 Example St", "Flat 2"], "geo": {"lat": 1.5, "ok": True}},
                "range": {"start-date": "2026-12-05", "end-date": "2026-12-07"},
                "rooms": [{"kind": "Single", "beds": 1}, {"kind": "Double", "beds": [1, [2, 3]]}],
                "screen_0_Rating_0": "0_Very good",
                "as_text": '{"colour": "green", "sizes": ["S", "M"]}',
                "nothing": None,
                "empty": [],
                "blank": "",
                "object": {},
            }
        )
        body = row.mail_message_id.body
        for name, words in (
            ("Full name", "Ada &lt;b&gt;"),
            ("Agreed", "Yes"),
            ("Newsletter", "No"),
            ("Wanted on", "2026-12-05"),
            ("Old date", "2026-05-28"),
            ("Guests", "4"),
            ("Price", "12.5"),
            ("Topics", "Chairs, Tables"),
            ("Choice", "Delivery"),
            ("Choices", "Red, Blue"),
            ("Address: City", "London"),
            ("Address: Lines", "1 Example St, Flat 2"),
            ("Address: Geo: Ok", "Yes"),
            ("Range: Start date", "2026-12-05"),
            ("Rooms 1: Kind", "Single"),
            ("Screen 0 Rating 0", "Very good"),
            ("As text: Colour", "green"),
            ("As text: Sizes", "S, M"),
        ):
            with self.subTest(name):
                self.assertIn(f"<td>{name}</td><td>{words}</td>", body)
        self.assertNotIn("Nothing", body)
        self.no_data(row)

    def test_broken_and_deep_answers_are_no_data_in_the_thread(self):
        """R21: not JSON, a list, half an object, a hundred levels."""
        deep = '{"a": ' * 100 + "1" + "}" * 100
        for text in ('{"photos": [{"id"', "[1, 2", "plain words", '["a", {"b": "c"}]', "{}", "", deep, '"text"'):
            with self.subTest(text[:20]):
                row = self.fill_in(text, body="")
                self.no_data(row)
                self.assertIn("Filled in a form", row.mail_message_id.body)

    def test_ten_thousand_answers_do_not_fill_the_thread(self):
        """R21: limits."""
        row = self.fill_in({f"field_{n}": n for n in range(10_000)})
        self.assertLess(len(row.mail_message_id.body), 60_000)
        row = self.fill_in({"photos": [{"id": str(n), "file_name": "a.jpg"} for n in range(10_000)]})
        self.assertEqual(len(row.media_ids), 50)


def _one_by_one(model):
    """Return a claim that takes one file at a time, so that their order is known."""
    original = type(model)._claim_downloads

    def claim(self, _limit):
        return original(self, 1)

    return claim
