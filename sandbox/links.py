"""Files that a message names by a web address: Meta fetches them after it has accepted the message.

Source: Meta, ``messages/send-messages`` (media by link). What cannot be fetched is 131053 by status, never in the answer
(T: recorded traces). Addresses on this machine are really fetched; nothing outside is called, such files count as there, but
for samples of templates on Meta's own host, which refuses Meta's fetcher, and names below ``.invalid``, which no name server
knows (RFC 2606). A fault of the kind ``link`` makes any of them fail.
"""

import asyncio
import ipaddress
from urllib.parse import urlsplit

import aiohttp

from . import rules_media, rules_samples
from .errors import GraphError

PATIENCE_SECONDS = 5
#: Redirects that are followed, on this machine.
HOPS = 3


def is_here(link):
    """Tell whether an address leads to this machine."""
    host = urlsplit(link).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_nowhere(link):
    """Tell whether an address has a name that is never given to anybody."""
    return (urlsplit(link).hostname or "").endswith(".invalid")


async def problem_of(session, file):
    """Fetch a file; return what is wrong with it, None when nothing is.

    :param session: an ``aiohttp.ClientSession``.
    :param file: :class:`~.rules_media.Used` with a link.
    """
    link = file.link
    try:
        for _hop in range(HOPS):
            if urlsplit(link).hostname == rules_samples.HOST:
                return "Downloading media from weblink failed with http code 403"
            if is_nowhere(link):
                return "Downloading media from weblink failed: the name does not resolve"
            if not is_here(link):
                return None
            timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
            async with session.get(link, timeout=timeout, allow_redirects=False) as response:
                if 300 <= response.status < 400 and response.headers.get("Location"):
                    link = str(response.url.join(type(response.url)(response.headers["Location"])))
                    continue
                if response.status != 200:
                    return f"Downloading media from weblink failed with http code {response.status}"
                return unfit(file.kind, response.headers.get("Content-Type", ""), await response.read())
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        return f"Downloading media from weblink failed: {type(error).__name__}"
    return "Downloading media from weblink failed: too many redirects"


def unfit(kind, mime_type, data):
    """Return why a file that was fetched cannot be sent as this kind of message, or None."""
    if not data:
        return "Downloading media from weblink failed: the file is empty"
    try:
        rules_media.check_use(kind, mime_type, data)
    except GraphError as problem:
        return problem.details
    return None
