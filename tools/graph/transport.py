"""The one place where a request leaves for Meta.

Everything that can go wrong on the way is turned into the errors of ``errors``
here, and the decisive question is answered: may Meta have got it? Only if no
connection came about is the answer no.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import requests
import urllib3.exceptions

from .. import failures
from ..redact import protect
from . import answers, auth, errors
from .session import new_session

# These write URLs at debug level, and ours may hold a proof or a token to check.
protect("urllib3.connectionpool", "requests")


JSON_HEADERS = {"Content-Type": "application/json"}


class Transport:
    """Sends requests to one API address with one token. Safe for many threads.

    :param base_url: such as ``https://graph.facebook.com``.
    :param version: such as ``v26.0``.
    :param access_token: goes into a header, never into an address.
    :param app_secret: given, every request carries its proof.
    :param session: another session, for tests and special networks; it must not
        repeat requests by itself.
    :param timeout: seconds to connect and seconds to wait for each piece of answer.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        access_token: str,
        *,
        app_secret: str | None = None,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (5, 25),
    ) -> None:
        self.base_url = base_url.strip().rstrip("/")
        self.version = version.strip().strip("/")
        self.timeout = timeout
        self.usage: dict[str, Any] = {}
        """The latest rate-limit headers; see :func:`answers.usage`."""
        self._access_token = access_token.strip()
        self._app_secret = app_secret or ""
        self._auth = auth.BearerAuth(self._access_token)
        self._session = session or new_session(self.base_url)
        #: The latest address a body was sent to, and the request without one; replaced as a whole, so fit for threads.
        self._draft: tuple[tuple[Any, ...], requests.PreparedRequest | None] = ((), None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r}, {self.version!r})"

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (self._access_token, self._app_secret)

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool | None = None,
        before: Callable[[], object] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Send one request and return the JSON object of the answer.

        :param path: what stands behind the version, such as ``123/messages``.
        :param params: the query. None values are left out.
        :param body: sent as JSON.
        :param repeatable: doing it twice does no harm, so that a cut is merely
            transient. Default: GET and DELETE are, POST is not.
        :param before: called when all is ready and the very next thing is to let the
            request leave; may wait.
        :param more: further arguments of requests, such as ``files``.
        :raise errors.GraphError: see ``errors``; nothing else comes out of here.
        """
        if repeatable is None:
            repeatable = method in ("GET", "DELETE")
        if body is not None:
            more["json_body"] = _encode(body)
        try:
            query = {**(params or {}), **self._proof()}
            response = self._send(method, self._url(path), params=query, before=before, **more)
            self.usage = answers.usage(response) or self.usage
            return answers.read(response, self._secrets)
        except errors.OutcomeUnknownError as exc:
            if not repeatable:
                raise
            raise errors.harmless(exc) from None

    def _url(self, path: str) -> str:
        return f"{self.base_url}/{self.version}/{path.lstrip('/')}"

    def _proof(self) -> dict[str, str]:
        if not self._app_secret:
            return {}
        proof = auth.appsecret_proof(self._app_secret, self._access_token)
        return {"appsecret_proof": proof}

    def _send(
        self,
        method: str,
        url: str,
        *,
        anonymous: bool = False,
        stream: bool = False,
        before: Callable[[], object] | None = None,
        json_body: bytes | None = None,
        **more: Any,
    ) -> requests.Response:
        """Let the request leave; turn what the network does into our errors.

        :param anonymous: without our token.
        :param stream: leave the answer's body to the caller.
        :param before: see :meth:`_request`.
        :param json_body: encoded JSON to send.
        """
        if not auth.is_usable(self._access_token):
            raise _unusable("token_invalid", "the access token is empty or malformed")
        token = None if anonymous else self._auth
        with _our_errors():
            if json_body is None:
                request = self._session.prepare_request(requests.Request(method, url, auth=token, **more))
            else:
                request = self._with_body(json_body, method, url, more.get("params") or {}, token)
            if before:
                before()
            return self._session.send(request, timeout=self.timeout, allow_redirects=False, stream=stream)

    def _with_body(
        self, body: bytes, method: str, url: str, query: Mapping[str, Any], token: auth.BearerAuth | None
    ) -> requests.PreparedRequest:
        """Return a request with a JSON body, ready to leave.

        A sender posts to one address, hundreds of times a second, and all but the body is the same each time:
        address, query and headers are worked out when the address is another one than before, and copied else.
        """
        address = (method, url, token, *query.items())
        known, draft = self._draft
        if draft is None or known != address:
            draft = self._session.prepare_request(requests.Request(method, url, JSON_HEADERS, params=query, auth=token))
            self._draft = (address, draft)
        ready = draft.copy()
        # As the manual of requests has it ("Prepared Requests"); the length goes with the body.
        ready.body = body
        ready.headers["Content-Length"] = str(len(body))
        return ready


@contextmanager
def _our_errors() -> Iterator[None]:
    """Turn what requests raises into our errors.

    "from None" everywhere: the originals quote the whole address.
    """
    try:
        yield
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
    ):
        raise _unusable("api_address", "the API address is not an address") from None
    except requests.RequestException as exc:
        raise _network_error(exc) from None
    except ValueError:
        # requests reads where a redirect leads, although nobody follows it.
        raise errors.OutcomeUnknownError("the answer leads to no address") from None


def _encode(body: Mapping[str, Any]) -> bytes:
    """Return the body as JSON.

    :raise RequestError: there is something in it that JSON cannot hold.
    """
    try:
        return json.dumps(body, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError) as exc:
        raise errors.RequestError(f"not JSON: {type(exc).__name__}") from None


def node(value: str) -> str:
    """Return an id fit for a path.

    :raise ConfigurationError: for an empty one, which would address another node.
    """
    text = quote(str(value or "").strip(), safe="")
    if not text.strip("."):
        raise _unusable("number_unknown", "an id is missing")
    return text


def _unusable(slug: str, message: str) -> errors.ConfigurationError:
    failure = failures.Failure(None, failures.CONFIGURATION, slug, "account")
    return errors.ConfigurationError(message, failure=failure)


def _network_error(exc: requests.RequestException) -> errors.GraphError:
    reason = _innermost(exc)
    message = f"{type(exc).__name__} ({type(reason).__name__})"
    if _never_connected(exc, reason):
        return errors.NotSentError(f"no connection: {message}")
    return errors.OutcomeUnknownError(f"connection lost: {message}")


def _innermost(exc: BaseException) -> BaseException:
    """Return what really happened below requests and urllib3."""
    seen = 0
    while seen < 8:
        inner = getattr(exc, "reason", None) or next(iter(exc.args), None)
        if isinstance(inner, str) or not isinstance(inner, BaseException):
            inner = None
        if inner is None:
            return exc
        exc, seen = inner, seen + 1
    return exc


def _never_connected(exc: requests.RequestException, reason: BaseException) -> bool:
    """Tell whether it is certain that not a byte of the request left.

    A reused connection that turns out to be dead is *not* certain: the other side
    may have read the request before it hung up.
    """
    if isinstance(exc, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    if isinstance(reason, ssl.SSLCertVerificationError):
        return True  # found out before anything is said
    return isinstance(
        reason,
        (
            urllib3.exceptions.NewConnectionError,
            urllib3.exceptions.ConnectTimeoutError,
        ),
    )
