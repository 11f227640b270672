from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...tools.graph.errors import from_answer
from ..account_case import APP_ID, AccountCase
from ..common import ACCESS_TOKEN, APP_SECRET


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestAccountHealth(AccountCase):
    """An account tells the truth: red with the reason, one activity, green again by itself."""

    def setUp(self):
        super().setUp()
        self.ada = self.customer()
        self.conversation = self.customer_writes(self.ada, "Hi")
        self.conversation.user_id = self.ana
        self.connect()

    def ago(self, record, minutes, *names):
        """Make something as old as that, whatever the ORM keeps."""
        self.env.flush_all()
        moment = fields.Datetime.now() - timedelta(minutes=minutes)
        for name in names:
            self.env.cr.execute(f'UPDATE "{record._table}" SET "{name}" = %s WHERE id = ANY(%s)', [moment, record.ids])  # noqa: S608
        self.env.invalidate_all()

    def check_red(self, code, number=None):
        """Red everywhere people look, told once to each administrator."""
        self.assertIn(code, self.codes())
        self.account.invalidate_recordset()
        self.assertEqual(self.account.with_user(self.wanda).health, "problem")
        self.assertTrue(self.account.with_user(self.wanda).health_note)
        self.assertEqual((number or self.number).with_user(self.wanda).health, "problem")
        for _again in range(3):
            self.look_after()
        for user in (self.wanda, self.admin_user):
            self.assertEqual(len(self.activities(user)), 1, user.name)
        self.assertEqual(self.account.search([("problem_ids", "!=", False), ("id", "=", self.account.id)]), self.account)

    def check_green(self):
        self.look_after()
        self.assertEqual(self.codes(), [])
        self.assertEqual((self.account.health, self.number.health), ("ok", "ok"))
        self.assertFalse(self.activities(), "closed by itself")
        self.assertFalse(self.account.problem_ids)

    def test_healthy_account_is_green_and_silent(self):
        self.check_green()

    # ----------------------------------------------------------- token and secret

    def test_token_that_dies_is_found_and_its_return_too(self):
        """U1: the job finds out, and that the same token works again."""
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, valid=False)
        self.look_after()
        self.assertEqual((self.account.state, self.account.state_code), ("blocked", "token_invalid"))
        self.check_red("token_invalid")
        self.assertIn("Access Token", self.account.health_details)
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, valid=True)
        self.check_green()
        self.assertEqual(self.account.state, "connected")

    def test_expired_token_is_called_so(self):
        """U3"""
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, expires_in_s=-5)
        self.look_after()
        self.assertEqual(self.account.state_code, "token_expired")
        self.assertIn("expired", self.account.health_details)

    def test_whatsapp_that_is_unwell_is_no_fault_of_the_account(self):
        self.sandbox.control("POST", "switches", fault={"kind": "503", "times": 50})
        self.look_after()
        self.assertEqual((self.account.state, self.codes()), ("connected", []))

    def test_wrong_app_secret_keeps_messages_and_goes_on_by_itself(self):
        """W2: the secret was reset at Meta: nothing fails, one alert, and it goes on when the secret is right."""
        self.sandbox.control("POST", "app_secret", app_secret="reset-at-meta")
        rows = self.env["wa.message"]
        for number, text in enumerate(("one", "two", "three")):
            conversation = self.customer_writes(self.customer(f"P{number}", f"+1202555016{number}"), "Hi")
            rows |= self.reply(self.ana, conversation, text).wa_message_ids
        self.run_sender()
        self.assertEqual(set(rows.mapped("state")), {"queued"})
        self.assertEqual(set(rows.mapped("attempts")), {0})
        self.assertFalse(any(rows.mapped("submitted_at")))
        self.assertEqual((self.account.state, self.account.state_code), ("blocked", "app_secret"))
        self.assertIn("app secret", self.number.blocked_reason)
        self.check_red("app_secret")
        told = self.account.message_ids.filtered(lambda m: self.admin_user.partner_id in m.notified_partner_ids)
        self.assertEqual(len(told), 1, "one alert")
        self.account.with_user(self.wanda).app_secret = "reset-at-meta"
        self.check_green()
        self.assertFalse(self.number.is_blocked)
        self.run_sender()
        self.assertEqual(set(rows.mapped("state")), {"sent"})

    def test_proofs_are_told_apart_from_requests_that_are_wrong(self):
        """W2: same code 100; type and words differ."""
        kind = {"code": 100, "type": "GraphMethodException"}
        proof = {**kind, "message": "Invalid appsecret_proof provided in the API argument"}
        missing = {**kind, "message": "API calls from the server require an appsecret_proof argument"}
        node = {**kind, "error_subcode": 33, "message": "Unsupported get request."}
        wrong = {"code": 100, "type": "OAuthException", "message": "(#100) Invalid parameter"}
        found = [from_answer(one, 400).failure.slug for one in (proof, missing, node, wrong)]
        self.assertEqual(found[:2], ["app_secret"] * 2)
        self.assertNotIn("app_secret", found[2:])

    # ------------------------------------------------------------- what comes in

    def test_lost_subscription(self):
        url = f"{self.sandbox.url}/v26.0/{self.account.waba_id}/subscribed_apps"
        self.sandbox.session.delete(url, headers={"Authorization": f"Bearer {ACCESS_TOKEN}"}).raise_for_status()
        self.look_after()
        self.check_red("subscription_lost")
        self.assertEqual(self.account.state, "connected", "sending goes on")
        self.connect()
        self.check_green()

    def test_callback_that_leads_elsewhere(self):
        elsewhere = self.callback.url + "/other"
        self.sandbox.control("POST", "callback", callback_url=elsewhere, verify_token="x")
        self.look_after()
        self.check_red("callback_elsewhere")
        self.assertNotIn("/other", self.account.health_details)

    def test_nothing_comes_back_for_what_was_sent(self):
        """A message was accepted an hour ago, and not even "sent" came back."""
        self.env["wa.webhook.event"].search([]).unlink()
        row = self.reply(self.ana, self.conversation, "Hello").wa_message_ids
        self.run_sender()
        self.assertNotIn("nothing_comes_in", self.codes(), "it may come yet")
        self.ago(row, 60, "submitted_at")
        self.check_red("nothing_comes_in")
        self.deliver()
        self.check_green()

    # ------------------------------------------------------------------ the jobs

    def test_webhooks_that_nobody_processes(self):
        self.store_webhook(self.inbound("waits"))
        event = self.env["wa.webhook.event"].search([("state", "=", "new")])
        self.assertNotIn("events_stalled", self.codes())
        self.ago(event, 25, "received_at")
        self.check_red("events_stalled")
        self.process_webhooks()
        self.check_green()

    def test_webhook_that_waits_for_its_next_try_is_no_stall(self):
        self.store_webhook(self.inbound("waits"))
        event = self.env["wa.webhook.event"].search([("state", "=", "new")])
        self.ago(event, 25, "received_at")
        event.next_attempt_at = fields.Datetime.now() + timedelta(minutes=20)
        self.assertNotIn("events_stalled", self.codes())

    def test_messages_that_nobody_sends(self):
        row = self.reply(self.ana, self.conversation, "Hello").wa_message_ids
        self.ago(self.number, 60, "resumed_at")
        self.assertNotIn("outbox_stalled", self.codes())
        self.ago(row, 40, "create_date")
        self.check_red("outbox_stalled")
        self.run_sender()
        self.deliver()
        self.check_green()

    def test_number_that_whatsapp_limits_for_long(self):
        """Messages wait for as long as a limit lasts; that they do is told."""
        now = fields.Datetime.now()
        self.reply(self.ana, self.conversation, "Hello")
        self.number.write({"hold_until": now + timedelta(seconds=60), "hold_seconds": 60, "held_since": now})
        self.assertNotIn("outbox_limited", self.codes())
        self.number.held_since = now - timedelta(minutes=20)
        self.check_red("outbox_limited")
        self.number.hold_until = now - timedelta(minutes=2)
        self.assertNotIn("outbox_limited", self.codes(), "it is over")

    def test_a_queue_that_is_being_worked_off_is_no_stall(self):
        """A hundred thousand messages take hours, and nothing is wrong."""
        old = self.reply(self.ana, self.conversation, "Hello").wa_message_ids
        self.ago(old, 40, "create_date")
        self.ago(self.number, 60, "resumed_at")
        other = self.customer_writes(self.customer("Bo", "+12025550171"), "Hi")
        left = self.reply(self.ana, other, "left a minute ago").wa_message_ids
        self.ago(left, 1, "submitted_at")
        self.assertNotIn("outbox_stalled", self.codes())

    def test_plans_that_nobody_hands_over(self):
        lead = self.env["crm.lead"].create({"name": "Plan", "phone": "+12025550143"})
        plan = self.env["wa.scheduled.message"].create(
            {
                "res_model": "crm.lead",
                "res_id": lead.id,
                "template_id": self.template.id,
                "company_id": self.account.company_id.id,
                "origin": "automation",
                "planned_at": fields.Datetime.now(),
                "due_at": fields.Datetime.now() - timedelta(hours=2),
                "state": "planned",
            }
        )
        self.check_red("dispatch_stalled")
        plan.state = "cancelled"
        self.check_green()

    # ------------------------------------------------------------------- telling

    def test_second_reason_while_the_first_lasts_is_told_in_the_same_activity(self):
        self.store_webhook(self.inbound("waits"))
        self.ago(self.env["wa.webhook.event"].search([("state", "=", "new")]), 25, "received_at")
        self.look_after()
        [activity] = self.activities(self.wanda)
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, valid=False)
        self.look_after()
        self.assertEqual(self.activities(self.wanda), activity)
        self.assertIn("Access Token", activity.note)

    def test_activity_that_somebody_ticked_off_does_not_come_back_for_the_same_reason(self):
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, valid=False)
        self.look_after()
        self.activities(self.wanda).action_done()
        self.look_after()
        self.assertFalse(self.activities(self.wanda))

    def test_ten_accounts_cost_no_more_questions_than_one(self):
        accounts = self.env["wa.account"].create(
            [
                {"name": f"Shop {n}", "waba_id": f"9000000000009{n:02}", "state": "draft", "app_secret": f"s{n}"}
                for n in range(10)
            ]
        )
        self.env["wa.problem"]._find(accounts)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            accounts.mapped("health")

    def test_reasons_are_kept_as_codes_and_read_in_ones_own_language(self):
        self.account._flag_blocked("payment_problem", {"said": "Card expired"})
        self.assertEqual(self.account.state_code, "payment_problem")
        self.assertIn("Card expired", self.account.state_reason)
        for code in ("app_secret", "token_invalid"):
            self.account._flag_blocked(code)
            self.assertNotIn("%(", self.account.health_details)

    def test_app_secret_that_is_right_again_without_being_entered(self):
        self.sandbox.control("POST", "app_secret", app_secret="other")
        self.look_after()
        self.assertEqual(self.account.state_code, "app_secret")
        self.sandbox.control("POST", "app_secret", app_secret=APP_SECRET)
        self.check_green()
        self.assertEqual(self.account.app_id, APP_ID)
