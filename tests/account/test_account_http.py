import json
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo.tests import new_test_user, tagged
from odoo.tests.common import _super_send
from odoo.tools import mute_logger

from ...models.account import wa_account_check, wa_webhook_health
from ..account_case import APP_ID
from ..common import ACCESS_TOKEN, Sandbox, WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_http", "wa_account")
class TestRefusedWebhooks(WaHttpCase):
    """Messages that are refused turn the account red; knocks of strangers do not."""

    def setUp(self):
        super().setUp()
        self.wanda = new_test_user(self.env, "wa_wanda", groups="crm_whatsapp.crm_whatsapp_group_admin", name="Wanda")
        wa_webhook_health._buckets.clear()

    def refused(self, count, body=None, **more):
        for number in range(count):
            payload = body if body is not None else self.inbound(f"refused {number}")
            self.assertEqual(self.post_webhook(payload, secret="reset-at-meta", **more).status_code, 401)
        self.account.invalidate_recordset()

    def look_after(self):
        self.env["wa.problem"]._sync(self.account)
        self.env.flush_all()
        self.account.invalidate_recordset()

    def activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "wa.account"), ("res_id", "=", self.account.id), ("user_id", "=", self.wanda.id)]
        )

    def test_secret_that_changed_at_meta(self):
        """U1: red with the reason, one activity, green with the next message that is rightly signed."""
        self.refused(3)
        self.assertEqual(self.account.with_user(self.wanda).health, "problem")
        self.assertIn("App Secret", self.account.health_details)
        for _again in range(4):
            self.refused(2)
            self.look_after()
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.post_webhook(self.inbound("rightly signed")).status_code, 200)
        self.look_after()
        self.assertEqual(self.account.health, "ok")
        self.assertFalse(self.activities())

    def test_new_secret_that_is_entered_counts_at_once(self):
        """U1: what was refused for the former secret is not held against the new one."""
        self.refused(5)
        self.account.with_user(self.wanda).app_secret = "reset-at-meta"
        self.account.invalidate_recordset()
        self.assertEqual(self.account.health, "ok")
        self.assertEqual(self.post_webhook(self.inbound("now"), secret="reset-at-meta").status_code, 200)

    def test_single_forged_request_changes_nothing(self):
        """U1: a stray one from anybody on the internet."""
        self.refused(1)
        self.look_after()
        self.assertEqual(self.account.health, "ok")
        self.assertFalse(self.activities())

    def test_strangers_who_do_not_know_the_account(self):
        """U1: whoever knows no more than the address cannot alarm anybody, however often."""
        for body in (b"{}", b"x" * 10_000, json.dumps({"entry": [{"id": "1"}]}).encode()):
            self.refused(6, body)
        self.refused(3, b" ", signature="sha256=zz")
        self.look_after()
        self.assertEqual(self.account.health, "ok")
        self.assertGreaterEqual(self.account.refused_count, 20, "counted all the same")

    def test_forged_ones_between_real_ones(self):
        """U1: nothing is wrong while rightly signed messages come in."""
        for number in range(4):
            self.refused(2)
            self.assertEqual(self.post_webhook(self.inbound(f"real {number}")).status_code, 200)
        self.look_after()
        self.assertEqual(self.account.health, "ok")

    def test_flood_of_refused_requests_is_written_seldom(self):
        """U1: strangers do not decide how often the database is written."""
        written = []
        with patch.object(wa_webhook_health.time, "monotonic", lambda: 1000.0):
            for _ in range(500):
                found = wa_webhook_health._to_write(("db", self.account.id), 0)
                written += [found] if found else []
        self.assertEqual(len(written), wa_webhook_health.BURST)
        with patch.object(wa_webhook_health.time, "monotonic", lambda: 1002.0):
            [last] = [found for found in [wa_webhook_health._to_write(("db", self.account.id), 0)] if found]
        self.assertEqual(last[0], 500 - wa_webhook_health.BURST + 1, "none is lost")

    def test_archived_account_keeps_what_comes(self):
        """U2: nothing is answered 404 that can be kept."""
        self.account.access_token = False  # nobody to be told
        self.account.active = False
        self.env.flush_all()
        self.assertEqual(self.post_webhook(self.inbound("still here?")).status_code, 200)
        self.assertEqual(self.env["wa.webhook.event"].search_count([("account_id", "=", self.account.id)]), 1)
        self.refused(1)

    def test_jobs_that_stand_still_are_noticed_by_the_route(self):
        """A job that does not run cannot say so: whoever takes in webhooks looks now and then."""
        self.store_webhook(self.inbound("waits"))
        self.env.flush_all()
        self.env.cr.execute("UPDATE wa_webhook_event SET received_at = received_at - INTERVAL '1 hour'")
        self.assertEqual(self.post_webhook(self.inbound("one")).status_code, 200)
        self.assertFalse(self.activities(), "not at every webhook")
        wa_account_check._looked_at[self.env.cr.dbname] = -wa_account_check.LOOK_SECONDS
        self.assertEqual(self.post_webhook(self.inbound("two")).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(len(self.activities()), 1)

    def test_the_success_path_asks_no_more_than_before(self):
        self.post_webhook(self.inbound("warm up"))
        with self.assertQueryCount(0):
            self.env["wa.account"]._look_from_webhook()


@tagged("post_install", "-at_install", "wa", "wa_http", "wa_account")
class TestAccountOverRpc(WaHttpCase):
    """What people can and cannot do to an account over RPC."""

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Let requests to the sandbox through as they are."""
        if getattr(cls, "sandbox", None) and request.url.startswith(cls.sandbox.url):
            return _super_send(session, request, **kwargs)
        if urlsplit(request.url).port and "sandbox" in urlsplit(request.url).path:
            return _super_send(session, request, **kwargs)
        return super()._request_handler(session, request, **kwargs)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.account.write({"api_url": cls.sandbox.url, "app_id": APP_ID})
        cls.wanda = new_test_user(cls.env, "wa_wanda", groups="crm_whatsapp.crm_whatsapp_group_admin", name="Wanda")

    def call(self, user, model, method, *args, **kwargs):
        """Call a method as a user's web client does; returns the answer, or the error's data."""
        self.authenticate(user.login, user.login + "x" * (8 - len(user.login)))
        body = {"params": {"model": model, "method": method, "args": list(args), "kwargs": kwargs}}
        with mute_logger("odoo.http"):
            answer = self.url_open(
                f"/web/dataset/call_kw/{model}/{method}", data=json.dumps(body), headers={"Content-Type": "application/json"}
            ).json()
        self.env.invalidate_all()
        return answer["error"]["data"] if "error" in answer else answer.get("result")

    def refused(self, answer):
        self.assertEqual(answer.get("name"), "odoo.exceptions.AccessError", answer)

    def test_failing_check_leaves_its_state(self):
        """U1: the error undoes the request, and what follows from it stays."""
        self.account.access_token = "EAAREVOKED"
        self.env.flush_all()
        answer = self.call(self.wanda, "wa.account", "action_connect", self.account.ids)
        self.assertIn("Access Token", answer["message"])
        self.assertEqual((self.account.state, self.account.state_code), ("blocked", "token_invalid"))
        self.assertEqual(self.account.health, "problem")
        mine = [("res_model", "=", "wa.account"), ("res_id", "=", self.account.id), ("user_id", "=", self.wanda.id)]
        self.assertEqual(self.env["mail.activity"].search_count(mine), 1)
        self.call(self.wanda, "wa.account", "action_connect", self.account.ids)
        self.assertEqual(self.env["mail.activity"].search_count(mine), 1, "once")

    def test_synchronising_templates_that_fails_leaves_its_state_too(self):
        """U1, its sibling"""
        self.account.write({"state": "connected", "access_token": "EAAREVOKED"})
        self.env.flush_all()
        self.call(self.wanda, "wa.account", "action_sync_templates", self.account.ids)
        self.assertEqual(self.account.state, "blocked")

    def test_only_settings_move_the_address(self):
        """S2: by writing, creating, a default or an import."""
        evil = "https://evil.example"
        self.refused(self.call(self.wanda, "wa.account", "write", self.account.ids, {"api_url": evil}))
        vals = {"name": "Mine", "waba_id": "900000000000444"}
        self.refused(self.call(self.wanda, "wa.account", "create", [{**vals, "api_url": evil}]))
        self.refused(self.call(self.wanda, "wa.account", "create", [vals], context={"default_api_url": evil}))
        self.refused(self.call(self.wanda, "wa.account", "web_save", self.account.ids, {"api_url": evil}, specification={}))
        names, row = ["name", "waba_id", "api_url"], ["Mine", "900000000000445", evil]
        loaded = self.call(self.wanda, "wa.account", "load", names, [row])
        self.assertFalse(loaded.get("ids"))
        self.assertEqual(self.account.api_url, self.sandbox.url)
        self.assertTrue(self.account.has_access_token)

    def test_moving_the_address_drops_the_secrets(self):
        """S2"""
        self.call(self.admin_user, "wa.account", "write", self.account.ids, {"api_url": "https://graph.example"})
        self.assertEqual(self.account.api_url, "https://graph.example")
        for kind in ("access_token", "app_secret", "app_secret_previous"):
            self.assertFalse(self.account._secret(kind), kind)
        moved = {"api_url": "https://graph.facebook.com", "access_token": "EAANEW"}
        self.call(self.admin_user, "wa.account", "write", self.account.ids, moved)
        self.assertEqual(self.account._secret("access_token"), "EAANEW", "given with the new address")

    def test_addresses_that_are_not_safe(self):
        """S2: https only, except this machine; nothing that two parsers could read differently."""
        for url in (
            "http://graph.facebook.com",
            "http://192.168.0.7",
            "ftp://graph.facebook.com",
            "https://graph.facebook.com@evil.example",
            "https://evil.example\\@graph.facebook.com",
            "https://graph.facebook.com#@evil.example",
            "https://graph.facebook.com?x=1",
            "https://graph.facebook.com ",
            "https://",
            "https://127.0.0.1:99999",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "javascript:alert(1)",
            "",
        ):
            answer = self.call(self.admin_user, "wa.account", "write", self.account.ids, {"api_url": url})
            self.assertIn("exceptions", answer["name"] if isinstance(answer, dict) else "", url)
            self.assertEqual(self.account.api_url, self.sandbox.url, url)

    def test_address_that_came_by_another_way_gets_no_secret(self):
        """S2: an older version let it in."""
        self.env.cr.execute("UPDATE wa_account SET api_url = 'http://evil.example' WHERE id = %s", [self.account.id])
        self.env.invalidate_all()
        answer = self.call(self.wanda, "wa.account", "action_connect", self.account.ids)
        self.assertIn("https", answer["message"])

    def test_what_whatsapp_says_is_typed_by_nobody(self):
        """S10: the portfolio, and everything else of that kind."""
        other = self.env["wa.account"].create({"name": "B", "waba_id": "900000000000446", "portfolio_id": "1"})
        for vals in (
            {"portfolio_id": other.portfolio_id},
            {"state": "connected"},
            {"state_code": "app_secret"},
            {"findings": []},
            {"webhook_key": "x" * 20},
            {"restrictions": False},
        ):
            self.refused(self.call(self.admin_user, "wa.account", "write", self.account.ids, vals))
        new = {"name": "C", "waba_id": "900000000000447", "portfolio_id": "1"}
        self.refused(self.call(self.wanda, "wa.account", "create", [new]))
        new.pop("portfolio_id")
        for default in ({"default_portfolio_id": other.portfolio_id}, {"default_state": "connected"}):
            self.refused(self.call(self.wanda, "wa.account", "create", [new], context=default))
        number = {"name": "D", "account_id": self.account.id, "phone_number_id": "900000000000448"}
        self.refused(self.call(self.wanda, "wa.number", "create", [number], context={"default_status": "CONNECTED"}))
        for vals in ({"is_blocked": True}, {"status": "CONNECTED"}, {"quality_rating": "GREEN"}, {"hold_until": False}):
            self.refused(self.call(self.admin_user, "wa.number", "write", self.number.ids, vals))

    def test_salespeople_do_none_of_it(self):
        for method in ("action_connect", "action_disconnect", "action_reconnect", "action_sync_templates"):
            self.refused(self.call(self.ana, "wa.account", method, self.account.ids))
        self.refused(self.call(self.ana, "wa.number", "action_resume", self.number.ids))
        self.assertTrue(ACCESS_TOKEN)
