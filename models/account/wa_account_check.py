from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ...tools.failures import CONFIGURATION
from ...tools.graph.client import GraphClient
from ...tools.graph.errors import GraphError, NotSentError, OutcomeUnknownError
from ..concurrency import lock_fresh, savepoint, when_this_ended
from ..cron_trigger import trigger_once
from .health_words import DISPROVED_BY_READING, HEALTH_WORDS, STOPPING
from .subscription import Refusal, Subscription
from .wa_account_connect import EXPIRED

_logger = logging.getLogger(__name__)

#: WhatsApp is asked about a healthy account so often, and about one that is not well.
HOURS_WELL, MINUTES_ILL = 6, 10
#: Meta's own decisions (payment, policy) are taken as over when it says so, but not sooner: what it
#: says may lag behind. Source: cloud-api reference, health_status.
MINUTES_DECIDED = 60
#: States of a number in which nothing can be sent. Source: cloud-api reference §9.1.
DEAD_NUMBER = ("BANNED", "DISCONNECTED", "DELETED", "MIGRATED")
#: What a number takes over whenever it is read; name and throughput only when somebody connects, or WhatsApp says so.
FOLLOWED = ("quality_rating", "status", "name_status", "messaging_limit")
#: Seconds of one run of the job in which Meta is asked; the rest waits for the next run.
ASK_SECONDS = 60
#: Seconds after which one process that takes in webhooks looks whether they are worked off.
LOOK_SECONDS = 300
_looked_at = {}


