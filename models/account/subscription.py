"""Where WhatsApp reports about an account: our app among those that listen to it, and the address it is given."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from odoo import models

from ...tools.graph import address
from ...tools.graph.client import GraphClient
from ...tools.graph.errors import GraphError

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


class Refusal(Exception):
    """WhatsApp refused something that somebody can mend: which box, or which step.

    :param str code: of ``HEALTH_WORDS``.
    :param facts: what its sentence names.
    """

    def __init__(self, code: str, **facts: str) -> None:
        self.code, self.facts = code, {name: value for name, value in facts.items() if value}
        super().__init__(code)


class Subscription:
    """Our app's subscription to the webhooks of one account, as WhatsApp has it.

    :param account: one ``wa.account`` with all rights.
    :param transport: a client of that account.
    """

    def __init__(self, account: models.BaseModel, transport: GraphClient) -> None:
        self._account, self._transport = account, transport

    def begin(self) -> None:
        """Have the account's webhooks come here; Meta calls us back to verify at once.

        The app's own callback covers all fields. Where another system already uses
        it we take over messages only, by an override of the account: nobody else's
        webhooks are hijacked. Source: cloud-api reference §4.1.

        :raises Refusal: Meta cannot reach our callback, or does not get the right answer; it is then as it was.
        """
        callback_url, verify_token = self._account.sudo().webhook_url, self._account._secret("verify_token")
        if not address.is_loopback(self._account.api_url) and (
            address.is_loopback(callback_url) or not callback_url.startswith("https://")
        ):
            raise Refusal("callback_not_public", url=self._account.get_base_url())
        own = self._own()
        try:
            if own is None:
                # Subscribed already, this would take our own override away for a moment.
                self._transport.subscribe(self._account.waba_id)
            app = self._account._get_app_transport() if self._account.app_id else None
            present = app.app_callback(self._account.app_id) if app else None
            if app and (not present or present == callback_url or self._is_former_callback(present)):
                app.set_app_callback(self._account.app_id, callback_url, verify_token, WEBHOOK_FIELDS)
                if (own or {}).get("override_callback_uri") not in (None, "", callback_url):
                    # It would go before the app's own callback.
                    self._transport.subscribe(self._account.waba_id)
            else:
                self._set_override(callback_url=callback_url, verify_token=verify_token)
                self._say_messages_only()
        except GraphError as error:
            if own is None:
                self._unsubscribe_again()
            if error.code == 2200 or "override_callback_uri" in error.message or "callback_url" in error.message:
                said = error.user_message or error.details or error.message
                raise Refusal("callback_refused", url=self._account.get_base_url() + "/wa/webhook/…", said=said) from error
            raise

    def _set_override(self, **address) -> None:
        """Have messages come to an address of this account alone.

        Without an app id nobody knows whether a subscription that is listed is ours: told that it is not, subscribe first.
        """
        try:
            self._transport.subscribe(self._account.waba_id, **address)
        except GraphError as error:
            if self._account.app_id or "must be subscribed" not in error.message:
                raise
            self._transport.subscribe(self._account.waba_id)
            try:
                self._transport.subscribe(self._account.waba_id, **address)
            except GraphError:
                self._unsubscribe_again()
                raise

    def _unsubscribe_again(self) -> None:
        """Take back the subscription of an attempt to connect that failed: nothing of it stays at Meta."""
        try:
            self._transport.unsubscribe(self._account.waba_id)
        except GraphError as error:
            # What made it fail is the user's to know, and may be why this fails as well.
            _logger.warning("WhatsApp account %s: the app stays subscribed after a failed attempt: %s", self._account.id, error)

    def _own(self) -> dict | None:
        """Return our app's entry among those that listen to the account, or None.

        Without an app id, any entry may be ours; see :meth:`_set_override`.
        """
        for item in self._transport.subscribed_apps(self._account.waba_id):
            data = item.get("whatsapp_business_api_data")
            uid = str(data.get("id") or "") if isinstance(data, dict) else ""
            if not self._account.app_id or uid == self._account.app_id:
                return item
        return None

    def _say_messages_only(self) -> None:
        self._account.message_post(
            body=self._account.env._(
                "The Meta app already sends its webhooks to another address, so only messages come "
                "here. Template and account news arrive when you set this callback in the app dashboard."
            )
        )

    def _is_former_callback(self, url: str) -> bool:
        """Tell whether an address is a callback of ours: of this account, or of another of the same app."""
        accounts = self._account._sharing_app().with_context(active_test=False)
        paths = {urlsplit(account.sudo().webhook_url).path for account in accounts}
        return urlsplit(url).path in paths

    def withdraw(self) -> None:
        """Take our subscription back at WhatsApp, and nobody else's.

        Where another system uses the same app, its callback needs the subscription: then only our override goes.

        :raises GraphError, UserError: WhatsApp could not be told.
        """
        own = self._own()
        if own is None:
            return
        override = str(own.get("override_callback_uri") or "")
        callback = ""
        if self._account.app_id and self._account.has_app_secret:
            callback = self._account._get_app_transport().app_callback(self._account.app_id)
        if override and not self._is_former_callback(override):
            return
        if callback and not self._is_former_callback(callback):
            self._transport.subscribe(self._account.waba_id)
        else:
            self._transport.unsubscribe(self._account.waba_id)

    def find_findings(self) -> list[list]:
        """Return findings about where WhatsApp reports to: our app is not listed, or another address is set."""
        own = self._own()
        if own is None:
            return [["subscription_lost", 0, {}]]
        override = str(own.get("override_callback_uri") or "")
        if override:
            return [] if self._is_former_callback(override) else [["callback_elsewhere", 0, {"url": self._host_of(override)}]]
        if not self._account.app_id or not self._account.has_app_secret:
            return []
        try:
            present = self._account._get_app_transport().app_callback(self._account.app_id)
        except GraphError as error:
            _logger.info("WhatsApp account %s: the app's callback cannot be read: %s", self._account.id, error)
            return []
        if not present:
            return [["subscription_lost", 0, {}]]
        return [] if self._is_former_callback(present) else [["callback_elsewhere", 0, {"url": self._host_of(present)}]]

    @staticmethod
    def _host_of(url: str) -> str:
        """Return an address without its path: whose it is, and no more."""
        return "/".join(url.split("/")[:3])
