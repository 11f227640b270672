from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ...tools.webhook.events import TemplateEvent
from ..account_case import AccountCase
from ..common import PHONE_NUMBER_ID, WABA_ID


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestAccountReports(AccountCase):
    """What WhatsApp changes is taken over from its own webhooks, and what it does not report is read."""

    def setUp(self):
        super().setUp()
        self.connect()
        self.sandbox.control("POST", "switches", paused=False)
        self.settle()

    def settle(self):
        """Take in what is under way, so that a test sees its own news alone."""
        self.deliver()
        self.env.flush_all()

    def change(self, path=f"numbers/{PHONE_NUMBER_ID}", **values):
        """Let WhatsApp change something, and take in what it reports; returns the fields of those webhooks."""
        known = {row["id"] for row in self.sandbox.control("GET", "webhooks")["webhooks"]}
        self.sandbox.control("POST", path, **values)
        new = [row for row in self._settled_webhooks() if row["id"] not in known]
        for body in {row["body"] for row in new}:
            self.store_webhook(body.encode())
        self.process_webhooks()
        self.env.invalidate_all()
        return {field for row in new for field in row["fields"]}

    def words(self, record):
        return "".join(record.message_ids.mapped("body"))

    # ------------------------------------------------------------------ numbers

    def test_quality(self):
        self.account.checked_at = "2026-01-01"
        self.assertEqual(self.change(quality="RED"), {"phone_number_quality_update"})
        self.assertEqual(self.number.quality_rating, "RED")
        self.assertIn("quality is low", self.words(self.number))
        self.assertFalse(self.account.checked_at, "the word says which way, not which colour: it is read")
        self.change(quality="YELLOW")
        self.assertEqual(self.number.quality_rating, "GREEN", "all that the webhook says")
        self.look_after()
        self.assertEqual(self.number.quality_rating, "YELLOW")

    def test_quality_that_is_not_reported_is_read(self):
        self.assertFalse(self.change(quality="YELLOW"))
        self.look_after()
        self.assertEqual(self.number.quality_rating, "YELLOW")

    def test_throughput(self):
        fields = self.change(level="HIGH")
        self.assertEqual(fields, {"phone_number_quality_update", "business_capability_update"})
        self.assertEqual(self.number.messages_per_second, 1000)
        self.assertEqual((self.number.messaging_limit, self.account.messaging_limit), ("TIER_UNLIMITED",) * 2)

    def test_limit_of_the_portfolio_is_that_of_all_numbers(self):
        second = self.env["wa.number"].create(
            {"name": "B", "account_id": self.account.id, "phone_number_id": "900000000000102", "active": False}
        )
        self.assertEqual(self.change(limit="TIER_100K"), {"business_capability_update"})
        for record in (self.account, self.number, second):
            self.assertEqual(record.messaging_limit, "TIER_100K")
        self.assertIn("100,000 new people a day", self.words(self.account))

    def test_limit_as_a_number(self):
        """Meta's own sample has 2000 where its table has TIER_2K."""
        self.change(limit="TIER_10K", limit_as_number=True)
        self.assertEqual((self.account.messaging_limit, self.number.messaging_limit), ("TIER_10K", "TIER_10K"))
        self.change(limit="TIER_UNLIMITED", limit_as_number=True)
        self.assertEqual(self.account.messaging_limit, "TIER_UNLIMITED")
        self.assertIn("Any number of new people a day", self.words(self.account))

    def test_limit_is_read_with_the_number(self):
        self.sandbox.control("POST", "switches", paused=True)
        self.sandbox.control("POST", f"numbers/{PHONE_NUMBER_ID}", limit="TIER_10K")
        self.look_after()
        self.assertEqual((self.number.messaging_limit, self.account.messaging_limit), ("TIER_10K", "TIER_10K"))

    def test_status(self):
        self.assertEqual(self.change(status="FLAGGED"), {"phone_number_quality_update"})
        self.look_after()
        self.assertEqual((self.number.status, self.number.quality_rating), ("FLAGGED", "GREEN"))
        self.assertFalse(self.change(status="BANNED"), "no webhook tells")
        self.look_after()
        self.assertEqual(self.number.status, "BANNED")
        self.assertIn("number_state", self.codes())

    def test_name(self):
        self.assertEqual(self.change(name_decision="REJECTED", name="Best Shop Ever"), {"phone_number_name_update"})
        self.assertEqual((self.number.name_status, self.number.name), ("REJECTED", "Example Shop"))
        self.change(name_decision="APPROVED", name="Oak and Wool")
        self.assertEqual((self.number.name_status, self.number.name), ("APPROVED", "Oak and Wool"))

    def test_pin(self):
        self.assertEqual(self.change(security="PIN_RESET_REQUEST"), {"security"})
        self.assertIn("asked to reset", self.words(self.number))

    # ----------------------------------------------------------------- accounts

    def test_restriction_with_an_end(self):
        kind = "RESTRICTED_BIZ_INITIATED_MESSAGING"
        end = [{"restriction_type": kind, "expires_in_s": 3600}]
        self.assertEqual(self.change(f"accounts/{WABA_ID}", restrict=end), {"account_update"})
        self.assertEqual(list(self.account.restrictions), [kind])
        self.assertTrue(self.account.restricted_until)
        self.assertEqual(self.account.state, "connected")

    def test_ban_and_its_end(self):
        self.change(f"accounts/{WABA_ID}", ban="SCHEDULE_FOR_DISABLE", in_days=5)
        self.assertEqual((self.account.state, self.account.state_code), ("connected", "account_to_be_disabled"))
        self.assertEqual(self.change(f"accounts/{WABA_ID}", ban="DISABLE"), {"account_update"})
        self.assertEqual((self.account.state, self.account.state_code), ("blocked", "account_disabled"))
        self.look_after()
        self.assertEqual(self.account.state, "blocked", "it can be read, and still nothing can be sent")
        self.change(f"accounts/{WABA_ID}", ban="REINSTATE")
        self.assertEqual((self.account.state, self.account.state_code), ("connected", False))

    def test_what_is_over_is_over_for_a_business_with_limits_too(self):
        """A business that is not verified, or restricted in one thing, is LIMITED all the time; it can send."""
        kind = [{"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"}]
        self.change(f"accounts/{WABA_ID}", restrict=kind)
        self.account._flag_blocked("payment_problem")
        for minutes, state in ((10, "blocked"), (20, "blocked"), (40, "connected")):
            self.pass_minutes(minutes)
            self.look_after()
            self.assertEqual(self.account.state, state, f"asked again {minutes} minutes later")

    def pass_minutes(self, minutes):
        """Let time go by for what is on record about this account."""
        self.env.flush_all()
        for table, column, where in (
            ("wa_account", "write_date", "id"),
            ("wa_account", "checked_at", "id"),
            ("wa_problem", "create_date", "account_id"),
        ):
            query = SQL(
                "UPDATE %s SET %s = %s - %s * INTERVAL '1 minute' WHERE %s = %s",
                *(SQL.identifier(table), SQL.identifier(column), SQL.identifier(column)),
                *(minutes, SQL.identifier(where), self.account.id),
            )
            self.env.cr.execute(query)
        self.env.invalidate_all()

    def test_review_alert_and_violation(self):
        self.assertEqual(self.change(f"accounts/{WABA_ID}", review="REJECTED"), {"account_review_update"})
        self.assertEqual(self.account.review_status, "REJECTED")
        alert = {"type": "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED", "severity": "WARNING", "description": "Not yet."}
        self.assertEqual(self.change(f"accounts/{WABA_ID}", alert=alert), {"account_alerts"})
        self.assertIn("Not yet.", self.words(self.account))
        self.assertIn("Increased capabilities eligibility failed", self.words(self.account))
        self.change(f"accounts/{WABA_ID}", alert={"type": "OBA_APPROVED", "phone_number_id": PHONE_NUMBER_ID})
        self.assertIn("official business account", self.words(self.number))
        self.change(f"accounts/{WABA_ID}", violation="ADULT")
        self.assertIn("violation", self.words(self.account))

    def test_review_is_read_too(self):
        self.sandbox.control("POST", "switches", paused=True)
        self.sandbox.control("POST", f"accounts/{WABA_ID}", review="PENDING")
        self.look_after()
        self.assertEqual(self.account.review_status, "PENDING")

    def test_phone_that_is_gone_and_back(self):
        self.change(level="COEXISTENCE")
        self.assertEqual(self.change(status="DISCONNECTED"), {"account_update"})
        self.assertEqual((self.account.state, self.account.state_code), ("blocked", "account_ended"))
        self.change(status="CONNECTED")
        self.assertEqual(self.account.state, "connected")

    def test_form_that_is_blocked(self):
        self.assertEqual(self.change("flows/960000000000101", status="BLOCKED"), {"flows"})
        self.assertIn("is now blocked", self.words(self.account))

    # ---------------------------------------------------------------- templates

    def proposal(self):
        return self.env["wa.template"].search([("account_id", "=", self.account.id), ("name", "=", "proposal_ready")])

    def test_events_that_are_no_status(self):
        template = self.proposal()
        for event, status, words in (
            ("FLAGGED", "APPROVED", "flagged"),
            ("LOCKED", "APPROVED", "locked this template"),
            ("ARCHIVED", "ARCHIVED", ""),
            ("UNARCHIVED", "APPROVED", "out of its archive"),
            ("DISABLED", "DISABLED", ""),
            ("REINSTATED", "APPROVED", "reinstated"),
        ):
            with self.subTest(event):
                # Webhooks carry seconds: what comes within one is taken as come twice.
                self.sandbox.control("POST", "clock", forward_s=2)
                known = template.message_ids
                fields = self.change(f"templates/{template.template_uid}", status=event)
                self.assertEqual(fields, {"message_template_status_update"})
                self.assertEqual(template.status, status)
                new = [row for row in (template.message_ids - known) if words and words in (row.body or "")]
                self.assertEqual(len(new), bool(words), "once")

    def told(self, template, event, second, **value):
        """Let WhatsApp say something about a template, decided at a second of today."""
        moment = int(fields.Datetime.now().timestamp()) - 1000 + second
        item = TemplateEvent(
            waba_id=WABA_ID,
            timestamp=moment,
            template_id=template.template_uid,
            name=template.name,
            language=template.language,
            change="status",
            value={"event": event, **value},
        )
        self.env["wa.template.review"]._apply(template, item)

    def test_what_decides_nothing_hides_no_decision(self):
        """A warning that overtakes the decision before it, and one that comes twice."""
        template = self.proposal()
        template.write({"status": "PENDING", "status_at": False})
        self.told(template, "FLAGGED", 20)
        self.told(template, "REJECTED", 10, reason="SCAM")
        self.assertEqual((template.status, template.status_reason), ("REJECTED", "SCAM"))
        known = template.message_ids
        self.told(template, "LOCKED", 30, reason="NONE")
        self.told(template, "LOCKED", 30, reason="NONE")
        self.told(template, "FLAGGED", 20)
        self.assertEqual((template.status, template.status_reason), ("REJECTED", "SCAM"), "why it was rejected still holds")
        self.assertEqual(len(template.message_ids - known), 1)
        self.told(template, "REINSTATED", 40)
        self.told(template, "DISABLED", 35)
        self.assertEqual(template.status, "APPROVED")

    def test_changes_that_whatsapp_overtakes_are_kept_in_words(self):
        template = self.proposal()
        self.change(f"templates/{template.template_uid}", status="PAUSED")
        template.with_user(self.lead_manager).body = "An hour of work on {{1}} and {{2}}, as agreed."
        self.assertTrue(template.is_edited)
        self.sandbox.control("POST", "clock", forward_s=2)
        self.change(f"templates/{template.template_uid}", status="REINSTATED")
        self.env["wa.template.sync"]._sync_account(self.account)
        self.assertNotIn("An hour of work", template.body)
        self.assertIn("An hour of work", self.words(template))

    def test_locked_template_is_sent(self):
        template = self.proposal()
        self.change(f"templates/{template.template_uid}", status="LOCKED")
        self.assertEqual(template.status, "APPROVED")

    def test_edit_elsewhere_is_read(self):
        template = self.proposal()
        components = [{"type": "BODY", "text": "Other words altogether."}]
        url = f"{self.sandbox.url}/v26.0/{template.template_uid}"
        known = {row["id"] for row in self.sandbox.control("GET", "webhooks")["webhooks"]}
        answer = self.sandbox.session.post(
            url, json={"components": components}, headers={"Authorization": "Bearer EAADEMO-TOKEN"}
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        for row in self._settled_webhooks():
            if row["id"] not in known:
                self.store_webhook(row["body"].encode())
        self.process_webhooks()
        self.assertTrue(self.account.templates_outdated)
        self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_template_refresh"))
        self.assertEqual(template.body, "Other words altogether.")

    def test_category_announced_and_changed(self):
        template = self.proposal()
        self.change(f"templates/{template.template_uid}", category="UTILITY")
        self.assertEqual(template.category, "UTILITY")
        self.change(f"templates/{template.template_uid}", correct_category="MARKETING")
        self.assertEqual(template.category, "UTILITY")
        self.assertIn("will move this template to the category Marketing", self.words(template))
