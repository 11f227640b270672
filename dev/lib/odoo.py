"""Run Odoo: its environment, its configuration file, and one-shot commands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lib import paths, postgres, shell, source, venv

LAUNCHER = paths.DEV / "launch" / "odoo-bin"
CONFIG = paths.STATE_DIR / "odoo.conf"
#: Variables of the caller that would change what Odoo or Python does here.
UNWANTED = ("ODOO_RC", "OPENERP_SERVER", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "ODOO_HTTP_INTERFACE")


@dataclass(frozen=True)
class Install:
    """Everything needed to run Odoo."""

    source: source.Source
    pg: dict[str, str]  # libpq's variables of the server

    @property
    def environment(self) -> dict[str, str]:
        """The environment of an Odoo process."""
        base = {name: value for name, value in os.environ.items() if name not in UNWANTED}
        return {
            **base,
            **self.pg,
            "PYTHONPATH": str(self.source.python_path),
            "PATH": f"{paths.VENV / 'bin'}:{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "" if os.access(self.source.package, os.W_OK) else "1",
        }

    def command(self, arguments: list[str]) -> list[str]:
        """The command line of `odoo <arguments>` with our configuration; a subcommand comes first, as Odoo wants it."""
        depth = 2 if arguments[:1] == ["i18n"] else 1  # "i18n export" takes its options after both words
        subcommand = arguments[:depth] if arguments and not arguments[0].startswith("-") else []
        rest = arguments[len(subcommand) :]
        return [str(paths.PYTHON), str(LAUNCHER), *subcommand, "-c", str(CONFIG), *rest]


def write_config(where: source.Source, addons: Path = paths.ADDONS, target: Path = CONFIG) -> Path:
    """Write Odoo's configuration: what is the same for every way of running it here."""
    folders = ",".join(str(folder) for folder in (addons, *where.addons, where.package / "addons"))
    text = f"""[options]
addons_path = {folders}
data_dir = {paths.DATA}
http_interface = 127.0.0.1
list_db = False
db_maxconn = 16
db_maxconn_gevent = 16
"""
    if not target.is_file() or target.read_text() != text:
        target.write_text(text)
    return target


def ensure(*, survive_exec: bool = False) -> Install:
    """Have Python packages, Odoo and PostgreSQL; everything is fetched on the first call."""
    paths.make_folders()
    venv.ensure()
    where = source.ensure()
    pg = postgres.ensure(survive_exec=survive_exec)
    write_config(where)
    return Install(where, pg)


def run(install: Install, arguments: list[str], *, log: str, purpose: str, timeout: float = 1200) -> str:
    """Run `odoo <arguments>` to its end; returns its log."""
    return shell.run(
        install.command(arguments), log=log, purpose=purpose, cwd=paths.STATE_DIR, env=install.environment, timeout=timeout
    )
