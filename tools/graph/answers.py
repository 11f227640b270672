"""What Meta answered: JSON, an error, or something else altogether.

Between Meta and us stand edges and proxies that answer in HTML; nothing of that
says what became of the request, except that a 3xx or 4xx refuses it.
"""

from __future__ import annotations

import json
from typing import Any

import requests

from .. import failures
from . import errors

USAGE_HEADERS = ("X-App-Usage", "X-Business-Use-Case-Usage")


def read(response: requests.Response, secrets: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON object of a good answer.

    :param secrets: values to mask in error texts.
    :raise errors.GraphError: for an answer that holds Meta's error, or that
        refuses the request without one.
    :raise errors.OutcomeUnknownError: for an answer that says nothing: no JSON
        object behind a 2xx, or a 5xx without Meta's error.
    """
    body = _json_object(response)
    status = response.status_code
    if body is not None and isinstance(body.get("error"), dict):
        raise errors.from_answer(body["error"], status, retry_after=retry_after(response), secrets=secrets)
    if body is not None and 200 <= status < 300:
        return body
    raise _without_error(response)


def _json_object(response: requests.Response) -> dict[str, Any] | None:
    found = _json(response.content)
    return found if isinstance(found, dict) else None


def _without_error(response: requests.Response) -> errors.GraphError:
    status = response.status_code
    after = retry_after(response)
    if status == failures.TOO_MANY_REQUESTS:
        return errors.ThrottledError(
            "too many requests",
            http_status=status,
            retry_after=after,
            failure=failures.LIMIT_WITHOUT_CODE,
        )
    if 300 <= status < 400:
        return _misdirected(status, "the API address leads elsewhere (redirect)")
    if status in (401, 403, 404, 405, 407):
        return _misdirected(status, "this is not Meta's API, or it is out of reach")
    if 400 <= status < 500 and status != 408:
        return errors.RequestError("refused without a reason", http_status=status)
    return errors.OutcomeUnknownError("the answer is not Meta's", http_status=status, retry_after=after)


def _misdirected(status: int, message: str) -> errors.GraphError:
    failure = failures.Failure(None, failures.CONFIGURATION, "api_address", "account")
    return errors.ConfigurationError(message, http_status=status, failure=failure)


def retry_after(response: requests.Response) -> float | None:
    """Return the ``Retry-After`` header in seconds; dates are not read."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit() and len(value) < 8:
        return float(value)
    return None


def usage(response: requests.Response) -> dict[str, Any]:
    """Return the rate-limit headers, decoded, by their name in lower case.

    ``x-app-usage`` and ``x-business-use-case-usage`` hold percentages of the
    limits of management calls; empty when Meta sent none.
    """
    headers = {name.lower(): response.headers.get(name) for name in USAGE_HEADERS}
    decoded = {name: _json(value) for name, value in headers.items() if value}
    return {name: value for name, value in decoded.items() if value is not None}


def _json(text: str | bytes) -> Any:
    """Return decoded JSON, or None for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
