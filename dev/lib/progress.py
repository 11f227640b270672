"""What a person sees while a command works: one line per step, and one sentence when something is in the way."""

from __future__ import annotations

import contextlib
import errno
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

STARTED = time.monotonic()
#: Several steps run at once: each says what it has to say in lines of its own.
whole_lines = False


class CommandError(Exception):
    """Something a person can mend. Its text is one clear sentence and what to do; it is shown without a traceback."""


def say(text: str) -> None:
    """Print one line at once, also when the output goes to a file."""
    print(text, flush=True)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step that may take long, show that it is alive, and say how long it took."""
    terminal = sys.stdout.isatty() and not whole_lines
    print(f"  {text} …", end="" if terminal else "\n", flush=True)
    start, done = time.monotonic(), threading.Event()

    def tick() -> None:
        while not done.wait(5 if terminal else 30):
            seconds = time.monotonic() - start
            print("." if terminal else f"    … {text}: {seconds:.0f} s so far", end="" if terminal else "\n", flush=True)

    threading.Thread(target=tick, daemon=True).start()
    try:
        yield
    except BaseException:
        done.set()
        print(" did not work" if terminal else f"  {text}: did not work", flush=True)
        raise
    done.set()
    seconds = time.monotonic() - start
    print(f" {seconds:.1f} s" if terminal else f"  {text}: {seconds:.1f} s", flush=True)


def explain(error: OSError) -> str | None:
    """The sentence for an operating system error that a person can mend, or None."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full: free at least 4 GB where this checkout lies, then run the command again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"Not allowed to write {error.filename or 'here'}: give yourself the right to it, or use another checkout."
    return None


def run_command(main: Callable[[], int | None]) -> None:
    """Run a command's `main` and end the process with its exit code; troubles become one sentence, Ctrl-C is silent."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with Ctrl-C ignored
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        code = main() or 0
    except KeyboardInterrupt:
        code = 130
    except CommandError as trouble:
        print(f"\n{trouble}", file=sys.stderr, flush=True)
        code = 1
    except OSError as error:
        sentence = explain(error)
        if not sentence:
            raise
        print(f"\n{sentence}", file=sys.stderr, flush=True)
        code = 1
    except subprocess.CalledProcessError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        code = 1
    sys.exit(code)
