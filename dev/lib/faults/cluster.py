"""A PostgreSQL of the fault tests' own: they restart it and pull its plug."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from lib import odoo, paths, postgres


class FaultCluster(postgres.Cluster):
    """Like the private cluster, in another folder; it belongs to one run, which stops it."""

    def _home(self) -> Path:
        return super()._home().with_name(super()._home().name + "-faults")

    def _socket(self) -> Path:
        folder = self.home / "socket"
        if len(str(folder)) < 85:
            return folder
        return Path(tempfile.gettempdir()) / f"wa-pg-faults-{paths.STATE_DIR.stat().st_ino}"

    def crash(self) -> None:
        """Stop at once, as if the processes had been killed: the next start recovers from the log."""
        self._run(
            postgres._binaries() / "pg_ctl",
            *("stop", "-w", "-m", "immediate", "-D", self.data),
            log="pg_ctl-crash",
            purpose="Crashing the fault tests' PostgreSQL",
        )

    def restart(self, *, crash: bool, pause: float = 1.0) -> None:
        """Down, a moment of nothing, up again."""
        if crash:
            self.crash()
        else:
            self.stop()
        time.sleep(pause)
        self.start()


def install_on(cluster: FaultCluster, install: odoo.Install) -> odoo.Install:
    """The same Odoo on that cluster."""
    return odoo.Install(install.source, cluster.environment())
