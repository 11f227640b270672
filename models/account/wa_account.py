from __future__ import annotations

import re
import secrets
from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import ormcache

from ...tools.gate import RESTRICTIONS
from ...tools.graph import address
from .meta_words import meta_word

#: In the scope of contacts, before the account's id: Meta has not told us the portfolio yet.
UNKNOWN_PORTFOLIO = "waba:"
SECRET_FIELDS = ("access_token", "app_secret", "app_secret_previous", "verify_token")
#: What lets somebody speak for the account: gone when the address changes they are sent to.
SENT_SECRETS = ("access_token", "app_secret", "app_secret_previous")
API_URL = "https://graph.facebook.com"
#: The oldest Graph version that is tried with every change of this addon; WhatsApp itself serves older ones as its oldest.
#: Source: Graph API changelog (v20.0 ended on 24 September 2026).
OLDEST_VERSION = 21
#: What is typed in about the connection: whether it is right, only WhatsApp can tell.
TYPED = frozenset({"access_token", "app_secret", "app_id", "waba_id", "api_url", "api_version"})
#: What WhatsApp says about an account, or follows from it: nobody types it in.
FROM_WHATSAPP = frozenset(
    {
        "portfolio_id",
        "state",
        "state_code",
        "state_facts",
        "findings",
        "checked_at",
        "review_status",
        "messaging_limit",
        "restriction",
        "restrictions",
        "restricted_until",
        "notice_moments",
        "templates_outdated",
        "webhook_key",
    }
)
#: The longest period, in days, over which templates to one customer are counted.
LONGEST_PERIOD = 90


