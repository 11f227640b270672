"""Databases: a template with everything the addon stands on installed, and copies of it that cost a second or two."""

from __future__ import annotations

import hashlib
import os
import shutil

from lib import odoo, paths, postgres
from lib.locks import only_one
from lib.progress import step

#: Installed in the template; what the addon depends on, so that a copy only has to install the addon itself.
MODULES = "crm,base_automation,phone_validation"
TEMPLATE = f"{paths.MODULE}_template"
FILESTORE = paths.DATA / "filestore"


def comment(database: str, env: dict[str, str]) -> str | None:
    """The note we left on a database, '' when there is none, None when there is no such database."""
    rows = postgres.sql(
        f"SELECT coalesce(shobj_description(oid, 'pg_database'), '') || ';' FROM pg_database WHERE datname = '{database}'",
        env=env,
    )
    return rows.rstrip(";") if rows else None


def set_comment(database: str, text: str, env: dict[str, str]) -> None:
    """Leave a note on a database; it goes when the database goes."""
    postgres.sql(f"""COMMENT ON DATABASE "{database}" IS '{text}'""", env=env)


def drop(database: str, env: dict[str, str]) -> None:
    """Drop a database, if there is one, and its files."""
    postgres.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)', env=env)
    shutil.rmtree(FILESTORE / database, ignore_errors=True)


def create(database: str, env: dict[str, str]) -> None:
    """Create an empty database as Odoo would."""
    postgres.sql(f"""CREATE DATABASE "{database}" ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE template0""", env=env)


def copy(source: str, target: str, env: dict[str, str]) -> None:
    """Replace `target` by a copy of `source`, files included."""
    drop(target, env)
    postgres.wait_until_gone(source, env=env)
    postgres.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"', env=env)
    if (FILESTORE / source).is_dir():
        # Stored files are named after their content and never change, so a second name for the same file is enough.
        shutil.copytree(FILESTORE / source, FILESTORE / target, copy_function=os.link, dirs_exist_ok=True)


def ensure_template(install: odoo.Install) -> str:
    """Have the template database for this Odoo; returns its name."""
    wanted = hashlib.sha256(f"{install.source.version}{install.source.package}{MODULES}".encode()).hexdigest()[:16]
    with only_one("template"):
        if comment(TEMPLATE, install.pg) != wanted:
            drop(TEMPLATE, install.pg)
            create(TEMPLATE, install.pg)
            with step(f"installing {MODULES} into a template database (about a minute)"):
                odoo.run(
                    install,
                    ["-d", TEMPLATE, "-i", MODULES, "--stop-after-init"],
                    log="template",
                    purpose="Building the template database",
                )
            set_comment(TEMPLATE, wanted, install.pg)
    return TEMPLATE
