import time
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.outbox import sender
from ...models.outbox.claim import mark_claimed
from ...models.outbox.results import apply_error
from ...tools.failures import FAILURES
from ...tools.graph.errors import from_answer
from ...tools.webhook.events import ErrorInfo, Person, StatusEvent
from ..common import WaSandboxCase

#: Codes with which sending may be answered, by what is to be done; as in Meta's list, and not taken from our table.
WAIT = (1, 2, 131000, 131016, 131056, 133000, 133004)
WAIT_A_MINUTE = {131057: 60, 133015: 300, 134101: 600, 132069: 3600}
WAIT_LONG_AND_HOLD_THE_NUMBER = {131048: 6 * 3600, 133016: 72 * 3600, 613: 60}
HOLD_THE_ACCOUNT = {4: 60, 17: 60, 32: 60, 341: 60, 80007: 300, 80008: 300}
FAIL = (
    *(100, 130497, 131008, 131009, 131020, 131021, 131041, 131047, 131051, 131053, 131055, 131061),
    *(2500, 131062, 132000, 132005, 132007, 132008, 132012, 132018, 134100, 135000, 137000),
)
ABOUT_THE_PERSON = (130472, 131026, 131049, 131050)
STOP_THE_ACCOUNT = (0, 3, 10, 104, 190, 200, 368, 131005, 131031, 131042, 131044)
WAIT_FOR_THE_ACCOUNT = (2635,)
STOP_THE_NUMBER = (33, 131037, 131045, 133005, 133006, 133008, 133009, 133010)
STOP_NOTHING_ELSE = (131030, 131063, 131064, 132001, 132068, 134011, 134102)
STOP_THE_TEMPLATE = {132015: "PAUSED", 132016: "DISABLED"}


