"""The address our secrets are sent to: what it may look like.

Parsed once, here, and so that no two readers can disagree about the host: whatever one
parser might take for another host than the next (backslash, user, blanks) is refused.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

#: What an address is made of here. No backslash, ``@``, ``?``, ``#``, blank or control character.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/\-]*)?", re.ASCII)


def origin(url: str) -> tuple[str, str, int | None] | None:
    """Return ``(scheme, host, port)`` of an API address, or None when it is none."""
    text = url or ""
    if not _ADDRESS.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or host.startswith((".", "-")):
        return None
    return parts.scheme, host, port


def is_loopback(url: str) -> bool:
    """Tell whether an address leads to this machine itself, where a stand-in may run."""
    found = origin(url)
    if found is None:
        return False
    host = found[1]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_allowed(url: str) -> bool:
    """Tell whether secrets may be sent to an address: over https, or to this machine itself."""
    found = origin(url)
    return found is not None and (found[0] == "https" or is_loopback(url))


def has_moved(former: str, new: str) -> bool:
    """Tell whether secrets given for one address must not be sent to another one.

    Between two ports of this machine they may: both are stand-ins of whoever runs it.
    """
    if is_loopback(former) and is_loopback(new):
        return False
    known = origin(former)
    return known is None or known != origin(new)
