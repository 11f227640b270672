"""Base classes for tests of this addon and of addons that extend it."""

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from unittest import SkipTest
from unittest.mock import patch
from urllib.parse import urlsplit

import requests

from odoo import fields
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tests.common import _super_send

from ..models.outbox import sender
from ..models.webhook import wa_webhook_event_worker
from ..tools.webhook.signature import sign

ROOT = Path(__file__).resolve().parent.parent
APP_SECRET = "demo-app-secret"
ACCESS_TOKEN = "EAADEMO-TOKEN"
WABA_ID = "900000000000001"
PHONE_NUMBER_ID = "900000000000101"


class Sandbox:
    """A running WhatsApp sandbox: the wire-level fake of all tests that send.

    One process per test class: Odoo's runner ends what a class leaves behind.

    :param str errors: by which road refusals about people come, ``status`` or ``answer``; None: as the run has it
        (``WA_SANDBOX_ERRORS``).
    """

    def __init__(self, errors=None):
        if not (ROOT / "sandbox").is_dir():
            raise SkipTest("the sandbox is part of the repository, not of the package")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sandbox", "--host", "127.0.0.1", "--port", str(port)),
                *(("--errors", errors) if errors else ()),
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_up()

    def _wait_until_up(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.session.get(f"{self.url}/sandbox/state", timeout=1)
                return
            except requests.ConnectionError:
                time.sleep(0.01)
        self.stop()
        raise AssertionError("the sandbox did not start")

    def stop(self):
        """End the process and close the connections to it."""
        self.session.close()
        self.process.kill()
        self.process.wait()

    def control(self, method, path, **body):
        """Call the control API and return its answer."""
        response = self.session.request(method, f"{self.url}/sandbox/{path}", json=body or None, timeout=20)
        response.raise_for_status()
        return response.json()

    def reset(self):
        """Forget everything, and shorten the moments that only a person would wait for."""
        self.control("POST", "reset")
        self.control("POST", "switches", sent_ms=0, delivered_ms=0)

    def requests_log(self):
        """Return the Graph requests received since the reset."""
        return self.control("GET", "requests")["requests"]


def other_road():
    """Return the road by which refusals about people do not come in this run: a story told by both tells it once more."""
    return "status" if os.environ.get("WA_SANDBOX_ERRORS") == "answer" else "answer"


class WaCommon:
    """Records and helpers shared by the test classes below."""

    @classmethod
    def _set_up_records(cls):
        env = cls.env
        # The webhook worker and senders are run by the tests, not by a clock.
        cls.team = env["crm.team"].create({"name": "WhatsApp Sales", "use_opportunities": True})
        cls.other_team = env["crm.team"].create({"name": "Other Sales", "use_opportunities": True})
        groups = "sales_team.group_sale_salesman,crm_whatsapp.crm_whatsapp_group_user"
        manager = "sales_team.group_sale_manager,crm_whatsapp.crm_whatsapp_group_manager"
        cls.ana = cls._make_user("wa_ana", groups, "Ana")
        cls.ben = cls._make_user("wa_ben", groups, "Ben")
        cls.cid = cls._make_user("wa_cid", groups, "Cid")
        cls.lead_manager = cls._make_user("wa_manager", manager, "Manager")
        cls.admin_user = cls._make_user("wa_admin", "base.group_system,crm_whatsapp.crm_whatsapp_group_admin", "Admin")
        env["crm.team.member"].create(
            [
                {"crm_team_id": cls.team.id, "user_id": cls.ana.id},
                {"crm_team_id": cls.team.id, "user_id": cls.ben.id},
                {"crm_team_id": cls.other_team.id, "user_id": cls.cid.id},
            ]
        )
        account = env["wa.account"].with_context(active_test=False).search([("waba_id", "=", WABA_ID)])
        account.write({"waba_id": f"former-{uuid.uuid4()}"})
        env["wa.number"].with_context(active_test=False).search([("phone_number_id", "=", PHONE_NUMBER_ID)]).write(
            {"phone_number_id": f"former-{uuid.uuid4()}"}
        )
        cls.account = env["wa.account"].create(
            {
                "name": "Example Shop",
                "waba_id": WABA_ID,
                "portfolio_id": "900000000000900",
                "access_token": ACCESS_TOKEN,
                "app_secret": APP_SECRET,
                "state": "connected",
                # The sending rules have tests of their own; no other depends on the hour of the day.
                "has_quiet_hours": False,
                "marketing_cap": 0,
                # Most tests write to people who never wrote; what the default asks for has its own tests.
                "consent_policy": "marketing",
            }
        )
        env["wa.country.rule"].search([]).active = False
        cls.number = env["wa.number"].create(
            {
                "name": "Example Shop",
                "account_id": cls.account.id,
                "phone_number_id": PHONE_NUMBER_ID,
                "display_phone_number": "+1 202-555-0142",
                "team_id": cls.team.id,
            }
        )
        cls.template = cls._make_template(
            "proposal_ready",
            "Hello {{1}}, your proposal over {{2}} is ready. Shall we talk it through?",
            [("1", "partner_id.name", "there"), ("2", "expected_revenue", False)],
            footer="Example Shop",
            buttons=("Yes, call me", "Not now"),
        )

    @classmethod
    def _make_user(cls, login, groups, name):
        """Create a user without the invitation: nobody reads it, and rendering it for each class takes long."""
        return new_test_user(cls.env, login, groups=groups, name=name, context={"no_reset_password": True}).with_env(cls.env)

    @classmethod
    def _make_template(cls, name, body, variables, buttons=(), **vals):
        """Create an approved template. ``variables``: ``(name, field path, fallback)``."""
        return cls.env["wa.template"].create(
            {
                "name": name,
                "language": "en",
                "account_id": cls.account.id,
                "status": "APPROVED",
                "body": body,
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "parameter_ids": [
                    (0, 0, {"sequence": i, "name": n, "field_path": path, "fallback": fallback, "example": "x"})
                    for i, (n, path, fallback) in enumerate(variables)
                ],
                "button_ids": [(0, 0, {"sequence": i, "type": "QUICK_REPLY", "text": text}) for i, text in enumerate(buttons)],
                **vals,
            }
        )

    # ----------------------------------------------------------------- webhooks

    def payload_of(self, *, messages=(), statuses=(), contacts=(), phone_number_id=PHONE_NUMBER_ID):
        """Return a webhook body (a dict) of the field ``messages``."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "12025550142", "phone_number_id": phone_number_id},
        }
        for key, items in (("contacts", contacts), ("messages", messages), ("statuses", statuses)):
            if items:
                value[key] = list(items)
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": WABA_ID, "changes": [{"field": "messages", "value": value}]}],
        }

    def inbound(
        self,
        text="Hi",
        *,
        wa_id="12025550143",
        bsuid="US.1000200030004",
        name="Ada Example",
        wamid=None,
        at=None,
        **message,
    ):
        """Return a webhook body with one message; ``wa_id=None`` hides the phone."""
        contact = {"profile": {"name": name}}
        frame = {
            "id": wamid or f"wamid.IN.{uuid.uuid4()}",
            "timestamp": str(int(at or time.time())),
            "type": "text",
        }
        if bsuid:
            contact["user_id"] = frame["from_user_id"] = bsuid
        if wa_id:
            contact["wa_id"] = frame["from"] = wa_id
        if message:
            frame.update(message)
        else:
            frame["text"] = {"body": text}
        return self.payload_of(messages=[frame], contacts=[contact])

    def store_webhook(self, payload, account=None):
        """Store a webhook as the controller does, without HTTP."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.env["wa.webhook.event"]._store((account or self.account).id, body)

    def process_webhooks(self):
        """Run the event worker as its scheduled job does; it need not wait for more, for what a test stores is there."""
        with patch.object(wa_webhook_event_worker, "GATHER_SECONDS", 0):
            self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_webhook_event"))

    def receive(self, payload, account=None):
        """Store a webhook and process it; returns the conversation of its last message."""
        self.store_webhook(payload, account)
        self.process_webhooks()
        return self.env["wa.message"].search([("direction", "=", "in")], limit=1).conversation_id

    def run_plans(self):
        """Hand over the planned messages that are due, as the scheduled job does."""
        self._run_cron(self.env.ref("crm_whatsapp.ir_cron_wa_scheduled_message"))

    def run_sender(self, number=None):
        """Run the sender of a number as its scheduled job does."""
        self._run_cron((number or self.number).sender_cron_id)

    def _run_cron(self, cron):
        self.env.flush_all()
        if type(self)._registry_patched:
            cron.with_user(self.env.ref("base.user_root")).method_direct_trigger()
            self.env.invalidate_all()
        else:
            with self.enter_registry_test_mode():
                cron.with_user(self.env.ref("base.user_root")).method_direct_trigger()

    # ------------------------------------------------------------------ consent

    def give_consent(self, contact, purpose="marketing", action="granted", number=None, at=None, source="person", **vals):
        """Put a consent on record, as the code of every way in does; ``at``: naive UTC, default now."""
        return self.env["wa.consent"]._record(
            [
                {
                    "contact_id": contact.id,
                    "company_id": self.account.company_id.id,
                    "number_id": number.id if number else False,
                    "purpose": purpose,
                    "action": action,
                    "source": source,
                    "evidence": "Yes, please" if action == "granted" else "No, thanks",
                    "happened_at": at or fields.Datetime.now(),
                    **vals,
                }
            ]
        )

    # --------------------------------------------------------------------- chat

    def reply(self, user, conversation, text, **kwargs):
        """Answer in a conversation as a user's web client does."""
        return (
            conversation.channel_id.with_user(user)
            .message_post(body=text, message_type="comment", subtype_xmlid="mail.mt_comment", **kwargs)
            .sudo()
        )

    def last_outgoing(self, conversation):
        """Return the newest message we queued in a conversation."""
        return self.env["wa.message"].search([("conversation_id", "=", conversation.id), ("direction", "=", "out")], limit=1)


class WaCase(WaCommon, TransactionCase):
    """Records of a connected account; nothing leaves the process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_records()


class WaSandboxCase(WaCase):
    """The same with a sandbox on a real socket behind the account."""

    #: The story is told by the other road than the rest of the run: what WhatsApp refuses about a person comes in the answer
    #: instead of by status, or the other way round. A subclass that sets this tells its parent's story again.
    by_other_road = False

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Let requests to the sandbox through as they are.

        Odoo's handler compares the timeout with a number; ours is a pair (connect, read).
        """
        if urlsplit(request.url).hostname == "127.0.0.1":
            return _super_send(session, request, **kwargs)
        return super()._request_handler(session, request, **kwargs)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox(other_road() if cls.by_other_road else None)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.account.api_url = cls.sandbox.url

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        # Retries are looked at one run at a time.
        self.patch(sender, "SHORT_WAIT", 0)

    def customer(self, name="Ada Example", phone="+12025550143", **vals):
        """Add a customer with a phone to the sandbox."""
        return self.sandbox.control("POST", "customers", name=name, phone=phone, **vals)

    def customer_writes(self, customer, text, **message):
        """Let a customer write, and process the webhooks; returns the conversation."""
        body = message or {"text": text}
        self.sandbox.control("POST", f"customers/{customer['id']}/messages", **body)
        self.deliver()
        return self.env["wa.message"].search([("direction", "=", "in")], limit=1).conversation_id

    def order_refusal(self, code, **fault):
        """Let WhatsApp refuse the next messages with a code, by the road the story is told by; 0 ends that."""
        self.sandbox.control("POST", "switches", fault=None)
        if code:
            fault = {"kind": "refused", "code": code, "times": 20, "match": "/messages", **fault}
            self.sandbox.control("POST", "switches", fault=fault)

    def run_to_the_end(self, number=None):
        """Send what waits, and take in what WhatsApp reports about it: by now refusals have come by either road."""
        self.run_sender(number)
        self.deliver()

    def deliver(self):
        """Fetch what the sandbox would have posted to the callback, and process it.

        Odoo's test server answers only requests of the test itself, so the bodies
        are handed over here; the route has its own tests.
        """
        for delivery in self._settled_webhooks():
            self.store_webhook(delivery["body"].encode())
        self.process_webhooks()

    def _settled_webhooks(self):
        """Return the sandbox's webhooks once no more are coming (statuses follow within milliseconds)."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            answer = self.sandbox.control("GET", "webhooks")
            if answer["settled"]:
                return answer["webhooks"]
            time.sleep(0.005)
        raise AssertionError("the sandbox does not come to rest")

    def phone_messages(self, customer):
        """Return the thread as the customer's phone shows it."""
        return self.sandbox.control("GET", f"customers/{customer['id']}/messages")["messages"]


class WaHttpCase(WaCommon, HttpCase):
    """Records of a connected account and requests through the real routes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_records()

    def post_webhook(self, payload, secret=APP_SECRET, signature=None, key=None):
        """POST a webhook the way Meta does; returns the response."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {"Content-Type": "application/json"}
        if signature is None and secret:
            signature = sign(secret, body)
        if signature:
            headers["X-Hub-Signature-256"] = signature
        return self.url_open(f"/wa/webhook/{key or self.account.sudo().webhook_key}", data=body, headers=headers)
