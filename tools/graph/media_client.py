"""Files: up to Meta before sending, and down from Meta after receiving.

An uploaded id can be used for 30 days, one from a webhook for seven; a download
address works for five minutes and wants the token. The token goes to Meta's hosts
alone, wherever an address or a redirect may point.

Source: developers.facebook.com, WhatsApp "Media".
"""

from __future__ import annotations

import re
from typing import IO
from urllib.parse import urljoin

import requests

from . import answers, errors, media_address
from .results import MediaInfo
from .transport import Transport, node

MEDIA_HOSTS = ("fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net")
"""Hosts, with everything below them, from which media may be fetched."""

INBOUND_LIMIT = 100 * 1024 * 1024
_CHUNK = 64 * 1024
_REDIRECTS = 3
_UPLOAD = re.compile(r"upload:[A-Za-z0-9_:=+%-]+(\?[A-Za-z0-9_=&%-]*)?")
"""The id of a resumable upload, which is a piece of address."""


class MediaCalls(Transport):
    """The calls about files."""

    media_hosts: tuple[str, ...] = MEDIA_HOSTS

    def upload_media(self, phone_number_id: str, file: bytes | IO[bytes], mime_type: str, name: str) -> str:
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

    def upload_sample(self, app_id: str, content: bytes, mime_type: str, name: str) -> str:
        """Upload a file as the sample of a template's header; returns the handle to hand the template in with.

        Source: Graph API "Resumable Upload". Media ids and addresses are no handles.

        :param app_id: of the Meta app the token was made for.
        :param name: the file's name.
        """
        about = {"file_name": name, "file_length": len(content), "file_type": mime_type}
        upload = self._request("POST", f"{node(app_id)}/uploads", params=about, repeatable=True).get("id")
        if not isinstance(upload, str) or not _UPLOAD.fullmatch(upload):
            raise errors.TransientError("the answer names no upload", http_status=200)
        headers = {"file_offset": "0", "Content-Type": "application/octet-stream"}
        # Its id goes on behind a question mark: it stands in the address as it came.
        answer = self._request("POST", upload, repeatable=True, data=content, headers=headers)
        handle = answer.get("h")
        if not isinstance(handle, str) or not handle:
            raise errors.TransientError("the answer has no handle", http_status=200)
        return handle

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

    def download(self, url: str, limit: int = INBOUND_LIMIT, *, anonymous: bool = False) -> bytes:
        """Fetch a file.

        :param url: from :meth:`media` or from the webhook.
        :param limit: the most bytes to accept.
        :param anonymous: without our token: the file is encrypted, and its keys are known.
        :raise PermanentError: the file is larger (slug ``media_too_large``).
        :raise RequestError: the address is not one of Meta's.
        :raise TransientError: anything else; an expired address answers 404 and
            needs a new :meth:`media`; one byte less than announced, or none at all, is
            no file (slug ``media_incomplete``).
        """
        for _hop in range(_REDIRECTS + 1):
            target = self._checked(url)
            try:
                with self._send("GET", target, anonymous=anonymous, stream=True) as response:
                    location = response.headers.get("Location")
                    if not (response.is_redirect and location):
                        return self._read(response, limit)
                    url = _join(target, location)
            except errors.OutcomeUnknownError as exc:
                raise errors.harmless(exc) from None
        raise errors.TransientError("the file's address leads in circles")

    def _checked(self, url: str) -> str:
        """Return the address to connect to; refuse those to which our token must not go.

        :raise RequestError: the address is not one of Meta's.
        """
        try:
            return media_address.checked(url, self.base_url, self.media_hosts)
        except media_address.Refused:
            raise errors.RequestError("the file's address is not one of Meta's") from None

    def _read(self, response: requests.Response, limit: int) -> bytes:
        if response.status_code in (404, 410):
            raise errors.TransientError("the file's address has expired", http_status=response.status_code)
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
        announced = _announced(response)
        # urllib3 looks at this by itself since version 2 only; Odoo runs on older ones too.
        if announced is not None and response.raw.tell() < announced:
            raise errors.incomplete(len(content), announced)
        if not content:
            raise errors.incomplete(0, None)
        return bytes(content)


def _announced(response: requests.Response) -> int | None:
    """Return how many bytes the answer says it has."""
    announced = response.headers.get("Content-Length", "")
    return int(announced) if announced.isascii() and announced.isdigit() else None


def _join(url: str, location: str) -> str:
    """Return where a redirect leads; ``""`` for what is no address."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""
