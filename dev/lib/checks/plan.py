"""What a run of `dev/test` is to do, and the things its sections share: a kit, and a database with the addon installed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from lib import databases, odoo, paths, postgres
from lib.checks import lanes, odoo_log
from lib.checks.results import Result
from lib.progress import step

DATABASE = f"{paths.MODULE}_test"


@dataclass
class Plan:
    """One run: what was asked, and what its sections share. Several of them may ask at once."""

    tags: tuple[str, ...] = ()  # as the caller gave them
    preparations: list[Result] = field(default_factory=list)  # what sharing found out
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _install: odoo.Install | None = None
    _installed: bool = False

    @property
    def install(self) -> odoo.Install:
        """Odoo and PostgreSQL, fetched when first needed."""
        with self._lock:
            if not self._install:
                self._install = odoo.ensure()
            return self._install

    def run_odoo(self, arguments: list[str], *, log: str, database: str = DATABASE) -> tuple[int, str]:
        """Run Odoo on a throw-away database; returns exit code and log, which also stays in `.dev/log`."""
        return run_logged(self.install.command(["-d", database, *arguments]), log=log, env=self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """For throw-away databases: a commit need not reach the disk, and every failure is to be seen."""
        options = f"{os.environ.get('PGOPTIONS', '')} -c synchronous_commit=off".strip()
        return {**self.install.environment, "PGOPTIONS": options, "ODOO_TEST_MAX_FAILED_TESTS": "10000"}

    def make_database(self, name: str) -> None:
        """A fresh copy of the template."""
        databases.copy(databases.ensure_template(self.install), name, self.install.pg)

    def addon_database(self) -> str:
        """A database with the addon and without demo data, installed once per run; the installation counts as one check."""
        with self._lock:
            if not self._installed:
                self._installed = True
                with step("installing the addon into a copy of the template database"):
                    self.make_database(DATABASE)
                    code, log = self.run_odoo(["-i", paths.MODULE, "--no-http", "--stop-after-init"], log="test-install")
                self.preparations.append(self.judge_install("installation", DATABASE, code, log))
            return DATABASE

    def second_database(self, index: int) -> str:
        """One more database like :meth:`addon_database`, for tests that run beside it."""
        name = f"{DATABASE}_{index}"
        databases.copy(self.addon_database(), name, self.install.pg)
        return name

    def judge_install(self, name: str, database: str, code: int, log: str) -> Result:
        """Whether an installation went through, left a clean log, and really installed the addon."""
        problems = [f"{entry.level} {entry.logger}: {odoo_log.shorten(entry.text)}" for entry in odoo_log.complaints(log)]
        if code:
            problems.append(f"Odoo ended with code {code}.")
        state = postgres.sql(f"SELECT state FROM ir_module_module WHERE name = '{paths.MODULE}'", database, env=self.install.pg)
        if state != "installed":
            problems.append(f"The addon's state is “{state or 'unknown to Odoo'}” afterwards.")
        return Result.check(name, problems)


def run_logged(
    command: list, *, log: str, env: dict | None = None, cwd: Path | None = None, timeout: float = 2400
) -> tuple[int, str]:
    """Run a program to its end; returns exit code and output. Unlike :func:`lib.shell.run` a failure is a finding here."""
    target = paths.LOGS / f"{log}.log"
    with target.open("w+b") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd or paths.STATE_DIR,
            start_new_session=True,
        )
        deadline = time.monotonic() + timeout
        try:
            while process.poll() is None:
                if time.monotonic() > deadline:
                    output.write(f"\nstopped after {timeout:.0f} s\n".encode())
                    break
                if lanes.stopping.wait(0.1):
                    raise KeyboardInterrupt
        finally:
            end(process)
        output.seek(0)
        return process.returncode, output.read().decode(errors="replace")


def end(process: subprocess.Popen) -> None:
    """End a program and everything it started (Odoo leaves browsers behind when it is interrupted)."""

    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        if number == signal.SIGTERM and process.poll() is None:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                continue
    process.wait()
