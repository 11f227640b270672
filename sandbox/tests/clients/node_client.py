"""The Node clients, called over a pipe: `driver.mjs` does what a line of JSON says."""

import base64
import json
import os
import subprocess
from pathlib import Path

from sandbox_site import NUMBER, TOKEN

DRIVER = Path(__file__).with_name("driver.mjs")


class NodeError(Exception):
    """A Node client threw; ``fields`` are the error's own (``code``, ``category`` …)."""

    def __init__(self, fields):
        more = {name: value for name, value in fields.items() if name not in ("name", "message")}
        super().__init__(f"{fields['name']}: {fields['message']} {more or ''}".strip())
        self.fields = fields


class Node:
    """One Node process with all Node clients in it.

    :param packages: folder that holds `node_modules`.
    :param authority: file with the certificate that the stand-in's TLS door shows.
    """

    def __init__(self, packages, authority):
        environment = {**os.environ, "CLIENTS_NODE": str(packages), "NODE_EXTRA_CA_CERTS": str(authority)}
        self._process = subprocess.Popen(
            ["node", str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )

    def call(self, client, call, *args, **where):
        """Call ``client.call(*args)``; returns what it returned, or raises :class:`NodeError`."""
        line = {"client": client, "call": call, "args": args, "token": TOKEN, "number": NUMBER, **where}
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "The Node process ended."
        answer = json.loads(answer)
        if "error" in answer:
            raise NodeError(answer["error"])
        return answer["value"]

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Bound:
    """One of the Node clients, bound to one stand-in: ``kapso("messages.sendText", {…})``."""

    def __init__(self, node, client, **where):
        self._node, self._client, self._where = node, client, where

    def __call__(self, call, *args):
        return self._node.call(self._client, call, *args, **self._where)


def blob(data, mime_type):
    """Return bytes as an argument for a Node client."""
    return {"$bytes": base64.b64encode(data).decode(), "type": mime_type}
