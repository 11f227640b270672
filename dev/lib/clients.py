"""WhatsApp clients that other people wrote, fetched for the tests in `sandbox/tests/clients` and for nothing else.

They lie in a folder of their own: what the addon, Odoo and the sandbox run in does not hold them.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

from lib import npm, paths, shell, venv
from lib.locks import only_one
from lib.progress import step

SUITE = paths.ROOT / "sandbox" / "tests" / "clients"
LOCK = SUITE / "requirements.lock"
PYTHON_PACKAGES = paths.CLIENTS / "python"
NODE_PACKAGES = paths.CLIENTS / "node"


def ensure() -> dict[str, str]:
    """Have the clients at the versions of their lock files; returns what the tests find them by, as environment variables."""
    venv.ensure()
    _ensure_python()
    npm.install(SUITE, NODE_PACKAGES, "WhatsApp clients for Node")
    return {"CLIENTS_PYTHON": str(PYTHON_PACKAGES), "CLIENTS_NODE": str(NODE_PACKAGES)}


def _ensure_python() -> None:
    mark = paths.CLIENTS / "python-made-from"
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    with only_one("clients"):
        if mark.is_file() and mark.read_text() == wanted:
            return
        mark.unlink(missing_ok=True)
        _pip_into(PYTHON_PACKAGES)
        mark.write_text(wanted)


def _pip_into(folder: Path) -> None:
    """Without dependencies: the lock file names all that `dev/requirements.lock` does not hold already."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with step("installing WhatsApp clients for Python"):
        shell.run(
            [paths.PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-deps"]
            + ["--target", folder, "-r", LOCK],
            log="pip-clients",
            purpose="Installing the WhatsApp clients for Python",
        )
