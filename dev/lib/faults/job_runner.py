"""The other side of `laboratory.py`: order a job, with or without a death in it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from lib import odoo, paths
from lib.progress import CommandError

HERE = Path(__file__).parent
Kill = tuple[str, str, int]  # "commit" or "request", "before" or "after", which one


class JobRunner:
    """A process with Odoo's registry in which jobs run in forked processes, one at a time."""

    def __init__(self, install: odoo.Install, database: str) -> None:
        self.log = paths.LOGS / "faults-lab.log"
        self._process = subprocess.Popen(
            [str(paths.PYTHON), str(HERE / "laboratory.py"), str(odoo.CONFIG), database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            text=True,
            env=install.environment,
            cwd=paths.STATE_DIR,
        )
        self._answer()

    def _answer(self) -> dict:
        while line := self._process.stdout.readline():
            if line.startswith("{"):
                return json.loads(line)
        raise CommandError("The laboratory of the fault tests ended by itself; see .dev/log/faults-lab.log.")

    def _order(self, command: dict) -> dict:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def job(self, job_id: int, kill: Kill | None = None) -> bool:
        """Run a scheduled job to its end, or to its death; returns whether it was killed.

        :raise Trouble: the job itself broke.
        """
        answer = self._order({"job": job_id, "kill": kill})
        if answer["code"]:
            raise CommandError("A job broke in the laboratory; see .dev/log/faults-lab.log.")
        return answer["killed"]

    def script(self, name: str, **arguments: Any) -> None:
        """Run `inside/<name>.py`."""
        answer = self._order({"script": str(HERE / "inside" / f"{name}.py"), "arguments": arguments})
        if answer["code"] or answer["killed"]:
            raise CommandError(f"{name} did not run in the laboratory; see .dev/log/faults-lab.log.")

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
