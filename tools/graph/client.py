"""The calls we make, one method each: names and values in, plain values out.

Ids come from the caller and stand in the path; everything else is in the body or
the query. Every failure is a :class:`~.errors.GraphError`.

Source: developers.facebook.com, WhatsApp Cloud API and Business Management API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, TypeVar

from .errors import GraphError, is_unknown_field, list_incomplete
from .media_client import MediaCalls
from .messages import mark_read
from .paging import next_cursor
from .results import SendResult
from .second_look import Rights
from .transport import node

ACCOUNT_FIELDS = (
    "id,name,currency,timezone_id,country,business_verification_status,"
    "account_review_status,ownership_type,owner_business_info,"
    "message_template_namespace,health_status,"
    "whatsapp_business_manager_messaging_limit"
)
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,name_status,quality_rating,status,"
    "code_verification_status,platform_type,throughput,account_mode,"
    "is_official_business_account,is_on_biz_app,whatsapp_business_manager_messaging_limit,"
    "health_status,webhook_configuration"
)
TEMPLATE_FIELDS = (
    "id,name,language,status,category,sub_category,previous_category,correct_category,"
    "components,parameter_format,quality_score,rejected_reason,"
    "message_send_ttl_seconds,library_template_name"
)
#: What we cannot do without. A version that does not know one of the names above refuses them
#: all; these have been there for years. Source: changelog (messaging limit: from v24.0).
FEW_ACCOUNT_FIELDS = "id,name,owner_business_info"
FEW_NUMBER_FIELDS = "id,display_phone_number,verified_name,quality_rating,status,throughput"
FEW_TEMPLATE_FIELDS = "id,name,language,status,category,components,rejected_reason"
PAGE_SIZE = 100
MAX_PAGES = 1000
"""A list that goes on longer than this is none we can take in."""
T = TypeVar("T")


class GraphClient(MediaCalls):
    """Talks to the Graph API with one token. See :class:`~.transport.Transport`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.rights = Rights()
        """What was found out lately about the numbers it may send from."""

    # -- messages ----------------------------------------------------------

    def send_message(
        self,
        phone_number_id: str,
        payload: Mapping[str, Any],
        before: Callable[[], object] | None = None,
    ) -> SendResult:
        """Send a body made by ``messages``; returning means accepted, not delivered.

        :param before: called when the request is ready, right before it leaves; may wait.

        :raise OutcomeUnknownError: the message may be on its way: do not repeat.
        :raise NotSentError: nothing left: repeat safely.
        """
        answer = self._request("POST", f"{node(phone_number_id)}/messages", body=payload, before=before)
        return SendResult.from_answer(answer)

    def mark_read(self, phone_number_id: str, wamid: str, typing: bool = False) -> None:
        """Mark a received message, and all before it, as read.

        :param typing: also show "typing…", until the answer or for 25 seconds.
        """
        self._request(
            "POST",
            f"{node(phone_number_id)}/messages",
            body=mark_read(wamid, typing=typing),
            repeatable=True,
        )

    # -- account and numbers -----------------------------------------------

    def account(self, waba_id: str, fields: str = ACCOUNT_FIELDS) -> dict[str, Any]:
        """Return the account's own data."""
        return self._with_fewer(
            lambda names: self._request("GET", node(waba_id), params={"fields": names}),
            fields,
            FEW_ACCOUNT_FIELDS,
        )

    def numbers(self, waba_id: str, fields: str = NUMBER_FIELDS) -> list[dict[str, Any]]:
        """Return the account's phone numbers, of all pages."""
        path = f"{node(waba_id)}/phone_numbers"
        return self._with_fewer(
            lambda names: list(self._pages(path, {"fields": names})),
            fields,
            FEW_NUMBER_FIELDS,
        )

    def number(self, phone_number_id: str, fields: str = NUMBER_FIELDS) -> dict[str, Any]:
        """Return one phone number's data: name, quality, limits, health."""
        return self._with_fewer(
            lambda names: self._request("GET", node(phone_number_id), params={"fields": names}),
            fields,
            FEW_NUMBER_FIELDS,
        )

    # -- templates ---------------------------------------------------------

    def templates(self, waba_id: str, fields: str = TEMPLATE_FIELDS, **filters: str) -> Iterator[dict[str, Any]]:
        """Yield the account's templates, over all pages.

        :param filters: Meta's own, such as ``name``, ``status`` or ``language``.
        """
        path = f"{node(waba_id)}/message_templates"

        def pages(names: str) -> Iterator[dict[str, Any]]:
            found = self._pages(path, {"fields": names, **filters})
            first = next(found, None)  # whether Meta knows the names, it says at once
            return chain(() if first is None else (first,), found)

        return self._with_fewer(pages, fields, FEW_TEMPLATE_FIELDS)

    def template(self, template_id: str, fields: str = TEMPLATE_FIELDS) -> dict[str, Any]:
        """Return one template."""
        return self._with_fewer(
            lambda names: self._request("GET", node(template_id), params={"fields": names}),
            fields,
            FEW_TEMPLATE_FIELDS,
        )

    def create_template(self, waba_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Submit a template; returns ``id``, ``status`` and ``category``.

        The category may differ from the one asked for: read it back.

        :raise OutcomeUnknownError: it may exist now: look before repeating.
        """
        path = f"{node(waba_id)}/message_templates"
        return self._request("POST", path, body=body)

    def edit_template(self, template_id: str, body: Mapping[str, Any]) -> None:
        """Replace a template's components, category or time to live."""
        self._request("POST", node(template_id), body=body, repeatable=True)

    def delete_template(self, waba_id: str, name: str, template_id: str | None = None) -> None:
        """Delete a template in one language (with its id) or in all of them."""
        path = f"{node(waba_id)}/message_templates"
        self._request("DELETE", path, params={"name": name, "hsm_id": template_id})

    # -- webhooks and token ------------------------------------------------

    def subscribe(
        self,
        waba_id: str,
        callback_url: str | None = None,
        verify_token: str | None = None,
    ) -> None:
        """Let the account's webhooks come to our app.

        :param callback_url: another address for ``messages`` webhooks than the
            app's own, at most 200 characters; Meta calls it at once to verify
            it. Without it an earlier one is removed. Meta refuses it (100)
            for an account that was never subscribed without one.
        :param verify_token: what Meta must show when it calls.
        """
        body: dict[str, Any] = {}
        if callback_url:
            body = {"override_callback_uri": callback_url, "verify_token": verify_token}
        path = f"{node(waba_id)}/subscribed_apps"
        self._request("POST", path, body=body or None, repeatable=True)

    def app_callback(self, app_id: str) -> str:
        """Return the address the app's own webhooks go to; ``""`` when none is set.

        Needs a client whose token is the app's: ``APP_ID|APP_SECRET``.
        Source: Graph API "Webhooks – subscriptions edge".
        """
        for item in self._pages(f"{node(app_id)}/subscriptions", {}):
            if item.get("object") == "whatsapp_business_account":
                return str(item.get("callback_url") or "")
        return ""

    def set_app_callback(self, app_id: str, callback_url: str, verify_token: str, fields: Iterable[str]) -> None:
        """Have all webhooks of the app go to an address; Meta calls it at once to verify it.

        Needs a client whose token is the app's, as :meth:`app_callback`. Unlike
        the override of :meth:`subscribe` this covers all fields, not just messages.
        """
        body = {
            "object": "whatsapp_business_account",
            "callback_url": callback_url,
            "verify_token": verify_token,
            "fields": ",".join(fields),
        }
        self._request("POST", f"{node(app_id)}/subscriptions", body=body, repeatable=True)

    def unsubscribe(self, waba_id: str) -> None:
        """Stop the account's webhooks to our app."""
        self._request("DELETE", f"{node(waba_id)}/subscribed_apps")

    def subscribed_apps(self, waba_id: str) -> list[dict[str, Any]]:
        """Return the apps that get the account's webhooks."""
        return list(self._pages(f"{node(waba_id)}/subscribed_apps", {}))

    def debug_token(self, token: str | None = None) -> dict[str, Any]:
        """Return what Meta knows about a token: validity, expiry, scopes.

        The one call that has to name the token in its query, because Meta offers
        no other way; it is masked in logs and never part of an error.

        :param token: which one; ours unless told. A client whose token is the app's
            may ask about every token of that app.
        """
        query = {"input_token": token or self._access_token}
        answer = self._request("GET", "debug_token", params=query)
        data = answer.get("data")
        return data if isinstance(data, dict) else {}

    # -- fields ------------------------------------------------------------

    def _with_fewer(self, ask: Callable[[str], T], fields: str, few: str) -> T:
        """Ask for ``fields``, and for ``few`` when this version does not know one of them.

        :raise GraphError: also the few are refused: the version is too old, or the id
            is that of something else.
        """
        try:
            return ask(fields)
        except GraphError as error:
            if fields == few or not is_unknown_field(error):
                raise
            return ask(few)

    # -- paging ------------------------------------------------------------

    def _pages(self, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages, following Meta's cursors.

        A list is whole or an error: what is missing from one counts as deleted at Meta.

        :raise TransientError: a page has no list, or Meta says that there is more and no way
            leads to it, or only back to a page we had.
        """
        query: dict[str, Any] = {"limit": PAGE_SIZE, **params}
        had: set[str] = set()
        while True:
            answer = self._request("GET", path, params=query)
            items = answer.get("data")
            if not isinstance(items, list):
                raise list_incomplete("a list was expected")
            yield from (item for item in items if isinstance(item, dict))
            after = next_cursor(answer)
            if after is None:
                return
            if after in had:
                raise list_incomplete("the same page comes again")
            had.add(after)
            if len(had) >= MAX_PAGES:
                raise list_incomplete(f"there are more than {MAX_PAGES} pages")
            query["after"] = after
