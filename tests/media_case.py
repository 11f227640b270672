"""A customer who sends files, for tests of media."""

from datetime import timedelta

from odoo import fields

from .common import WaSandboxCase


class MediaCase(WaSandboxCase):
    """Customers who send files through a sandbox on a real socket."""

    def setUp(self):
        super().setUp()
        self.ada = self.customer()

    def upload(self, content, mime_type, filename="file"):
        """Put a file on the customer's phone; returns Meta's id."""
        response = self.sandbox.session.post(
            f"{self.sandbox.url}/sandbox/customers/{self.ada['id']}/media",
            params={"filename": filename},
            data=content,
            headers={"Content-Type": mime_type},
            timeout=20,
        )
        response.raise_for_status()
        return response.json()["id"]

    def send_file(self, kind, content, mime_type, filename="", **more):
        """Let the customer send a file; returns the row of the message."""
        media = {"id": self.upload(content, mime_type, filename or "file"), **more}
        if filename and kind == "document":
            media["filename"] = filename
        return self.customer_writes(self.ada, None, type=kind, **{kind: media}).message_ids[:1]

    def fetch_files(self):
        """Run the job that fetches files."""
        self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_media"))

    def due_again(self, media):
        """Let the wait before the next try be over."""
        media.next_attempt_at = fields.Datetime.now() - timedelta(seconds=1)

    def fault(self, kind, times=1, match="GET"):
        self.sandbox.control("POST", "switches", fault={"kind": kind, "times": times, "match": match})
