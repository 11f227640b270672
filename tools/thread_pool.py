"""A pool of many threads that takes little address space.

Odoo limits the address space of a worker (``limit_memory_hard``, 2.5 GB), and a thread reserves far more of it than it
ever uses: 8 MB for its stack, and 64 MB for an arena of glibc's malloc, of which there may be eight for each processor.
A hundred threads on a machine with eight processors would leave nothing, and the worker's next allocation fails.

Sources: Odoo ``service/server.py`` (``RLIMIT_AS`` of workers; ``M_ARENA_MAX`` set for the threaded server, whose reason is
the same), glibc manual "Malloc Tunable Parameters", ``mallopt(3)``.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

STACK_BYTES = 512 * 1024
"""Of each thread: one request, its TLS and its JSON need less than a tenth."""

ARENAS = 2
"""For the whole process, as Odoo has it: Python's own allocator serves nearly everything."""

M_ARENA_MAX = -8
"""Parameter of ``mallopt``; from glibc's ``malloc.h``."""

_starting = threading.Lock()


class SlimThreadPool(ThreadPoolExecutor):
    """A ``ThreadPoolExecutor`` for hundreds of threads that wait for the network."""

    def __init__(self, max_workers: int, thread_name_prefix: str = "") -> None:
        """Limit the arenas of this process; threads start when there is work for them.

        :param max_workers: how many threads there may be.
        """
        _limit_arenas()
        super().__init__(max_workers, thread_name_prefix=thread_name_prefix)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do as ``ThreadPoolExecutor.submit``; a thread that starts for it gets a small stack."""
        # The size is the process's, so it is back before any other thread starts, but for one that starts this instant.
        with _starting:
            usual = threading.stack_size(STACK_BYTES)
            try:
                return super().submit(fn, *args, **kwargs)
            finally:
                threading.stack_size(usual)


def _limit_arenas() -> None:
    """Limit malloc's arenas, unless an administrator has; where there is no glibc, there are none to limit."""
    if sys.platform != "linux" or "MALLOC_ARENA_MAX" in os.environ:
        return
    try:
        ctypes.CDLL("libc.so.6").mallopt(ctypes.c_int(M_ARENA_MAX), ctypes.c_int(ARENAS))
    except (OSError, AttributeError):
        return
