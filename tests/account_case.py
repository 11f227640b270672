"""What tests of accounts share: a callback that answers WhatsApp's handshake, and people who look after accounts."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from odoo.tests import new_test_user

from .common import ACCESS_TOKEN, APP_SECRET, WaSandboxCase

APP_ID = "900000000000700"


class Callback:
    """A server at the address of our callback; Odoo's own test server answers nobody but the test.

    :param answer: given the challenge, what to answer with; None: 403.
    """

    def __init__(self):
        self.answer = lambda challenge: challenge
        handler = type("Handler", (BaseHTTPRequestHandler,), {"do_GET": self._get, "log_message": lambda *args: None})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def _get(self):
        callback = self

        def do_get(handler):
            challenge = parse_qs(urlsplit(handler.path).query).get("hub.challenge", [""])[0]
            answer = callback.answer(challenge)
            handler.send_response(200 if answer is not None else 403)
            handler.end_headers()
            handler.wfile.write((answer or "").encode())

        return do_get

    def stop(self):
        """Close the socket."""
        self.server.shutdown()
        self.server.server_close()


class AccountCase(WaSandboxCase):
    """A connected account of a known app, its callback, and WhatsApp administrators without Odoo's Settings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.callback = Callback()
        cls.addClassCleanup(cls.callback.stop)
        cls.env["ir.config_parameter"].set_param("web.base.url", cls.callback.url)
        cls.wanda = new_test_user(cls.env, "wa_wanda", groups="crm_whatsapp.crm_whatsapp_group_admin", name="Wanda")
        cls.account.app_id = APP_ID

    def setUp(self):
        super().setUp()
        self.callback.answer = lambda challenge: challenge
        self.sandbox.control("POST", "app_secret", app_secret=APP_SECRET, require_proof=False)
        self.sandbox.control("POST", "tokens", token=ACCESS_TOKEN, valid=True, expires_in_s=None)
        self.sandbox.control("POST", "callback", callback_url=None)

    def connect(self):
        """Connect the account as Wanda does."""
        self.account.with_user(self.wanda).action_connect()
        self.env.flush_all()

    def look_after(self):
        """Run the job that looks after accounts; WhatsApp is asked again."""
        self.account.checked_at = False
        self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_health"))
        self.account.invalidate_recordset()

    def activities(self, user=None):
        """Return the activities about this account that say it needs attention."""
        kind = self.env.ref("crm_whatsapp.mail_activity_type_account")
        found = self.env["mail.activity"].search(
            [("res_model", "=", "wa.account"), ("res_id", "=", self.account.id), ("activity_type_id", "=", kind.id)]
        )
        return found.filtered(lambda one: not user or one.user_id == user)

    def codes(self):
        """Return the codes of what is wrong now."""
        self.env.flush_all()
        return [problem.code for problem in self.env["wa.problem"]._find(self.account)[self.account.id]]
