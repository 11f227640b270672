"""Packages from npm: single files of a package, and the JavaScript linters from their lock file."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from pathlib import Path

from lib import apt, paths, shell
from lib.locks import only_one
from lib.progress import step

LINTERS = paths.NODE / "node_modules"


def ensure_npm() -> None:
    """Have `npm` on the machine."""
    if not shutil.which("npm"):
        apt.install(["nodejs", "npm"], "npm (it brings a file that Debian's Odoo lacks, and the JavaScript linters)")


def extract(package: str, members: dict[str, Path]) -> None:
    """Download `name@version` and copy files out of it.

    :param members: path inside the package -> where to write it; a link found there is replaced, not followed.
    """
    ensure_npm()
    folder = paths.DOWNLOADS / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    name = (
        shell.run(["npm", "pack", "--silent", package], log="npm-pack", purpose=f"Downloading {package} from npm", cwd=folder)
        .strip()
        .splitlines()[-1]
    )
    with tarfile.open(folder / name) as archive:
        for member, target in members.items():
            source = archive.extractfile(f"package/{member}")
            assert source, f"{package} has no file {member}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            target.write_bytes(source.read())


def ensure_linters() -> Path:
    """Install eslint and prettier as `package-lock.json` pins them; returns the folder of their programs."""
    ensure_npm()
    files = [paths.ROOT / "package.json", paths.ROOT / "package-lock.json"]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    mark = paths.NODE / "made-from"
    with only_one("node"):
        if not (mark.is_file() and mark.read_text() == wanted):
            paths.NODE.mkdir(parents=True, exist_ok=True)
            for file in files:
                shutil.copy(file, paths.NODE)
            with step("installing eslint and prettier"):
                shell.run(
                    ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                    log="npm-ci",
                    purpose="Installing the JavaScript linters",
                    cwd=paths.NODE,
                )
            mark.write_text(wanted)
    return LINTERS / ".bin"
