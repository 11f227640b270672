"""Where a request goes that carries our token, when somebody else wrote the address.

Programs disagree about what an odd address means: for ``https://evil.example\\@host`` one sees ``host``, another connects to
``evil.example``. So an address is read once, refused for anything that no address of Meta's has, and built anew from the
parts that were looked at; what the HTTP library makes of the result is compared, too.

Source: RFC 3986; WHATWG URL Standard (backslash, tabs, IDNA), urllib3 ``parse_url``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3.exceptions
from urllib3.util import parse_url

DEFAULT_PORTS = {"https": 443, "http": 80}
#: Nothing but what may stand in an address as it travels: no blanks, controls, backslashes, quotes or letters of other scripts.
_TRAVELS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
#: Names of hosts as Meta has them: no IDNA (``xn--``), no percent signs, no dot at the end.
_HOST = re.compile(r"(?!.*(?:^|\.)xn--)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
LONGEST = 8192


class Refused(ValueError):
    """An address to which our token must not go."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a connection is made to."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """Read the origin of an address.

        :raise Refused: it is none, or names a person in front of the host.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise Refused("no address") from None
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
            raise Refused("no web address")
        return cls(parts.scheme, parts.hostname, DEFAULT_PORTS[parts.scheme] if port is None else port)


def checked(url: object, own: str, hosts: Iterable[str]) -> str:
    """Return the address to connect to.

    :param url: from a webhook, an answer or a redirect; anything.
    :param own: the API's own address, to whose origin the token goes anyway.
    :param hosts: hosts that may get the token over https on its usual port, with everything below them.
    :raise Refused: the token must not go there.
    """
    if not isinstance(url, str) or len(url) > LONGEST or not _TRAVELS.fullmatch(url):
        raise Refused("not written as an address")
    origin = Origin.of(url)
    if origin != Origin.of(own) and not _is_listed(origin, hosts):
        raise Refused("another host")
    built = _build(url, origin)
    if _as_connected(built) != origin:
        raise Refused("ambiguous")
    return built


def _is_listed(origin: Origin, hosts: Iterable[str]) -> bool:
    known = any(origin.host == host or origin.host.endswith("." + host) for host in hosts)
    return known and origin.scheme == "https" and origin.port == 443 and bool(_HOST.fullmatch(origin.host))


def _build(url: str, origin: Origin) -> str:
    """Return the address from its parts; without a fragment, which never travels."""
    parts = urlsplit(url)
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    port = "" if origin.port == DEFAULT_PORTS[origin.scheme] else f":{origin.port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{origin.scheme}://{host}{port}/{parts.path.removeprefix('/')}{query}"


def _as_connected(url: str) -> Origin | None:
    """Return the origin as the HTTP library reads it."""
    try:
        seen = parse_url(url)
    except urllib3.exceptions.HTTPError:
        return None
    scheme, host = seen.scheme or "", (seen.host or "").strip("[]")
    if seen.auth or scheme not in DEFAULT_PORTS:
        return None
    return Origin(scheme, host, DEFAULT_PORTS[scheme] if seen.port is None else seen.port)
