"""Files: up to Meta before sending, and down from Meta after receiving.

An uploaded id can be used for 30 days, one from a webhook for seven; a download
address works for five minutes and wants the token. The token goes to Meta's hosts
alone, wherever an address or a redirect may point.

Source: developers.facebook.com, WhatsApp "Media".
"""

from __future__ import annotations

from typing import IO
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from . import answers, errors
from .results import MediaInfo
from .transport import Transport, node

MEDIA_HOSTS = ("fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net")
"""Hosts, with everything below them, from which media may be fetched."""

INBOUND_LIMIT = 100 * 1024 * 1024
_CHUNK = 64 * 1024
_REDIRECTS = 3


class MediaCalls(Transport):
    """The calls about files."""

    media_hosts: tuple[str, ...] = MEDIA_HOSTS

    def upload_media(
        self, phone_number_id: str, file: bytes | IO[bytes], mime_type: str, name: str
    ) -> str:
        """Upload a file; returns the id to send it with.

        :param name: the file's name; only its end matters to Meta.
        """
        answer = self._request(
            "POST",
            f"{node(phone_number_id)}/media",
            repeatable=True,
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (name, file, mime_type)},
        )
        media_id = answer.get("id")
        if not media_id:
            raise errors.TransientError("the answer names no file", http_status=200)
        return str(media_id)

    def media(self, media_id: str, phone_number_id: str | None = None) -> MediaInfo:
        """Return where a file can be fetched now.

        :param phone_number_id: given, Meta checks that the file belongs to it.
        """
        answer = self._request(
            "GET",
            node(media_id),
            params={"phone_number_id": phone_number_id},
        )
        return MediaInfo.from_answer(answer)

    def delete_media(self, media_id: str, phone_number_id: str | None = None) -> None:
        """Delete an uploaded file at Meta."""
        params = {"phone_number_id": phone_number_id}
        self._request("DELETE", node(media_id), params=params)

    def download(self, url: str, limit: int = INBOUND_LIMIT) -> bytes:
        """Fetch a file.

        :param url: from :meth:`media` or from the webhook.
        :param limit: the most bytes to accept.
        :raise PermanentError: the file is larger (slug ``media_too_large``).
        :raise RequestError: the address is not one of Meta's.
        :raise TransientError: anything else; an expired address answers 404 and
            needs a new :meth:`media`.
        """
        for _hop in range(_REDIRECTS + 1):
            self._check_host(url)
            try:
                with self._send("GET", url, stream=True) as response:
                    target = response.headers.get("Location")
                    if not (response.is_redirect and target):
                        return self._read(response, limit)
                    url = urljoin(url, target)
            except errors.OutcomeUnknownError as exc:
                raise errors.harmless(exc) from None
        raise errors.TransientError("the file's address leads in circles")

    def _check_host(self, url: str) -> None:
        """Refuse addresses to which our token must not go."""
        parts, own = _split(url), _split(self.base_url)
        if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
            return
        host = parts.hostname or ""
        known = any(host == h or host.endswith("." + h) for h in self.media_hosts)
        if parts.scheme != "https" or not known:
            raise errors.RequestError("the file's address is not one of Meta's")

    def _read(self, response: requests.Response, limit: int) -> bytes:
        if response.status_code in (404, 410):
            raise errors.TransientError(
                "the file's address has expired", http_status=response.status_code
            )
        if response.status_code != 200:
            answers.read(response, self._secrets)
            raise errors.TransientError("no file", http_status=response.status_code)
        content = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK):
                content += chunk
                if len(content) > limit:
                    raise errors.too_large(limit)
        except requests.RequestException as exc:
            raise errors.TransientError(f"cut: {type(exc).__name__}") from None
        if _is_cut(response):
            raise errors.TransientError("cut: shorter than announced")
        return bytes(content)


def _is_cut(response: requests.Response) -> bool:
    """Tell whether fewer bytes came than the answer announced.

    urllib3 looks at this by itself since version 2 only; Odoo runs on older ones too.
    """
    announced = response.headers.get("Content-Length", "")
    return announced.isascii() and announced.isdigit() and response.raw.tell() < int(announced)


def _split(url: str) -> SplitResult:
    """Return the parts of an address; empty ones for what is none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
