from __future__ import annotations

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.graph import address
from ...tools.graph.client import GraphClient
from ...tools.graph.errors import GraphError, is_unknown_field, node_type
from ...tools.webhook import reading
from .subscription import Refusal, Subscription

_logger = logging.getLogger(__name__)

#: What a token must be allowed to do. Source: cloud-api reference §1.3.
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
#: Codes of Meta that say something about an id, and not about the request.
UNKNOWN_NODE, EXPIRED = 33, 463
#: What is wrong before anybody has looked at the token.
NOT_ABOUT_TOKEN = ("api_address", "api_version")


class WaAccount(models.Model):
    """Connecting an account: ask Meta what it is, take over its numbers and templates, subscribe; and disconnecting it.

    Archiving an account disconnects it at WhatsApp and puts away what belongs to it; unarchiving brings all back.
    """

    _inherit = "wa.account"

    # ------------------------------------------------------------- transport

    def _get_transport(self) -> GraphClient:
        """Return the client that talks to WhatsApp for this account.

        The seam for other providers: a sibling addon overrides this and returns
        an object with the methods of :class:`GraphClient`.

        :raises UserError: no access token is stored, or the address is not safe.
        """
        self.ensure_one()
        account = self.sudo()
        token = account._secret("access_token")
        if not token:
            raise UserError(
                self.env._(
                    "The WhatsApp account “%(account)s” has no access token. Open it under "
                    "WhatsApp → Configuration → Accounts and paste one.",
                    account=account.name,
                )
            )
        return account._client(token)

    def _get_app_transport(self) -> GraphClient:
        """Return a client that speaks as the Meta app itself, for its webhook settings."""
        self.ensure_one()
        account = self.sudo()
        return account._client(f"{account.app_id}|{account._secret('app_secret')}")

    def _client(self, token: str) -> GraphClient:
        """Return a client with a token; with the app secret, every request proves that it is ours.

        :raises UserError: the address is one that secrets must not be sent to, however it came there.
        """
        if not address.is_allowed(self.api_url):
            raise UserError(self.env["wa.problem"]._sentence("api_address"))
        return GraphClient(self.api_url, self.api_version, token, app_secret=self._secret("app_secret") or None)

    def _sharing_app(self) -> models.BaseModel:
        """Return the accounts whose webhooks may come through this account's callback.

        One Meta app has one callback for all its accounts. Whoever knows the app's
        secret speaks for those accounts, and for no others: a webhook signed for one
        company never writes into another's.
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT other.account_id
                  FROM wa_secret own
                  JOIN wa_secret other ON other.value = own.value AND other.kind = own.kind
                 WHERE own.account_id = %s AND own.kind = 'app_secret'
                """,
                self.id,
            )
        )
        return self.browse([row[0] for row in rows]) | self

    # ------------------------------------------------------------ connecting

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
        self.env["wa.template.sync"]._sync_account(self)
        Subscription(self, transport).begin()
        self.write({"findings": False, "checked_at": fields.Datetime.now()})
        self.env["wa.webhook.health"]._forget_series(self)
        self._set_well()
        self.number_ids.action_resume()
        self.env["wa.problem"]._sync(self)
        job = self.env.ref("crm_whatsapp.ir_cron_wa_webhook_event").sudo()
        if not job.active:  # one that is on may be running, and Odoo refuses to change it then
            job.active = True

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

    def _check_token(self, transport: GraphClient) -> None:
        """Raise a clear refusal when token, app id or app secret do not fit, or the token may not do what we need.

        Source: cloud-api reference §1.3 (debug_token, scopes).
        """
        token = self._debug_token(transport)
        if not token.get("is_valid", True):
            error = reading.mapping(token.get("error"))
            expired = error.get("subcode") == EXPIRED or "expired" in str(error.get("message") or "")
            raise Refusal("token_expired" if expired else "token_invalid")
        if token.get("app_id") and self.app_id and str(token["app_id"]) != self.app_id:
            raise Refusal("app_other", id=self.app_id)
        scopes = token.get("scopes")
        if isinstance(scopes, list) and (missing := set(SCOPES) - set(scopes)):
            raise Refusal("scopes_missing", scopes=", ".join(sorted(missing)))
        if token.get("app_id") and not self.app_id:
            self.app_id = str(token["app_id"])

    def _debug_token(self, transport: GraphClient) -> dict:
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

    def _read_account(self, transport: GraphClient) -> dict:
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

    def _follow(self, node: dict) -> None:
        """Take over what WhatsApp says about the account itself; a webhook may have been lost, or was never sent.

        :param dict node: as ``GET /{WABA_ID}`` returns it.
        """
        said = {
            "review_status": node.get("account_review_status"),
            "messaging_limit": node.get("whatsapp_business_manager_messaging_limit"),
        }
        if changed := {name: value for name, value in said.items() if value and self[name] != value}:
            self.write(changed)

    def _about_account_id(self, error: GraphError) -> Exception:
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

    def _sync_numbers(self, transport: GraphClient) -> None:
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

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }

    # ------------------------------------------------------------- templates

    def action_sync_templates(self):
        """Take over the templates as they are at WhatsApp now."""
        self.check_access("write")
        count = 0
        for account in self.sudo():
            try:
                count += self.env["wa.template.sync"]._sync_account(account)
            except GraphError as error:
                raise account._user_error(error) from error
        return self._notify(self.env._("%s templates are up to date.", count))

    def _have_templates_read(self) -> None:
        """Have all templates of these accounts read again in the background."""
        self.filtered(lambda account: not account.templates_outdated).templates_outdated = True
        self.env.ref("crm_whatsapp.ir_cron_wa_template_refresh").sudo()._trigger()

    # --------------------------------------------------------- disconnecting

    def action_disconnect(self):
        """Open the page that says what disconnecting means, before it is done."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disconnect and Archive"),
            "res_model": "wa.account.disconnect",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def action_reconnect(self):
        """Bring an archived account back, with everything that was archived with it."""
        self.check_access("write")
        self.write({"active": True})

    def _disconnect(self) -> None:
        """Have WhatsApp report nothing to us any more, and say in the chatter whether it could be told.

        A WhatsApp that cannot be reached keeps nobody from archiving: what it still sends is kept.
        """
        for account in self.sudo():
            account._close_told()
            if account.state == "draft" or not account.has_access_token:
                continue
            try:
                Subscription(account, account._get_transport()).withdraw()
            except (GraphError, UserError) as error:
                _logger.info("WhatsApp account %s: could not be disconnected: %s", account.id, error)
                words = self.env._(
                    "Archived here, but WhatsApp could not be told: it goes on sending. What arrives is kept. Remove the app "
                    "from this account in Meta Business Settings, or unarchive, solve the problem and disconnect again."
                )
            else:
                words = self.env._("Disconnected: WhatsApp sends nothing of this account to Odoo any more.")
            account._message_log(body=words)

    def _close_told(self):
        """Take back what administrators were told: nobody has to mend an archived account."""
        self.problem_ids.unlink()
        self.activity_ids.unlink()

    def _archive_dependents(self) -> None:
        """Archive numbers and templates, and put the threads away; remembered, so that they come back together."""
        for account in self.sudo():
            for records in (account.number_ids, account.template_ids):
                records.filtered("active").write({"active": False, "is_archived_with_account": True})
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """
                    WITH put_away AS (
                        UPDATE discuss_channel c SET active = FALSE
                          FROM wa_conversation v
                         WHERE v.channel_id = c.id AND v.account_id = %s AND c.active
                     RETURNING v.id)
                    UPDATE wa_conversation v SET is_archived_with_account = TRUE FROM put_away WHERE put_away.id = v.id
                    """,
                    account.id,
                )
            )
            self.env.invalidate_all()

    def _bring_back(self) -> None:
        """Bring back what was archived with these accounts, and have WhatsApp report to us again.

        When WhatsApp cannot be reached or refuses it, the account shows that and what to do.
        """
        for account in self.sudo():
            everything = account.with_context(active_test=False)
            for records in (everything.number_ids, everything.template_ids):
                records.filtered("is_archived_with_account").write({"active": True, "is_archived_with_account": False})
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """
                    WITH back AS (
                        UPDATE wa_conversation SET is_archived_with_account = FALSE
                         WHERE account_id = %s AND is_archived_with_account
                     RETURNING channel_id)
                    UPDATE discuss_channel c SET active = TRUE FROM back WHERE back.channel_id = c.id
                    """,
                    account.id,
                )
            )
            self.env.invalidate_all()
            account._subscribe_again()

    def _subscribe_again(self):
        if self.state == "draft" or not self.has_access_token:
            return
        try:
            Subscription(self, self._get_transport()).begin()
        except (GraphError, Refusal) as error:
            code, facts = self._as_refusal(error)
            self._note_refusal(code or "subscription_lost", facts)
        except UserError:
            self._note_refusal("api_address")
        else:
            self.findings = False
            self._look_after_soon()

    def _count_dependents(self) -> dict[str, int]:
        """Return what archiving this account affects, for the page that asks before.

        :returns: ``{"numbers", "conversations", "waiting", "planned"}``
        """
        self.ensure_one()
        account = self.sudo()
        templates = account.template_ids.ids
        return {
            "numbers": len(account.number_ids),
            "conversations": self.env["wa.conversation"]
            .sudo()
            .search_count([("account_id", "=", account.id), ("state", "!=", "closed")]),
            "waiting": self.env["wa.message"]
            .sudo()
            .search_count([("number_id", "in", account.number_ids.ids), ("state", "=", "queued")]),
            "planned": self.env["wa.scheduled.message"]
            .sudo()
            .search_count(
                [("state", "=", "planned"), "|", ("template_id", "in", templates), ("number_id", "in", account.number_ids.ids)]
            ),
        }
