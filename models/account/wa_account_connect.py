from urllib.parse import urlsplit

from odoo import models
from odoo.exceptions import UserError

from ...tools.graph.errors import GraphError

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
    "smb_message_echoes",
    "history",
    "smb_app_state_sync",
)


class WaAccount(models.Model):
    """Connecting an account: ask Meta what it is, take over its numbers and templates, subscribe."""

    _inherit = "wa.account"

    def action_connect(self):
        """Connect (again): check the token, read account, numbers and templates, set the callback.

        :raises UserError: Meta refused a step; says which and what to do.
        """
        self.check_access("write")
        for account in self:
            account._require_secrets()
            try:
                transport = account._get_transport()
                account._check_token(transport)
                account._read_account(transport)
                account._sync_numbers(transport)
                self.env["wa.template"]._sync_account(account)
                account._subscribe(transport)
            except GraphError as error:
                raise self._user_error(error) from error
            account.write({"state": "connected", "state_reason": False})
            account.number_ids.action_resume()
            self.env.ref("crm_whatsapp.ir_cron_wa_event").sudo().active = True
        return self._notify(self.env._("Connected to WhatsApp."))

    def action_sync_templates(self):
        """Take over the templates as they are at WhatsApp now."""
        self.check_access("write")
        count = 0
        for account in self:
            try:
                count += self.env["wa.template"]._sync_account(account)
            except GraphError as error:
                raise self._user_error(error) from error
        return self._notify(self.env._("%s templates are up to date.", count))

    def _require_secrets(self):
        self.ensure_one()
        if not self.has_access_token or not self.has_app_secret:
            raise UserError(
                self.env._(
                    "Enter the access token and the app secret first: the token lets Odoo write, "
                    "the secret proves that what arrives comes from WhatsApp."
                )
            )

    def _check_token(self, transport):
        """Raise a clear error when the token is invalid or may not do what we need.

        Source: cloud-api reference §1.3 (debug_token, scopes).
        """
        token = transport.debug_token()
        if not token.get("is_valid", True):
            raise UserError(
                self.env._("WhatsApp says that the access token is not valid. Create a new one and paste it here.")
            )
        scopes = token.get("scopes")
        needed = {"whatsapp_business_messaging", "whatsapp_business_management"}
        if scopes is not None and (missing := needed - set(scopes)):
            raise UserError(
                self.env._(
                    "The access token lacks the permission %s. Create one for a system user with both "
                    "WhatsApp permissions.",
                    ", ".join(sorted(missing)),
                )
            )
        if token.get("app_id") and not self.app_id:
            self.app_id = str(token["app_id"])

    def _read_account(self, transport):
        node = transport.account(self.waba_id)
        portfolio_id = str((node.get("owner_business_info") or {}).get("id") or "")
        if portfolio_id and portfolio_id != self.portfolio_id:
            former_key = self._get_portfolio_key()
            self.portfolio_id = portfolio_id
            self.env["wa.contact"]._move_portfolio(former_key, self._get_portfolio_key())

    def _sync_numbers(self, transport):
        """Take over the numbers of the account; team, policy and order set up here are kept."""
        numbers = self.env["wa.number"].with_context(active_test=False)
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
        """
        callback_url, verify_token = self.sudo().webhook_url, self._secret("verify_token")
        transport.subscribe(self.waba_id)
        app = self._get_app_transport() if self.app_id else None
        present = app.app_callback(self.app_id) if app else None
        if app and (not present or present == callback_url or self._is_former_callback(present)):
            app.set_app_callback(self.app_id, callback_url, verify_token, WEBHOOK_FIELDS)
        else:
            transport.subscribe(self.waba_id, callback_url=callback_url, verify_token=verify_token)
            self.message_post(
                body=self.env._(
                    "The Meta app already sends its webhooks to another address, so only messages come "
                    "here. Template and account news arrive when you set this callback in the app dashboard."
                )
            )

    def _is_former_callback(self, url):
        """Tell whether an address is a callback of ours: of this account, or of another of the same app."""
        paths = {urlsplit(account.sudo().webhook_url).path for account in self._sharing_app()}
        return urlsplit(url).path in paths

    def _user_error(self, error):
        """Return the UserError that says in plain words what Meta refused.

        :param GraphError error: never contains a secret.
        """
        failure = self.env["wa.failure"]
        detail = error.user_message or error.details or error.message
        return UserError(failure._sentence(failure._slug_of(error), detail))

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }
