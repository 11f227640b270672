"""A real HTTP server on a loopback socket that answers as it is told.

Tests talk to it with the real client, so that addresses, headers, bodies and
what the network does are all real.
"""

import json
import socket
import struct
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Seen:
    """One request that arrived."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    connection: int

    @property
    def json(self):
        return json.loads(self.body)


def answer(status=200, body=b"{}", headers=(), kind="application/json"):
    """Answer with ``body``: bytes, text, or anything else as JSON."""
    if isinstance(body, str):
        body = body.encode()
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()

    def act(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in dict(headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def error(status, code, **more):
    """Answer with Meta's error envelope."""
    return answer(status, {"error": {"message": f"(#{code}) No", "code": code, **more}})


def html(status, headers=()):
    """Answer as an edge or a proxy does."""
    return answer(status, "<html><body>Sorry</body></html>", headers, "text/html")


def cut(handler):
    """Hang up after reading the request, without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def reset(handler):
    """Hang up after reading the request, with a reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    handler.close_connection = True


def cut_in_the_middle(handler):
    """Promise more of the answer than comes."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"messages":')
    handler.wfile.flush()
    cut(handler)


def hang(handler):
    """Never answer (until the test is over)."""
    handler.server.over.wait(10)
    handler.close_connection = True


class Handler(BaseHTTPRequestHandler):
    """Notes the request and does what comes next in the script."""

    protocol_version = "HTTP/1.1"

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        address = urlsplit(self.path)
        self.server.seen.append(
            Seen(
                self.command,
                address.path,
                {k: v[0] for k, v in parse_qs(address.query).items()},
                dict(self.headers),
                self.rfile.read(length),
                self.client_address[1],
            )
        )
        script = self.server.script
        act = script.pop(0) if len(script) > 1 else script[0]
        act(self)

    do_GET = do_POST = do_DELETE = handle_any

    def log_message(self, format, *args):
        pass


class ScriptedServer(ThreadingHTTPServer):
    """Answers by ``script``, one item per request; the last one stays."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = [answer()]
        self.seen = []
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass  # a peer that hung up is part of the test

    def __enter__(self):
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *exc_info):
        self.over.set()
        self.shutdown()
        self.server_close()
        self.thread.join()
