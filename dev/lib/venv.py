"""The Python environment that Odoo, the sandbox and the checks run in, made from `dev/requirements.lock`."""

from __future__ import annotations

import hashlib
import shutil
import sys

from lib import apt, paths, shell
from lib.locks import only_one
from lib.progress import step

LOCK = paths.DEV / "requirements.lock"


def _fingerprint() -> str:
    return hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()


def ensure() -> None:
    """Make the environment, or do nothing when it fits the lock file and this Python."""
    mark = paths.VENV / "made-from"
    with only_one("venv"):
        if mark.is_file() and mark.read_text() == _fingerprint():
            return
        try:
            import ensurepip  # noqa: F401 PLC0415  (Debian ships Python without it unless python3-venv is installed)
        except ImportError:
            apt.install(["python3-venv"], "Python's venv module")
        with step("making a Python environment"):
            shutil.rmtree(paths.VENV, ignore_errors=True)
            shell.run([sys.executable, "-m", "venv", paths.VENV], log="venv", purpose="Making the Python environment")
        with step("installing Python packages (about a minute)"):
            shell.run(
                [paths.PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", LOCK],
                log="pip",
                purpose="Installing Python packages",
            )
        mark.write_text(_fingerprint())
