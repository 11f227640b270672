"""Hundreds of threads in a worker whose address space is limited."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

#: As many arenas as glibc allows itself on a machine with eight processors.
EIGHT_PROCESSORS = {"GLIBC_TUNABLES": "glibc.malloc.arena_max=64"}
#: Odoo's default ``limit_memory_hard`` is 2.5 GB, and a worker with its modules has taken half a gigabyte before.
ROOM = 2 * 1024**3

SCRIPT = """
import importlib.util, resource, sys, threading
from concurrent.futures import ThreadPoolExecutor

spec = importlib.util.spec_from_file_location("thread_pool", sys.argv[1])
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)
pool_class = {"slim": tool.SlimThreadPool, "usual": ThreadPoolExecutor}[sys.argv[2]]
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]),) * 2)

def work(_index):
    kept = bytearray(2000)  # more than Python's own allocator takes: malloc's
    barrier.wait(4)
    return len(kept)

barrier = threading.Barrier(192)
with pool_class(192) as pool:
    done = list(pool.map(work, range(192)))
    rest = bytearray(600 * 1024 * 1024)  # what the worker itself needs meanwhile
print(len(done), threading.stack_size())
"""


def play(kind):
    script = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(Path(__file__).parents[2] / "tools/thread_pool.py")]
    return subprocess.run([*script, kind, str(ROOM)], env=EIGHT_PROCESSORS, capture_output=True, text=True, timeout=90)


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux alone")
def test_threads_leave_room_for_the_worker():
    ended = play("slim")
    assert ended.stdout.split() == ["192", "0"], ended.stderr  # 0: the usual stack size is back
    # The usual pool cannot: what is tried here is really scarce.
    assert play("usual").returncode != 0


def test_what_is_raised_arrives():
    from tools.thread_pool import SlimThreadPool  # noqa: PLC0415

    with SlimThreadPool(2) as pool:
        future = pool.submit(int, "no number")
    assert isinstance(future.exception(), ValueError)
