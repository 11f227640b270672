import base64
import hashlib
import json
import time
import uuid
from urllib.parse import urlsplit

from odoo import fields
from odoo.tests import tagged
from odoo.tests.common import _super_send

from ..common import Sandbox, WaHttpCase
from ..media_samples import PNG
from .test_file_names import DOCX, PDF, WORD
from .test_files_whole import SOUND


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestFilesReported(WaHttpCase):
    """What users of comparable products reported, from the signed webhook to the file in the thread."""

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Let requests to the sandbox through as they are."""
        if urlsplit(request.url).hostname == "127.0.0.1":
            return _super_send(session, request, **kwargs)
        return super()._request_handler(session, request, **kwargs)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.account.api_url = cls.sandbox.url
        cls.person = cls.sandbox.control("POST", "customers", name="Form Tester", phone="+12025550121")

    def upload(self, content, mime_type):
        """Put a file on the customer's phone; returns WhatsApp's id."""
        response = self.sandbox.session.post(
            f"{self.sandbox.url}/sandbox/customers/{self.person['id']}/media",
            data=content,
            headers={"Content-Type": mime_type},
            timeout=20,
        )
        return response.json()["id"]

    def arrive(self, *messages):
        """POST messages as WhatsApp does, signed, and process them; returns their rows, in order."""
        frames = [
            {"from": "12025550121", "id": f"wamid.{uuid.uuid4()}", "timestamp": str(int(time.time())), **message}
            for message in messages
        ]
        contact = {"wa_id": "12025550121", "profile": {"name": "Form Tester"}}
        answer = self.post_webhook(self.payload_of(messages=frames, contacts=[contact]))
        self.assertEqual(answer.status_code, 200)
        self.process_webhooks()
        rows = self.env["wa.message"].search([("wamid", "in", [frame["id"] for frame in frames])])
        return rows.sorted("id")

    def fetch(self):
        self.env["wa.media"].search([("state", "=", "pending")]).next_attempt_at = fields.Datetime.now()
        self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_media"))

    def test_a_voice_note_that_comes_empty_twice(self):
        """R18: the webhook has no checksum; WhatsApp's host answers 200 with nothing, twice."""
        mime_type = "audio/ogg; codecs=opus"
        audio = {"id": self.upload(SOUND, mime_type), "mime_type": mime_type, "sha256": "", "voice": True}
        row = self.arrive({"type": "audio", "audio": audio})
        self.sandbox.control("POST", "switches", fault={"kind": "empty", "times": 2, "match": "attachments"})
        for _ in range(2):
            self.fetch()
            self.assertEqual(row.media_ids.state, "pending")
            self.assertIn("o_wa_media_pending", row.mail_message_id.body)
            self.assertFalse(row.mail_message_id.attachment_ids)
        self.fetch()
        self.assertEqual(row.mail_message_id.attachment_ids.raw, SOUND)
        self.assertTrue(row.mail_message_id.attachment_ids.voice_ids)

    def test_documents_without_ending_and_without_name(self):
        """R19: `cotizacion` and a Word file, downloaded by a colleague under a name that opens."""
        rows = self.arrive(
            {
                "type": "document",
                "document": {
                    "id": self.upload(PDF, "application/pdf"),
                    "mime_type": "application/pdf",
                    "sha256": "",
                    "filename": "cotizacion",
                },
            },
            {"type": "document", "document": {"id": self.upload(WORD, DOCX), "mime_type": DOCX, "sha256": ""}},
        )
        self.fetch()
        self.authenticate("wa_ana", "wa_ana")
        for row, ending, content in zip(rows, ("cotizacion.pdf", ".docx"), (PDF, WORD), strict=True):
            answer = self.url_open(f"/web/content/{row.mail_message_id.attachment_ids.id}?download=true")
            self.assertEqual(answer.content, content)
            name = answer.headers["Content-Disposition"].partition("''")[2] or answer.headers["Content-Disposition"]
            self.assertTrue(name.strip('"').endswith(ending), answer.headers["Content-Disposition"])

    def test_a_form_with_a_picture_picker(self):
        """R21: the answers come as a text of JSON, with two pictures in them."""
        photos = [
            {
                "id": self.upload(PNG + bytes([n]), "image/png"),
                "mime_type": "image/png",
                "file_name": name,
                "sha256": base64.b64encode(hashlib.sha256(PNG + bytes([n])).digest()).decode(),
            }
            for n, name in enumerate(("damage.png", "damage-2.png"))
        ]
        answers = json.dumps({"flow_token": "tok-1", "comment": "cracked", "photos": photos})
        reply = {"name": "flow", "body": "Sent", "response_json": answers}
        row = self.arrive({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}})
        self.assertIn("damage-2.png…", row.mail_message_id.body, "said to be waiting")
        self.fetch()
        body = row.mail_message_id.body
        self.assertIn("<td>Comment</td><td>cracked</td>", body)
        self.assertIn("<td>Photos</td><td>damage.png, damage-2.png</td>", body)
        self.assertNotIn("{", body)
        self.assertEqual(row.mail_message_id.attachment_ids.sorted("id").mapped("name"), ["damage.png", "damage-2.png"])
