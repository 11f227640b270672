"""The decisive question after every fault: may Meta have got it?"""

import ssl

import pytest
import requests
from scripted_server import (
    ScriptedServer,
    answer,
    cut,
    cut_in_the_middle,
    error,
    hang,
    html,
    reset,
)
from urllib3.exceptions import MaxRetryError, SSLError

from tools.graph import errors
from tools.graph.client import GraphClient
from tools.graph.messages import envelope, text

NUMBER = "900000000000101"
TOKEN = "EAADEMO-TOKEN"
BODY = {**envelope({"wa_id": "447700900123"}, "uuid-1"), **text("Hello")}
ACCEPTED = answer(
    200,
    {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+447700900123", "wa_id": "447700900123"}],
        "messages": [{"id": "wamid.OUT", "message_status": "accepted"}],
    },
)


@pytest.fixture
def server():
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def client(server):
    made = GraphClient(server.url, "v26.0", TOKEN, timeout=(1, 0.3))
    yield made
    made.close()


def send(client):
    return client.send_message(NUMBER, BODY)


def test_accepted(server, client):
    server.script = [ACCEPTED]
    result = send(client)
    assert (result.wamid, result.wa_id, result.bsuid) == ("wamid.OUT", "447700900123", None)
    assert result.message_status == "accepted"
    [seen] = server.seen
    assert (seen.method, seen.path) == ("POST", f"/v26.0/{NUMBER}/messages")
    assert seen.json == BODY
    assert seen.headers["Authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["Content-Type"] == "application/json"
    assert seen.query == {}


def test_accepted_by_bsuid(server, client):
    contacts = [{"input": "GB.7", "user_id": "GB.7"}]
    server.script = [answer(200, {"contacts": contacts, "messages": [{"id": "wamid.O"}]})]
    result = send(client)
    assert (result.wa_id, result.bsuid, result.message_status) == (None, "GB.7", None)


# What the network or an edge does -> the outcome of a send, of a read.
FAULTS = {
    "hangs": (hang, errors.OutcomeUnknownError, errors.TransientError),
    "cut after the body": (cut, errors.OutcomeUnknownError, errors.TransientError),
    "reset after the body": (reset, errors.OutcomeUnknownError, errors.TransientError),
    "cut in the answer": (
        cut_in_the_middle,
        errors.OutcomeUnknownError,
        errors.TransientError,
    ),
    "HTML 500": (html(500), errors.OutcomeUnknownError, errors.TransientError),
    "HTML 502": (html(502), errors.OutcomeUnknownError, errors.TransientError),
    "HTML 503": (html(503), errors.OutcomeUnknownError, errors.TransientError),
    "HTML 408": (html(408), errors.OutcomeUnknownError, errors.TransientError),
    "HTML 200": (html(200), errors.OutcomeUnknownError, errors.TransientError),
    "JSON list": (answer(200, []), errors.OutcomeUnknownError, errors.TransientError),
    "empty 200": (answer(200, b""), errors.OutcomeUnknownError, errors.TransientError),
    "500 without error": (
        answer(500, {"oops": 1}),
        errors.OutcomeUnknownError,
        errors.TransientError,
    ),
    "deep JSON": (
        answer(200, b"[" * 100_000),
        errors.OutcomeUnknownError,
        errors.TransientError,
    ),
    # an edge that refuses has not passed anything on
    "HTML 429": (html(429), errors.ThrottledError, errors.ThrottledError),
    "HTML 413": (html(413), errors.RequestError, errors.RequestError),
    "HTML 403": (html(403), errors.ConfigurationError, errors.ConfigurationError),
    "HTML 404": (html(404), errors.ConfigurationError, errors.ConfigurationError),
    "redirect": (
        html(302, {"Location": "http://127.0.0.1:1/"}),
        errors.ConfigurationError,
        errors.ConfigurationError,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name, server, client):
    act, for_send, for_read = FAULTS[name]
    server.script = [act]
    with pytest.raises(errors.GraphError) as caught:
        send(client)
    assert type(caught.value) is for_send
    assert caught.value.code is None
    assert len(server.seen) == 1  # never repeated by itself
    with pytest.raises(errors.GraphError) as caught:
        client.number(NUMBER)
    assert type(caught.value) is for_read
    assert len(server.seen) == 2


@pytest.mark.parametrize("name", ["hangs", "cut after the body", "HTML 500"])
def test_repeatable_calls_are_transient_and_creating_is_unknown(name, server, client):
    server.script = [FAULTS[name][0]]
    for call in (
        lambda: client.mark_read(NUMBER, "wamid.IN"),
        lambda: client.subscribe("1"),
        lambda: client.upload_media(NUMBER, b"x", "image/png", "a.png"),
        lambda: client.delete_media("1"),
        client.debug_token,
    ):
        with pytest.raises(errors.TransientError):
            call()
    with pytest.raises(errors.OutcomeUnknownError):
        client.create_template("1", {"name": "x"})


def test_a_message_without_id_is_unknown(server, client):
    server.script = [answer(200, {"messages": [{"message_status": "accepted"}]})]
    with pytest.raises(errors.OutcomeUnknownError):
        send(client)


def closed_port():
    with ScriptedServer() as gone:
        return gone.url


@pytest.mark.parametrize("address", ["refused", "http://name.invalid", "http://127.0.0.1:1", "http://[::1]:1"])
def test_no_connection_means_not_sent(address):
    url = closed_port() if address == "refused" else address
    client = GraphClient(url, "v26.0", TOKEN, timeout=(1, 1))
    for call in (lambda: send(client), lambda: client.number(NUMBER)):
        with pytest.raises(errors.NotSentError) as caught:
            call()
        assert isinstance(caught.value, errors.TransientError)
        assert caught.value.failure.retryable


def test_a_connect_timeout_means_not_sent():
    import socket

    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for other in waiting:  # fill the queue of connections nobody accepts
            other.setblocking(False)
            other.connect_ex(("127.0.0.1", port))
        client = GraphClient(f"http://127.0.0.1:{port}", "v26.0", TOKEN, timeout=(0.3, 9))
        try:
            with pytest.raises(errors.NotSentError):
                send(client)
        finally:
            for other in waiting:
                other.close()


def test_a_server_that_does_not_speak_tls(server):
    client = GraphClient(server.url.replace("http", "https"), "v26.0", TOKEN)
    with pytest.raises(errors.GraphError):
        send(client)
    assert server.seen == []


class Raising(requests.Session):
    """A session on which every request ends with a given exception."""

    def __init__(self, exc):
        super().__init__()
        self.exc = exc

    def send(self, *args, **kwargs):
        raise self.exc


def nested(exc, depth):
    return requests.ConnectionError(nested(exc, depth - 1)) if depth else exc


@pytest.mark.parametrize(
    ("exc", "kind"),
    [
        (
            requests.exceptions.SSLError(MaxRetryError(None, "/", SSLError(ssl.SSLCertVerificationError("expired")))),
            errors.NotSentError,
        ),
        (
            requests.exceptions.SSLError(MaxRetryError(None, "/", SSLError("EOF"))),
            errors.OutcomeUnknownError,
        ),
        (requests.exceptions.ChunkedEncodingError("x"), errors.OutcomeUnknownError),
        (requests.exceptions.RequestException(), errors.OutcomeUnknownError),
        (nested(requests.ConnectionError(), 30), errors.OutcomeUnknownError),
    ],
)
def test_other_ends_of_a_connection(exc, kind):
    client = GraphClient("https://graph.example", "v26.0", TOKEN, session=Raising(exc))
    with pytest.raises(errors.GraphError) as caught:
        send(client)
    assert type(caught.value) is kind


def test_a_kept_connection_that_died_is_unknown(server, client):
    """The other side may have read the request before it hung up."""
    server.script = [ACCEPTED, cut, ACCEPTED]
    assert send(client).wamid == "wamid.OUT"
    with pytest.raises(errors.OutcomeUnknownError):
        send(client)
    assert send(client).wamid == "wamid.OUT"
    assert len(server.seen) == 3
    assert server.seen[0].connection == server.seen[1].connection


def deep():
    value = []
    for _level in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize("make", [object, lambda: float("nan"), deep, lambda: b"bytes", lambda: {1}])
def test_a_body_that_is_no_json_never_leaves(make, server, client):
    with pytest.raises(errors.RequestError):
        client.send_message(NUMBER, {"text": make()})
    assert server.seen == []


def test_any_character_arrives(server, client):
    server.script = [ACCEPTED]
    body = {"text": {"body": "é 👍 \u202e \ud800 \x00 /"}}
    client.send_message(NUMBER, body)
    assert server.seen[0].json == body
    server.seen[0].body.decode("ascii")


@pytest.mark.parametrize("url", ["", "graph.facebook.com", "ftp://example.com", "http://"])
def test_an_address_that_is_none(url):
    client = GraphClient(url, "v26.0", TOKEN)
    with pytest.raises(errors.ConfigurationError) as caught:
        send(client)
    assert caught.value.slug == "api_address"


@pytest.mark.parametrize("token", ["", "  ", "two words", "tökén", "a\nb"])
def test_a_token_that_cannot_be_one(token, server):
    client = GraphClient(server.url, "v26.0", token)
    with pytest.raises(errors.ConfigurationError) as caught:
        send(client)
    assert caught.value.slug == "token_invalid"
    assert server.seen == []


def test_pasted_blanks_around_the_token_do_not_matter(server):
    server.script = [ACCEPTED]
    client = GraphClient(server.url + "/ ", " v26.0/", f" {TOKEN}\n")
    send(client)
    assert server.seen[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert server.seen[0].path.startswith("/v26.0/9")


# Status, code, more of the error object -> class, attributes.
ANSWERS = [
    (400, 131047, {}, errors.PermanentError, {"slug": "window_closed"}),
    (400, 131026, {}, errors.RecipientError, {"slug": "recipient_unreachable"}),
    (400, 130429, {}, errors.ThrottledError, {"slug": "number_throughput"}),
    (500, 131000, {}, errors.TransientError, {"code": 131000, "http_status": 500}),
    (503, 2, {}, errors.TransientError, {"slug": "meta_unavailable"}),
    (401, 190, {}, errors.ConfigurationError, {"slug": "token_invalid"}),
    (401, 0, {}, errors.ConfigurationError, {"code": 0}),
    (200, 190, {}, errors.ConfigurationError, {"http_status": 200}),
    (400, 100, {"error_subcode": 2388073}, errors.RequestError, {"subcode": 2388073}),
    (400, "131047", {}, errors.PermanentError, {"code": 131047}),
    (400, 999999, {"is_transient": True}, errors.TransientError, {"code": 999999}),
    (400, 999999, {}, errors.PermanentError, {"slug": "unknown_error"}),
    (500, 999999, {}, errors.TransientError, {"family": "transient"}),
    (400, None, {}, errors.PermanentError, {"code": None}),
    (400, [1], {"error_subcode": {}, "message": 7}, errors.PermanentError, {"message": ""}),
    (400, True, {}, errors.PermanentError, {"code": None}),
    (
        404,
        132001,
        {
            "error_data": {"details": "No such template"},
            "error_user_title": "Missing",
            "error_user_msg": "Create the template first.",
            "fbtrace_id": "AexampleTrace01",
        },
        errors.ConfigurationError,
        {
            "details": "No such template",
            "user_title": "Missing",
            "user_message": "Create the template first.",
            "fbtrace_id": "AexampleTrace01",
        },
    ),
    (400, 131009, {"error_data": "as text"}, errors.RequestError, {"details": "as text"}),
]


@pytest.mark.parametrize(("status", "code", "more", "kind", "attributes"), ANSWERS)
def test_errors_of_meta(status, code, more, kind, attributes, server, client):
    server.script = [error(status, code, **more)]
    with pytest.raises(errors.GraphError) as caught:
        send(client)
    assert type(caught.value) is kind
    for name, expected in attributes.items():
        assert getattr(caught.value, name) == expected
    assert str(caught.value)


def test_an_error_says_what_support_asks_for(server, client):
    server.script = [error(400, 131009, error_data={"details": "Check it"}, fbtrace_id="AexampleTrace01")]
    with pytest.raises(errors.RequestError) as caught:
        send(client)
    assert str(caught.value) == "131009 (HTTP 400): Check it [trace AexampleTrace01]"


def test_retry_after(server, client):
    server.script = [answer(429, {"error": {"code": 130429}}, {"Retry-After": "7"})]
    with pytest.raises(errors.ThrottledError) as caught:
        send(client)
    assert caught.value.retry_after == 7.0
    server.script = [html(503, {"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"})]
    with pytest.raises(errors.OutcomeUnknownError) as caught:
        send(client)
    assert caught.value.retry_after is None


@pytest.mark.parametrize(
    "act",
    [html(429), error(429, 987654), error(429, 100), error(429, 131056), html(429, {"Retry-After": "7"})],
)
def test_429_is_the_number_s(act, server, client):
    """W16: with an unknown code, a known one, or none."""
    server.script = [act]
    with pytest.raises(errors.ThrottledError) as caught:
        send(client)
    assert caught.value.failure.scope == "number"
    assert caught.value.slug in ("api_rate_limit", "recipient_rate_limit")
    assert len(server.seen) == 1
