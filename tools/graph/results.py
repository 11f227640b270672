"""What calls return when there is more to say than yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import OutcomeUnknownError


@dataclass(frozen=True, slots=True)
class SendResult:
    """Meta accepted a message. What becomes of it is told by status webhooks.

    Source: developers.facebook.com, WhatsApp "Send messages" (response).
    """

    wamid: str
    wa_id: str | None = None
    """Meta's own spelling of the number: store it as the canonical one."""
    bsuid: str | None = None
    """Given when the message was addressed to a BSUID."""
    message_status: str | None = None
    """Templates: ``accepted``, ``held_for_quality_assessment`` or ``paused`` (both:
    not sent yet!); None for other messages. See :attr:`is_held`."""
    group_id: str | None = None
    dialled: str | None = None
    """Digits it went to in the end, when the spelling given first was refused."""

    @property
    def is_held(self) -> bool:
        """Tell whether Meta accepted it and holds it back: any word but *accepted* says so.

        Source: Meta's openapi file lists three; a new one promises as little.
        """
        return (self.message_status or "accepted").lower() != "accepted"

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> SendResult:
        """Read Meta's answer.

        :raise OutcomeUnknownError: when there is no message id in it: then nobody
            knows whether something was sent.
        """
        message = _first(answer.get("messages"))
        contact = _first(answer.get("contacts"))
        wamid = _text(message.get("id"))
        if not wamid:
            raise OutcomeUnknownError("the answer names no message", http_status=200)
        return cls(
            wamid=wamid,
            wa_id=_text(contact.get("wa_id")),
            bsuid=_text(contact.get("user_id")),
            message_status=_text(message.get("message_status")),
            group_id=_text(message.get("group_id")),
        )


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """Where an uploaded or received file can be fetched, for five minutes.

    Source: developers.facebook.com, WhatsApp "Media".
    """

    id: str
    url: str
    mime_type: str = ""
    sha256: str = ""
    file_size: int | None = None
    """Bytes, if Meta said so."""

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> MediaInfo:
        """Read Meta's answer; ``file_size`` comes as number or text."""
        size = str(answer.get("file_size", ""))
        return cls(
            id=_text(answer.get("id")) or "",
            url=_text(answer.get("url")) or "",
            mime_type=_text(answer.get("mime_type")) or "",
            sha256=_text(answer.get("sha256")) or "",
            file_size=int(size) if size.isascii() and size.isdigit() else None,
        )


def _first(value: Any) -> Mapping[str, Any]:
    item = value[0] if isinstance(value, list) and value else None
    return item if isinstance(item, dict) else {}


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, (str, int)) and value else None
