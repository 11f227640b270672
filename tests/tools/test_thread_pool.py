"""Hundreds of threads in a worker whose address space is limited."""

import subprocess
import sys
import textwrap
import threading
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


OTHERS = """
import ctypes, importlib.util, sys, threading

spec = importlib.util.spec_from_file_location("thread_pool", sys.argv[1])
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)
libc = ctypes.CDLL("libc.so.6")
libc.pthread_self.restype = ctypes.c_ulong

def stack():
    attributes, size = ctypes.create_string_buffer(256), ctypes.c_size_t()
    assert not libc.pthread_getattr_np(ctypes.c_ulong(libc.pthread_self()), attributes)
    libc.pthread_attr_getstacksize(attributes, ctypes.byref(size))
    libc.pthread_attr_destroy(attributes)
    return size.value

def note(sizes):
    sizes.append(stack())

def start_others():
    while not done.is_set():
        thread = threading.Thread(target=note, args=(others,))
        thread.start()
        thread.join()

sys.setswitchinterval(1e-6)
done, others, ours = threading.Event(), [], []
starters = [threading.Thread(target=start_others) for _ in range(3)]
for starter in starters:
    starter.start()
for _ in range(40):
    with tool.SlimThreadPool(16) as pool:
        ours += [future.result() for future in [pool.submit(stack) for _ in range(16)]]
done.set()
for starter in starters:
    starter.join()
print(min(others) > 1024 * 1024, max(ours) <= 1024 * 1024, len(others) > 100)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks glibc for the size of a stack")
def test_no_thread_of_others_gets_a_small_stack():
    """The threaded server starts one for each request, at any moment: also while ours start."""
    script = [sys.executable, "-c", textwrap.dedent(OTHERS), str(Path(__file__).parents[2] / "tools/thread_pool.py")]
    ended = subprocess.run(script, capture_output=True, text=True, timeout=120)
    assert ended.stdout.split() == ["True", "True", "True"], ended.stderr


def test_there_are_as_many_threads_as_there_is_work():
    from tools.thread_pool import SlimThreadPool  # noqa: PLC0415

    gate = threading.Barrier(5)
    with SlimThreadPool(8, thread_name_prefix="wa-test") as pool:
        first = pool.submit(threading.current_thread)
        assert first.result().name == "wa-test_0"
        # Each waits for all the others: with a thread less they would wait for ever.
        futures = [pool.submit(gate.wait, 10) for _ in range(5)]
        assert sorted(future.result() for future in futures) == list(range(5))
        assert len(pool._ended) <= 6
    with pytest.raises(RuntimeError):
        pool.submit(print)


def test_what_nobody_has_begun_can_be_called_off():
    from tools.thread_pool import SlimThreadPool  # noqa: PLC0415

    pool, begun, go_on = SlimThreadPool(1), threading.Event(), threading.Event()
    running = pool.submit(lambda: (begun.set(), go_on.wait(10)))
    waiting = pool.submit(int, "1")
    assert begun.wait(10)
    pool.shutdown(wait=False, cancel_futures=True)
    assert waiting.cancelled()
    go_on.set()
    assert running.result(10)[1]
    pool.shutdown()
