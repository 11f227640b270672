"""A colleague who sends files, for tests of what arrives on the customer's phone."""

from .common import WaSandboxCase


class OutboundFilesCase(WaSandboxCase):
    """A colleague who sends files to a customer whose phone is in the sandbox."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = cls.ben.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id

    def attach(self, name, raw, user=None, **vals):
        """Upload a file as the composer does: pending, owned by the person."""
        values = {"name": name, "raw": raw, "res_model": "mail.compose.message", "res_id": 0, **vals}
        return self.env["ir.attachment"].with_user(user or self.ana).sudo().create(values)

    def send(self, text, *attachments, user=None):
        message = self.reply(user or self.ana, self.conversation, text, attachment_ids=[a.id for a in attachments])
        self.run_sender()
        return message

    def on_phone(self):
        """Return (type, content) of what the business sent, as the phone has it."""
        return [
            (message["type"], message["content"]) for message in self.phone_messages(self.ada) if message["direction"] == "out"
        ]

    def uploads(self):
        return [r for r in self.sandbox.requests_log() if r["path"].endswith("/media") and r["method"] == "POST"]

    def nothing_queued(self):
        self.assertFalse(self.last_outgoing(self.conversation))
        self.run_sender()
        self.assertEqual(self.on_phone(), [])
