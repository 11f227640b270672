import logging
from urllib.parse import urlsplit

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ...tools.failures import CONFIGURATION
from ...tools.graph import address
from ...tools.graph.errors import GraphError, NotSentError, OutcomeUnknownError, is_unknown_field, node_type
from .health_words import HEALTH_WORDS, STOPPING

_logger = logging.getLogger(__name__)

#: What we want to hear about. Source: cloud-api reference §5.8, recommended set.
WEBHOOK_FIELDS = (
    "messages",
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "user_preferences",
    "account_update",
    "account_alerts",
    "account_review_update",
    "business_capability_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "security",
    "flows",
    "smb_message_echoes",
    "history",
    "smb_app_state_sync",
)
#: What a token must be allowed to do. Source: cloud-api reference §1.3.
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
#: Codes of Meta that say something about an id, and not about the request.
UNKNOWN_NODE, EXPIRED = 33, 463
#: What is wrong before anybody has looked at the token.
NOT_ABOUT_TOKEN = ("api_address", "api_version")


class Refusal(Exception):
    """WhatsApp refused something that somebody can mend: which box, or which step.

    :param str code: of ``HEALTH_WORDS``.
    :param facts: what its sentence names.
    """

    def __init__(self, code, **facts):
        self.code, self.facts = code, {name: value for name, value in facts.items() if value}
        super().__init__(code)


