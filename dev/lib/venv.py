"""The Python environment that Odoo, the sandbox and the checks run in, made from `dev/requirements.lock`."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys

from lib import apt, paths, shell
from lib.locks import only_one
from lib.progress import step

LOCK = paths.DEV / "requirements.lock"
OWN = {"pip", "setuptools", "wheel"}  # an environment's own packages


def _fingerprint() -> str:
    return hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def surplus(lock: str, frozen: str) -> list[str]:
    """Names of installed packages (`pip freeze`) that the lock file does not ask for."""
    wanted = {_canonical(line.split("==")[0]) for line in lock.splitlines() if "==" in line and not line.startswith("#")}
    installed = {_canonical(re.split(r"==| @ ", line)[0]) for line in frozen.splitlines() if line.strip()}
    return sorted(installed - wanted - OWN)


def _pip(*arguments: object) -> str:
    return shell.run(
        [paths.PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments],
        log=f"pip-{arguments[0]}",
        purpose="Installing Python packages",
    )


def ensure() -> None:
    """Make the environment or bring it in line with the lock file; nothing to do when it fits already."""
    mark, python = paths.VENV / "made-from", paths.VENV / "made-with"
    with only_one("venv"):
        if mark.is_file() and mark.read_text() == _fingerprint():
            return
        mark.unlink(missing_ok=True)
        if not (python.is_file() and python.read_text() == sys.version and paths.PYTHON.exists()):
            try:
                import ensurepip  # noqa: F401 PLC0415  (Debian ships Python without it unless python3-venv is installed)
            except ImportError:
                apt.install(["python3-venv"], "Python's venv module")
            with step("making a Python environment"):
                shutil.rmtree(paths.VENV, ignore_errors=True)
                shell.run([sys.executable, "-m", "venv", paths.VENV], log="venv", purpose="Making the Python environment")
                python.write_text(sys.version)
        with step("installing Python packages (about a minute)"):
            _pip("install", "-r", LOCK)
            extra = surplus(LOCK.read_text(), _pip("freeze"))
            if extra:
                _pip("uninstall", "-y", *extra)
        mark.write_text(_fingerprint())
