"""Export the addon as others install it: a folder named after the module, with what belongs to it and nothing else."""

from __future__ import annotations

import ast
import shutil
import subprocess
import zipfile
from pathlib import Path

from lib import paths
from lib.progress import CommandError

#: What of the repository's top level belongs to the addon. A list of what goes in, so that a new developer file stays out.
PARTS = (
    "__init__.py",
    "__manifest__.py",
    "hooks.py",
    "LICENSE",
    "README.rst",
    "CHANGELOG.md",
    "controllers",
    "data",
    "demo",
    "i18n",
    "migrations",
    "models",
    "report",
    "security",
    "static",
    "tests",
    "tools",
    "views",
    "wizards",
)


def _listed_files() -> list[Path]:
    """Files of the working tree that git knows or would add, relative to the repository."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=paths.ROOT, capture_output=True, check=False
    )
    if done.returncode:  # no git, or an unpacked archive
        files = [path for path in paths.ROOT.rglob("*") if path.is_file() and path.suffix != ".pyc"]
        return [path.relative_to(paths.ROOT) for path in files]
    return [Path(name) for name in done.stdout.decode().split("\0") if name]


def members() -> list[Path]:
    """The addon's files, relative to the repository, sorted."""
    chosen = {
        file for file in _listed_files() if file.parts[0] in PARTS and not any(part.startswith(".") for part in file.parts)
    }
    return sorted(file for file in chosen if (paths.ROOT / file).is_file())


def version() -> str:
    """The version in the manifest."""
    return ast.literal_eval((paths.ROOT / "__manifest__.py").read_text())["version"]


def export(parent: Path) -> Path:
    """Write the folder `crm_whatsapp` below `parent`, replacing one that is there; returns it."""
    target = parent / paths.MODULE
    shutil.rmtree(target, ignore_errors=True)
    files = members()
    if not files:
        raise CommandError("Found no files to export: run this in a checkout of the addon.")
    for file in files:
        destination = target / file
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(paths.ROOT / file, destination)
    return target


def pack(folder: Path, target: Path) -> Path:
    """Zip an exported folder; the same content gives the same bytes."""
    target.unlink(missing_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(str(file.relative_to(folder.parent)))  # dated 1980: no clock in the bytes
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, file.read_bytes())
    return target
