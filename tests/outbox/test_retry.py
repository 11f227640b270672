import ast
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.outbox.sender import SENDER_LOCK, Sender
from ..common import WaSandboxCase

ROOT = Path(__file__).resolve().parents[2]


@tagged("post_install", "-at_install", "wa")
class TestRetry(WaSandboxCase):
    """A second attempt is a new attempt, whatever ended the first; a fault of one number is its own."""

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.row = self.reply(self.ana, self.conversation, "Good morning").wa_message_ids

    def sent(self):
        return self.sandbox.control("GET", "sent")["sent"]

    def status(self, status, uuid, wamid, **more):
        now = str(int(fields.Datetime.now().timestamp()))
        return {"id": wamid, "status": status, "timestamp": now, "biz_opaque_callback_data": uuid, **more}

    # ------------------------------------------------------------------ retry

    def test_retry_of_a_failed_message_starts_from_nothing(self):
        former = self.row.uuid
        self.row.write(
            {
                "state": "failed",
                "wamid": "wamid.FIRST",
                "attempts": 8,
                "error_code": "131026",
                "error_detail": "Undeliverable",
                "failed_at": fields.Datetime.now(),
                "claimed_at": fields.Datetime.now(),
                "submitted_at": fields.Datetime.now(),
            }
        )
        self.row.with_user(self.ana).action_retry()
        self.assertEqual(self.row.state, "queued")
        self.assertNotEqual(self.row.uuid, former)
        for name in ("wamid", "error_code", "error_detail", "failed_at", "claimed_at", "submitted_at", "next_attempt_at"):
            self.assertFalse(self.row[name], name)
        self.assertEqual(self.row.attempts, 0)

    def test_retried_message_survives_its_sender(self):
        """After a failed status it has an id of WhatsApp's; claimed anew and left alone it is found all the same."""
        self.row.write({"state": "failed", "wamid": "wamid.FIRST", "error_code": "131026"})
        self.row.action_retry()
        self.row.write({"state": "sending", "claimed_at": fields.Datetime.now(), "attempts": 1})
        self.run_sender()
        self.assertEqual(self.row.state, "sent")
        self.assertEqual(len(self.sent()), 1)

    def test_late_status_of_the_first_attempt_is_not_taken_for_the_second(self):
        first = self.row.uuid
        self.row.write({"state": "failed", "wamid": "wamid.FIRST", "error_code": "131026"})
        self.row.action_retry()
        self.store_webhook(self.payload_of(statuses=[self.status("failed", first, "wamid.FIRST", errors=[{"code": 131026}])]))
        self.process_webhooks()
        self.assertEqual((self.row.state, self.row.wamid), ("queued", False))
        self.run_sender()
        self.assertEqual(self.row.state, "sent")

    def test_unknown_message_keeps_its_uuid_so_that_a_status_settles_it(self):
        former = self.row.uuid
        self.row.write({"state": "unknown", "error_code": "outcome_unknown", "submitted_at": fields.Datetime.now()})
        self.row.action_retry()
        self.assertEqual((self.row.state, self.row.uuid), ("queued", former))
        self.store_webhook(self.payload_of(statuses=[self.status("delivered", former, "wamid.IT.DID")]))
        self.process_webhooks()
        self.assertEqual(self.row.state, "delivered")
        self.run_sender()
        self.assertFalse(self.sent(), "it had arrived: nothing is sent a second time")

    def test_after_a_retry_one_more_refusal_for_now_is_waited_for(self):
        self.row.write({"state": "failed", "attempts": 8, "error_code": "131000"})
        self.row.action_retry()
        self.sandbox.control("POST", "switches", fault={"kind": "429", "times": 1})
        with patch("odoo.addons.crm_whatsapp.models.outbox.sender.SHORT_WAIT", 0):
            self.run_sender()
        self.assertEqual((self.row.state, self.row.attempts), ("queued", 0), "a limit of the number costs no try")

    # ------------------------------------------------------------- why it waits

    def waits(self, row):
        facts = row._state_facts()
        return facts["wa_error"], facts["wa_waits_until"]

    def test_retried_message_of_a_limited_number_says_until_when(self):
        """After "Try again anyway" there was a clock and nothing else."""
        self.row.write({"state": "failed", "error_code": "131026"})
        until = fields.Datetime.now() + timedelta(hours=5)
        self.number.hold_until = until
        self.row.with_user(self.ana).mail_message_id.action_wa_retry()
        reason, shown = self.waits(self.row)
        self.assertEqual(shown, fields.Datetime.to_string(until))
        self.assertIn("limits this number", reason)
        self.number.hold_until = False
        self.assertEqual(self.waits(self.row), (False, False), "it leaves now")

    def test_message_that_waits_for_somebody_says_why(self):
        self.number.is_blocked = True
        reason, until = self.waits(self.row)
        self.assertFalse(until)
        self.assertIn("stopped", reason)
        self.account.state = "blocked"
        self.assertIn("this account", self.waits(self.row)[0])

    def test_message_behind_another_one_says_what_that_waits_for(self):
        until = fields.Datetime.now() + timedelta(hours=8)
        self.row.write({"error_code": "quiet_hours", "next_attempt_at": until})
        behind = self.reply(self.ana, self.conversation, "And one more").wa_message_ids
        for row in (self.row, behind):
            reason, shown = self.waits(row)
            self.assertEqual(shown, fields.Datetime.to_string(until))
            self.assertIn("night", reason)

    # ------------------------------------------------------------ other numbers

    def test_account_that_is_refused_keeps_the_queues_of_its_other_numbers(self):
        other = self.env["wa.number"].create(
            {"name": "Second", "account_id": self.account.id, "phone_number_id": "900000000000102"}
        )
        self.account._flag_blocked("The access token is not valid any more.")
        self.row.number_id = other
        self.run_sender(other)
        self.assertEqual((self.row.state, self.row.attempts, self.row.error_code), ("queued", 0, False))
        self.run_sender()
        self.assertFalse(self.sent())

    # -------------------------------------------------------------------- lock

    def lock_holders(self):
        self.env.cr.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s",
            [SENDER_LOCK, self.number.id],
        )
        return self.env.cr.fetchone()[0]

    def test_lock_is_free_after_an_error_of_the_database(self):
        """The lock belongs to the connection, which goes back to the pool."""

        held = []

        def fail(sender):
            sender.env.cr.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [SENDER_LOCK])
            held.append(sender.env.cr.fetchone()[0])
            sender.env.cr.execute("SELECT 1 / 0")

        with patch.object(Sender, "run", fail), mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_cron"):
            self.run_sender()
        self.assertEqual(held, [1], "it was held while the sender ran")
        self.assertEqual(self.lock_holders(), 0)
        self.run_sender()
        self.assertEqual(self.row.state, "sent")

    # ------------------------------------------------------------ copied database

    def test_neutralised_copy_sends_again_once_somebody_connects_it(self):
        """A copy writes to nobody; connected to something new, a stand-in for example, it works."""
        self.env.flush_all()
        self.env.cr.execute((ROOT / "data" / "neutralize.sql").read_text())
        self.env.invalidate_all()
        self.assertEqual(self.row.state, "cancelled")
        self.assertFalse(self.number.sender_cron_id.active)
        with self.assertRaises(UserError):
            self.reply(self.ana, self.conversation, "from the copy")
        self.account.write({"access_token": "EAADEMO-TOKEN", "app_secret": "demo-app-secret", "state": "connected"})
        self.number.action_resume()
        self.assertTrue(self.number.sender_cron_id.active)
        row = self.reply(self.ana, self.conversation, "from the copy").wa_message_ids
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)