@tagged("post_install", "-at_install", "wa")
class TestErrorClasses(WaSandboxCase):
    """Every code WhatsApp may answer with, over a real socket: who waits, who fails, what stops."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.sandbox.control("POST", "switches", pair_rate=False)
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hello")
        self.conversation.user_id = self.ana
        self.contact = self.conversation.contact_id

    def answered(self, code, kind="error", send=None, times=20):
        """Send something that is answered with a code; returns the message.

        :param times: slow machines try a second time within the same run, and meet the same answer.
        """
        self.env["wa.message"].search([("state", "in", ("queued", "sending"))]).write({"state": "cancelled"})
        # What counts for the pair rate is not what this is about.
        self.env["wa.message"].search([]).submitted_at = False
        self.account.state = "connected"
        self.number.write({"is_blocked": False, "hold_until": False})
        self.contact.write({"is_unreachable": False, "hold_until": False, "opted_out_marketing": False})
        self.conversation.sudo().window_until = fields.Datetime.now() + timedelta(hours=1)
        row = send() if send else self.reply(self.ana, self.conversation, f"code {code}").wa_message_ids
        self.sandbox.control("POST", "switches", fault=None)
        self.sandbox.control("POST", "switches", fault={"kind": kind, "code": code, "times": times, "match": "/messages"})
        self.run_sender()
        self.sandbox.control("POST", "switches", fault=None)
        return row

    def check(self, row, code, state):
        self.assertEqual((row.state, row.error_code), (state, str(code)))
        self.assertNotIn("nobody described", row.error_text)
        self.assertRegex(row.error_text, r"\.$")

    def check_nothing_stopped(self):
        self.assertFalse(self.number.is_blocked)
        self.assertEqual(self.account.state, "connected")
        self.assertFalse(self.contact.is_unreachable)

    def seconds(self, moment):
        return (moment - fields.Datetime.now()).total_seconds()

    def test_for_now(self):
        for code in WAIT:
            with self.subTest(code):
                row = self.answered(code)
                self.check(row, code, "queued")
                self.assertFalse(row.submitted_at)
                self.assertLess(self.seconds(row.next_attempt_at), 70)
                self.assertFalse(self.number.hold_until)
                self.check_nothing_stopped()

    def test_for_now_and_as_long_as_the_list_says(self):
        for code, seconds in WAIT_A_MINUTE.items():
            with self.subTest(code):
                row = self.answered(code)
                self.check(row, code, "queued")
                self.assertAlmostEqual(self.seconds(row.next_attempt_at), seconds, delta=15)
                self.check_nothing_stopped()

    def test_throughput_slows_down_and_goes_on(self):
        row = self.answered(130429, times=1)
        if row.state == "queued":
            self.check(row, 130429, "queued")
            self.number.hold_until = row.next_attempt_at = False
            self.run_sender()
        self.assertEqual(row.state, "sent")
        self.check_nothing_stopped()

    def test_limits_of_the_number_hold_all_that_waits(self):
        for code, seconds in WAIT_LONG_AND_HOLD_THE_NUMBER.items():
            with self.subTest(code):
                row = self.answered(code)
                self.check(row, code, "queued")
                self.assertAlmostEqual(self.seconds(self.number.hold_until), seconds, delta=15)
                other = self.customer_writes(self.customer("Bo", phone="+447700900123"), "Hi")
                waiting = self.reply(self.ana, other, "waits").wa_message_ids
                self.run_sender()
                self.assertEqual(waiting.state, "queued")
                self.check_nothing_stopped()

    def test_limits_of_the_account_hold_all_its_numbers(self):
        """W15: nothing leaves from any of them until it is over; then all goes on by itself, and no try is counted."""
        second = self.env["wa.number"].create(
            {"name": "Second", "account_id": self.account.id, "phone_number_id": "900000000000102"}
        )
        self.sandbox.control("POST", "numbers", phone_number_id="900000000000102", display="+12025550144")
        for code, seconds in HOLD_THE_ACCOUNT.items():
            with self.subTest(code):
                second.hold_until = False
                row = self.answered(code)
                self.check(row, code, "queued")
                self.assertEqual(row.attempts, 0)
                for number in (self.number, second):
                    self.assertAlmostEqual(self.seconds(number.hold_until), seconds, delta=15)
                    self.assertFalse(number._may_send())
                    self.assertTrue(number.sender_cron_id.active, "it goes on by itself")
                self.check_nothing_stopped()
                requests = len(self.sandbox.requests_log())
                self.run_sender()
                self.assertEqual(len(self.sandbox.requests_log()), requests)
                (self.number | second).hold_until = row.next_attempt_at = fields.Datetime.now() - timedelta(seconds=1)
                self.run_sender()
                self.assertEqual(row.state, "sent", row.error_text)

    def test_limits_never_use_up_the_tries_of_a_message(self):
        """W15: an hour of them, and the message leaves all the same."""
        row = self.answered(341)
        for _turn in range(12):
            self.number.hold_until = row.next_attempt_at = False
            self.sandbox.control("POST", "switches", fault={"kind": "error", "code": 341, "times": 20, "match": "/messages"})
            self.run_sender()
            self.assertEqual((row.state, row.attempts), ("queued", 0))
        self.sandbox.control("POST", "switches", fault=None)
        self.number.hold_until = row.next_attempt_at = False
        self.run_sender()
        self.assertEqual(row.state, "sent")

    def test_http_429_is_a_limit_of_the_number_whatever_its_code(self):
        """W16: known, unknown or another family's; with Retry-After it is as long as that says."""
        for code in (131000, 100, 2, 131009):
            with self.subTest(code):
                row = self.reply(self.ana, self.conversation, f"429 with {code}").wa_message_ids
                self.sandbox.control(
                    "POST", "switches", fault={"kind": "error", "code": code, "http": 429, "times": 20, "match": "/messages t"}
                )
                self.run_sender()
                self.check(row, code, "queued")
                self.check_nothing_stopped()
                self.assertEqual(row.attempts, 0)
                self.sandbox.control("POST", "switches", fault=None)
                self.number.hold_until = row.next_attempt_at = False
                self.run_sender()
                self.assertEqual(row.state, "sent", row.error_text)
        row = self.reply(self.ana, self.conversation, "much too fast").wa_message_ids
        error = from_answer({"code": 987654, "message": "Slow down"}, 429, retry_after=90)
        apply_error(row, error)
        self.assertAlmostEqual(self.seconds(self.number.hold_until), 90, delta=15)
        self.assertEqual(row.state, "queued")

    def test_back_off_grows_and_ends(self):
        row = self.answered(131056)
        seen = set()
        while row.state == "queued":
            seen.add(row.attempts)
            self.assertAlmostEqual(self.seconds(row.next_attempt_at), min(4 ** (row.attempts - 1), 600), delta=3)
            row.next_attempt_at = False
            self.sandbox.control("POST", "switches", fault={"kind": "error", "code": 131056, "times": 20, "match": "/messages"})
            self.run_sender()
        self.check(row, 131056, "failed")
        self.assertEqual(row.attempts, 8)
        self.assertLessEqual({4, 5, 6, 7}, seen)

    def test_this_message_alone(self):
        for code in FAIL:
            with self.subTest(code):
                self.check(self.answered(code), code, "failed")
                self.check_nothing_stopped()

    def test_this_person(self):
        for code in ABOUT_THE_PERSON:
            with self.subTest(code):
                row = self.answered(code)
                self.check(row, code, "failed")
                self.assertEqual(self.contact.is_unreachable, code == 131026)
                self.assertEqual(self.contact.opted_out_marketing, code == 131050)
                self.assertEqual(bool(self.contact.hold_until), code == 131049)
                self.assertFalse(self.number.is_blocked)

    def test_configuration_stops_and_alerts(self):
        for code in (*STOP_THE_ACCOUNT, *STOP_THE_NUMBER):
            with self.subTest(code):
                alerts = len(self.number.message_ids) + len(self.account.message_ids)
                row = self.answered(code)
                self.check(row, code, "failed")
                self.assertTrue(self.number.is_blocked)
                self.assertEqual(self.account.state, "blocked" if code in STOP_THE_ACCOUNT else "connected")
                self.assertGreater(len(self.number.message_ids) + len(self.account.message_ids), alerts)

    def test_configuration_that_chats_survive(self):
        for code in STOP_NOTHING_ELSE:
            with self.subTest(code):
                self.check(self.answered(code), code, "failed")
                self.check_nothing_stopped()

    def test_template_that_is_paused_or_disabled(self):
        lead = self.conversation.lead_id
        lead.expected_revenue = 1
        for code, status in STOP_THE_TEMPLATE.items():
            with self.subTest(code):
                self.template.status = "APPROVED"

                def send():
                    [outcome] = self.template._send_to_records(lead)
                    return outcome.message

                self.check(self.answered(code, send=send), code, "failed")
                self.assertEqual(self.template.status, status)
                self.check_nothing_stopped()

    def test_version_that_is_wrong_stops_the_account_and_keeps_the_message(self):
        """Nothing is wrong with the message, and it reached nobody."""
        for code in WAIT_FOR_THE_ACCOUNT:
            with self.subTest(code):
                row = self.answered(code)
                self.assertEqual((row.state, row.attempts, row.error_code), ("queued", 0, "api_version"))
                self.assertEqual((self.account.state, self.account.state_code), ("blocked", "api_version"))

    def test_every_code_of_the_table_about_sending_is_here(self):
        """Whoever adds a code says what it does to a message that is on its way."""
        here = {
            *(*WAIT, *WAIT_A_MINUTE, *WAIT_LONG_AND_HOLD_THE_NUMBER, *HOLD_THE_ACCOUNT, 130429, *FAIL, *ABOUT_THE_PERSON),
            *(*STOP_THE_ACCOUNT, *WAIT_FOR_THE_ACCOUNT, *STOP_THE_NUMBER, *STOP_NOTHING_ELSE, *STOP_THE_TEMPLATE),
        }
        # Inbound notes, listings, reviews of templates, migration, insights, coexistence, forms, the block list.
        elsewhere = {131035, 131036, 131052, 131059, 131060, 200005, 200006, 200007, 1752041}
        elsewhere |= {139000, 139001, 139002, 139003, 139004, 139006, 139100, 139101}
        others = {code for code in FAILURES if code > 2_000_000}
        self.assertEqual(FAILURES.keys() - here - elsewhere - others, set())

    # ------------------------------------------------------------- the same, later

    def reported(self, code):
        """Send something WhatsApp accepts and then reports as failed."""
        row = self.answered(code, kind="failed", times=1)
        self.assertEqual(row.state, "sent")
        self.deliver()
        return row

    def test_failure_for_now_that_is_reported_later_is_not_sent_again_by_itself(self):
        """WhatsApp may say *delivered* after *failed*: sent once more, the customer would have it twice."""
        for code in (131000, 131016, 131056, 130429):
            with self.subTest(code):
                row = self.reported(code)
                self.check(row, code, "failed")
                self.run_sender()
                sent = self.sandbox.control("GET", "sent")["sent"]
                self.assertEqual([m["biz_opaque_callback_data"] for m in sent].count(row.uuid), 1)
                row.with_user(self.ana).mail_message_id.action_wa_retry()
                self.assertEqual(row.state, "queued")

    def test_delivered_after_a_failure_for_now(self):
        row = self.reported(131000)
        self.run_sender()
        status = StatusEvent("", "", row.wamid, "delivered", int(time.time()), row.uuid, Person())
        self.assertFalse(self.env["wa.message"]._apply_statuses([status], self.account), "it is ours")
        self.check(row, 131000, "delivered")

    def test_long_limit_reported_later_holds_the_number(self):
        row = self.reported(131048)
        self.check(row, 131048, "failed")
        self.assertAlmostEqual(self.seconds(self.number.hold_until), 6 * 3600, delta=15)

    def test_long_limit_that_is_over_when_it_is_reported_holds_nothing(self):
        """Webhooks come up to seven days late; the limit began when WhatsApp refused."""
        for hours, left in ((24, 0), (5, 1)):
            with self.subTest(hours):
                self.number.hold_until = False
                row = self.reply(self.ana, self.conversation, f"{hours} hours").wa_message_ids
                self.run_sender()
                at = int(time.time()) - hours * 3600
                status = StatusEvent("", "", row.wamid, "failed", at, row.uuid, Person(), errors=(ErrorInfo(131048),))
                self.env["wa.message"]._apply_statuses([status], self.account)
                self.assertEqual(row.state, "failed")
                if left:
                    self.assertAlmostEqual(self.seconds(self.number.hold_until), left * 3600, delta=15)
                else:
                    self.assertFalse(self.number.hold_until)

    def late_status(self, row, code, ago):
        status = StatusEvent("", "", row.wamid, "failed", int(time.time()) - ago, row.uuid, Person(), errors=(ErrorInfo(code),))
        self.env["wa.message"]._apply_statuses([status], self.account)
        self.assertEqual(row.state, "failed")

    def accepted(self, text):
        self.env["wa.message"].search([]).submitted_at = False
        row = self.reply(self.ana, self.conversation, text).wa_message_ids
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)
        return row

    def test_person_is_left_alone_from_the_moment_of_the_refusal(self):
        """Reported 23 hours late, an hour is left; a day late, nothing; and a longer wait is never cut."""
        for hours, left in ((23, 1), (25, 0), (0, 24)):
            with self.subTest(hours):
                self.contact.hold_until = False
                row = self.accepted(f"{hours} hours")
                self.late_status(row, 131049, hours * 3600)
                if left:
                    self.assertAlmostEqual(self.seconds(self.contact.hold_until), left * 3600, delta=15)
                else:
                    self.assertFalse(self.contact.hold_until)
        until = self.contact.hold_until
        self.late_status(self.accepted("an older one"), 131049, 20 * 3600)
        self.assertEqual(self.contact.hold_until, until)
        self.late_status(row, 131049, 0)
        self.assertEqual(self.contact.hold_until, until, "told twice is as told once")

    def test_closed_window_of_a_message_without_a_moment(self):
        """Put back for another try, or sent from the phone: what the customer wrote since the refusal counts too."""
        for ago, closed in ((3600, False), (0, True)):
            with self.subTest(ago):
                window = fields.Datetime.now() + timedelta(hours=23, minutes=50)
                self.conversation.sudo().write(
                    {"last_inbound_at": fields.Datetime.now() - timedelta(minutes=10), "window_until": window}
                )
                row = self.accepted(f"{ago} ago")
                row.write({"submitted_at": False, "sent_at": False})
                self.late_status(row, 131047, ago)
                self.assertEqual(self.conversation.window_until <= fields.Datetime.now(), closed)

    def test_customer_who_writes_in_the_second_of_the_refusal(self):
        """WhatsApp gives whole seconds, and our moment has fractions: in doubt the customer has written."""
        now = fields.Datetime.now()
        self.conversation.sudo().write({"last_inbound_at": now, "window_until": now + timedelta(hours=24)})
        self.conversation._close_window(now + timedelta(microseconds=400_000))
        self.assertEqual(self.conversation.window_until, now + timedelta(hours=24))

    def test_template_that_whatsapp_decided_anew_stays_as_decided(self):
        for slug, before, ago, after in (
            ("template_paused", "APPROVED", 60, "PAUSED"),
            ("template_paused", "APPROVED", -60, "APPROVED"),
            ("template_paused", "DISABLED", 60, "DISABLED"),
            ("template_disabled", "PAUSED", 60, "DISABLED"),
        ):
            with self.subTest(slug, before=before, ago=ago):
                now = fields.Datetime.now()
                self.template.write({"status": before, "status_at": now - timedelta(seconds=ago)})
                self.template._flag_unsendable(slug, now)
                self.assertEqual(self.template.status, after)

    def test_short_limits_cost_no_try_and_wait_longer_each_time(self):
        """130429 and 429 name no time: the number backs off by itself, whatever the message has been through."""
        row = self.reply(self.ana, self.conversation, "much").wa_message_ids
        seen = []
        for _turn in range(12):
            mark_claimed(row)
            row.submitted_at = fields.Datetime.now()
            apply_error(row, from_answer({"code": 130429, "message": "Slow down"}, 400))
            self.assertEqual((row.state, row.attempts, row.error_code), ("queued", 0, "130429"))
            seen.append(self.number.hold_seconds)
            self.assertAlmostEqual(self.seconds(self.number.hold_until), seen[-1], delta=2)
            self.assertGreaterEqual(row.next_attempt_at, self.number.hold_until)
            self.number.hold_until = fields.Datetime.now() - timedelta(seconds=1)  # it is over, and the next is refused at once
        self.assertEqual(seen, [2, 4, 8, 16, 32, *[60] * 7])
        self.number.hold_until = fields.Datetime.now() - timedelta(minutes=5)
        mark_claimed(row)
        row.submitted_at = fields.Datetime.now()
        apply_error(row, from_answer({"code": 130429, "message": "Slow down"}, 400))
        self.assertEqual(self.number.hold_seconds, 2, "five minutes went well: it begins anew")

    def test_what_was_on_its_way_together_is_one_refusal(self):
        rows = self.env["wa.message"]
        for n in range(3):
            conversation = self.customer_writes(self.customer(f"P{n}", phone=f"+4477009001{n}0"), "Hi")
            rows |= self.reply(self.ana, conversation, "wave").wa_message_ids
        mark_claimed(rows)
        rows.write({"submitted_at": fields.Datetime.now()})
        for row in rows:
            apply_error(row, from_answer({"code": 987654, "message": "Slow down"}, 429))
        self.assertEqual(self.number.hold_seconds, 2)
        self.assertEqual(rows.mapped("attempts"), [0, 0, 0])

    def test_short_limit_is_waited_out_within_the_run(self):
        """The next run would come a minute later."""
        self.patch(sender, "SHORT_WAIT", 5)
        row = self.reply(self.ana, self.conversation, "once too fast").wa_message_ids
        other = self.customer_writes(self.customer("Bo", phone="+447700900123"), "Hi")
        waiting = self.reply(self.ana, other, "comes after").wa_message_ids
        self.sandbox.control("POST", "switches", fault={"kind": "error", "code": 130429, "times": 1, "match": "/messages t"})
        self.run_sender()
        self.assertEqual((row | waiting).mapped("state"), ["sent", "sent"])

    def test_failure_for_good_reported_later(self):
        for code in (131026, 131047, 131053):
            with self.subTest(code):
                self.check(self.reported(code), code, "failed")

    # ------------------------------------------------------------------ order

    def test_what_waits_for_a_retry_is_not_overtaken_in_its_chat(self):
        rows = [self.reply(self.ana, self.conversation, text).wa_message_ids for text in ("one", "two", "three")]
        # Its wait is so long that no machine is slow enough to see its end.
        self.sandbox.control("POST", "switches", fault={"kind": "error", "code": 131057, "times": 1, "match": "/messages t"})
        self.run_sender()
        self.assertEqual([row.state for row in rows], ["queued"] * 3)
        other = self.customer_writes(self.customer("Bo", phone="+447700900123"), "Hi")
        free = self.reply(self.ana, other, "to somebody else").wa_message_ids
        self.run_sender()
        self.assertEqual([row.state for row in rows], ["queued"] * 3)
        self.assertEqual(free.state, "sent")
        rows[0].next_attempt_at = False
        self.run_sender()
        texts = [m["text"] for m in self.phone_messages(self.ada) if m["direction"] == "out"]
        self.assertEqual(texts, ["one", "two", "three"])

    def test_one_in_six_seconds_to_one_person_after_a_burst(self):
        """45 may leave at once; what comes then waits until the debt is paid."""
        now = fields.Datetime.now()
        rows = [self.reply(self.ana, self.conversation, f"part {n}").wa_message_ids for n in range(46)]
        for row in rows[:45]:
            row.write({"state": "sent", "wamid": f"wamid.{row.id}", "submitted_at": now})
        self.run_sender()
        last = rows[45]
        self.assertEqual(last.state, "queued")
        self.assertAlmostEqual(self.seconds(last.next_attempt_at), 45 * 6, delta=20)
        for row in rows[:45]:
            row.submitted_at = now - timedelta(seconds=271)
        last.next_attempt_at = False
        self.run_sender()
        self.assertEqual(last.state, "sent")

    # -------------------------------------------------- quoting and marking as read

    def test_answer_to_a_message_whatsapp_does_not_know_any_more_arrives_without_quote(self):
        question = self.conversation.message_ids.filtered(lambda m: m.direction == "in")
        question.wamid = "wamid.LONG.GONE"
        row = self.reply(self.ana, self.conversation, "Yes", parent_id=question.mail_message_id.id).wa_message_ids
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)
        self.assertFalse(self.phone_messages(self.ada)[-1]["context"])

    def test_read_receipt_of_a_message_that_is_too_old_harms_nothing(self):
        self.conversation.read_wamid = "wamid.LONG.GONE"
        row = self.reply(self.ana, self.conversation, "Yes").wa_message_ids
        self.run_sender()
        self.assertEqual(row.state, "sent")
        refused = [r for r in self.sandbox.requests_log() if r["body"].get("status") == "read"]
        self.assertEqual([r["error_code"] for r in refused], [131009])
        self.assertFalse(self.conversation.read_wamid)
        self.check_nothing_stopped()

    def test_parts_of_a_long_text_have_one_state(self):
        message = self.reply(self.ana, self.conversation, "word " * 1700)
        rows = message.wa_message_ids.sorted("id")
        self.assertEqual(len(rows), 3)
        fault = {"kind": "error", "code": 131009, "times": 1, "match": "/messages t", "after": 1}
        self.sandbox.control("POST", "switches", fault=fault)
        for _turn in rows:
            self.run_sender()
        self.assertEqual(rows.mapped("state"), ["sent", "failed", "sent"])
        self.deliver()
        self.assertEqual(message._wa_leading_row(), rows[1], "what failed is what people see")
        message.with_user(self.ana).action_wa_retry()
        self.run_sender()
        self.deliver()
        self.assertEqual(set(rows.mapped("state")), {"delivered"})
        texts = [m["text"] for m in self.phone_messages(self.ada) if m["direction"] == "out"]
        self.assertEqual(" ".join(texts).split(), ["word"] * 1700)
