"""Where a list of Meta's goes on.

Source: Graph API, "Paginated results": ``next`` is there while there is more, and holds
the cursor of ``cursors.after`` in its query. Some edges give only one of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .errors import list_incomplete


def next_cursor(answer: Mapping[str, Any]) -> str | None:
    """Return the cursor of the next page, or None when this page is the last.

    The address in ``next`` is read, never called: it may carry a token, and leads
    wherever the answer says.

    :raise TransientError: there is more, and no cursor says where.
    """
    paging = answer.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    if not isinstance(after, str) or not after:
        after = _cursor_in(paging["next"])
    if not after:
        raise list_incomplete("there are more pages, and no cursor leads to them")
    return after


def _cursor_in(address: object) -> str:
    """Return ``after`` of an address; ``""`` when it has none or is no address."""
    if not isinstance(address, str):
        return ""
    try:
        return parse_qs(urlsplit(address).query).get("after", [""])[0]
    except ValueError:
        return ""