class WaAccount(models.Model):
    """Connecting an account: ask Meta what it is, take over its numbers and templates, subscribe."""

    _inherit = "wa.account"

    def action_connect(self):
        """Connect (again): check what was entered, read account, numbers and templates, set the callback.

        :raises UserError: Meta refused a step; says which box is wrong and what to do. What follows
            for the account is written all the same, by a transaction of its own.
        """
        self.check_access("write")
        for account in self.sudo():
            try:
                account._connect()
            except (GraphError, Refusal) as error:
                raise account._user_error(error) from error
        return self._notify(self.env._("Connected to WhatsApp."))

    def _connect(self):
        """Do what :meth:`action_connect` says for one account.

        :raises Refusal, GraphError: a step was refused.
        """
        self.ensure_one()
        self._check_entered()
        transport = self._get_transport()
        self._check_token(transport)
        self._read_account(transport)
        self._sync_numbers(transport)
        self.env["wa.template"]._sync_account(self)
        self._subscribe(transport)
        self.write({"findings": False, "checked_at": fields.Datetime.now()})
        self.env["wa.webhook.health"]._forget_series(self)
        self._set_well()
        self.number_ids.action_resume()
        self._sync_problems()
        job = self.env.ref("crm_whatsapp.ir_cron_wa_webhook_event").sudo()
        if not job.active:  # one that is on may be running, and Odoo refuses to change it then
            job.active = True

    def action_sync_templates(self):
        """Take over the templates as they are at WhatsApp now."""
        self.check_access("write")
        count = 0
        for account in self.sudo():
            try:
                count += self.env["wa.template"]._sync_account(account)
            except GraphError as error:
                raise account._user_error(error) from error
        return self._notify(self.env._("%s templates are up to date.", count))

    # -------------------------------------------------------------------- steps

    def _check_entered(self):
        """Raise for what cannot be right, before anybody is asked."""
        if not self.has_access_token or not self.has_app_secret:
            raise UserError(
                self.env._(
                    "Enter the access token and the app secret first: the token lets Odoo write, "
                    "the secret proves that what arrives comes from WhatsApp."
                )
            )
        waba_id = (self.waba_id or "").strip()
        numbers = self.with_context(active_test=False).number_ids
        if waba_id[:1] == "+" or any(self._is_phone(waba_id, number) for number in numbers):
            raise Refusal("account_id_is_number", id=waba_id)
        if not (waba_id.isascii() and waba_id.isdigit()):
            raise Refusal("account_id_wrong", id=waba_id[:60])
        if waba_id != self.waba_id:
            self.waba_id = waba_id
        if self.app_id and not (self.app_id.isascii() and self.app_id.isdigit()):
            raise Refusal("app_unknown", id=self.app_id[:60])

    @api.model
    def _is_phone(self, text, number):
        digits = "".join(filter(str.isdigit, number.display_phone_number or ""))
        return text == number.phone_number_id or (digits and text == digits)

    def _check_token(self, transport):
        """Raise a clear refusal when token, app id or app secret do not fit, or the token may not do what we need.

        Source: cloud-api reference §1.3 (debug_token, scopes).
        """
        token = self._debug_token(transport)
        if not token.get("is_valid", True):
            error = token.get("error") if isinstance(token.get("error"), dict) else {}
            expired = error.get("subcode") == EXPIRED or "expired" in str(error.get("message") or "")
            raise Refusal("token_expired" if expired else "token_invalid")
        if token.get("app_id") and self.app_id and str(token["app_id"]) != self.app_id:
            raise Refusal("app_other", id=self.app_id)
        scopes = token.get("scopes")
        if isinstance(scopes, list) and (missing := set(SCOPES) - set(scopes)):
            raise Refusal("scopes_missing", scopes=", ".join(sorted(missing)))
        if token.get("app_id") and not self.app_id:
            self.app_id = str(token["app_id"])

    def _debug_token(self, transport):
        """Return what Meta says about our token; {} when it does not say.

        The app may always ask about its own tokens; a token about itself is refused to people
        without a role in the app, which says nothing about the token: reading the account will tell.

        :raises Refusal: token, app id or app secret is wrong, and which.
        """
        refused = None
        if self.app_id:
            try:
                return self._get_app_transport().debug_token(self._secret("access_token"))
            except GraphError as error:
                if not self._is_definite(error) or error.slug in NOT_ABOUT_TOKEN:
                    raise
                if "did not match" in error.message:
                    raise Refusal("app_other", id=self.app_id) from error
                refused = error
        data = {}
        try:
            data = transport.debug_token()
        except GraphError as error:
            if error.slug in ("app_secret", "token_invalid", *NOT_ABOUT_TOKEN) or not self._is_definite(error):
                raise
        if refused is not None and str(data.get("app_id") or self.app_id) == self.app_id and data.get("is_valid", True):
            self._read_to_tell(transport)
            # The proof was right, so the secret is: what is left is the id, or Meta's answer says more.
            raise Refusal("app_unknown", id=self.app_id) from refused
        return data

    def _read_to_tell(self, transport):
        """Read the account, for what its refusal says about token and secret."""
        try:
            transport.account(self.waba_id, fields="id")
        except GraphError as error:
            if error.slug in ("app_secret", "token_invalid", *NOT_ABOUT_TOKEN) or not self._is_definite(error):
                raise

    def _read_account(self, transport):
        """Read the account, and which portfolio it belongs to.

        :raises Refusal: the id is that of something else, or of nothing the token may see.
        """
        try:
            node = transport.account(self.waba_id)
        except GraphError as error:
            raise self._about_account_id(error) from error
        portfolio_id = str((node.get("owner_business_info") or {}).get("id") or "")
        if portfolio_id and portfolio_id != self.portfolio_id:
            former_key = self._get_portfolio_key()
            self.portfolio_id = portfolio_id
            self.env["wa.contact"]._move_portfolio(former_key, self._get_portfolio_key())
        self._follow(node)
        return node

    def _follow(self, node):
        """Take over what WhatsApp says about the account itself; a webhook may have been lost, or was never sent.

        :param dict node: as ``GET /{WABA_ID}`` returns it.
        """
        said = {
            "review_status": node.get("account_review_status"),
            "messaging_limit": node.get("whatsapp_business_manager_messaging_limit"),
        }
        if changed := {name: value for name, value in said.items() if value and self[name] != value}:
            self.write(changed)

    def _about_account_id(self, error):
        """Return what the refusal of the account's own node means: mostly the id is wrong."""
        if is_unknown_field(error):
            kind = node_type(error)
            if kind == "WhatsAppBusinessPhoneNumber":
                return Refusal("account_id_is_number", id=self.waba_id)
            # Of an account, even the few fields we cannot do without are not all there.
            return Refusal("account_unknown", id=self.waba_id) if kind != "WhatsAppBusinessAccount" else Refusal("api_version")
        if error.subcode == UNKNOWN_NODE or error.code in (10, 200, 803) or error.slug == "number_unknown":
            return Refusal("account_unknown", id=self.waba_id)
        return error

    def _sync_numbers(self, transport):
        """Take over the numbers of the account; team, policy and order set up here are kept.

        :raises Refusal: a number belongs to another account of this database that still has it.
        """
        numbers = self.env["wa.number"].sudo().with_context(active_test=False)
        for node in transport.numbers(self.waba_id):
            vals = numbers._vals_from_meta(node)
            number = numbers.search([("phone_number_id", "=", vals["phone_number_id"])], limit=1)
            if number:
                number.write({**vals, "account_id": self.id})
            else:
                numbers.create({**vals, "account_id": self.id})

    def _subscribe(self, transport):
        """Have the account's webhooks come here; Meta calls us back to verify at once.

        The app's own callback covers all fields. Where another system already uses
        it we take over messages only, by an override of the account: nobody else's
        webhooks are hijacked. Source: cloud-api reference §4.1.

        :raises Refusal: Meta cannot reach our callback, or does not get the right answer; it is then as it was.
        """
        callback_url, verify_token = self.sudo().webhook_url, self._secret("verify_token")
        if not address.is_loopback(self.api_url) and (
            address.is_loopback(callback_url) or not callback_url.startswith("https://")
        ):
            raise Refusal("callback_not_public", url=self.get_base_url())
        own = self._own_subscription(transport)
        try:
            if own is None:
                # Subscribed already, this would take our own override away for a moment.
                transport.subscribe(self.waba_id)
            app = self._get_app_transport() if self.app_id else None
            present = app.app_callback(self.app_id) if app else None
            if app and (not present or present == callback_url or self._is_former_callback(present)):
                app.set_app_callback(self.app_id, callback_url, verify_token, WEBHOOK_FIELDS)
                if (own or {}).get("override_callback_uri") not in (None, "", callback_url):
                    # It would go before the app's own callback.
                    transport.subscribe(self.waba_id)
            else:
                self._set_override(transport, callback_url=callback_url, verify_token=verify_token)
                self._say_messages_only()
        except GraphError as error:
            if own is None:
                self._unsubscribe_again(transport)
            if error.code == 2200 or "override_callback_uri" in error.message or "callback_url" in error.message:
                said = error.user_message or error.details or error.message
                raise Refusal("callback_refused", url=self.get_base_url() + "/wa/webhook/…", said=said) from error
            raise

    def _set_override(self, transport, **address):
        """Have messages come to an address of this account alone.

        Without an app id nobody knows whether a subscription that is listed is ours: told that it is not, subscribe first.
        """
        try:
            transport.subscribe(self.waba_id, **address)
        except GraphError as error:
            if self.app_id or "must be subscribed" not in error.message:
                raise
            transport.subscribe(self.waba_id)
            try:
                transport.subscribe(self.waba_id, **address)
            except GraphError:
                self._unsubscribe_again(transport)
                raise

    def _unsubscribe_again(self, transport):
        """Take back the subscription of an attempt to connect that failed: nothing of it stays at Meta."""
        try:
            transport.unsubscribe(self.waba_id)
        except GraphError as error:
            # What made it fail is the user's to know, and may be why this fails as well.
            _logger.warning("WhatsApp account %s: the app stays subscribed after a failed attempt: %s", self.id, error)

    def _own_subscription(self, transport):
        """Return our app's entry among those that listen to the account, or None.

        Without an app id, any entry may be ours; see :meth:`_set_override`.
        """
        for item in transport.subscribed_apps(self.waba_id):
            data = item.get("whatsapp_business_api_data")
            uid = str(data.get("id") or "") if isinstance(data, dict) else ""
            if not self.app_id or uid == self.app_id:
                return item
        return None

    def _say_messages_only(self):
        self.message_post(
            body=self.env._(
                "The Meta app already sends its webhooks to another address, so only messages come "
                "here. Template and account news arrive when you set this callback in the app dashboard."
            )
        )

    def _is_former_callback(self, url):
        """Tell whether an address is a callback of ours: of this account, or of another of the same app."""
        accounts = self._sharing_app().with_context(active_test=False)
        paths = {urlsplit(account.sudo().webhook_url).path for account in accounts}
        return urlsplit(url).path in paths

    # ----------------------------------------------------------------- refusals

    @api.model
    def _is_definite(self, error):
        """Tell whether an error is an answer about us, and no trouble of Meta or of the way to it."""
        if isinstance(error, (NotSentError, OutcomeUnknownError)):
            return False
        return not error.failure.retryable or (error.code == 1 and "secret" in error.message)

    def _as_refusal(self, error):
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

    def _user_error(self, error):
        """Return the UserError that says in plain words what was refused, and keep what follows for the account.

        :param error: ``GraphError``, which never contains a secret, or ``Refusal``.
        """
        code, facts = self._as_refusal(error)
        if code:
            self._note_refusal_apart(code, facts)
        if code in HEALTH_WORDS:
            return UserError(self._sentence_of(code, facts))
        failure = self.env["wa.failure"]
        detail = error.user_message or error.details or error.message
        return UserError(failure._sentence(failure._slug_of(error), detail))

    def _note_refusal_apart(self, code, facts):
        """Keep a refusal although an error is about to undo this transaction: by another one, when it has ended."""
        cr, registry, ids = self.env.cr, self.env.registry, self.ids
        pending = list(ids)

        def write():
            if not pending:
                return
            pending.clear()
            try:
                with registry.cursor() as own:
                    env = api.Environment(own, SUPERUSER_ID, {})
                    env["wa.account"].browse(ids).exists()._note_refusal(code, facts)
            except psycopg2.Error:
                # The job that looks after accounts finds the same; the user's own error must come through.
                _logger.warning("WhatsApp: what was refused for accounts %s could not be kept", ids, exc_info=True)

        if ids:
            cr.postrollback.add(write)
            cr.postcommit.add(write)

    def _take_refusal(self, error):
        """Take over what an error says about this account; nothing, when it says nothing about it.

        :param error: ``GraphError`` or ``Refusal``, of a job: nothing is about to be undone.
        """
        code, facts = self._as_refusal(error)
        if code:
            self._note_refusal(code, facts)

    def _note_refusal(self, code, facts=None):
        """Take over what a refusal means: the account stops, or shows it, or (not connected yet) shows it on its page."""
        for account in self:
            if account.state == "draft":
                account.write({"state_code": code, "state_facts": facts or False})
            elif code in STOPPING:
                account._flag_blocked(code, facts)
            else:
                others = [one for one in account.findings or [] if one[0] != code]
                account.findings = [*others, [code, 0, facts or {}]]
                account._sync_problems()

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }
