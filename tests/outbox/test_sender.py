from concurrent.futures import Future
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import LockError
from odoo.tests import tagged

from ...models.outbox import sender
from ...models.outbox.results import apply_accepted
from ...tools.graph.results import SendResult
from ..common import WaSandboxCase


@tagged("post_install", "-at_install", "wa")
class TestSender(WaSandboxCase):
    """The sender against a sandbox on a real socket."""

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana

    def fault(self, kind, times=1):
        # Texts and templates, not the read receipt that leaves beside them.
        self.sandbox.control("POST", "switches", fault={"kind": kind, "times": times, "match": "/messages t"})

    def sent(self):
        return self.sandbox.control("GET", "sent")["sent"]

    def test_reply_reaches_the_phone_and_ticks_come_back(self):
        row = self.reply(self.ana, self.conversation, "Good morning").wa_message_ids
        self.run_sender()
        self.assertEqual(row.state, "sent")
        self.assertTrue(row.wamid)
        self.sandbox.control("POST", f"customers/{self.ada['id']}/read")
        self.deliver()
        self.assertEqual(row.state, "read")
        texts = [m.get("text") for m in self.phone_messages(self.ada)]
        self.assertTrue(any("Good morning" in str(text) for text in texts), texts)

    def test_what_is_handed_out_has_an_end_for_people_and_automations_too(self):
        """It counts as posted: with answers that take long, a killed job would leave it in doubt although nothing left."""
        self.number.messages_per_second = 1000
        run = sender.Sender(self.number)
        run.ready.extend((False, -place, {}) for place in range(1, 1001))
        pool = type("Pool", (), {"submit": lambda *_args: Future()})()
        with patch.object(sender, "commit_with_retries", lambda _env, work: work()):
            run._release(None, pool)
        self.assertEqual(len(run.in_flight), run.parallel * 2)
        self.assertGreater(len(run.in_flight), run.handed_out, "people's go past bulk that hangs")

    def test_who_is_back_makes_room_before_results_are_written(self):
        """While this thread was with the database, hundreds came back: threads must not stand idle behind their number."""
        self.number.messages_per_second = 1000
        run = sender.Sender(self.number)
        run.ready.extend((True, -place, {}) for place in range(1, 1001))
        pool = type("Pool", (), {"submit": lambda *_args: Future()})()
        with patch.object(sender, "commit_with_retries", lambda _env, work: work()):
            run._release(None, pool)
            self.assertEqual(len(run.in_flight), run.handed_out)
            back = list(run.in_flight)[:100]
            for future in back:
                future.set_result(SendResult(wamid=f"wamid.{id(future)}"))
            run._release(None, pool)
        self.assertEqual(len(run.results), 100, "kept until they are written")
        self.assertTrue(run.in_flight.keys().isdisjoint(back))
        self.assertLessEqual(len(run.in_flight), run.handed_out)
        self.assertGreater(len(run.in_flight), run.handed_out - 100, "others leave in their place")

    def test_a_conversation_deleted_at_this_moment_stops_nobody(self):
        gone = self.reply(self.ana, self.conversation, "To nobody").wa_message_ids
        bo = self.customer("Bo", phone="+447700900123")
        kept = self.reply(self.ana, self.customer_writes(bo, "Hi"), "To Bo").wa_message_ids
        messages = gone | kept
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM wa_message WHERE id = %s", [gone.id])
        self.env.invalidate_all(flush=False)
        run = sender.Sender(self.number)
        run._upload_first(None, messages)
        self.assertEqual([message_id for _bulk, message_id, _request in run.ready], [kept.id])

    def test_running_twice_sends_once(self):
        self.reply(self.ana, self.conversation, "Once")
        self.run_sender()
        self.run_sender()
        self.assertEqual(len(self.sent()), 1)

    def test_order_to_one_person_is_kept_and_people_come_first(self):
        bulk = self.reply(self.ana, self.conversation, "bulk").wa_message_ids
        bulk.priority = 20
        for text in ("one", "two", "three"):
            self.reply(self.ana, self.conversation, text)
        self.run_sender()
        texts = [m["text"] for m in self.phone_messages(self.ada) if m["direction"] == "out"]
        self.assertEqual([str(t) for t in texts], ["one", "two", "three", "bulk"])

    def test_hidden_phone_is_addressed_by_bsuid(self):
        bo = self.customer("Bo", phone="+447700900123", hidden_phone=True)
        conversation = self.customer_writes(bo, "Hi")
        self.assertFalse(conversation.contact_id.wa_id)
        self.reply(self.ana, conversation, "Hello Bo")
        self.run_sender()
        self.assertEqual(len(self.sent()), 1)
        self.assertEqual(self.last_outgoing(conversation).state, "sent")

    def test_template_with_values_and_buttons(self):
        lead = self.conversation.lead_id
        lead.expected_revenue = 1250
        [outcome] = self.template._send_to_records(lead)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        self.run_sender()
        self.assertEqual(outcome.message.state, "sent", outcome.message.error_text)
        card = self.phone_messages(self.ada)[-1]
        self.assertIn("Ada Example", str(card))
        self.assertIn("1,250.00", str(card))

    def test_server_error_is_retried_later(self):
        row = self.reply(self.ana, self.conversation, "patience").wa_message_ids
        self.fault("500")
        self.run_sender()
        self.assertIn(row.state, ("queued", "unknown"))
        if row.state == "queued":
            row.next_attempt_at = fields.Datetime.now() - timedelta(seconds=1)
            self.run_sender()
            self.assertEqual(row.state, "sent")
            self.assertEqual(len(self.sent()), 1)

    def test_a_short_wait_is_waited_for_in_the_same_run(self):
        self.patch(sender, "SHORT_WAIT", 5)
        row = self.reply(self.ana, self.conversation, "in a second").wa_message_ids
        self.fault("429")
        self.run_sender()
        self.assertEqual((row.state, row.attempts), ("sent", 1), "the limit cost no try")
        self.assertEqual(len(self.sent()), 1)

    def test_one_message_that_cannot_be_built_stops_nobody(self):
        broken = self.reply(self.ana, self.conversation, "broken").wa_message_ids
        broken.content = {}
        other = self.customer_writes(self.customer("Bo", phone="+447700900123"), "Hi")
        fine = self.reply(self.ana, other, "fine").wa_message_ids
        with self.assertLogs("odoo.addons.crm_whatsapp.models.outbox.sender", "ERROR"):
            self.run_sender()
        self.assertEqual((broken.state, fine.state), ("failed", "sent"))

    def test_failed_status_before_the_answer_keeps_its_reason(self):
        row = self.reply(self.ana, self.conversation, "quick").wa_message_ids
        row.write({"state": "failed", "error_code": "131026", "wamid": "wamid.Q"})
        result = SendResult("wamid.Q")
        apply_accepted(self.env, {row.id: result})
        self.assertEqual((row.state, row.error_code), ("failed", "131026"))

    def test_throttled_is_retried_later(self):
        row = self.reply(self.ana, self.conversation, "slow down").wa_message_ids
        # Slow machines: a second try within the same run meets the same answer.
        self.fault("429", times=20)
        before = fields.Datetime.now()
        self.run_sender()
        self.assertEqual(row.state, "queued")
        self.assertGreater(row.next_attempt_at, before)

    def test_cut_after_the_body_was_read_is_unknown_and_never_resent(self):
        row = self.reply(self.ana, self.conversation, "maybe").wa_message_ids
        self.fault("cut")
        self.run_sender()
        self.assertEqual(row.state, "unknown")
        self.run_sender()
        self.assertEqual(row.state, "unknown")
        self.assertLessEqual(len(self.sent()), 1)

    def test_sandbox_down_keeps_the_message(self):
        row = self.reply(self.ana, self.conversation, "later").wa_message_ids
        self.account.api_url = "http://127.0.0.1:9"
        self.run_sender()
        self.assertEqual(row.state, "queued")
        self.account.api_url = self.sandbox.url
        row.next_attempt_at = False
        self.run_sender()
        self.assertEqual(row.state, "sent")

    def test_expired_token_fails_the_message_and_flags_number_and_account(self):
        row = self.reply(self.ana, self.conversation, "no token").wa_message_ids
        self.account.access_token = "EAAWRONG"
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", "190"))
        self.assertTrue(self.number.is_blocked)
        self.assertEqual(self.account.state, "blocked")
        self.assertNotIn("EAAWRONG", f"{row.error_text}{self.number.blocked_reason}")
        alert = self.account.message_ids.filtered(lambda m: self.admin_user.partner_id in m.notified_partner_ids)
        self.assertEqual(len(alert), 1, "administrators are told, once")
        self.assertIn("token", alert.body)

    def test_gate_is_asked_again_when_the_turn_comes(self):
        row = self.reply(self.ana, self.conversation, "too slow").wa_message_ids
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", "window_closed"))
        self.assertFalse(self.sent())

    def test_sender_killed_before_the_request_sends_once_afterwards(self):
        row = self.reply(self.ana, self.conversation, "survivor").wa_message_ids
        row.write({"state": "sending", "claimed_at": fields.Datetime.now()})
        self.run_sender()
        self.assertEqual(row.state, "sent")
        self.assertEqual(len(self.sent()), 1)

    def test_sender_killed_during_the_request_never_resends(self):
        row = self.reply(self.ana, self.conversation, "in flight").wa_message_ids
        row.write({"state": "sending", "submitted_at": fields.Datetime.now()})
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("unknown", "outcome_unknown"))
        self.assertFalse(self.sent())
        row.action_retry()
        self.run_sender()
        self.assertEqual(row.state, "sent", "a person may decide to send it again")

    def test_another_limit_ends_the_run_and_the_next_goes_by_it(self):
        self.number.messages_per_second = 1000
        run = sender.Sender(self.number)
        self.assertTrue(run._goes_on())
        self.number.messages_per_second = 80
        run.asked_at = 0.0
        self.assertFalse(run._goes_on())
        self.assertEqual(sender.Sender(self.number).pacer.limit, 80)

    def test_number_archived_while_it_sends_loses_and_doubles_nothing(self):
        for text in ("one", "two", "three"):
            self.reply(self.ana, self.conversation, text)
        rows = self.conversation.message_ids.filtered(lambda m: m.direction == "out").sorted("id")
        mark_submitted = sender.mark_submitted

        def archive_meanwhile(env, ids):
            mark_submitted(env, ids)
            env["wa.number"].browse(self.number.id).active = False

        with patch.object(sender, "mark_submitted", archive_meanwhile):
            self.run_sender()
        self.assertEqual(rows.mapped("state"), ["sent", "queued", "queued"])
        self.run_sender()
        self.assertEqual(rows.mapped("state"), ["sent", "queued", "queued"], "an archived number is silent")
        self.number.active = True
        self.run_sender()
        texts = [str(m["text"]) for m in self.phone_messages(self.ada) if m["direction"] == "out"]
        self.assertEqual(texts, ["one", "two", "three"])

    def test_archiving_a_number_tells_how_many_messages_it_leaves_waiting(self):
        for text in ("one", "two"):
            self.reply(self.ana, self.conversation, text)
        before = self.number.message_ids
        self.number.active = False
        [alert] = (self.number.message_ids - before).filtered("notified_partner_ids")
        self.assertIn(self.admin_user.partner_id, alert.notified_partner_ids)
        self.assertIn("2 message(s) waited", alert.body)
        self.number.active = True
        self.run_sender()
        before = self.number.message_ids
        self.env["wa.message"].search([("state", "=", "queued")]).state = "cancelled"
        self.number.active = False
        self.assertFalse((self.number.message_ids - before).filtered("notified_partner_ids"), "nothing waits")

    def test_number_can_be_archived_while_its_job_runs(self):
        """Core locks the job as long as it runs, which for a busy number is always."""

        def locked(_records, **_options):
            raise LockError("the job runs")

        cron = self.number.sender_cron_id
        with patch.object(type(cron), "lock_for_update", locked):
            self.number.active = False
        self.assertTrue(cron.active)
        self.assertFalse(self.number.active)
        self.run_sender()
        self.number.active = True
        self.assertTrue(cron.active)

    def test_read_receipt_gives_blue_ticks(self):
        member = self.conversation.channel_id.channel_member_ids
        member.with_user(self.ana)._mark_as_read(self.conversation.channel_id.message_ids[0].id)
        self.run_sender()
        self.assertFalse(self.conversation.read_wamid)
        own = [m for m in self.phone_messages(self.ada) if m["direction"] == "in"]
        self.assertEqual(own[-1]["status"], "read")

    def test_read_receipt_that_takes_its_time_arrives(self):
        """Nothing else to send, so the run is over before WhatsApp has answered; the receipt is not thrown away."""
        member = self.conversation.channel_id.channel_member_ids
        member.with_user(self.ana)._mark_as_read(self.conversation.channel_id.message_ids[0].id)
        self.sandbox.control("POST", "switches", latency_ms=600)
        self.run_sender()
        self.sandbox.control("POST", "switches", latency_ms=0)
        own = [m for m in self.phone_messages(self.ada) if m["direction"] == "in"]
        self.assertEqual(own[-1]["status"], "read")
