from odoo.tests import tagged

from ..common import WaSandboxCase
from ..inbound_case import RecordedCase


@tagged("post_install", "-at_install", "wa")
class TestInboundNotices(RecordedCase):
    """A notice changes the fields it is about and is written where people look."""

    def _notice(self, recording, record, words, change=None, **values):
        known = record.message_ids
        self.receive_recorded(recording, change)
        self.assertFalse(self.last_event().note)
        self.assertIn(words, "".join((record.message_ids - known).mapped("body")))
        for field, value in values.items():
            self.assertEqual(record[field], value, field)

    def test_throughput_upgrade(self):
        self._notice(
            "phone_number_quality_update", self.number, "May send faster",
            messages_per_second=1000, messaging_limit="TIER_UNLIMITED",
        )  # fmt: skip

    def test_name_decision(self):
        values = {"name_status": "REJECTED", "name": "Example Shop"}
        self._notice("phone_number_name_update", self.number, "Name not consistent", **values)

        def approve(value):
            value.update(decision="APPROVED", requested_verified_name="Example Chairs", rejection_reason=None)

        self._notice("phone_number_name_update", self.number, "Example Chairs", approve, name="Example Chairs")

    def test_username_of_the_business(self):
        self._notice("business_username_update", self.number, "example.shop", username="example.shop")
        self._notice("business_username_updates", self.number, "Deleted", username=False)

    def test_security(self):
        self._notice("security", self.number, "PIN of this number was changed")

    def test_alert_about_a_number(self):
        self._notice("account_alerts", self.number, "official business account")

    def test_handover(self):
        self._notice("messaging_handovers", self.number, "Control passed")

    def test_errors_of_the_number(self):
        self._notice("value_errors", self.number, "130429")

    def test_restriction_is_kept_and_stops_only_what_it_says(self):
        self._notice(
            "account_update_restriction", self.account, "no templates may be sent",
            restriction="RESTRICTED_BIZ_INITIATED_MESSAGING", state="connected",
        )  # fmt: skip
        self.assertTrue(self.account.restricted_until)

        def everything(value):
            value["restriction_info"].append({"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"})

        self._notice("account_update_restriction", self.account, "may not be answered", everything, state="connected")
        self.assertEqual(len(self.account.restrictions), 2, "the gate refuses both, each until its end")

    def test_ban_announced_done_and_taken_back(self):
        self._notice("account_update_disabled", self.account, "will disable this account on April 17, 2027", state="connected")

        def ban(value):
            value["ban_info"]["waba_ban_state"] = "DISABLE"

        self._notice("account_update_disabled", self.account, "disabled this account", ban, state="blocked")
        self.assertTrue(self.account.state_reason)

        def back(value):
            value["ban_info"] = {"waba_ban_state": "REINSTATE"}

        self._notice("account_update_disabled", self.account, "reinstated", back, state="connected", state_reason=False)

    def test_partner_removed_under_the_id_of_the_portfolio(self):
        self._notice("account_update_partner_removed", self.account, "was not used for too long", state="blocked")

    def test_review_limits_and_the_rest(self):
        self._notice("account_review_update", self.account, "Approved", review_status="APPROVED")
        self._notice("business_capability_update", self.account, "2,000 new people a day", messaging_limit="TIER_2K")
        self._notice("payment_configuration_update", self.account, "Needs Testing")
        self._notice("partner_solutions", self.account, "Solution created")
        self._notice("flows", self.account, "The flow is now blocked")
        self._notice("account_settings_update", self.number, "Phone number settings")

    def _said_at(self, recording, seconds, **value):
        """Process a recorded notice as if it had been said so many seconds later."""
        payload = self.recorded(recording)
        # Some time ago: what is said to come from the future counts as said just now.
        payload["entry"][0]["time"] += seconds - 120
        payload["entry"][0]["changes"][0]["value"].update(value)
        self.store_webhook(payload)
        self.process_webhooks()
        self.assertEqual(self.last_event().state, "done", self.last_event().error)

    def _words(self, record):
        return "".join(record.message_ids.mapped("body"))

    def test_what_comes_late_is_said_all_the_same(self):
        """A request to reset the PIN, or an alert, is news also after a younger notice of its kind."""
        self._said_at("security", 0)
        self._said_at("security", -60, event="PIN_RESET_REQUEST")
        self.assertIn("asked to reset", self._words(self.number))
        self.receive_recorded("account_alerts")
        self._said_at("account_alerts", -60, alert_info={"alert_severity": "CRITICAL", "alert_type": "OBA_REJECTED"})
        self.assertIn("official business account not approved", self._words(self.number))

    def test_notices_of_one_second_are_not_said_again(self):
        payload = self.recorded("security")
        [first] = payload["entry"][0]["changes"]
        second = {**first, "value": {**first["value"], "event": "PIN_RESET_REQUEST"}}
        payload["entry"][0]["changes"].append(second)
        self.store_webhook(payload)
        self.process_webhooks()
        self.assertIn("asked to reset", self._words(self.number))
        self.assertIn("was changed", self._words(self.number))
        count = len(self.number.message_ids)
        self.env["wa.webhook.event"].search([]).action_process_again()
        self.process_webhooks()
        self.assertEqual(len(self.number.message_ids), count)

    def test_restrictions_in_any_order_are_all_in_force_and_stay_lifted(self):
        kinds = ["RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_UTILITY_TEMPLATES", "RESTRICTED_ADD_PHONE_NUMBER_ACTION"]
        ends = self.moment(1796035200)
        for place, kind in enumerate(kinds):
            # The second one never ends by itself; the last is the oldest.
            info = {"restriction_type": kind, **({} if place == 1 else {"expiration": ends})}
            self._said_at("account_update_restriction", 60 - abs(place - 1) * 30 - place, restriction_info=[info])
        self.assertEqual(sorted(self.account.restrictions), sorted(kinds))
        ban = {"waba_ban_state": "REINSTATE"}
        self._said_at("account_update_disabled", 90, ban_info=ban)
        self.assertFalse(self.account.restrictions)
        self._said_at("account_update_restriction", 80)
        self.assertFalse(self.account.restrictions, "what was lifted since does not come back")

    def test_older_end_of_a_connection_does_not_undo_its_return(self):
        self._said_at("account_update_disabled", 60, event="ACCOUNT_RECONNECTED")
        self.account.write({"state": "blocked"})
        self._said_at("account_update_disabled", 90, event="ACCOUNT_RECONNECTED")
        self.assertEqual(self.account.state, "connected")
        self._said_at("account_update_disabled", 30, event="ACCOUNT_OFFBOARDED")
        self.assertEqual(self.account.state, "connected")
        self.assertIn("was disconnected", self._words(self.account))

    def test_late_and_repeated_notices_change_nothing(self):
        self.receive_recorded("phone_number_quality_update")
        payload = self.recorded("phone_number_quality_update")
        payload["entry"][0]["time"] -= 60
        payload["entry"][0]["changes"][0]["value"].update(event="FLAGGED", current_limit="TIER_250")
        self.store_webhook(payload)
        self.process_webhooks()
        self.assertEqual(self.number.messaging_limit, "TIER_UNLIMITED")
        self.assertEqual(self.number.quality_rating, "RED", "nothing younger was said about quality")
        count = len(self.number.message_ids)
        self.env["wa.webhook.event"].search([]).action_process_again()
        self.process_webhooks()
        self.assertEqual(len(self.number.message_ids), count)

    def test_another_companys_account_is_left_alone(self):
        """Whoever knows the secret of one app speaks for its accounts only."""
        other = self.env["wa.account"].create({"name": "Other", "waba_id": "other", "app_secret": "other-secret"})
        self.store_webhook(self.recorded("account_update_disabled"), account=other)
        self.store_webhook(self.recorded("phone_number_quality_update"), account=other)
        self.process_webhooks()
        self.assertFalse(self.account.state_reason or self.number.messaging_limit)

    def test_unknown_fields_are_kept_and_listed(self):
        fields = {"unknown_field": "holograms"} | {name: name for name in ("calls", "standby", "automatic_events")}
        for name, field in fields.items():
            with self.subTest(name):
                self.receive_recorded(name)
                self.assertIn(f"not handled yet: {field}", self.last_event().note)
                self.assertIn(field, self.last_event().body)


