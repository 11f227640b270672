"""Runs inside Odoo's Python: loads the registry once and forks a process for every job, some of which shall die.

    python laboratory.py <config> <database>        one JSON command a line in, one JSON answer a line out

Commands: `{"job": id, "kill": [kind, when, number] or null}` runs a scheduled job as a job worker does;
`{"script": path, "arguments": {…}}` runs a file with `env` and `arguments` and commits. The answer:
`{"killed": bool, "code": int}`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

import inject

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

#: Seconds to wait for a job that a process which is no more seems to run.
PATIENCE = 20


def run_job(database: str, job_id: int) -> None:
    """What a job worker does with one job. Source: base/models/ir_cron.py `_process_jobs_loop`."""
    registry = Registry(database).check_signaling()
    threading.current_thread().dbname = database
    model = registry["ir.cron"]
    with registry.cursor() as cursor:
        # The connection of a killed process, and with it its lock, may outlive it for a moment.
        deadline = time.monotonic() + PATIENCE
        while not (job := model._acquire_one_job(cursor, job_id, include_not_ready=True)):
            if time.monotonic() > deadline:
                raise RuntimeError("somebody else runs this job")
            cursor.rollback()
            time.sleep(0.1)
        model._process_job(cursor, job)
        cursor.commit()


def run_script(database: str, path: str, arguments: dict) -> None:
    """A file with `env` and `arguments`, in one transaction."""
    with Registry(database).cursor() as cursor:
        env = api.Environment(cursor, SUPERUSER_ID, {})
        code = compile(Path(path).read_text(), path, "exec")
        exec(code, {"env": env, "arguments": arguments})  # noqa: S102 (a file of ours)
        env.flush_all()
        cursor.commit()


def child(database: str, command: dict) -> int:
    """The life of one forked process; returns its exit code."""
    try:
        if command.get("kill"):
            inject.arm(*command["kill"])
        if "job" in command:
            run_job(database, command["job"])
        else:
            run_script(database, command["script"], command["arguments"])
    except BaseException:  # noqa: BLE001 (the last resort of a process: say it and end)
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    conf, database = sys.argv[1:]
    config.parse_config(["-c", conf, "-d", database, "--no-http", "--log-level", "warn"], setup_logging=True)
    Registry(database)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        odoo.sql_db.close_all()  # a connection must not be shared by two processes
        pid = os.fork()
        if not pid:
            os._exit(child(database, json.loads(line)))
        status = os.waitpid(pid, 0)[1]
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(json.dumps({"killed": killed, "code": 0 if killed else os.waitstatus_to_exitcode(status)}), flush=True)


main()
