"""Messages one can tap on: buttons, lists, links and requests.

All of them need an open window.

Source: developers.facebook.com, WhatsApp "Interactive messages", one page per type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import InvalidMessage
from .rules import count, unique, web_address, words

BODY_LIMIT = 1024
LIST_BODY_LIMIT = 4096
HEADER_LIMIT = 60
FOOTER_LIMIT = 60
LABEL_LIMIT = 20
BUTTONS_LIMIT = 3
BUTTON_ID_LIMIT = 256
ROWS_LIMIT = 10
SECTIONS_LIMIT = 10
SECTION_TITLE_LIMIT = 24
ROW_ID_LIMIT = 200
ROW_TITLE_LIMIT = 24
ROW_DESCRIPTION_LIMIT = 72

_MEDIA_HEADERS = ("image", "video", "document")


def interactive(
    kind: str,
    action: Mapping[str, Any],
    body: str | None,
    *,
    header: str | Mapping[str, Any] | None = None,
    footer: str = "",
    body_limit: int = BODY_LIMIT,
    media_header: bool = True,
) -> dict[str, Any]:
    """Return an interactive message; the builders below know each action.

    :param body: the text; None for the one type that may go without.
    :param header: a text, or media content such as ``media.image("123")``.
    :param media_header: False where Meta takes text alone.
    :raise InvalidMessage: body, header or footer break a limit.
    """
    inner: dict[str, Any] = {"type": kind, "action": dict(action)}
    if body is not None:
        inner["body"] = {"text": words("body", body, body_limit)}
    if header:
        inner["header"] = _header(header, media_header)
    if footer:
        inner["footer"] = {"text": words("footer", footer, FOOTER_LIMIT)}
    return {"type": "interactive", "interactive": inner}


def _header(header: str | Mapping[str, Any], media_header: bool) -> dict[str, Any]:
    if isinstance(header, str):
        return {"type": "text", "text": words("header", header, HEADER_LIMIT)}
    kind = str(header.get("type", ""))
    if not media_header or kind not in _MEDIA_HEADERS:
        raise InvalidMessage("header_not_allowed", kind)
    inner = {k: v for k, v in header[kind].items() if k != "caption"}
    return {"type": kind, kind: inner}


def buttons(
    body: str,
    replies: Sequence[tuple[str, str]],
    *,
    header: str | Mapping[str, Any] | None = None,
    footer: str = "",
) -> dict[str, Any]:
    """Return a message with one to three reply buttons.

    :param replies: pairs of id (comes back as the reply's payload) and label.
    """
    count("buttons", replies, 1, BUTTONS_LIMIT)
    items = [
        {
            "type": "reply",
            "reply": {
                "id": words("button_id", button_id, BUTTON_ID_LIMIT),
                "title": words("button_title", title, LABEL_LIMIT),
            },
        }
        for button_id, title in replies
    ]
    unique("button_id", [button_id for button_id, _title in replies])
    unique("button_title", [title for _button_id, title in replies])
    return interactive("button", {"buttons": items}, body, header=header, footer=footer)


def list_message(
    body: str,
    button: str,
    sections: Sequence[Mapping[str, Any]],
    *,
    header: str = "",
    footer: str = "",
) -> dict[str, Any]:
    """Return a message with a list of at most ten rows in all.

    :param button: the label that opens the list.
    :param sections: ``{"title", "rows": [{"id", "title", "description"}]}``; the
        title may be missing when there is one section, descriptions always.
    """
    count("sections", sections, 1, SECTIONS_LIMIT)
    rows = [row for section in sections for row in section.get("rows") or ()]
    count("rows", rows, 1, ROWS_LIMIT)
    unique("row_id", [str(row.get("id", "")) for row in rows])
    action = {
        "button": words("list_button", button, LABEL_LIMIT),
        "sections": [_section(section, len(sections) > 1) for section in sections],
    }
    return interactive(
        "list",
        action,
        body,
        header=header,
        footer=footer,
        body_limit=LIST_BODY_LIMIT,
        media_header=False,
    )


def _section(section: Mapping[str, Any], titled: bool) -> dict[str, Any]:
    rows = section.get("rows") or ()
    count("rows", rows, 1, ROWS_LIMIT)
    result: dict[str, Any] = {"rows": [_row(row) for row in rows]}
    title = words("section_title", section.get("title"), SECTION_TITLE_LIMIT, required=titled)
    return {"title": title, **result} if title else result


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    result = {
        "id": words("row_id", row.get("id"), ROW_ID_LIMIT),
        "title": words("row_title", row.get("title"), ROW_TITLE_LIMIT),
    }
    description = words("row_description", row.get("description"), ROW_DESCRIPTION_LIMIT, required=False)
    return {**result, "description": description} if description else result


def cta_url(
    body: str,
    label: str,
    url: str,
    *,
    header: str | Mapping[str, Any] | None = None,
    footer: str = "",
) -> dict[str, Any]:
    """Return a message with one button that opens a web address."""
    action = {
        "name": "cta_url",
        "parameters": {
            "display_text": words("label", label, LABEL_LIMIT),
            "url": web_address(url),
        },
    }
    return interactive("cta_url", action, body, header=header, footer=footer)


def location_request(body: str) -> dict[str, Any]:
    """Return a message that asks for the customer's location."""
    return interactive("location_request_message", {"name": "send_location"}, body)


def contact_info_request(body: str) -> dict[str, Any]:
    """Return a message that asks for the customer's phone number.

    The answer is a ``contacts`` message marked as ``contact_request``; a customer
    who declines answers nothing.
    """
    action = {"name": "request_contact_info"}
    return interactive("request_contact_info", action, body)


def call_permission_request(body: str) -> dict[str, Any]:
    """Return a message that asks whether we may call."""
    action = {"name": "call_permission_request"}
    return interactive("call_permission_request", action, body)


def voice_call(body: str, label: str, *, ttl_minutes: int | None = None, payload: str = "") -> dict[str, Any]:
    """Return a message with a button by which the customer calls us.

    :param ttl_minutes: how long the button works, 1 to 43,200 (Meta: seven days).
    """
    parameters: dict[str, Any] = {"display_text": words("label", label, LABEL_LIMIT)}
    if ttl_minutes is not None:
        if not 1 <= ttl_minutes <= 43200:
            raise InvalidMessage("ttl_invalid", str(ttl_minutes))
        parameters["ttl_minutes"] = ttl_minutes
    if payload:
        parameters["payload"] = words("payload", payload, 512)
    action = {"name": "voice_call", "parameters": parameters}
    return interactive("voice_call", action, body)
