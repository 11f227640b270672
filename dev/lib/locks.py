"""Locks between commands, kept by the kernel: they vanish with their process, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from lib import paths


@contextlib.contextmanager
def only_one(name: str) -> Iterator[None]:
    """Let one command at a time do what `name` stands for; others wait and then find it done."""
    folder = paths.STATE_DIR / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
