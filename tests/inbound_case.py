"""Recorded webhooks and a customer to whom they belong, for tests of everything that comes in."""

import copy
import json
import re
import time

from odoo import fields

from .common import ROOT, WaCase

PAYLOADS = ROOT / "tests" / "payloads"
#: Ids the recordings use for one message of ours.
OUR_WAMID = "wamid.SAMPLE_OUT_0001"
OUR_UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
#: When the last of the recordings was made, in Meta's seconds.
RECORDED_AT = 1795430900
#: The moments in recordings: seconds, or milliseconds.
MOMENT = re.compile(r"\b179[56]\d{6}(?:000)?\b")


class RecordedCase(WaCase):
    """Feeds recorded webhooks through the real worker."""

    def moment(self, recorded):
        """Return a moment of the recordings as if they had been made just now: windows are still open.

        :param int recorded: Meta's seconds.
        """
        return recorded + int(time.time()) - 60 - RECORDED_AT

    def recorded(self, name):
        """Return a recorded webhook as a dict, recorded just now."""

        def shift(match):
            seconds, milliseconds = match[0][:10], match[0][10:]
            return f"{self.moment(int(seconds))}{milliseconds}"

        return json.loads(MOMENT.sub(shift, (PAYLOADS / f"{name}.json").read_text()))

    def receive_recorded(self, name, change=None):
        """Process a recorded webhook; returns the row of its (last) message, or an empty set.

        :param change: function that changes the first ``value`` before it is stored.
        """
        payload = self.recorded(name)
        value = payload["entry"][0]["changes"][0]["value"]
        if change:
            payload = copy.deepcopy(payload)
            value = payload["entry"][0]["changes"][0]["value"]
            change(value)
        self.store_webhook(payload)
        self.process_webhooks()
        event = self.last_event()
        self.assertEqual(event.state, "done", event.error)
        items = value.get("messages") or value.get("message_echoes") or []
        wamid = items[-1]["id"] if items else None
        return self.env["wa.message"].search([("wamid", "=", wamid)], limit=1) if wamid else self.env["wa.message"]

    def last_event(self):
        """Return the newest webhook."""
        return self.env["wa.webhook.event"].search([], limit=1)

    def ada(self):
        """Let the customer of the recordings write a first text; returns the conversation."""
        return self.receive_recorded("text").conversation_id

    def our_message(self, conversation):
        """Make the message of ours that recordings answer, react to and report about."""
        # The recordings have a fixed date, and their window closed a day after it.
        conversation.last_inbound_at = fields.Datetime.now()
        message = self.reply(self.ana, conversation, "Track your order here")
        row = message.wa_message_ids
        row.write({"wamid": OUR_WAMID, "uuid": OUR_UUID, "state": "sent"})
        return row

    def thread(self, conversation):
        """Return the bodies of a conversation's thread, oldest first."""
        return self.messages(conversation).mapped("body")

    def messages(self, conversation):
        """Return the Discuss messages of a conversation, oldest first."""
        return self.env["mail.message"].search(
            [("model", "=", "discuss.channel"), ("res_id", "=", conversation.channel_id.id)], order="id"
        )
