"""Databases for benchmarks and fault tests: the addon installed, Odoo's own jobs at rest, and plain SQL from outside."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import psycopg2

from lib import databases, fingerprint, odoo, paths, shell
from lib.locks import only_one
from lib.progress import CommandError, step

#: With the addon installed; kept until the addon changes, and copied for every run.
BASE = "wa_bench_base"
INSIDE = Path(__file__).parent / "inside"
#: What every script inside Odoo can call: the plain work that ours is compared with.
PLAIN = INSIDE / "plain.py"
RESULT = "RESULT "


def ensure_base(install: odoo.Install) -> str:
    """Have a database with this checkout's addon; returns its name."""
    wanted = fingerprint.addon()
    with only_one("bench-base"):
        if databases.comment(BASE, install.pg) != wanted:
            databases.copy(databases.ensure_template(install), BASE, install.pg)
            with step("installing the addon for benchmarks"):
                odoo.run(
                    install,
                    ["-d", BASE, "-i", paths.MODULE, "--no-http", "--stop-after-init"],
                    log="bench-install",
                    purpose="Installing the addon",
                )
            databases.set_comment(BASE, wanted, install.pg)
    return BASE


class Database:
    """One database, seen from outside with SQL; every statement is a transaction of its own."""

    def __init__(self, name: str, env: dict[str, str]) -> None:
        self.name, self.env = name, env
        self._connection = None

    @classmethod
    def fresh(cls, install: odoo.Install, name: str, source: str | None = None) -> Database:
        """A copy of the base (or of `source`) under that name."""
        databases.copy(source or ensure_base(install), name, install.pg)
        database = cls(name, install.pg)
        # Odoo's own jobs (mail queue, digests, cleaning) would run at moments of their own choice.
        database.sql(
            """UPDATE ir_cron SET active = FALSE WHERE ir_actions_server_id IN
               (SELECT a.id FROM ir_act_server a JOIN ir_model m ON m.id = a.model_id WHERE m.model NOT LIKE 'wa.%')"""
        )
        return database

    def connect(self) -> Any:
        """A new connection with autocommit."""
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
        given = {**os.environ, **self.env}
        options = {word: given[name] for name, word in names.items() if given.get(name)}
        connection = psycopg2.connect(dbname=self.name, **options)
        connection.autocommit = True
        return connection

    def sql(self, statement: str, *values: Any) -> list[tuple]:
        """Rows of one statement; connects again when PostgreSQL was restarted in between."""
        for attempt in (1, 2):
            if not self._connection or self._connection.closed:
                self._connection = self.connect()
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute(statement, values or None)
                    return cursor.fetchall() if cursor.description else []
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self._connection.close()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def value(self, statement: str, *values: Any) -> Any:
        """The single value of a statement."""
        return self.sql(statement, *values)[0][0]

    def wait(self, what: str, statement: str, *values: Any, seconds: float = 60, every: float = 0.05) -> float:
        """Ask until the statement's value is true; returns the moment (monotonic) at which it was.

        :raise Trouble: it was not within that many seconds.
        """
        deadline = time.monotonic() + seconds
        while True:
            if self.value(statement, *values):
                return time.monotonic()
            if time.monotonic() > deadline:
                raise CommandError(f"Not within {seconds:g} s: {what}.")
            time.sleep(every)

    def close(self) -> None:
        """Close the connection, so that the database can be copied or dropped."""
        if self._connection:
            self._connection.close()


def inside(install: odoo.Install, database: str, script: str, **arguments: Any) -> Any:
    """Run `inside/<script>.py` in a process of its own with Odoo's registry; returns what it put into `result`.

    The script finds `env` and `arguments`, as in `odoo shell`, and the functions of `inside/plain.py`.
    """
    code = f"import json\narguments = json.loads({json.dumps(json.dumps(arguments))})\nresult = None\n"
    code += PLAIN.read_text() + (INSIDE / f"{script}.py").read_text()
    code += f"\nenv.cr.commit()\nprint({RESULT!r} + json.dumps(result))\n"
    output = _pipe(install, database, code, f"inside-{script}")
    lines = [line for line in output.splitlines() if line.startswith(RESULT)]
    if not lines:
        raise CommandError(f"{script} inside Odoo did not finish; see .dev/log/inside-{script}.log.")
    return json.loads(lines[-1].removeprefix(RESULT))


def _pipe(install: odoo.Install, database: str, code: str, log: str) -> str:
    """Feed a script to `odoo shell`: it is one block, for the shell reads from a pipe as a whole."""
    folder = paths.STATE_DIR / "tmp"
    folder.mkdir(exist_ok=True)
    file = folder / f"{log}-{os.getpid()}.py"
    file.write_text(code)
    try:
        return shell.run(
            ["sh", "-c", 'script=$1; shift; exec "$@" < "$script"', "sh", file]
            + install.command(["shell", "-d", database, "--no-http", "--log-level", "warn"]),
            log=log,
            purpose=f"Running {log}",
            cwd=paths.STATE_DIR,
            env=install.environment,
            timeout=900,
        )
    finally:
        file.unlink()
