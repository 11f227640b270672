"""The token, the app secret and the proof are nowhere but where they must be."""

import logging
import pickle
import traceback

import pytest
from scripted_server import ScriptedServer, answer, error, hang, html

from tools.graph import errors
from tools.graph.client import GraphClient

TOKEN = "EAADEMO-TOKEN"
SECRET = "demo-app-secret"
PROOF = "a5eb8a40e0ec1de4d2b51536bd431ee2555b3e061f8790ab723d7d90b92a1e73"


@pytest.fixture
def server():
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def client(server):
    made = GraphClient(server.url, "v26.0", TOKEN, app_secret=SECRET, timeout=(1, 0.3))
    yield made
    made.close()


def clean(text):
    return not any(secret in text for secret in (TOKEN, SECRET, PROOF))


def everything_said_about(exc):
    shown = traceback.format_exception(type(exc), exc, exc.__traceback__)
    attributes = [repr(value) for value in vars(exc).values()]
    return "\n".join([str(exc), repr(exc), *shown, *attributes])


def test_the_proof_goes_with_every_request_and_the_token_with_none(server, client):
    server.script = [answer(200, {"messages": [{"id": "wamid.O"}], "id": "7", "data": []})]
    client.send_message("1", {"to": "+447700900123"})
    client.number("1")
    client.upload_media("1", b"x", "image/png", "a.png")
    assert list(client.templates("1")) == []
    for seen in server.seen:
        assert seen.query["appsecret_proof"] == PROOF
        assert TOKEN not in str(seen.query)
        assert TOKEN.encode() not in seen.body


def test_the_client_does_not_show_it(client):
    assert clean(repr(client))
    assert clean(str(client))
    assert clean(repr(client._auth))
    assert clean(repr(client._session.__dict__))


FAULTS = {
    "quoted by Meta": lambda: error(
        400,
        190,
        message=f"Malformed access token {TOKEN}",
        error_data={"details": f"secret {SECRET}"},
        error_user_msg=f"Token {TOKEN} is over",
    ),
    "HTML": lambda: html(500),
    "hangs": lambda: hang,
    "redirect": lambda: html(302, {"Location": f"http://example.com/?x={TOKEN}"}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_errors_do_not_show_it(name, server, client):
    server.script = [FAULTS[name]()]
    for call in (lambda: client.send_message("1", {}), client.debug_token):
        with pytest.raises(errors.GraphError) as caught:
            call()
        assert clean(everything_said_about(caught.value))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://name.invalid", "nonsense"])
def test_errors_without_connection_do_not_show_it(url):
    client = GraphClient(url, "v26.0", TOKEN, app_secret=SECRET)
    for call in (lambda: client.send_message("1", {}), client.debug_token):
        with pytest.raises(errors.GraphError) as caught:
            call()
        assert clean(everything_said_about(caught.value))


def test_logs_do_not_show_it(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    server.script = [answer(200, {"data": {"is_valid": True}}), html(500)]
    assert client.debug_token() == {"is_valid": True}
    with pytest.raises(errors.GraphError):
        client.debug_token()
    assert "debug_token" in caplog.text  # urllib3 did write the address
    assert clean(caplog.text)


def test_netrc_never_replaces_the_token(server, client, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client.number("1")
    assert server.seen[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_cookies_are_not_kept(server, client):
    server.script = [answer(200, {}, {"Set-Cookie": "who=me; Path=/"})]
    client.number("1")
    client.number("1")
    assert "Cookie" not in server.seen[1].headers


def test_an_error_survives_pickling():
    before = errors.ThrottledError("slow down", code=130429, details="d", http_status=400)
    after = pickle.loads(pickle.dumps(before))
    assert (after.code, after.details, str(after)) == (130429, "d", str(before))
    invalid = pickle.loads(pickle.dumps(errors.InvalidMessage("body_missing", "x")))
    assert (invalid.rule, invalid.detail) == ("body_missing", "x")
