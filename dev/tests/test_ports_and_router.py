"""Ports are chosen without a race a person would notice, and the router sends live updates to the right process."""

import socket
import threading

import pytest

from lib import ports
from lib.progress import CommandError
from lib.router import Router, is_websocket


def test_a_free_port_is_taken_as_wished(monkeypatch):
    port = ports.any_free()
    monkeypatch.setenv("WA_HTTP_PORT", str(port))
    assert ports.wished("WA_HTTP_PORT", 1) == port


def test_a_taken_port_gives_another_one(monkeypatch, capsys):
    with socket.create_server((ports.LOOPBACK, 0)) as busy:
        port = busy.getsockname()[1]
        monkeypatch.setenv("WA_HTTP_PORT", str(port))
        chosen = ports.wished("WA_HTTP_PORT", 1)
    assert chosen != port
    assert f"port {port} is taken" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["eight", "0", "70000", "-1"])
def test_no_port_is_one_sentence(monkeypatch, text):
    monkeypatch.setenv("WA_HTTP_PORT", text)
    with pytest.raises(CommandError, match="WA_HTTP_PORT"):
        ports.wished("WA_HTTP_PORT", 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"GET /websocket?version=19.0-5 HTTP/1.1\r\n", True),
        (b"GET /websocket HTTP/1.1\r\n", True),
        (b"GET /websocket/health HTTP/1.1\r\n", True),
        (b"GET /websocket_other HTTP/1.1\r\n", False),
        (b"GET /odoo?next=/websocket HTTP/1.1\r\n", False),
        (b"POST /wa/webhook/x HTTP/1.1\r\n", False),
        (b"\x16\x03\x01", False),
    ],
)
def test_only_websocket_requests_go_to_the_live_process(line, expected):
    assert is_websocket(line) is expected


def _answer_once(text):
    """A server that answers one connection with `text` and closes, as Odoo's workers do; returns its socket."""
    server = socket.create_server((ports.LOOPBACK, 0))

    def serve():
        connection, _peer = server.accept()
        with connection:
            asked = b""
            while not asked.endswith(b"\r\n\r\n"):
                asked += connection.recv(65536)
            connection.sendall(text)

    threading.Thread(target=serve, daemon=True).start()
    return server


def _ask(port, path):
    with socket.create_connection((ports.LOOPBACK, port), timeout=5) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_requests_reach_their_process_and_answers_come_back_whole():
    page = b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 300_000
    with _answer_once(page) as pages, _answer_once(b"HTTP/1.1 101 Switching Protocols\r\n\r\n") as live:
        router = Router(ports.any_free(), pages.getsockname()[1], live.getsockname()[1])
        router.start()
        try:
            assert _ask(router.port, "/odoo") == page
            assert _ask(router.port, "/websocket?version=1").startswith(b"HTTP/1.1 101")
        finally:
            router.stop()


def test_stopping_with_an_open_page_is_silent(caplog):
    with socket.create_server((ports.LOOPBACK, 0)) as live:
        router = Router(ports.any_free(), 1, live.getsockname()[1])
        router.start()
        with socket.create_connection((ports.LOOPBACK, router.port), timeout=5) as client:
            client.sendall(b"GET /websocket HTTP/1.1\r\n")
            with live.accept()[0]:
                router.stop()
    assert not caplog.records, "a traceback for everything that was open"


def test_a_port_taken_meanwhile_is_told():
    with socket.create_server((ports.LOOPBACK, 0)) as busy, pytest.raises(OSError, match=r"in use"):
        Router(busy.getsockname()[1], 1, 2).start()
