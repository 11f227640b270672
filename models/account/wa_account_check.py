import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.graph.errors import GraphError
from ..concurrency import savepoint
from ..cron_trigger import trigger_once
from .health_words import DISPROVED_BY_READING
from .wa_account_connect import Refusal
from .wa_account_health import DEAD_NUMBER

_logger = logging.getLogger(__name__)

#: WhatsApp is asked about a healthy account so often, and about one that is not well.
HOURS_WELL, MINUTES_ILL = 6, 10
#: Meta's own decisions (payment, policy) are taken as over when it says so, but not sooner: what it
#: says may lag behind. Source: cloud-api reference, health_status.
MINUTES_DECIDED = 60
#: What a number takes over whenever it is read; name and throughput only when somebody connects, or WhatsApp says so.
FOLLOWED = ("quality_rating", "status", "name_status", "messaging_limit")
#: What is typed in about the connection: whether it is right, only WhatsApp can tell.
TYPED = frozenset({"access_token", "app_secret", "app_id", "waba_id", "api_url", "api_version"})
#: Seconds of one run of the job in which Meta is asked; the rest waits for the next run.
ASK_SECONDS = 60
#: Seconds after which one process that takes in webhooks looks whether they are worked off.
LOOK_SECONDS = 300
_looked_at = {}


class WaAccount(models.Model):
    """Looking after accounts: what a job asks WhatsApp, and what is noticed where no job runs."""

    _inherit = "wa.account"

    @api.model
    def _cron_look_after(self):
        """Look after all connected accounts. Body of a scheduled job."""
        started = time.monotonic()
        for account in self.search([("state", "!=", "draft")]):
            with savepoint(self.env, f"account {account.id} could not be checked"):
                if time.monotonic() - started < ASK_SECONDS and account._is_check_due():
                    account._ask_whatsapp()
                account._sync_problems()
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

    def web_save(self, vals, specification, next_id=None):
        """Somebody saves the form: what they typed about the connection is tried before the page shows how the account is.

        The job would find out seconds later, and until somebody reloads the page it would go on saying that all is in order.
        Code that writes leaves it to the job.
        """
        if self and TYPED & vals.keys():
            self.write(vals)
            vals = {}
            for account in self.sudo().filtered(lambda account: account.active and account.state != "draft"):
                account._ask_whatsapp()
                account._sync_problems()
        return super().web_save(vals, specification, next_id=next_id)

    # ------------------------------------------------------------------- asking

    def _ask_whatsapp(self):
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

    def _read_all(self):
        """Return ``(account node, findings)`` as WhatsApp has them now.

        :raises Refusal, GraphError: token, secret or id is not accepted.
        """
        transport = self._get_transport()
        try:
            self._check_token(transport)
            node = self._read_account(transport)
            findings = self._check_numbers(transport) + self._check_subscription(transport)
        finally:
            transport.close()
        if not self.has_app_secret:
            findings.append(["app_secret_missing", 0, {}])
        if self._says_blocked(node) and self.state != "blocked":
            findings.append(["account_health", 0, self._said_of(node)])
        return node, findings

    def _check_numbers(self, transport):
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

    def _check_subscription(self, transport):
        """Return findings about where WhatsApp reports to: our app is not listed, or another address is set."""
        own = self._own_subscription(transport)
        if own is None:
            return [["subscription_lost", 0, {}]]
        override = str(own.get("override_callback_uri") or "")
        if override:
            return [] if self._is_former_callback(override) else [["callback_elsewhere", 0, {"url": self._host_of(override)}]]
        if not self.app_id or not self.has_app_secret:
            return []
        try:
            present = self._get_app_transport().app_callback(self.app_id)
        except GraphError as error:
            _logger.info("WhatsApp account %s: the app's callback cannot be read: %s", self.id, error)
            return []
        if not present:
            return [["subscription_lost", 0, {}]]
        return [] if self._is_former_callback(present) else [["callback_elsewhere", 0, {"url": self._host_of(present)}]]

    @api.model
    def _host_of(self, url):
        """Return an address without its path: whose it is, and no more."""
        return "/".join(url.split("/")[:3])

    # --------------------------------------------------------------- recovering

    def _is_over(self, node):
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
    def _says_blocked(self, node):
        return self._can_send(node) == "BLOCKED"

    @api.model
    def _says_available(self, node):
        """Tell whether messages can be sent, be it not to everybody: a business that never was verified stays LIMITED.

        Source: Meta, ``support/health-status``.
        """
        return self._can_send(node) in ("AVAILABLE", "LIMITED")

    @api.model
    def _can_send(self, node):
        health = node.get("health_status")
        return str(health.get("can_send_message") or "") if isinstance(health, dict) else ""

    @api.model
    def _said_of(self, node):
        """Return Meta's own words on why nothing can be sent, as facts."""
        for entity in node["health_status"].get("entities") or []:
            for error in (entity.get("errors") or []) if isinstance(entity, dict) else []:
                words = [error.get("error_description"), error.get("possible_solution")]
                return {"said": " ".join(str(word) for word in words if word)}
        return {}

    # ------------------------------------------------------ where no job runs

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
            self.with_context(mail_notify_force_send=False).search([("state", "!=", "draft")])._sync_problems()
            self.env.flush_all()
