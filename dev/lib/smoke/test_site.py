"""What the chapters of the story share: both ends, the demo records, and short questions to them."""

from __future__ import annotations

import secrets
import time
from typing import Any

from lib import demo
from lib.rpc import Odoo, RemoteError
from lib.smoke.ledger import Ledger, eventually
from lib.smoke.phone import Phone, Sandbox, unused_phone

CONVERSATION = ["partner_id", "channel_id", "user_id", "lead_id", "contact_id", "window_until", "state"]
MESSAGE = [
    "state",
    "direction",
    "kind",
    "preview",
    "payload",
    "quoted_id",
    "wamid",
    "mail_message_id",
    "template_id",
    "sent_at",
    "delivered_at",
    "read_at",
    "error_code",
    "error_text",
    "uuid",
]


class TestSite:
    """Both ends and the demo records."""

    def __init__(self, values: dict) -> None:
        self.values = values
        self.ledger = Ledger()
        self.sandbox = Sandbox(values["sandbox_url"])
        self.admin = self.session(values["login"], values["password"])
        self.number = self.admin.search_read(
            "wa.number", [("phone_number_id", "=", values["phone_number_id"])], ["team_id", "account_id"]
        )[0]
        self._sessions: dict[int, Odoo] = {}

    def session(self, login: str, password: str) -> Odoo:
        """Sign in as somebody."""
        return Odoo(self.values["odoo_url"], self.values["database"], login, password)

    def salesperson(self, user_id: int) -> Odoo:
        """A session of a demo salesperson, whose password is the login."""
        if user_id not in self._sessions:
            login = self.admin.read("res.users", user_id, ["login"])["login"]
            self._sessions[user_id] = self.session(login, login)
        return self._sessions[user_id]

    def team_members(self) -> list[int]:
        """Users of the number's sales team."""
        members = self.admin.search_read("crm.team.member", [("crm_team_id", "=", self.number["team_id"][0])], ["user_id"])
        return [member["user_id"][0] for member in members]

    def stranger(self, hidden: bool) -> Phone:
        """Somebody Odoo has never heard of."""
        mark = secrets.token_hex(3)
        if hidden:
            return self.sandbox.customer(f"Hidden visitor {mark}", username=f"visitor.{mark}")
        taken = {row["wa_id"] for row in self.admin.search_read("wa.contact", [("wa_id", "!=", False)], ["wa_id"])}
        return self.sandbox.customer(f"Visitor {mark}", phone=unused_phone(taken))

    def conversation(self, phone: Phone) -> dict | None:
        """The conversation of a customer, or None."""
        rows = self.admin.search_read("wa.conversation", [("contact_id.bsuid", "=", phone.bsuid)], CONVERSATION)
        return rows[0] if rows else None

    def messages(self, conversation: dict, **criteria: Any) -> list[dict]:
        """Messages of a conversation, oldest first."""
        domain = [("conversation_id", "=", conversation["id"]), *((name, "=", value) for name, value in criteria.items())]
        return self.admin.search_read("wa.message", domain, MESSAGE, order="id")

    def begin(self, phone: Phone, text: str = "Hello", **options: Any) -> dict:
        """Have a customer write, and return the conversation that comes of it, with its owner."""
        phone.write(text, **options)

        def arrived() -> dict | None:
            found = self.conversation(phone)
            return found if found and self.messages(found, direction="in") else None

        return eventually("the conversation in Odoo", arrived, 30)

    def post(self, session: Odoo, conversation: dict, text: str) -> int:
        """Write in the chat as its composer does; returns the Discuss message's id."""
        answer = session.route(
            "/mail/message/post",
            thread_model="discuss.channel",
            thread_id=conversation["channel_id"][0],
            post_data={"body": text, "message_type": "comment", "subtype_xmlid": "mail.mt_comment"},
            context={"wa_post_token": secrets.token_hex(16)},
        )
        return answer["message_id"]

    def settle(self, seconds: float = 20) -> None:
        """Wait until nothing waits to be sent and no webhook to be processed."""
        waiting = [("state", "in", ("queued", "sending"))]
        eventually("the outbox is empty", lambda: not self.admin.call("wa.message", "search_count", waiting), seconds)
        eventually("webhooks delivered", lambda: not self.sandbox.call("GET", "/state")["webhooks_waiting"], seconds)

    def test_site(self, name: str) -> int:
        """Id of a stage of CRM's standard pipeline by its external name."""
        return self.admin.ref(f"crm.{name}")

    def demo_ref(self, name: str) -> int:
        """Id of a demo record of ours."""
        return self.admin.ref(f"{demo.paths.MODULE}.{name}")

    def run_job(self, xmlid: str) -> None:
        """Run a scheduled job now; while a worker runs it, Odoo refuses, so try again."""
        job = self.admin.ref(xmlid)

        def ran() -> bool:
            try:
                self.admin.call("ir.cron", "method_direct_trigger", [job])
            except RemoteError as error:
                if "UserError" in error.name or "LockError" in error.name:
                    time.sleep(0.5)
                    return False
                raise
            return True

        eventually("the job could be run", ran, 60)
