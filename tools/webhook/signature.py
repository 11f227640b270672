"""Who wrote this webhook? Meta signs the raw bytes with the app secret.

Rotating the app secret makes two of them valid for a while, so several may be
given. Never decode before hashing: Meta escapes non-ASCII characters, and JSON
that was parsed and written again has another signature.

Source: developers.facebook.com, Graph API "Webhooks – Validating payloads".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

HEADER = "X-Hub-Signature-256"

_HEADER_VALUE = re.compile(r"sha256=([0-9A-Fa-f]{64})", re.ASCII)


def sign(secret: str, body: bytes) -> str:
    """Return the header value for ``body``: ``sha256=`` and 64 hex digits."""
    return "sha256=" + _digest(secret, body)


def verify(secrets: Iterable[str | None], body: bytes, header: str | None) -> bool:
    """Tell whether ``header`` signs ``body`` with any of ``secrets``.

    :param secrets: the app secrets valid now. Empty ones never match: without a
        secret nobody can have signed anything.
    :param body: the request's bytes exactly as they came.
    :param header: the value of ``X-Hub-Signature-256``; None when it is missing.

    Each comparison takes the same time wherever the first difference is, and all
    secrets are tried even after a match.
    """
    match = _HEADER_VALUE.fullmatch(header or "")
    if match is None:
        return False
    given = match[1].lower().encode()
    found = False
    for secret in secrets:
        if secret:
            expected = _digest(secret, body).encode()
            found |= hmac.compare_digest(expected, given)
    return found


def _digest(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
