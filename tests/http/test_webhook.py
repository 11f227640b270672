import json
from unittest.mock import patch

from odoo.tests import tagged

from ...controllers import webhook
from ...tools.webhook.signature import sign
from ..common import WABA_ID, WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestWebhookRoute(WaHttpCase):
    """The callback stores what is signed, refuses everything else, and never breaks."""

    def events(self):
        return self.env["wa.webhook.event"].search([("account_id", "=", self.account.id)])

    def test_signed_webhook_is_stored_and_answered(self):
        response = self.post_webhook(self.inbound())
        self.assertEqual((response.status_code, response.text), (200, "OK"))
        self.assertEqual(self.events().state, "new")
        self.assertFalse(response.cookies, "Meta gets no session")

    def test_repeated_delivery_is_answered_and_stored_once(self):
        payload = self.inbound()
        for _ in range(5):
            self.assertEqual(self.post_webhook(payload).status_code, 200)
        self.assertEqual(len(self.events()), 1)

    def test_wrong_requests_are_refused_and_counted(self):
        body = json.dumps(self.inbound()).encode()
        cases = {
            "unsigned": {"secret": None},
            "signed by another app": {"secret": "another-secret"},
            "malformed header": {"signature": "sha256=zz"},
            "sha1 header": {"signature": "sha1=" + "0" * 40},
            "changed by one byte": {"signature": sign("demo-app-secret", body + b" ")},
        }
        with patch.object(webhook, "_logger") as logger:
            for name, kwargs in cases.items():
                self.assertEqual(self.post_webhook(body, **kwargs).status_code, 401, name)
        self.assertEqual(logger.info.call_count, len(cases))
        self.assertFalse(self.events())
        self.account.invalidate_recordset()
        self.assertEqual(self.account.refused_count, len(cases))
        self.assertNotIn("demo-app-secret", str(logger.mock_calls))

    def test_unknown_callback(self):
        self.assertEqual(self.post_webhook(self.inbound(), key="nonsense").status_code, 404)

    def test_account_without_secret_accepts_nothing(self):
        self.account.app_secret = False
        for secret in ("demo-app-secret", ""):
            body = b"{}"
            response = self.post_webhook(body, signature=sign(secret, body))
            self.assertEqual(response.status_code, 401)

    def test_previous_secret_is_accepted_while_rotating(self):
        self.account.app_secret_previous = "demo-app-secret"
        self.account.app_secret = "new-secret"
        self.assertEqual(self.post_webhook(self.inbound("old"), secret="demo-app-secret").status_code, 200)
        self.assertEqual(self.post_webhook(self.inbound("new"), secret="new-secret").status_code, 200)

    def test_too_large_is_refused(self):
        response = self.post_webhook(b"x" * (5 * 1024 * 1024))
        self.assertEqual(response.status_code, 413)
        self.assertFalse(self.events())

    def test_signed_rubbish_is_kept_and_never_raises(self):
        bodies = [
            b" ",
            b"not json",
            b"\xff\xfe\x00",
            b"[]",
            b"null",
            b"1",
            b'"x"',
            b'{"object":"page","entry":[]}',
            b'{"object":"whatsapp_business_account","entry":{"a":1}}',
            b'{"object":"whatsapp_business_account","entry":[{"id":1,"changes":[{"field":"messages","value":[]}]}]}',
            json.dumps(
                {
                    "object": "whatsapp_business_account",
                    "entry": [{"id": WABA_ID, "changes": [{"field": "brand_new", "value": {"a": 1}}]}],
                }
            ).encode(),
        ]
        for body in bodies:
            self.assertEqual(self.post_webhook(body).status_code, 200, body)
        self.assertEqual(len(self.events()), len(bodies))
        self.process_webhooks()
        self.assertEqual(set(self.events().mapped("state")), {"done"})
        self.assertEqual(len(self.events().filtered("note")), len(bodies))

    def test_handshake(self):
        key = self.account.sudo().webhook_key
        token = self.account._secret("verify_token")
        url = f"/wa/webhook/{key}?hub.mode=subscribe&hub.challenge=115&hub.verify_token="
        response = self.url_open(url + token)
        self.assertEqual((response.status_code, response.text), (200, "115"))
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain"))
        self.assertEqual(self.url_open(url + "wrong").status_code, 403)
        self.assertEqual(self.url_open(url).status_code, 403)
        self.assertEqual(self.url_open("/wa/webhook/nonsense?hub.mode=subscribe").status_code, 403)
        self.assertEqual(self.url_open(url + token).status_code, 200, "and again, months later")

    def test_webhook_insert_stays_cheap(self):
        self.post_webhook(self.inbound("warm up"))
        key = self.account.webhook_key
        # The event, and whether a run of the worker is about to begin; who is called is known by now.
        with self.assertQueryCount(2):
            found = self.env["wa.secret"]._of_callback(key, ("app_secret", "app_secret_previous"))
            self.env["wa.webhook.event"]._store(found[0], b'{"count":1}')

    def test_a_secret_that_changed_behind_the_cache_refuses_nothing(self):
        self.assertEqual(self.post_webhook(self.inbound("fills the cache")).status_code, 200)
        # What a thread leaves that filled the cache between the change and its COMMIT.
        self.env.cr.execute("UPDATE wa_secret SET value = 'newest-secret' WHERE kind = 'app_secret'")
        self.assertEqual(self.post_webhook(self.inbound("signed anew"), secret="newest-secret").status_code, 200)

    def test_a_changed_secret_is_known_at_once(self):
        self.assertEqual(self.post_webhook(self.inbound("with the first secret")).status_code, 200)
        self.account.sudo().app_secret = "another-secret"
        self.account.sudo().app_secret_previous = False
        self.assertEqual(self.post_webhook(self.inbound("with the first secret, again")).status_code, 401)
