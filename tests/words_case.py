"""A customer who writes by the signed webhook, for tests of what becomes of their words."""

import time

from odoo.tools import html2plaintext

from .common import WaHttpCase

WA_ID = "12025550109"


class WordsCase(WaHttpCase):
    """Posts signed webhooks and looks at what came out of them."""

    def frame(self, wamid, text="Hi", at=None, **message):
        """Return one message of the customer as Meta puts it into ``messages``."""
        frame = {"from": WA_ID, "id": f"wamid.{wamid}", "timestamp": str(int(at or time.time())), "type": "text"}
        if not message or "context" in message:
            frame["text"] = {"body": text}
        return {**frame, **message}

    def post(self, *frames):
        """Post one webhook with these messages, without working it off."""
        contacts = [{"wa_id": WA_ID, "profile": {"name": "Nora Prueba"}}]
        response = self.post_webhook(self.payload_of(messages=frames, contacts=contacts))
        self.assertEqual(response.status_code, 200)

    def customer_writes(self, text, **kwargs):
        """Let the customer write one message; returns its ``wa.message``."""
        name = f"{time.time_ns()}"
        self.post(self.frame(name, text, **kwargs))
        self.process_webhooks()
        return self.row(name)

    def row(self, name):
        """Return the row of one of the messages."""
        row = self.env["wa.message"].search([("wamid", "=", f"wamid.{name}")])
        self.assertEqual(len(row), 1)
        return row

    def thread(self):
        """Return the words of the customer's thread in the order of Discuss."""
        channel = self.env["wa.message"].search([("wamid", "like", "wamid."), ("direction", "=", "in")], limit=1)
        messages = channel.conversation_id.channel_id.message_ids.filtered(lambda m: m.message_type == "comment")
        return [html2plaintext(message.body).strip() for message in messages.sorted("id")]
