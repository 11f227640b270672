import logging

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.redact import MASK
from ..common import WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_rights", "wa_http")
class TestCallbackAddress(WaHttpCase):
    """The address of the callback: wrong ones are nothing special, right ones are not written down."""

    def test_wrong_addresses_are_not_found(self):
        for key in ("a%00b", "%00", "a%20b", "%C3%A4", "x" * 200):
            with self.subTest(key=key), self.assertNoLogs("odoo.http", "ERROR"), mute_logger("odoo.sql_db"):
                self.assertEqual(self.post_webhook(b"{}", key=key).status_code, 404)
                self.assertEqual(self.url_open(f"/wa/webhook/{key}?hub.mode=subscribe").status_code, 403)

    def test_secrets_in_the_address_stay_out_of_the_log(self):
        account = self.account.sudo()
        token = account._secret("verify_token")
        lines = []

        class Keeper(logging.Handler):
            def emit(self, record):
                lines.append(self.format(record))

        for name in ("werkzeug", "longpolling"):
            logger, keeper = logging.getLogger(name), Keeper()
            logger.addHandler(keeper)
            self.addCleanup(logger.removeHandler, keeper)
            level = logger.level
            logger.setLevel(logging.INFO)
            self.addCleanup(logger.setLevel, level)
            logger.info('"%s" %s', f"GET /wa/webhook/{account.webhook_key}?hub.verify_token={token}&x=1", 200)
        self.url_open(f"/wa/webhook/{account.webhook_key}?hub.mode=subscribe&hub.challenge=7&hub.verify_token={token}")
        log = "\n".join(lines)
        self.assertGreaterEqual(log.count(MASK), 2)
        self.assertNotIn(token, log)
        self.assertNotIn(account.webhook_key, log)
