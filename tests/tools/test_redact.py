"""Secrets do not get into anything that is written down."""

import logging

import pytest

from tools.redact import RedactFilter, protect, redact, without_rows

TOKEN = "EAADEMO-TOKEN-0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"Malformed access token {TOKEN}",
        f"Authorization: Bearer {TOKEN}",
        "authorization: bearer opaque.token/with+signs=",
        "Authorization: OAuth opaque.token",
        f"GET /v26.0/debug_token?input_token={TOKEN}&x=1",
        "GET /v26.0/1?appsecret_proof=a5eb8a40e0ec&limit=5",
        "?hub.mode=subscribe&hub.verify_token=guess-me&hub.challenge=1",
        "GET /wa/webhook/guess-me-0123456789abcdef HTTP/1.1",
        '{"access_token": "opaque.token", "x": 1}',
        "{'app_secret': 'demo-app-secret'}",
        "{'verify_token': b'guess-me'}",
        "client_secret=demo-app-secret",
        "token 900000000000700|demo-app-secret expired",
        "GET /x?token=900000000000700%7Cdemo-app-secret",
    ],
)
def test_text(text):
    found = redact(text)
    assert "***" in found
    for secret in (TOKEN, "opaque", "a5eb8a", "guess-me", "demo-app-secret"):
        assert secret not in found


@pytest.mark.parametrize(
    "text",
    [
        "limit=5&hub.challenge=1158201444",
        "The bearer of good news",
        "EAA",
        "Please enter the access token again.",
    ],
)
def test_other_text_stays(text):
    assert redact(text) == text


def test_nested_data():
    data = {
        "access_token": "opaque",
        "APP_SECRET": "demo-app-secret",
        "verify_token": "",
        "list": [f"x {TOKEN}", ("Bearer opaque.token", 7)],
        "raw": b"Bearer opaque.token",
        "count": 3,
    }
    assert redact(data) == {
        "access_token": "***",
        "APP_SECRET": "***",
        "verify_token": "",
        "list": ["x ***", ("Bearer ***", 7)],
        "raw": b"Bearer ***",
        "count": 3,
    }


def test_known_secrets_are_masked_in_any_shape():
    assert redact("the secret is hunter2!", ["hunter2", "", None]) == "the secret is ***!"


@pytest.fixture
def log():
    """Return a protected logger and the list of lines it wrote."""
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    logger = logging.getLogger("test_redact")
    handler = Keep()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    protect("test_redact")
    yield logger, lines
    logger.removeHandler(handler)


def test_log_records_lose_message_arguments_and_traceback(log):
    logger, lines = log
    logger.info("token %s in %s", TOKEN, {"app_secret": "demo-app-secret"})
    try:
        raise ValueError(f"Bearer {TOKEN}")
    except ValueError:
        logger.exception("failed with %(access_token)s", {"access_token": TOKEN})
    logger.warning("wrong format %d", "Bearer opaque.token")
    text = "\n".join(lines)
    assert len(lines) == 3
    assert "ValueError" in text
    for secret in (TOKEN, "demo-app-secret", "opaque"):
        assert secret not in text


def test_a_logger_is_protected_once(log):
    logger, _lines = log
    protect("test_redact")
    assert sum(isinstance(item, RedactFilter) for item in logger.filters) == 1


def test_rows_that_postgresql_quotes_stay_out_of_logs():
    trace = """Traceback (most recent call last):
  File "x.py", line 1, in create
psycopg2.errors.NotNullViolation: null value in column "b"
DETAIL:  Failing row contains (7, Ada Example,
+44 7700 900123).

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
psycopg2.errors.InvalidTextRepresentation: invalid input syntax
LINE 1: ... WHERE name = 'Ada Example'
                         ^
"""
    found = without_rows(trace)
    assert "Ada" not in found
    assert "900123" not in found
    for kept in ('null value in column "b"', "The above exception", "invalid input syntax", "line 1, in create"):
        assert kept in found
    assert without_rows("ValueError: plain") == "ValueError: plain"
