"""Files: which types and sizes may be sent, and how long ids and addresses live.

Source: Meta, ``business-phone-numbers/media`` (supported media types).
"""

from __future__ import annotations  # the types of the fields are read as text

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from .errors import GraphError

KIB, MIB = 1024, 1024 * 1024

URL_SECONDS = 5 * 60
UPLOADED_SECONDS = 30 * 24 * 3600
RECEIVED_SECONDS = 7 * 24 * 3600

#: Types an upload may have, in the order in which Meta's refusal lists them (measured by others, several threads).
UPLOADABLE = (
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
#: Kind -> what it may be, and the largest size in bytes. Whether a picture that was uploaded may also be sent as a document
#: no source settles: here it may not, so that a client that relies on it is found out (decision 0081).
TYPES = {
    "audio": ({one for one in UPLOADABLE if one.startswith("audio/")}, 16 * MIB),
    "document": ({one for one in UPLOADABLE if one.startswith(("application/", "text/"))}, 100 * MIB),
    "image": ({"image/jpeg", "image/png"}, 5 * MIB),
    "sticker": ({"image/webp"}, 500 * KIB),
    "video": ({"video/mp4", "video/3gpp"}, 16 * MIB),
    # A film in the header of a marketing template, shown as a moving picture.
    "gif": ({"video/mp4"}, 3584 * KIB),
}
#: Sounds that have to be Ogg with Opus and one channel.
OPUS = ("audio/ogg", "audio/opus")


class Used(NamedTuple):
    """A file a message refers to: by the id of an upload, or by the address Meta is to fetch it from."""

    #: A kind of :data:`TYPES`, or ``voice`` for audio that asks to be shown as a voice note.
    kind: str
    media_id: str | None
    link: str | None
    #: Where it stands in the request, as Meta names it: ``image``, ``template['components'][0]…['image']``.
    where: str


def used(kind, source, where):
    """Return the file in a media object as a tuple of one :class:`Used`.

    :param source: the object, with exactly one of ``id`` and ``link``; the caller has checked that.
    :raise GraphError: 100 when the link is no address (C: n8n and two more branch on these words).
    """
    if source.get("id"):
        return (Used(kind, str(source["id"]), None, where),)
    link = source.get("link")
    if not is_address(link):
        raise GraphError(100, message=f"(#100) Param {where}['link'] is not a valid URI.")
    return (Used(kind, None, link, where),)


def is_address(link):
    """Tell whether a link is a web address with a host."""
    if not isinstance(link, str) or re.search(r"\s", link):
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def unknown_file(file):
    """Return Meta's refusal for an id that is no file of this number; it has no ``error_data`` (T: one exact answer)."""
    return GraphError(
        100, message=f"(#100) Param {file.where}['id'] is not a valid whatsapp business account media attachment ID"
    )


def base_type(mime_type):
    """Return a MIME type without its parameters."""
    return mime_type.split(";")[0].strip().lower()


def kind_of(mime_type):
    """Return the kind of media a MIME type may be sent as, or None."""
    base = base_type(mime_type)
    return next((kind for kind, (types, _) in TYPES.items() if base in types), None)


def check_upload(mime_type, size):
    """Raise unless a file of this type and size may be uploaded."""
    kind = kind_of(mime_type)
    if kind is None:
        raise GraphError(
            100,
            message=f"(#100) Param file must be a file with one of the following types: {', '.join(UPLOADABLE)}. "
            f"Received file of type '{mime_type[:80]}'.",
        )
    if size == 0:
        raise GraphError(131053, "The file is empty.")
    if size > TYPES[kind][1]:
        raise GraphError(131053, f"The file is too large: {size} bytes, at most {TYPES[kind][1]} for {kind}.")


def check_use(kind, mime_type, data=b""):
    """Raise unless a file can be sent as this kind of message.

    :param kind: a message type, or ``voice`` for audio that asks to be shown as a voice note.
    """
    base = base_type(mime_type)
    types, largest = TYPES["audio" if kind == "voice" else kind]
    if base not in types:
        raise GraphError(131053, f"A file of type {mime_type[:80]} cannot be sent as {kind}.")
    if len(data) > largest:
        raise GraphError(131053, f"The file is too large: {len(data)} bytes, at most {largest} for {kind}.")
    if (kind == "voice" or base in OPUS) and opus_channels(data) != 1:
        raise GraphError(131053, f"As {kind} only Ogg with Opus and one channel can be sent; this is another file.")


def opus_channels(data):
    """Return how many channels a file of Ogg with Opus has; 0 when it is none, or no sound follows its headers.

    Source: RFC 3533, RFC 7845: the header of Opus is the only content of the first page, its comments of the next.
    """
    if data[:4] != b"OggS" or data[28:36] != b"OpusHead" or data.count(b"OggS") < 3:
        return 0
    return data[37]


def is_expired(uploaded_at, from_customer, now):
    """Tell whether a media id no longer works."""
    return now - uploaded_at >= (RECEIVED_SECONDS if from_customer else UPLOADED_SECONDS)
