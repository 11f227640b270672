"""To whom, in answer to what, and the mark by which a status finds its way back.

Source: developers.facebook.com, WhatsApp "Send messages", "Business-scoped user
IDs" (``recipient``), "Mark messages as read", "Typing indicators".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..phone import wa_id_to_e164
from .errors import InvalidMessage
from .rules import words

UUID_LIMIT = 512


class Recipient(Protocol):
    """Anything with these two attributes can be written to."""

    @property
    def wa_id(self) -> str | None: ...

    @property
    def bsuid(self) -> str | None: ...


def envelope(
    to: Recipient | Mapping[str, Any],
    uuid: str | None = None,
    quoted_wamid: str | None = None,
    identity_hash: str | None = None,
) -> dict[str, Any]:
    """Return everything around a message's content.

    :param to: mapping or object with ``wa_id`` and ``bsuid``; one may be empty.
        A known phone number wins, and never both are sent: Meta would ignore the
        BSUID silently.
    :param uuid: comes back as ``biz_opaque_callback_data`` in every status.
    :param quoted_wamid: the message this one answers.
    :param identity_hash: only deliver if the person's identity is still this one.
    :raise InvalidMessage: ``recipient_missing``, ``uuid_too_long``.
    """
    result: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address(to),
    }
    if uuid:
        result["biz_opaque_callback_data"] = words("uuid", uuid, UUID_LIMIT)
    if quoted_wamid:
        result["context"] = {"message_id": quoted_wamid}
    if identity_hash:
        result["recipient_identity_key_hash"] = identity_hash
    return result


def address(to: Recipient | Mapping[str, Any]) -> dict[str, str]:
    """Return ``{"to": "+…"}`` or ``{"recipient": bsuid}``.

    :raise InvalidMessage: ``recipient_missing``.
    """
    if isinstance(to, Mapping):
        wa_id, bsuid = to.get("wa_id"), to.get("bsuid")
    else:
        wa_id, bsuid = to.wa_id, to.bsuid
    phone = wa_id_to_e164(wa_id or None)
    if phone:
        return {"to": phone}
    if bsuid:
        return {"recipient": str(bsuid)}
    raise InvalidMessage("recipient_missing")


def mark_read(wamid: str, typing: bool = False) -> dict[str, Any]:
    """Return the body that marks a received message, and those before it, as read.

    :param typing: also show "typing…"; Meta hides it after 25 seconds.
    """
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": words("wamid", wamid, 1024),
    }
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body