@tagged("post_install", "-at_install", "wa")
class TestInboundTemplateNotices(RecordedCase):
    """News about templates."""

    def setUp(self):
        super().setUp()
        self.order_ready = self._make_template(
            "order_ready", "Ready", [], language="en_US", template_uid="1234567890123", category="UTILITY"
        )

    def test_status_with_its_reason(self):
        for name, status, words in (
            ("template_status_paused", "PAUSED", "Paused for three hours"),
            ("template_status_disabled", "DISABLED", ""),
            ("template_status_approved", "APPROVED", ""),
            ("template_status_rejected", "REJECTED", "Add words behind it."),
        ):
            with self.subTest(name):
                self.receive_recorded(name)
                self.assertEqual(self.order_ready.status, status)
                self.assertFalse(self.last_event().note)
                if words:
                    self.assertIn(words, self.order_ready.status_reason)
                    self.assertIn(words, "".join(self.order_ready.message_ids.mapped("body")))

    def test_same_verdict_again_keeps_its_sentence(self):
        """WhatsApp repeats itself: a word such as INVALID_FORMAT never takes the place of what it said in full."""
        for name, words in (
            ("template_status_paused", "Paused for three hours"),
            ("template_status_rejected", "Add words behind it."),
        ):
            with self.subTest(name):
                self.order_ready.status_at = False
                payload = self.recorded(name)
                self.receive(payload)
                told = len(self.order_ready.message_ids)
                for _again in range(2):
                    payload["entry"][0]["time"] += 1
                    self.receive(payload)
                    self.assertIn(words, self.order_ready.status_reason)
                self.assertEqual(len(self.order_ready.message_ids), told, "told once")

    def test_quality_even_under_the_wrong_field(self):
        for name in ("template_quality", "template_quality_mislabelled"):
            self.order_ready.quality = False
            self.receive_recorded(name)
            self.assertEqual(self.order_ready.quality, "YELLOW")
            self.assertIn("Medium", self.order_ready.message_ids[0].body)

    def test_category_announced_and_changed(self):
        self.receive_recorded("template_category_announced")
        self.assertEqual(self.order_ready.category, "UTILITY")
        self.assertIn("Marketing", self.order_ready.message_ids[0].body)
        self.receive_recorded("template_category_changed")
        self.assertEqual(self.order_ready.category, "MARKETING")

    def test_changed_content_is_read_again(self):
        self.receive_recorded("template_components")
        self.assertTrue(self.account.templates_outdated)
        self.assertIn("being read again", self.order_ready.message_ids[0].body)

    def test_template_made_elsewhere_is_read(self):
        self.order_ready.unlink()
        self.receive_recorded("template_status_approved")
        self.assertTrue(self.account.templates_outdated)
        self.assertIn("not known here yet", self.last_event().note)


@tagged("post_install", "-at_install", "wa")
class TestTemplateRefresh(WaSandboxCase):
    """Templates that changed at WhatsApp are read in the background."""

    def test_outdated_accounts_are_read_and_failures_wait(self):
        cron = self.env.ref("crm_whatsapp.ir_cron_wa_template_refresh")
        self.account._have_templates_read()
        self.account.access_token = "EAAWRONG"
        with self.assertLogs("odoo.addons.crm_whatsapp.models.template.wa_template_sync", "WARNING") as logs:
            self._run_cron(cron)
        self.assertNotIn("EAAWRONG", "".join(logs.output))
        self.assertTrue(self.account.templates_outdated)
        self.account.access_token = "EAADEMO-TOKEN"
        self._run_cron(cron)
        self.assertFalse(self.account.templates_outdated)
        self.assertTrue(self.env["wa.template"].search([("name", "=", "hello_world"), ("account_id", "=", self.account.id)]))
