"""How a process of the fault tests kills itself at one chosen moment. The addon knows nothing of it.

Imported inside Odoo's process only. Moments are counted from the start of the job: the n-th COMMIT on any cursor, or the n-th
HTTP request on its way to WhatsApp; the process ends right before or right after it, by SIGKILL, so that no `finally`, no
`atexit` and no thread has a say.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import requests.adapters

from odoo.sql_db import Cursor


def arm(kind: str, when: str, number: int) -> None:
    """Kill this process `when` ("before" or "after") the `number`-th `kind` ("commit" or "request")."""
    owner, name = {"commit": (Cursor, "commit"), "request": (requests.adapters.HTTPAdapter, "send")}[kind]
    original: Callable = getattr(owner, name)
    lock, seen = threading.Lock(), [0]

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        with lock:
            seen[0] += 1
            mine = seen[0] == number
        if mine and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(self, *args, **kwargs)
        if mine:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, watched)
