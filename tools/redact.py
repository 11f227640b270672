"""Keep secrets out of everything that is written down.

Access tokens, app secrets, proofs and verify tokens may turn up in a URL, in a
header, in JSON or in Meta's own sentence ("Malformed access token EAA…").
:func:`redact` masks them in text and in nested data; :class:`RedactFilter` does
it for a logger, arguments and traceback included.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "***"

SECRET_KEYS = frozenset(
    {
        "access_token",
        "app_secret",
        "appsecret_proof",
        "authorization",
        "client_secret",
        "fb_exchange_token",
        "hub.verify_token",
        "input_token",
        "verify_token",
    }
)

_KEYS = "|".join(sorted(map(re.escape, SECRET_KEYS - {"authorization"})))
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Authorization: Bearer x / OAuth x, with or without the header's name
    (re.compile(r"\b(Bearer|OAuth)\s+[^\s'\",;}\]]{8,}", re.I), rf"\1 {MASK}"),
    # key=value in URLs and forms, "key": "value" in JSON and reprs
    (
        re.compile(rf"(?i)\b({_KEYS})(['\"]?\s*(?:=|:)\s*b?['\"]?)[^\s'\"&,;}}\]]+"),
        rf"\1\2{MASK}",
    ),
    # Meta's tokens, wherever they stand: of users and systems, and of apps (id|secret)
    (re.compile(r"\bEAA[A-Za-z0-9_\-]{5,}"), MASK),
    (re.compile(r"\b[0-9]{6,}(\||%7[Cc])[A-Za-z0-9_\-]{8,}"), MASK),
    # our callback: who knows its address may at least knock
    (re.compile(r"(/wa/webhook/)[A-Za-z0-9_\-]{16,}"), rf"\1{MASK}"),
)

# What PostgreSQL says below an error, up to the next exception of the same trace.
_QUOTED_ROWS = re.compile(
    r"^(DETAIL:|CONTEXT:|LINE \d+:).*?"
    r"(?=\n\nThe above exception|\n\nDuring handling|\Z)",
    re.MULTILINE | re.DOTALL,
)


def redact(value: Any, secrets: Iterable[str] = ()) -> Any:
    """Return ``value`` with every secret replaced by ``***``.

    :param value: text, bytes, or nested dicts, lists and tuples of them; other
        objects come back as they are.
    :param secrets: further values known to be secret, masked wherever they occur.
    """
    known = tuple(secret for secret in secrets if secret)
    if isinstance(value, str):
        return _redact_text(value, known)
    if isinstance(value, bytes):
        return _redact_text(value.decode("utf-8", "replace"), known).encode()
    if isinstance(value, Mapping):
        return {key: MASK if _is_secret(key) and item else redact(item, known) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [redact(item, known) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return value


def _is_secret(key: object) -> bool:
    return isinstance(key, str) and key.lower() in SECRET_KEYS


def _redact_text(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def without_rows(text: str) -> str:
    """Return a traceback without what PostgreSQL quotes of the data concerned.

    Log files outlive what the database forgets after a while, and "Failing row
    contains (…)" is somebody's name and number.
    """
    return _QUOTED_ROWS.sub(lambda found: f"{found[1]} {MASK}", text)


class RedactFilter(logging.Filter):
    """A logging filter that lets every record pass, but without its secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite message, arguments and traceback of ``record``; always True."""
        try:
            message = record.getMessage()
        except (
            TypeError,
            ValueError,
            KeyError,
        ):  # a wrong format string is logging's own affair
            message = f"{record.msg} {record.args}"
        record.msg, record.args = _redact_text(message, ()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = _redact_text(record.exc_text, ())
        return True


def protect(*names: str) -> None:
    """Put a :class:`RedactFilter` on the named loggers, once each."""
    for name in names:
        logger = logging.getLogger(name)
        if not any(isinstance(found, RedactFilter) for found in logger.filters):
            logger.addFilter(RedactFilter())