class WaAccount(models.Model):
    """A WhatsApp Business Account (WABA) with the Meta app that speaks for it.

    Owns templates and numbers. Secrets are written here and read nowhere: they
    live in ``wa.secret``.
    """

    _name = "wa.account"
    _description = "WhatsApp Account"
    _inherit = ["wa.alert.mixin", "mail.activity.mixin", "wa.quiet.mixin"]
    _check_company_auto = True
    _order = "sequence, id"

    name = fields.Char(required=True, tracking=True)
    # Not by the general menu: "Disconnect" says before what becomes of numbers and conversations.
    active = fields.Boolean(default=True, readonly=True, copy=False)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    waba_id = fields.Char(
        "WhatsApp Account ID",
        required=True,
        tracking=True,
        help="The WABA id: WhatsApp Manager shows it under Account settings.",
    )
    portfolio_id = fields.Char(
        "Business Portfolio ID",
        readonly=True,
        copy=False,
        tracking=True,
        help="Customers are identified per portfolio. Read from Meta when you connect.",
    )
    app_id = fields.Char("App ID", tracking=True)
    api_url = fields.Char(
        "API Address",
        required=True,
        default=API_URL,
        copy=False,
        tracking=True,
        help="Where the access token and the proofs of the app secret are sent. Only people with access to Odoo's Settings "
        "change it, and the secrets have to be entered again.",
    )
    api_version = fields.Char("API Version", required=True, default="v26.0", tracking=True)

    access_token = fields.Char(compute="_compute_secret", inverse="_inverse_access_token")
    app_secret = fields.Char(compute="_compute_secret", inverse="_inverse_app_secret")
    app_secret_previous = fields.Char(
        "Previous App Secret",
        compute="_compute_secret",
        inverse="_inverse_app_secret_previous",
        help="Also accepted while you rotate the app secret.",
    )
    verify_token = fields.Char(compute="_compute_secret", inverse="_inverse_verify_token")
    has_access_token = fields.Boolean("Token Set", compute="_compute_has_secrets", compute_sudo=True)
    has_app_secret = fields.Boolean("App Secret Set", compute="_compute_has_secrets", compute_sudo=True)

    webhook_key = fields.Char(
        default=lambda self: secrets.token_urlsafe(18),
        required=True,
        readonly=True,
        copy=False,
        groups="crm_whatsapp.crm_whatsapp_group_admin",
    )
    webhook_url = fields.Char(
        "Callback URL",
        compute="_compute_webhook_url",
        groups="crm_whatsapp.crm_whatsapp_group_admin",
    )
    refused_count = fields.Integer("Refused Requests", compute="_compute_refused_count", compute_sudo=True)

    state = fields.Selection(
        [("draft", "Not connected"), ("connected", "Connected"), ("blocked", "Needs attention")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    state_code = fields.Char(readonly=True, copy=False, help="Why it is so: a code of the catalogue of sentences.")
    state_facts = fields.Json(readonly=True, copy=False)
    state_reason = fields.Char(compute="_compute_state_reason", compute_sudo=True)
    health = fields.Selection(
        [("draft", "Not connected"), ("ok", "In order"), ("problem", "Needs attention")],
        compute="_compute_health",
        compute_sudo=True,
    )
    health_note = fields.Char("What Is Wrong", compute="_compute_health", compute_sudo=True)
    health_details = fields.Html(compute="_compute_health", compute_sudo=True, sanitize=False)
    findings = fields.Json(
        readonly=True,
        copy=False,
        help="What the last look at WhatsApp found: [code, number id, facts] each; nothing of it stops sending.",
    )
    checked_at = fields.Datetime("Last Checked", readonly=True, copy=False)
    problem_ids = fields.One2many("wa.problem", "account_id", "Problems", readonly=True)
    fallback_languages = fields.Char(
        default="en,en_US",
        help="WhatsApp's language codes, separated by commas: tried in this order when a template that sends itself "
        "does not exist in the customer's language.",
    )
    consent_policy = fields.Selection(
        [
            ("all", "Every template needs a recorded consent"),
            ("marketing", "Only marketing templates need a recorded consent"),
        ],
        "Consent",
        required=True,
        default="all",
        tracking=True,
        help="Whoever writes to you agrees to answers and to messages about their request; "
        "marketing always needs a consent of its own.",
    )
    is_optout_confirmed = fields.Boolean(
        "Confirm Opt-outs", default=True, help="Customers who stop messages are told once that it is done."
    )
    optout_confirmation = fields.Text(
        "Confirmation",
        translate=True,
        help="Empty: a sentence in the language in which the customer stopped the messages. "
        "Otherwise this text, in the language of the customer where you translated it.",
    )
    number_ids = fields.One2many("wa.number", "account_id", "Numbers")
    template_ids = fields.One2many("wa.template", "account_id", "Templates")

    # What WhatsApp last said.
    review_status = fields.Char("Review Word", readonly=True, copy=False, help="Meta's word on the business.")
    review_status_label = fields.Char("Review", compute="_compute_labels")
    messaging_limit_label = fields.Char("Messaging Limit", compute="_compute_labels")
    messaging_limit = fields.Char(
        "Limit Word", readonly=True, copy=False, help="New people the business may write to in 24 hours, in Meta's word."
    )
    restriction = fields.Char(readonly=True, copy=False, help="What WhatsApp does not allow at the moment.")
    restricted_until = fields.Datetime(readonly=True, copy=False)
    notice_moments = fields.Json(readonly=True, copy=False, help="Notices that were applied, and when their values were said.")
    templates_outdated = fields.Boolean(
        readonly=True, copy=False, help="Templates changed at WhatsApp; they are read again in the background."
    )
    restrictions = fields.Json(
        readonly=True, copy=False, help="Meta's word for each restriction, and until when; empty: until it says otherwise."
    )
    restriction_note = fields.Char("Restricted", compute="_compute_restriction_note")

    # The account's own rules for what is sent.
    has_quiet_hours = fields.Boolean(
        "Quiet Hours",
        default=True,
        help="Messages that nobody sends by hand (automation, sequences, messages to many) wait for the morning at "
        "the customer's place. A colleague's own messages leave at any time.",
    )
    marketing_cap = fields.Integer(
        "Marketing Templates per Customer",
        default=2,
        help="At most so many in the period, whoever sends them and from whichever number. 0: no limit.",
    )
    marketing_cap_days = fields.Integer("Period in Days", default=7)
    utility_cap = fields.Integer(
        "Utility Templates per Customer and Day",
        default=0,
        help="At most so many within 24 hours, whoever sends them and from whichever number. 0: no limit.",
    )

    _waba_uniq = models.Constraint("UNIQUE(waba_id)", "This WhatsApp account is already connected to this database.")
    _webhook_key_uniq = models.Constraint("UNIQUE(webhook_key)", "Webhook keys are unique.")

    # --------------------------------------------------------------- compute

    def _compute_secret(self):
        """Secrets are write-only: whoever reads gets nothing."""
        for account in self:
            for name in SECRET_FIELDS:
                account[name] = False

    def _inverse_access_token(self):
        self._store_secret("access_token")

    def _inverse_app_secret(self):
        self._store_secret("app_secret")

    def _inverse_app_secret_previous(self):
        self._store_secret("app_secret_previous")

    def _inverse_verify_token(self):
        self._store_secret("verify_token")

    def _store_secret(self, kind):
        """Move the value just written into ``wa.secret``; an empty one deletes it."""
        self.check_access("write")
        for account in self:
            self.env["wa.secret"]._set(account, kind, (account[kind] or "").strip())
        self.invalidate_recordset([*SECRET_FIELDS, "has_access_token", "has_app_secret"])
        self._on_secret(kind)

    def _compute_has_secrets(self):
        kinds_by_account = {
            account: set(kinds)
            for account, kinds in self.env["wa.secret"]._read_group(
                [("account_id", "in", self.ids)], ["account_id"], ["kind:array_agg"]
            )
        }
        for account in self:
            kinds = kinds_by_account.get(account._origin, ())
            account.has_access_token = "access_token" in kinds
            account.has_app_secret = "app_secret" in kinds

    @api.depends("webhook_key")
    def _compute_webhook_url(self):
        for account in self:
            account.webhook_url = f"{account.get_base_url()}/wa/webhook/{account.webhook_key}"

    def _compute_refused_count(self):
        counts = dict(
            self.env["wa.webhook.health"]._read_group([("account_id", "in", self.ids)], ["account_id"], ["refused_count:sum"])
        )
        for account in self:
            account.refused_count = counts.get(account._origin, 0)

    def _compute_health(self):
        """Say how it is at this moment: a job that stands still cannot report that it does."""
        problems_of = self.env["wa.problem"]
        found = problems_of._find(self)
        for account in self:
            problems = found.get(account._origin.id, [])
            is_live = account.active and account.state == "connected"
            account.health = "problem" if problems else "ok" if is_live else "draft"
            account.health_note = problems_of._name_number(problems[0]) if problems else False
            account.health_details = problems_of._render(problems)

    def _compute_state_reason(self):
        for account in self:
            code = account.state_code
            account.state_reason = self.env["wa.problem"]._sentence(code, account.state_facts) if code else False

    @api.depends("review_status", "messaging_limit")
    @api.depends_context("lang")
    def _compute_labels(self):
        """Say Meta's words as people read them."""
        for account in self:
            account.review_status_label = meta_word(self.env, account.review_status) or False
            account.messaging_limit_label = meta_word(self.env, account.messaging_limit) or False

    @api.depends("restrictions")
    @api.depends_context("lang", "tz")
    def _compute_restriction_note(self):
        now = fields.Datetime.now()
        for account in self:
            parts = []
            for name in sorted(account._get_restrictions(now, known_only=False)):
                until = fields.Datetime.to_datetime(account.restrictions[name])
                moment = until and fields.Datetime.context_timestamp(account, until)
                words = meta_word(self.env, name)
                parts.append(f"{words} ({moment:%Y-%m-%d %H:%M})" if moment else words)
            account.restriction_note = ", ".join(parts) or False

    # ----------------------------------------------------------- constraints

    @api.constrains("api_url", "api_version")
    def _check_address(self):
        """Secrets leave encrypted, or do not leave this machine."""
        for account in self:
            if not address.is_allowed(account.api_url):
                raise ValidationError(self.env._("The API address must begin with https and name a host, nothing else."))
            version = re.fullmatch(r"v(\d{1,3})\.\d{1,2}", account.api_version or "")
            if not version:
                raise ValidationError(self.env._("The API version looks like v26.0."))
            if int(version[1]) < OLDEST_VERSION:
                raise ValidationError(
                    self.env._(
                        "WhatsApp has ended version %(version)s of its API. Enter v%(oldest)s.0 or a newer one, such as v26.0.",
                        version=account.api_version,
                        oldest=OLDEST_VERSION,
                    )
                )

    @api.constrains("quiet_from", "quiet_to")
    def _check_quiet_hours(self):
        self._check_quiet_times()

    @api.constrains("marketing_cap", "marketing_cap_days", "utility_cap")
    def _check_caps(self):
        for account in self:
            if account.marketing_cap < 0 or account.utility_cap < 0:
                raise ValidationError(self.env._("A limit of templates cannot be negative. Enter 0 for no limit."))
            if not 1 <= account.marketing_cap_days <= LONGEST_PERIOD:
                raise ValidationError(self.env._("The period of the marketing limit is between 1 and %s days.", LONGEST_PERIOD))

    # ------------------------------------------------------------------ crud

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_typed(vals)
        accounts = super().create(vals_list)
        if not self.env.su and not self.env.user.has_group("base.group_system"):
            # Also when a default of the context says so.
            if any(account.api_url != API_URL for account in accounts):
                self._refuse_address()
        for account in accounts:
            # Also what a default of the context says.
            typed = FROM_WHATSAPP - {"webhook_key", "state" if account.state == "draft" else ""}
            self._check_typed({name: True for name in typed if account[name]})
            if not self.env["wa.secret"]._get(account, "verify_token"):
                self.env["wa.secret"]._set(account, "verify_token", secrets.token_urlsafe(24))
        self.env["wa.webhook.health"].sudo().create([{"account_id": a.id} for a in accounts])
        self.env.registry.clear_cache()
        return accounts

    def write(self, vals):
        """Guard what only WhatsApp, or only Settings, may change; archiving really disconnects.

        :raises AccessError: somebody types what WhatsApp says, or moves the address without the right to.
        """
        self._check_typed(vals)
        if "company_id" in vals:
            self._check_company_stays(vals["company_id"])
        if "api_url" in vals:
            self._prepare_move(vals["api_url"])
        # What WhatsApp is told is not undone with this transaction: whoever may not do this changes nothing there either.
        self.check_access("write")
        leaving = self.filtered("active") if "active" in vals and not vals["active"] else self.browse()
        returning = self.filtered(lambda account: not account.active) if vals.get("active") else self.browse()
        result = super().write(vals)
        leaving._disconnect()
        leaving._archive_dependents()
        returning._bring_back()
        if {"api_url", "api_version"} & vals.keys():
            self._look_again()
        if {"company_id", "portfolio_id"} & vals.keys():
            self.env.registry.clear_cache()
        return result

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
                self.env["wa.problem"]._sync(account)
        return super().web_save(vals, specification, next_id=next_id)

    def unlink(self):
        """Disconnect, then delete the numbers as records: each has a sender job that goes with it."""
        self.check_access("unlink")
        self._check_unused()
        self.filtered("active")._disconnect()
        self.with_context(active_test=False).number_ids.unlink()
        self.env.registry.clear_cache()  # the secrets go in the database, and the callback with them
        return super().unlink()

    def _check_company_stays(self, company_id):
        """Keep an account in the company whose customers write to it.

        :raises UserError: it has conversations already.
        """
        moved = self.filtered(lambda account: account.company_id.id != company_id)
        conversations = self.env["wa.conversation"].sudo()
        if conversations.search_count([("account_id", "in", moved.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Customers have written to this account: its company cannot be changed. "
                    "Archive it and connect the number again in the other company."
                )
            )

    @api.model
    def _check_typed(self, vals):
        """Raise if a person gives what only WhatsApp says."""
        if not self.env.su and (typed := vals.keys() & FROM_WHATSAPP):
            labels = ", ".join(self._fields[name].get_description(self.env, ["string"])["string"] for name in sorted(typed))
            raise AccessError(self.env._("This comes from WhatsApp and cannot be typed in: %s", labels))

    def _prepare_move(self, url):
        """Have the secrets forgotten before they could reach another address a person gives.

        Server code that moves an account (a restored database, a test) knows what it does.

        :raises AccessError: by anybody but people with access to Odoo's Settings.
        """
        moving = self.filtered(lambda account: account.api_url != url)
        if self.env.su or not moving:
            return
        if not self.env.user.has_group("base.group_system"):
            self._refuse_address()
        for account in moving.filtered(lambda account: address.has_moved(account.api_url, url or "")):
            for kind in SENT_SECRETS:
                self.env["wa.secret"]._set(account, kind, False)
            account.invalidate_recordset(["has_access_token", "has_app_secret"])

    def _refuse_address(self):
        raise AccessError(
            self.env._("The API address is where the access token goes. Only people with access to Odoo's Settings change it.")
        )

    def _check_unused(self):
        """Refuse to delete accounts with conversations, before WhatsApp is told anything: that would not be undone.

        :raises UserError: customers have written to it.
        """
        if self.env["wa.conversation"].sudo().search_count([("account_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Customers have written to this account: deleting it would take their conversations along. "
                    "Disconnect and archive it instead."
                )
            )

    # -------------------------------------------------------------- business

    def _secret(self, kind: str) -> str | bool:
        """Return one secret of this account or False. For server code only."""
        self.ensure_one()
        return self.env["wa.secret"]._get(self, kind)

    def _label_among_others(self) -> str:
        """Return the name of this account, with its number where another account has the same name."""
        self.ensure_one()
        if not self.search_count([("name", "=", self.name), ("id", "!=", self.id)], limit=1):
            return self.name
        number = self.number_ids.filtered("active")[:1]
        return f"{self.name}, {number.display_phone_number or self.waba_id}"

    def _get_portfolio_key(self) -> str:
        """Return the scope in which people are told apart: one company's customers in one portfolio.

        BSUIDs are issued per business portfolio; until Meta has told us which
        one this account belongs to, the account stands for itself. Companies that share a
        portfolio do not share customers, nor do events of one change people of another.
        Source: cloud-api reference, business-scoped user IDs; decision 67.
        """
        self.ensure_one()
        account = self.sudo()
        return f"{account.company_id.id}/{account.portfolio_id or f'{UNKNOWN_PORTFOLIO}{account.waba_id}'}"

    @api.model
    @ormcache("key")
    def _sibling_keys(self, key: str) -> tuple[str, ...]:
        """Return the scopes of other companies in the same portfolio; a tuple, nearly always empty."""
        company_id, portfolio = key.split("/", 1)
        accounts = (
            self.sudo()
            .with_context(active_test=False)
            .search([("portfolio_id", "=", portfolio), ("company_id", "!=", int(company_id))])
        )
        return tuple(sorted({account._get_portfolio_key() for account in accounts}))

    def _get_cap(self, purpose: str) -> tuple[int, int]:
        """Return ``(most, days)`` for templates of a purpose to one customer; ``(0, 0)`` is no limit."""
        self.ensure_one()
        if purpose == "marketing":
            return self.marketing_cap, self.marketing_cap_days
        if purpose == "utility":
            return self.utility_cap, 1
        return 0, 0

    def _get_restrictions(self, now: datetime, known_only: bool = True) -> frozenset[str]:
        """Return Meta's words for what this account may not do now, as a frozenset.

        :param datetime now: naive UTC; what has run out by then does not count.
        :param bool known_only: only those the gate knows the meaning of.
        """
        self.ensure_one()
        moment = fields.Datetime.to_string(now)
        return frozenset(
            name
            for name, until in (self.restrictions or {}).items()
            if (not until or until > moment) and (name in RESTRICTIONS or not known_only)
        )
