"""Has the addon changed since a database was made from it? Told by content, so that a fresh clone counts as unchanged."""

from __future__ import annotations

import hashlib

from lib import paths

#: Parts of the addon that end up in a database when it is installed or updated. Pages and scripts (`static`) are read anew
#: by Odoo itself, tests are not part of a database.
PARTS = (
    "__manifest__.py",
    "__init__.py",
    "hooks.py",
    "controllers",
    "data",
    "demo",
    "i18n",
    "migrations",
    "models",
    "report",
    "security",
    "tools",
    "views",
    "wizards",
)


def addon() -> str:
    """Sixteen hexadecimal digits that stand for the addon's content."""
    digest = hashlib.sha256()
    for part in PARTS:
        top = paths.ROOT / part
        files = [top] if top.is_file() else sorted(top.rglob("*")) if top.is_dir() else []
        for file in files:
            if file.is_file() and file.suffix not in (".pyc", ".pot"):
                digest.update(str(file.relative_to(paths.ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