@tagged("post_install", "-at_install", "wa")
class TestOneWayOut(WaSandboxCase):
    """Nothing reaches WhatsApp but through the queue: read from the source, so that no path hides."""

    def calls(self, name):
        """Return ``file:function`` of every place in the addon that calls a method of this name."""
        found = []
        for folder in ("models", "wizards", "controllers", "report"):
            for file in sorted((ROOT / folder).rglob("*.py")):
                for function in ast.walk(ast.parse(file.read_text())):
                    if not isinstance(function, ast.FunctionDef):
                        continue
                    found += [
                        f"{file.relative_to(ROOT)}:{function.name}"
                        for node in ast.walk(function)
                        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name
                    ]
        return found

    def test_messages_leave_in_one_place(self):
        self.assertEqual(self.calls("send_message"), [])

        def users(words):
            return {
                str(file.relative_to(ROOT))
                for folder in ("models", "wizards", "controllers")
                for file in (ROOT / folder).rglob("*.py")
                if words in file.read_text()
            }

        self.assertEqual(users("second_look.send("), {"models/outbox/sender.py"})
        self.assertEqual(users("call_transport"), {"models/outbox/sender.py"})

    def test_what_leaves_was_claimed_after_the_gate(self):
        """The only way into the sender's hands is ``claim``, and that asks the gate."""
        source = ast.parse((ROOT / "models" / "outbox" / "claim.py").read_text())
        [claim] = [node for node in ast.walk(source) if isinstance(node, ast.FunctionDef) and node.name == "claim"]
        asked = [node.id for node in ast.walk(claim) if isinstance(node, ast.Name)]
        self.assertIn("ask_gate", asked)
        self.assertIn("mark_claimed", asked)
        self.assertEqual(self.calls("mark_claimed"), ["models/outbox/claim.py:claim"])
