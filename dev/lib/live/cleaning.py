"""Taking back what was made at Meta, by this run or an earlier one; of another account's or number's things it keeps off."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tools.graph.errors import GraphError, OutcomeUnknownError, ThrottledError, TransientError

from .gate import PREFIX
from .ledger import Left

if TYPE_CHECKING:
    from .player import Player

#: Why something is not taken back by this run.
ELSEWHERE = "it was made with another account, number or app than this run's"


class Cleaning:
    """Takes back what stands on a run's list.

    :param player: the run; its account and number were read.
    """

    def __init__(self, player: Player) -> None:
        self._settings, self._client, self._gate = player.settings, player.client, player.gate
        self._ledger, self._hide = player.ledger, player.private.hide

    def clean(self) -> list[tuple[Left, str]]:
        """Take back everything on the list; returns what is left, each with the reason."""
        return [(item, self._hide(reason)) for item, reason in self._ledger.take_back(self._undo)]

    def mine(self) -> list[Left]:
        """Return what is on the list and of this run's account, number and app."""
        return [item for item in self._ledger.items if not self._is_elsewhere(item)]

    def find_strays(self) -> str:
        """Put on the list what bears our prefix and no list knows: another machine may have made it.

        :return: ``""``, or what could not be looked through, in one sentence.
        """
        waba = self._settings.waba_id
        try:
            found = [("template", one) for one in self._client.templates(waba, fields="id,name")]
        except GraphError as problem:
            return self._hide(f"Whether templates are left behind that no list knows could not be read: {problem}.")
        try:
            found += [("flow", one) for one in self._flows()]
        except (TransientError, ThrottledError, OutcomeUnknownError) as problem:
            return self._hide(f"Whether forms are left behind that no list knows could not be read: {problem}.")
        except GraphError:
            pass  # an account that may have no forms has none of ours
        for kind, one in found:
            if str(one.get("name", "")).startswith(PREFIX):
                self._ledger.add(kind, str(one["name"]), waba)
        return ""

    def _flows(self) -> list[dict[str, Any]]:
        return list(self._client._pages(f"{self._settings.waba_id}/flows", {"fields": "id,name"}))

    def _is_elsewhere(self, item: Left) -> bool:
        """Tell whether something was made with another account, number or app.

        Of what a token does not reach Meta says that it does not exist, which is not the same as gone.
        """
        given = self._settings
        if item.kind == "file":
            return item.where != given.number_id
        own = {"number override": given.number_id, "subscription": given.app_id}.get(item.kind, item.what)
        return item.where != given.waba_id or item.what != own

    def _undo(self, item: Left) -> str:
        if self._is_elsewhere(item):
            return ELSEWHERE
        no_callback = {"webhook_configuration": {"override_callback_uri": ""}}
        work: dict[str, Callable[[], object]] = {
            "number override": lambda: self._client._request("POST", item.what, body=no_callback),
            "account override": lambda: self._client.subscribe(item.where),
            "subscription": lambda: self._client.unsubscribe(item.where),
            "template": lambda: self._client.delete_template(item.where, item.what),
            "flow": lambda: self._delete_flow(item.what),
            "file": lambda: self._client.delete_media(self._allow(item.what), item.where),
        }
        try:
            work[item.kind]()
        except GraphError as problem:
            gone = problem.code == 100 and problem.subcode in (33, 2593002)
            return "" if gone else str(problem)
        return ""

    def _allow(self, node: str) -> str:
        """Let the gate pass a change of what the list names: an earlier run may have made it. Returns it."""
        self._gate.writable.append(re.escape(node))
        return node

    def _delete_flow(self, what: str) -> None:
        """Delete a form by its name (it is written down before it has an id), or by its id (older lists)."""
        found = [what] if what.isdigit() else [str(one.get("id")) for one in self._flows() if one.get("name") == what]
        for flow_id in found:
            self._client._request("DELETE", self._allow(flow_id))
