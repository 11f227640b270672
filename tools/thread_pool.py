"""A pool of many threads that takes little address space.

Odoo limits the address space of a worker (``limit_memory_hard``, 2.5 GB), and a thread reserves far more of it than it
ever uses: 8 MB for its stack, and 64 MB for an arena of glibc's malloc, of which there may be eight for each processor.
A hundred threads on a machine with eight processors would leave nothing, and the worker's next allocation fails.

Sources: Odoo ``service/server.py`` (``RLIMIT_AS`` of workers; ``M_ARENA_MAX`` set for the threaded server, whose reason is
the same), glibc manual "Malloc Tunable Parameters", ``mallopt(3)``; Python library reference "``_thread``" (which starts
threads with the size set at that moment) and "``concurrent.futures``" (what is meant for implementations of executors).
"""

from __future__ import annotations

import _thread
import ctypes
import gc
import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

STACK_BYTES = 512 * 1024
"""Of each thread: one request, its TLS and its JSON need less than a tenth."""

ARENAS = 2
"""For the whole process, as Odoo has it: Python's own allocator serves nearly everything."""

M_ARENA_MAX = -8
"""Parameter of ``mallopt``; from glibc's ``malloc.h``."""

_starting = threading.Lock()


class SlimThreadPool(Executor):
    """An executor for hundreds of threads that wait for the network.

    Like ``ThreadPoolExecutor``, with two differences: its threads have small stacks, and the end of the process does not
    wait for them (whoever needs that shuts the pool down).
    """

    def __init__(self, max_workers: int, thread_name_prefix: str = "") -> None:
        """Limit the arenas of this process; threads start when there is work for them.

        :param max_workers: how many threads there may be.
        :param thread_name_prefix: what they are called in logs.
        """
        _limit_arenas()
        self._max_workers = max_workers
        self._prefix = thread_name_prefix or "slim"
        self._work: queue.SimpleQueue[tuple[Future[Any], partial[Any]] | None] = queue.SimpleQueue()
        self._open = 0  # calls that were handed in and have not ended
        self._guard = threading.Lock()
        self._ended: list[threading.Lock] = []  # one of each thread, held while it lives
        self._is_shut_down = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called in one of the threads.

        :return: its future.
        :raise RuntimeError: the pool was shut down, or not a single thread can be started.
        """
        with self._guard:
            if self._is_shut_down:
                raise RuntimeError("cannot schedule new futures after shutdown")
            future: Future[Any] = Future()
            self._work.put((future, partial(fn, *args, **kwargs)))
            self._open += 1
            if len(self._ended) < min(self._open, self._max_workers):
                self._start_one()
            return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more work and let the threads end.

        :param wait: until they have.
        :param cancel_futures: what no thread has begun is not done.
        """
        with self._guard:
            self._is_shut_down = True
            while cancel_futures:
                try:
                    item = self._work.get_nowait()
                except queue.Empty:
                    break
                if item is not None:
                    item[0].cancel()
            for _thread_of_ours in self._ended:
                self._work.put(None)
        if wait:
            for ended in self._ended:
                with ended:
                    pass

    def _start_one(self) -> None:
        ended = threading.Lock()
        ended.acquire()
        name = f"{self._prefix}_{len(self._ended)}"
        try:
            start_slim(self._run, ended, name)
        except RuntimeError:
            # No room for another one: those there are do the work.
            if not self._ended:
                raise
            return
        self._ended.append(ended)

    def _run(self, ended: threading.Lock, name: str) -> None:
        """Body of a thread: do what comes until the pool is shut down."""
        threading.current_thread().name = name
        try:
            while (item := self._work.get()) is not None:
                _do(*item)
                del item  # the result is its future's alone
                with self._guard:
                    self._open -= 1
        finally:
            ended.release()


def _do(future: Future[Any], call: partial[Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - whatever it is, whoever asks for the result gets it
        future.set_exception(error)
    else:
        future.set_result(result)


def start_slim(function: Callable[..., Any], *args: Any) -> None:
    """Start a thread with a small stack, and no other thread of the process with one.

    The size is the process's, and Odoo's threaded server starts a thread for each request: one that started between
    would die of the first deep recursion. So nothing comes between: the three calls are made by C (``deque`` over
    ``map``), which holds the interpreter's lock from the first to the last, and no collection of garbage, which may run
    anything, begins meanwhile.

    :raise RuntimeError: the system has no room for another thread.
    """
    with _starting:
        usual = threading.stack_size()
        steps = (
            partial(threading.stack_size, STACK_BYTES),
            partial(_thread.start_new_thread, function, args),
            partial(threading.stack_size, usual),
        )
        collects = gc.isenabled()
        gc.disable()
        try:
            deque(map(partial.__call__, steps), maxlen=0)
        except RuntimeError:
            # Where there is no room for this one, none with a usual stack starts either.
            threading.stack_size(usual)
            raise
        finally:
            if collects:
                gc.enable()


def _limit_arenas() -> None:
    """Limit malloc's arenas, unless an administrator has; where there is no glibc, there are none to limit."""
    if sys.platform != "linux" or "MALLOC_ARENA_MAX" in os.environ:
        return
    try:
        ctypes.CDLL("libc.so.6").mallopt(ctypes.c_int(M_ARENA_MAX), ctypes.c_int(ARENAS))
    except (OSError, AttributeError):
        return
