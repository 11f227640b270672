import itertools
import time

from odoo.tests import tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa")
class TestStatus(WaCase):
    """Statuses arrive in any order and number; the tick never goes back."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.row = self.reply(self.ana, self.conversation, "Hello").wa_message_ids
        self.row.write({"state": "sending", "wamid": "wamid.OUT"})

    def status(self, status, *, by_uuid=True, wamid="wamid.OUT", code=None, at=None):
        frame = {
            "id": wamid,
            "status": status,
            "timestamp": str(int(at or time.time())),
            "recipient_id": "12025550143",
            "recipient_user_id": "US.1000200030004",
        }
        if by_uuid:
            frame["biz_opaque_callback_data"] = self.row.uuid
        if code:
            frame["errors"] = [{"code": code, "title": "x", "error_data": {"details": "Undeliverable"}}]
        return frame

    def apply(self, *frames):
        for frame in frames:
            self.store_webhook({**self.payload_of(statuses=[frame]), "nonce": time.monotonic_ns()})
            self.process_webhooks()

    def test_every_order_ends_read(self):
        for order in itertools.permutations(("sent", "delivered", "read")):
            self.row.state = "sending"
            self.apply(*(self.status(s) for s in order))
            self.assertEqual(self.row.state, "read", order)

    def test_all_in_one_post(self):
        self.store_webhook(self.payload_of(statuses=[self.status("read"), self.status("sent"), self.status("delivered")]))
        self.process_webhooks()
        self.assertEqual(self.row.state, "read")
        self.assertTrue(self.row.delivered_at and self.row.read_at)

    def test_failed_then_delivered_and_the_reverse(self):
        for order in (("failed", "delivered"), ("delivered", "failed")):
            self.row.write({"state": "sent", "error_code": False})
            self.apply(*(self.status(s, code=131026 if s == "failed" else None) for s in order))
            self.assertEqual(self.row.state, "delivered", order)
            self.assertEqual(self.row.error_code, "131026", "the error stays readable")

    def test_status_before_our_post_returned_is_found_by_uuid(self):
        self.row.write({"wamid": False})
        self.apply(self.status("delivered", wamid="wamid.EARLY"))
        self.assertEqual((self.row.state, self.row.wamid), ("delivered", "wamid.EARLY"))

    def test_status_settles_an_unknown_outcome(self):
        self.row.write({"state": "unknown", "error_code": "outcome_unknown", "wamid": False})
        self.apply(self.status("sent", wamid="wamid.LATE"))
        self.assertEqual((self.row.state, self.row.wamid, self.row.error_code), ("sent", "wamid.LATE", False))

    def test_status_of_a_foreign_message_is_noted_and_harmless(self):
        self.store_webhook(self.payload_of(statuses=[self.status("read", by_uuid=False, wamid="wamid.THEIRS")]))
        self.process_webhooks()
        event = self.env["wa.webhook.event"].search([], limit=1)
        self.assertEqual(event.state, "done")
        self.assertIn("did not send", event.note)

    def test_failure_reaches_people_and_contact(self):
        self.apply(self.status("failed", code=131026))
        self.assertEqual(self.row.state, "failed")
        self.assertIn("cannot deliver", self.row.error_text)
        self.assertIn("Undeliverable", self.row.error_text)
        self.assertTrue(self.conversation.contact_id.is_unreachable)
        self.assertIn("failed", self.conversation.lead_id.message_ids[0].body)

    def test_failure_without_a_code_or_without_any_error_has_a_reason(self):
        for errors in ([], [{}], [{"title": "Something"}], None, "x", [{"code": "x"}]):
            with self.subTest(errors):
                self.row.write({"state": "sent", "error_code": False, "error_detail": False})
                self.apply({**self.status("failed"), "errors": errors})
                self.assertEqual((self.row.state, self.row.error_code), ("failed", "unknown_error"))
                self.assertIn("did not deliver", self.row.error_text)

    def test_several_errors_are_all_readable_and_the_meaningful_one_counts(self):
        frame = self.status("failed")
        frame["errors"] = [
            {"code": 131000, "title": "Something went wrong"},
            {"title": "No code"},
            {"code": 131026, "title": "x", "error_data": {"details": "Undeliverable"}},
        ]
        self.apply(frame)
        self.assertEqual(self.row.error_code, "131026")
        self.assertTrue(self.conversation.contact_id.is_unreachable)
        for words in ("Undeliverable", "131000: Something went wrong", "No code"):
            self.assertIn(words, self.row.error_detail)

    def test_participant_of_a_group_is_not_the_customer(self):
        self.conversation.contact_id.bsuid = False
        frame = {
            **self.status("delivered"),
            "recipient_type": "group",
            "recipient_id": "GROUP-1",
            "recipient_participant_user_id": "GB.SOMEBODY",
            "recipient_participant_id": "447700900999",
        }
        self.apply(frame)
        self.assertEqual(self.row.state, "delivered")
        self.assertFalse(self.conversation.contact_id.bsuid)

    def test_played_counts_as_heard_and_nothing_takes_it_back(self):
        self.apply(self.status("played"), self.status("delivered"), self.status("read"), self.status("failed", code=131026))
        self.assertEqual(self.row.state, "played")
        self.assertEqual(self.row.error_code, "131026")

    def test_opt_out_on_send_is_kept(self):
        self.apply(self.status("failed", code=131050))
        self.assertTrue(self.conversation.contact_id.opted_out_marketing)

    def test_unknown_status_word_changes_nothing(self):
        self.apply(self.status("sent"), self.status("teleported"))
        self.assertEqual(self.row.state, "sent")

    def test_customer_who_writes_again_is_reachable(self):
        self.apply(self.status("failed", code=131026))
        self.receive(self.inbound("I am here"))
        self.assertFalse(self.conversation.contact_id.is_unreachable)
