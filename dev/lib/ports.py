"""TCP ports on loopback: the wished-for one, or a free one when that is taken."""

from __future__ import annotations

import os
import socket

from lib.progress import CommandError, say

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether nothing listens on that port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """A port nothing listens on now; the kernel hands out another one at the next call."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def wished(variable: str, default: int) -> int:
    """The port named by an environment variable (or `default`), or a free one when something else listens there."""
    text = os.environ.get(variable) or str(default)
    if not (text.isdigit() and 0 < int(text) < 65536):
        raise CommandError(f"{variable}={text} is no port: set it to a number from 1024 to 65535, or unset it.")
    port = int(text)
    if is_free(port):
        return port
    free = any_free()
    say(f"  port {port} is taken, using {free} (choose another with {variable})")
    return free
