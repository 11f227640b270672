"""Fetching one file from WhatsApp: what a thread does, which has no database."""

import base64
import hashlib
from dataclasses import dataclass

from ...tools.failures import PERMANENT, Failure
from ...tools.graph.errors import GraphError, PermanentError, incomplete, too_large
from .cipher import Damaged, Unusable, decrypt


@dataclass(frozen=True)
class Order:
    """What a thread needs to fetch one file: plain values, never a record."""

    media_uid: str
    url: str
    phone_number_id: str
    limit: int
    #: SHA-256 as WhatsApp wrote it into the webhook, base64 or hexadecimal; may be empty.
    sha256: str = ""
    #: Of files in forms: keys and checksums of the encrypted copy that ``url`` leads to.
    cipher: dict | None = None


@dataclass(frozen=True)
class Outcome:
    """What came back: the bytes, or why not."""

    content: bytes = b""
    mime_type: str = ""
    error: GraphError | None = None


def fetch(transport, order):
    """Fetch one file. Runs in a thread, so it touches no record.

    :param transport: ``GraphClient``
    :returns: :class:`Outcome`; never raises what Meta or the network did
    """
    try:
        return _fetch(transport, order)
    except GraphError as error:
        return Outcome(error=error)


def _fetch(transport, order):
    """Return the whole file, or raise.

    The address of the webhook is tried first; when it has expired, or what it gives is not what the webhook announced, a
    new one is asked for, which also tells the size. A checksum that differs proves nothing by itself: WhatsApp does not
    say over which bytes it is made. Fewer bytes than there should be do. Source: cloud-api reference §3.

    :raises GraphError: what Meta or the network did; ``media_incomplete`` for a part of a file.
    """
    if order.cipher and (content := _fetch_encrypted(transport, order)):
        return Outcome(content)
    first = _first_try(transport, order)
    if first and is_checksum(order.sha256, first):
        return Outcome(first)
    try:
        info = transport.media(order.media_uid, order.phone_number_id)
    except GraphError as error:
        if first and not error.failure.retryable:
            return Outcome(first)  # nothing more can be learnt about it
        raise
    if info.file_size and info.file_size > order.limit:
        raise too_large(order.limit)
    if first and info.file_size and len(first) >= info.file_size:
        return Outcome(first, info.mime_type)
    content = transport.download(info.url, order.limit)
    if info.file_size and len(content) < info.file_size:
        raise incomplete(len(content), info.file_size)
    return Outcome(content, info.mime_type)


def _fetch_encrypted(transport, order):
    """Return the file inside the encrypted copy; ``b""`` where it has to be fetched by its id.

    Our token stays here: nobody needs it for these.
    """
    try:
        return decrypt(transport.download(order.url, order.limit + 1024, anonymous=True), order.cipher)
    except GraphError as error:
        if not order.media_uid or error.slug == "media_too_large":
            raise
    except Damaged:
        if not order.media_uid:
            raise incomplete(0, None) from None
    except Unusable:
        if not order.media_uid:
            failure = Failure(None, PERMANENT, "media_incomplete")
            raise PermanentError("the answer holds no keys that fit", failure=failure) from None
    return b""


def _first_try(transport, order):
    """Return what the webhook's own address gives, ``b""`` for nothing."""
    if not order.url or order.cipher:
        return b""
    try:
        return transport.download(order.url, order.limit)
    except GraphError as error:
        if error.slug == "media_too_large":
            raise
        return b""


def is_checksum(given, content):
    """Tell whether a checksum of WhatsApp's, in base64 or hexadecimal, is that of these bytes."""
    own = hashlib.sha256(content)
    return bool(given) and given in (base64.b64encode(own.digest()).decode(), own.hexdigest())
