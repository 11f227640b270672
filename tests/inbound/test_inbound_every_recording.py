from odoo.tests import tagged

from ..inbound_case import OUR_WAMID, PAYLOADS, RecordedCase

#: Recordings of fields nobody handles: kept, listed, nothing else.
LISTED_ONLY = {"automatic_events", "calls", "standby", "status_payment", "unknown_field", "unknown_type"}


@tagged("post_install", "-at_install", "wa")
class TestEveryRecording(RecordedCase):
    """Each webhook we have ever seen ends as done, and leaves something that a person can find."""

    def _traces(self):
        """Count what people can see: lines in threads and chatters, and the state of our message."""
        ours = self.env["wa.message"].search([("wamid", "=", OUR_WAMID)])
        return (
            self.env["mail.message"].search_count([]),
            self.env["mail.message.reaction"].search_count([]),
            ours.read(["state", "pricing", "error_code", "delivered_at", "read_at", "sent_at"]),
            self.env["mail.message"].search([("model", "=", "discuss.channel")]).mapped("body"),
            self.env["wa.template"].search([]).read(["status_at"]),
            ours.contact_id.read(["bsuid", "parent_bsuid", "wa_id", "username"]),
        )

    def _check(self, name):
        """Process a recording, look at what became of it, and take all of it back."""
        with self.subTest(name), self.env.cr.savepoint() as savepoint:
            if name == "reaction_removed":
                self.receive_recorded("reaction")
            before = self._traces()
            self.store_webhook(self.recorded(name))
            self.process_webhooks()
            event = self.last_event()
            self.assertEqual((event.state, event.error), ("done", False))
            self.assertTrue(event.note or self._traces() != before, "nothing to see of it")
            if name not in LISTED_ONLY:
                self.assertNotIn("not handled yet", event.note or "")
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_every_recording_is_done_and_visible_or_noted(self):
        names = sorted(path.stem for path in PAYLOADS.glob("*.json"))
        self.assertGreater(len(names), 85)
        self._make_template("order_ready", "Ready", [], language="en_US", template_uid="1234567890123")
        names.remove("text")
        self._check("text")
        # The others are about what she and we wrote before.
        self.our_message(self.ada())
        self.env.flush_all()
        for name in names:
            self._check(name)
