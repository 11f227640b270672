"""Pictures, films, sounds, documents, stickers: content and Meta's limits.

Source: developers.facebook.com, WhatsApp "Media" (supported types) and one page
per kind under "Messages".
"""

from __future__ import annotations

from typing import Any

from ..bidi import one_line
from ..graphemes import belongs_together
from .errors import InvalidMessage
from .rules import web_address, words

CAPTION_LIMIT = 1024
FILENAME_LIMIT = 240

_KB, _MB = 1024, 1024 * 1024

UPLOADABLE: tuple[str, ...] = (
    "audio/aac",
    "audio/mp4",
    "audio/mpeg",
    "audio/amr",
    "audio/ogg",
    "audio/opus",
    "application/vnd.ms-powerpoint",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/pdf",
    "text/plain",
    "application/vnd.ms-excel",
    "image/jpeg",
    "image/png",
    "image/webp",
    "video/mp4",
    "video/3gpp",
)
"""Every type that an upload may have, as Meta's refusal of any other lists them."""

DOCUMENT_TYPES = frozenset(one for one in UPLOADABLE if one.startswith(("application/", "text/")))
"""Documents the upload takes."""

# kind -> (largest file in bytes, MIME types); documents take any type.
LIMITS: dict[str, tuple[int, frozenset[str]]] = {
    "image": (5 * _MB, frozenset({"image/jpeg", "image/png"})),
    "video": (16 * _MB, frozenset({"video/mp4", "video/3gpp"})),
    "audio": (
        16 * _MB,
        frozenset(one for one in UPLOADABLE if one.startswith("audio/")),
    ),
    "sticker": (500 * _KB, frozenset({"image/webp"})),
    "document": (100 * _MB, frozenset()),
    # A film that the header of a marketing template shows as a moving picture.
    "gif": (3584 * _KB, frozenset({"video/mp4"})),
}


def media_uids(body: Any) -> frozenset[str]:
    """Return the ids of uploaded files that stand anywhere in the body of a message: header, cards, template.

    :param body: as made by ``messages``.
    """
    found: set[str] = set()
    if isinstance(body, dict):
        for name, value in body.items():
            if name in LIMITS and isinstance(value, dict) and isinstance(value.get("id"), str):
                found.add(value["id"])
            found |= media_uids(value)
    elif isinstance(body, list | tuple):
        for value in body:
            found |= media_uids(value)
    return frozenset(found)


def kind_for(mime_type: str) -> str:
    """Return the kind under which a file can be sent as it is.

    Everything that WhatsApp does not show itself goes as ``document``; WebP is a
    document too, because a picture is rarely meant as a sticker.
    """
    bare = _bare(mime_type)
    for kind in ("image", "video", "audio"):
        if bare in LIMITS[kind][1]:
            return kind
    return "document"


def check_file(kind: str, mime_type: str, size: int) -> None:
    """Check a file against Meta's limits before it is uploaded.

    :param kind: one of :data:`LIMITS`.
    :param size: bytes.
    :raise InvalidMessage: ``media_type_unsupported``, ``media_too_large``,
        ``media_empty``.
    """
    if kind not in LIMITS:
        raise InvalidMessage("media_type_unsupported", kind)
    largest, types = LIMITS[kind]
    if types and _bare(mime_type) not in types:
        raise InvalidMessage("media_type_unsupported", mime_type)
    if size <= 0:
        raise InvalidMessage("media_empty")
    if size > largest:
        raise InvalidMessage("media_too_large", f"{size} > {largest}")


def _bare(mime_type: str) -> str:
    return mime_type.partition(";")[0].strip().lower()


def image(media_id: str | None = None, *, link: str | None = None, caption: str = "") -> dict[str, Any]:
    """Return a picture's content; exactly one of ``media_id`` and ``link``."""
    return _content("image", source(media_id, link), caption)


def video(media_id: str | None = None, *, link: str | None = None, caption: str = "") -> dict[str, Any]:
    """Return a film's content; exactly one of ``media_id`` and ``link``."""
    return _content("video", source(media_id, link), caption)


def document(
    media_id: str | None = None,
    *,
    link: str | None = None,
    filename: str = "",
    caption: str = "",
) -> dict[str, Any]:
    """Return a document's content.

    :param filename: what the customer sees; its ending decides the icon.
    """
    inner = source(media_id, link)
    if filename:
        inner["filename"] = short_name(filename)
    return _content("document", inner, caption)


def audio(media_id: str | None = None, *, link: str | None = None, voice: bool = False) -> dict[str, Any]:
    """Return a sound's content. There are no captions to sounds.

    :param voice: show it as a voice note: Ogg with Opus, one channel.
    """
    inner = source(media_id, link)
    if voice:
        inner["voice"] = True
    return _content("audio", inner)


def sticker(media_id: str | None = None, *, link: str | None = None) -> dict[str, Any]:
    """Return a sticker's content (WebP)."""
    return _content("sticker", source(media_id, link))


def source(media_id: str | None, link: str | None) -> dict[str, Any]:
    """Return ``{"id": …}`` or ``{"link": …}``.

    :raise InvalidMessage: ``media_source`` unless exactly one is given;
        ``media_link_invalid``.
    """
    if bool(media_id) == bool(link):
        raise InvalidMessage("media_source")
    if media_id:
        return {"id": str(media_id)}
    return {"link": web_address(link or "", "media_link_invalid")}


def _content(kind: str, inner: dict[str, Any], caption: str = "") -> dict[str, Any]:
    if caption:
        inner["caption"] = words("caption", caption, CAPTION_LIMIT)
    return {"type": kind, kind: inner}


def short_name(filename: str) -> str:
    """Return a file name as customers may see it: on one line, without folders and
    invisible characters, of bearable length, and with its ending kept."""
    name = one_line(filename.replace("/", "_").replace("\\", "_"))
    if len(name) <= FILENAME_LIMIT:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return _cut_name(name, FILENAME_LIMIT)
    return _cut_name(stem, FILENAME_LIMIT - len(ending) - 1) + "." + ending


def _cut_name(name: str, limit: int) -> str:
    while limit > 1 and belongs_together(name, limit):
        limit -= 1
    return name[:limit].rstrip()
