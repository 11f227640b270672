"""Servers that live as long as the command that started them, and not longer."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from lib import shell
from lib.progress import CommandError

PR_SET_PDEATHSIG = 1


def _die_with(parent: int, kill_signal: int) -> Callable[[], None]:
    """What the child does before it becomes the server: ask Linux to end it when its parent ends, however that happens."""
    try:
        prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec as little as possible may happen
    except (OSError, AttributeError):  # not Linux: servers then outlive a killed command, and only then
        return lambda: None

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, kill_signal, 0, 0, 0)
        if os.getppid() != parent:  # it ended in between
            os._exit(1)

    return ask


class Server:
    """One server process with its own process group and log file."""

    def __init__(self, name: str, command: list, *, log: Path, env: dict | None = None, cwd: Path | None = None) -> None:
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid(), signal.SIGTERM),
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def running(self) -> bool:
        return self.process.poll() is None

    def last_words(self) -> str:
        """The last telling line of its log."""
        return shell.telling_line(self.log.read_text(errors="replace"))

    def wait_for(self, url: str, seconds: float) -> None:
        """Wait until `url` answers (whatever the status code), or stop with one sentence."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.running():
                text = self.log.read_text(errors="replace")
                raise CommandError(
                    shell.diagnose(text)
                    or f"{self.name} stopped while starting ({self.last_words()}); see {shell.show(self.log)}."
                )
            if answers(url):
                return
            time.sleep(0.1)
        raise CommandError(f"{self.name} did not answer within {seconds:.0f} s; see {shell.show(self.log)}.")

    def stop(self, patience: float = 10) -> None:
        """End the process and whatever it started: politely, then for good."""
        if self.running():
            self.process.terminate()
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def answers(url: str) -> bool:
    """Whether an HTTP server answers there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False