class WaAccount(models.Model):
    """Looking after accounts: what a job asks WhatsApp, what its answers mean, and stopping an account and letting it go on."""

    _inherit = "wa.account"

    @api.model
    def _cron_look_after(self):
        """Look after all connected accounts. Body of a scheduled job."""
        started = time.monotonic()
        for account in self.search([("state", "!=", "draft")]):
            with savepoint(self.env, f"account {account.id} could not be checked"):
                if time.monotonic() - started < ASK_SECONDS and account._is_check_due():
                    account._ask_whatsapp()
                self.env["wa.problem"]._sync(account)
                self.env.flush_all()
            self.env["ir.cron"]._commit_progress(1)

    def _look_after_soon(self):
        """Have the job run now: something was entered or refused."""
        job = self.env.ref("crm_whatsapp.ir_cron_wa_health", raise_if_not_found=False)
        if job:
            trigger_once(job, fields.Datetime.now())

    def _is_check_due(self):
        self.ensure_one()
        ill = self.state == "blocked" or self.findings or self.problem_ids
        patience = timedelta(minutes=MINUTES_ILL) if ill else timedelta(hours=HOURS_WELL)
        return not self.checked_at or self.checked_at <= fields.Datetime.now() - patience

    def _on_secret(self, kind):
        """A secret was entered: what was refused for the former one is not held against it."""
        if kind in ("app_secret", "app_secret_previous"):
            self.env["wa.webhook.health"]._forget_series(self)
        self._look_again()

    def _look_again(self):
        """Have WhatsApp asked anew about accounts in use: what is known of them may be over, or wrong."""
        live = self.sudo().filtered(lambda account: account.state != "draft")
        if live:
            live.checked_at = False
            live._look_after_soon()

    # ---------------------------------------------------------------- asking

    def _ask_whatsapp(self) -> None:
        """Read account, numbers and subscription with what is stored, and take over what that shows.

        What only says that Meta is unwell, or out of reach, changes nothing.
        """
        self.ensure_one()
        self.checked_at = fields.Datetime.now()
        if not self.has_access_token:
            self._flag_blocked("token_missing")
            return
        try:
            node, findings = self._read_all()
        except (GraphError, Refusal) as error:
            self._take_refusal(error)
            return
        except UserError:
            self._flag_blocked("api_address")
            return
        self.findings = findings or False
        if self.state == "blocked" and self._is_over(node):
            self._set_well()

    def _read_all(self) -> tuple[dict, list[list]]:
        """Return ``(account node, findings)`` as WhatsApp has them now.

        :raises Refusal, GraphError: token, secret or id is not accepted.
        """
        transport = self._get_transport()
        try:
            self._check_token(transport)
            node = self._read_account(transport)
            findings = self._check_numbers(transport) + Subscription(self, transport).find_findings()
        finally:
            transport.close()
        if not self.has_app_secret:
            findings.append(["app_secret_missing", 0, {}])
        if self._says_blocked(node) and self.state != "blocked":
            findings.append(["account_health", 0, self._said_of(node)])
        return node, findings

    def _check_numbers(self, transport: GraphClient) -> list[list]:
        """Take over state and quality of the numbers; returns findings about those that cannot send."""
        nodes = {str(node.get("id")): node for node in transport.numbers(self.waba_id)}
        findings = []
        for number in self.number_ids:
            node = nodes.get(number.phone_number_id)
            if node is None:
                findings.append(["number_unknown", number.id, {}])
                continue
            vals = number._vals_from_meta(node)
            changed = {name: vals[name] for name in FOLLOWED if vals.get(name) and number[name] != vals[name]}
            if changed:
                number.write(changed)
            if node.get("status") in DEAD_NUMBER:
                findings.append(["number_state", number.id, {"state": [node["status"]]}])
            elif number.is_blocked and self.state != "blocked" and number._is_over(node):
                number.action_resume()
        return findings

    # -------------------------------------------------------------- refusals

    @api.model
    def _is_definite(self, error: GraphError) -> bool:
        """Tell whether an error is an answer about us, and no trouble of Meta or of the way to it."""
        if isinstance(error, (NotSentError, OutcomeUnknownError)):
            return False
        return not error.failure.retryable or (error.code == 1 and "secret" in error.message)

    def _as_refusal(self, error: GraphError | Refusal) -> tuple[str | None, dict]:
        """Return ``(code, facts)`` of a refusal, for the account; the code is None when it says nothing about it.

        :param error: ``Refusal`` or ``GraphError``.
        """
        if isinstance(error, Refusal):
            return error.code, error.facts
        if not self._is_definite(error) or error.failure.family != CONFIGURATION or error.failure.scope != "account":
            return None, {}
        slug = "token_expired" if error.slug == "token_invalid" and error.subcode == EXPIRED else error.slug
        said = error.user_message or error.details or error.message
        return slug, {} if slug in STOPPING else {"said": said}

    def _user_error(self, error: GraphError | Refusal) -> UserError:
        """Return the UserError that says in plain words what was refused, and keep what follows for the account.

        :param error: ``GraphError``, which never contains a secret, or ``Refusal``.
        """
        code, facts = self._as_refusal(error)
        if code:
            self._note_refusal_apart(code, facts)
        if code in HEALTH_WORDS or isinstance(error, Refusal):
            return UserError(self.env["wa.problem"]._sentence(code, facts))
        failure = self.env["wa.failure"]
        detail = error.user_message or error.details or error.message
        return UserError(failure._sentence(failure._slug_of(error), detail))

    def _note_refusal_apart(self, code: str, facts: dict) -> None:
        """Keep a refusal although an error is about to undo this transaction: by another one, when it has ended."""
        ids = self.ids

        def write(cr):
            api.Environment(cr, SUPERUSER_ID, {})["wa.account"].browse(ids).exists()._note_refusal(code, facts)

        if ids:
            # The job that looks after accounts finds the same; the user's own error must come through.
            when_this_ended(self.env, write, f"what was refused for accounts {ids} could not be kept")

    def _take_refusal(self, error: GraphError | Refusal) -> None:
        """Take over what an error says about this account; nothing, when it says nothing about it.

        :param error: ``GraphError`` or ``Refusal``, of a job: nothing is about to be undone.
        """
        code, facts = self._as_refusal(error)
        if code:
            self._note_refusal(code, facts)

    def _note_refusal(self, code: str, facts: dict | None = None) -> None:
        """Take over what a refusal means: the account stops, or shows it, or (not connected yet) shows it on its page."""
        for account in self:
            if account.state == "draft":
                account.write({"state_code": code, "state_facts": facts or False})
            elif code in STOPPING:
                account._flag_blocked(code, facts)
            else:
                others = [one for one in account.findings or [] if one[0] != code]
                account.findings = [*others, [code, 0, facts or {}]]
                self.env["wa.problem"]._sync(account)

    # ----------------------------------------------------------- stopping it

    def _flag_blocked(self, code: str, facts: dict | None = None) -> None:
        """Record that Meta refuses this account as a whole (token, secret, policy, payment), and tell it once.

        :param str code: of ``HEALTH_WORDS`` or ``wa.failure``; any other text is a reason as it is.
        """
        code, facts = self._as_code(code, facts)
        lock_fresh(self.sudo(), "state", "state_code")
        flagged = self.sudo().filtered(lambda account: account.state != "blocked" or account.state_code != code)
        if flagged:
            flagged.write({"state": "blocked", "state_code": code, "state_facts": facts or False, "checked_at": False})
            flagged._tell_now()

    def _tell_now(self):
        """Tell what is wrong in this transaction; whoever cannot be told must not undo what it follows from."""
        with savepoint(self.env, f"nobody was told about accounts {self.ids}"):
            self.env["wa.problem"]._sync(self)
            self.env.flush_all()

    def _flag_unusable(self):
        """Stop accounts that no client can be made for, with the reason."""
        for account in self.sudo():
            account._flag_blocked("api_address" if account.has_access_token else "token_missing")
            account.number_ids._block(account.state_code)

    @api.model
    def _as_code(self, code: str, facts: dict | None = None) -> tuple[str, dict | None]:
        """Return ``(code, facts)``; a reason that is no code is kept as it was said."""
        if code in HEALTH_WORDS or self.env["wa.failure"]._slug(code) != "unknown_error" or code == "unknown_error":
            return code, facts
        return "other_reason", {"reason": code}

    def _set_well(self):
        """Record that WhatsApp accepts this account, and let what was stopped with it go on."""
        for account in self.sudo():
            code = account.state_code
            if code == "account_to_be_disabled":
                account.state = "connected"
            elif account.state != "connected" or code:
                account.write({"state": "connected", "state_code": False, "state_facts": False})
            stopped = account.number_ids.filtered("is_blocked")
            stopped.filtered(lambda number, code=code: number.blocked_code == code).action_resume()
            account.number_ids._trigger_sender()

    # ------------------------------------------------------------ recovering

    def _is_over(self, node: dict) -> bool:
        """Tell whether what blocked this account is over, now that it could be read.

        :param dict node: the account as WhatsApp shows it.
        """
        if self.state_code in DISPROVED_BY_READING:
            return True
        since = fields.Datetime.now() - timedelta(minutes=MINUTES_DECIDED)
        return self._says_available(node) and self._decided_at() <= since

    def _decided_at(self):
        """Return since when this account is stopped: when it was told, as asking about it writes it anew each time."""
        told = self.problem_ids.filtered(lambda row: row.code == self.state_code and not row.number_id)
        return told.create_date or self.write_date

    @api.model
    def _says_blocked(self, node: dict) -> bool:
        return self._can_send(node) == "BLOCKED"

    @api.model
    def _says_available(self, node: dict) -> bool:
        """Tell whether messages can be sent, be it not to everybody: a business that never was verified stays LIMITED.

        Source: Meta, ``support/health-status``.
        """
        return self._can_send(node) in ("AVAILABLE", "LIMITED")

    @api.model
    def _can_send(self, node: dict) -> str:
        health = node.get("health_status")
        return str(health.get("can_send_message") or "") if isinstance(health, dict) else ""

    @api.model
    def _said_of(self, node: dict) -> dict:
        """Return Meta's own words on why nothing can be sent, as facts."""
        for entity in node["health_status"].get("entities") or []:
            for error in (entity.get("errors") or []) if isinstance(entity, dict) else []:
                words = [error.get("error_description"), error.get("possible_solution")]
                return {"said": " ".join(str(word) for word in words if word)}
        return {}

    # ---------------------------------------------------------- restrictions

    def _add_restrictions(self, ends: dict[str, datetime | None], is_late: bool = False) -> dict:
        """Return the field values after WhatsApp named restrictions.

        Those it named before run on until their end; one without an end holds only as
        long as WhatsApp goes on naming it, because nothing else would ever lift it.

        :param dict ends: ``{Meta's word: end as naive UTC, or None}``
        :param bool is_late: WhatsApp has said something newer since: that stays.
        """
        self.ensure_one()
        now = fields.Datetime.to_string(fields.Datetime.now())
        known = (self.restrictions or {}).items()
        kept = {name: until for name, until in known if (until and until > now) or (is_late and not until)}
        named = {name: fields.Datetime.to_string(end) if end else False for name, end in ends.items()}
        restrictions = named | kept if is_late else kept | named
        latest = max((until for until in restrictions.values() if until), default=False)
        return {
            "restrictions": restrictions or False,
            "restriction": ", ".join(restrictions) or False,
            "restricted_until": latest,
        }

    def action_lift_restrictions(self):
        """Forget what WhatsApp restricted: a person saw in WhatsApp Manager that it is over."""
        self.check_access("write")
        self.sudo().write(self._no_restrictions())
        self.number_ids._trigger_sender()
        self.env["wa.problem"]._sync(self)

    @api.model
    def _no_restrictions(self) -> dict:
        return {"restrictions": False, "restriction": False, "restricted_until": False}

    # ----------------------------------------------------- where no job runs

    @api.model
    def _look_from_webhook(self):
        """Look, now and then, whether webhooks are worked off: the job that should say so may be what stands still.

        Once in five minutes and process; a comparison of clocks otherwise. No mail leaves from here:
        a mail server may be slow, and WhatsApp waits.
        """
        now = time.monotonic()
        if now - _looked_at.setdefault(self.env.cr.dbname, now) < LOOK_SECONDS:
            return
        _looked_at[self.env.cr.dbname] = now
        with savepoint(self.env, "accounts could not be looked after"):
            quiet = self.with_context(mail_notify_force_send=False)
            quiet.env["wa.problem"]._sync(quiet.search([("state", "!=", "draft")]))
            self.env.flush_all()
