"""`.dev/state.json`: where the running servers are, for scripts."""

from __future__ import annotations

import fcntl
import json
import os
from typing import IO

from lib import paths

_held: list[IO] = []


def _lock() -> IO:
    folder = paths.STATE_DIR / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / "run").open("a+")


def claim() -> bool:
    """Become the one `dev/run` of this checkout; False when there is one already."""
    file = _lock()
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    _held.append(file)
    return True


def is_running() -> bool:
    """Whether a `dev/run` is up (starting or serving)."""
    with _lock() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def write(values: dict) -> None:
    """Replace the state; readable by its owner alone, for it holds passwords, if only of a sandbox."""
    temporary = paths.STATE_FILE.with_suffix(".tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(values, file, indent=2)
        file.write("\n")
    temporary.replace(paths.STATE_FILE)


def read() -> dict | None:
    """The state, or None when there is none."""
    try:
        return json.loads(paths.STATE_FILE.read_text())
    except (FileNotFoundError, ValueError):
        return None


def clear() -> None:
    """Forget the state: the servers are going down."""
    paths.STATE_FILE.unlink(missing_ok=True)
