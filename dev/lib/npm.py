"""Packages from npm: single files of a package, and what a lock file pins (the JavaScript linters, for one)."""

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


def install(source: Path, folder: Path, what: str) -> None:
    """Install what `package-lock.json` pins; nothing to do when that is there already.

    :param source: where `package.json` and its lock file lie.
    :param folder: gets copies of both, and `node_modules`.
    :param what: names it to whoever waits.
    """
    ensure_npm()
    files = [source / "package.json", source / "package-lock.json"]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    mark = folder / "made-from"
    with only_one("node"):
        if mark.is_file() and mark.read_text() == wanted:
            return
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(file, folder)
        with step(f"installing {what}"):
            shell.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                log="npm-ci",
                purpose=f"Installing {what}",
                cwd=folder,
            )
        mark.write_text(wanted)


def ensure_linters() -> Path:
    """Install eslint and prettier as `package-lock.json` pins them; returns the folder of their programs."""
    install(paths.ROOT, paths.NODE, "eslint and prettier")
    return LINTERS / ".bin"
