import hmac
import logging
import re
from typing import Any

from odoo import http
from odoo.http import Response, request

from ..tools.redact import protect
from ..tools.webhook.signature import verify

_logger = logging.getLogger(__name__)

# Meta puts the verify token into the address it asks for, and the web servers write
# down every address. Source: odoo/service/server.py (threaded, prefork; gevent).
protect("werkzeug", "longpolling", "odoo.http")

#: Meta sends at most 3 MB. Source: cloud-api reference §4.4.
MAX_BODY = 4 * 1024 * 1024

#: What a webhook key can look like; anything else never reaches the database.
WEBHOOK_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


class WaWebhook(http.Controller):
    """Meta's callback: verify the raw bytes, keep them, answer. No other work, ever."""

    @http.route(
        "/wa/webhook/<string:webhook_key>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def verify_callback(self, webhook_key: str, **kw: str) -> Response:
        """Answer Meta's handshake, now and whenever Meta repeats it.

        Source: cloud-api reference §4.2: 200 with the challenge verbatim as text.
        """
        account = self._find_account(webhook_key, "verify_token")
        expected = next(iter(account["secrets"]), "") if account else ""
        given = kw.get("hub.verify_token") or ""
        if kw.get("hub.mode") != "subscribe" or not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            return request.make_response("Forbidden", status=403)
        return request.make_response(kw.get("hub.challenge") or "", headers=[("Content-Type", "text/plain; charset=utf-8")])

    @http.route(
        "/wa/webhook/<string:webhook_key>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def receive(self, webhook_key: str, **kw: str) -> Response:
        """Store a signed webhook and answer 200: from then on it is ours to process.

        :returns: 200 stored (or known), 401 not signed by the account's app,
            404 no such callback, 413 too large.
        """
        account = self._find_account(webhook_key, "app_secret", "app_secret_previous")
        if not account:
            return request.make_response("Not Found", status=404)
        body = request.httprequest.get_data()
        signature = request.httprequest.headers.get("X-Hub-Signature-256")
        if not verify(account["secrets"], body, signature):
            # Before anything is refused, the database is asked what the secrets are by now.
            account = self._find_account(webhook_key, "app_secret", "app_secret_previous", cached=False) or account
        if not verify(account["secrets"], body, signature):
            request.env["wa.webhook.health"].sudo()._count_refused(account["id"], body)
            _logger.info("WhatsApp account %s: webhook with a wrong signature refused", account["id"])
            return request.make_response("Unauthorized", status=401)
        request.env["wa.webhook.event"].sudo()._store(account["id"], body)
        request.env["wa.account"].sudo()._look_from_webhook()
        return request.make_response("OK", headers=[("Content-Type", "text/plain")])

    def _find_account(self, webhook_key: str, *kinds: str, cached: bool = True) -> dict[str, Any] | None:
        """Return ``{"id", "secrets"}`` of the account with this callback, or None.

        Also of an archived one: WhatsApp may not have been told, or has something on its
        way, and what customers wrote is kept (decision 48).
        """
        if not WEBHOOK_KEY.fullmatch(webhook_key):
            return None
        found = request.env["wa.secret"]._of_callback(webhook_key, kinds, cached)
        return {"id": found[0], "secrets": found[1]} if found else None
