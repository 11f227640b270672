"""Debian packages: install what the machine lacks, and download single packages from `unstable` without installing them.

No mirror is named here: the download uses the machine's own Debian entry with the suite changed, in a private apt state
folder, so that the machine's own package lists stay as they are.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from lib import paths, shell
from lib.progress import CommandError, step

SOURCES = Path("/etc/apt")
NO_DEBIAN = (
    "this is not a Debian machine (no Debian entry in /etc/apt), so Odoo 19 cannot be fetched here: "
    "set ODOO_HOME to a folder with Odoo 19 (a checkout, or where the package “odoo” is installed)."
)


@dataclass(frozen=True)
class Entry:
    """One place that Debian packages come from."""

    uri: str
    signed_by: str | None
    suite: str


def _one_line_entries(text: str) -> list[Entry]:
    """Entries of the old format: `deb [options] uri suite component…`."""
    entries = []
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)", line)
        if match:
            signed = re.search(r"signed-by=(\S+)", match["options"] or "")
            entries.append(Entry(match["uri"], signed and signed[1], match["suite"]))
    return entries


def _deb822_entries(text: str) -> list[Entry]:
    """Entries of the newer format: paragraphs of `Field: value`, where Signed-By may be a whole key over many lines."""
    entries = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
        fields: dict[str, str] = {}
        name = ""
        for line in lines:
            if line[:1] in (" ", "\t") and name:
                fields[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").lower() != "no":
            for uri in fields.get("uris", "").split():
                entries.extend(Entry(uri, fields.get("signed-by"), suite) for suite in fields.get("suites", "").split())
    return entries


def entries(folder: Path = SOURCES) -> list[Entry]:
    """All package sources of the machine, in the order apt reads them."""
    found: list[Entry] = []
    files = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    for file in files:
        if file.suffix in (".list", ".sources") and file.is_file():
            text = file.read_text(errors="replace")
            found += _deb822_entries(text) if file.suffix == ".sources" else _one_line_entries(text)
    return found


def debian_entry(folder: Path = SOURCES) -> Entry | None:
    """The entry of the Debian archive itself: not security, not a vendor's repository."""
    for entry in entries(folder):
        if entry.uri.rstrip("/").endswith("/debian") and "security" not in entry.suite and "/" not in entry.suite:
            return entry
    return None


def _unstable_sources() -> str:
    entry = debian_entry()
    if not entry:
        raise CommandError(NO_DEBIAN[0].upper() + NO_DEBIAN[1:])
    signed = entry.signed_by or "/usr/share/keyrings/debian-archive-keyring.gpg"
    return f"Types: deb\nURIs: {entry.uri}\nSuites: unstable\nComponents: main\nSigned-By: {signed}\n"


def download_unstable(packages: list[str], target: Path) -> list[Path]:
    """Download packages of Debian unstable into `target` and return the files; nothing gets installed."""
    shell.need("apt-get", NO_DEBIAN)
    state = paths.STATE_DIR / "apt"
    shutil.rmtree(state, ignore_errors=True)
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True)
    sources = state / "unstable.sources"
    sources.write_text(_unstable_sources())
    (state / "status").write_text("")
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Sandbox::User": "",
    }
    flags = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    shell.run(["apt-get", *flags, "update"], log="apt-update", purpose="Reading Debian's package list")
    shell.run(
        ["apt-get", *flags, "download", *packages],
        log="apt-download",
        purpose="Downloading Odoo 19 from Debian",
        cwd=target,
    )
    files = sorted(target.glob("*.deb"))
    if len(files) != len(packages):
        raise CommandError(
            f"Debian sent {len(files)} of {len(packages)} packages; see .dev/log/apt-download.log, then try again."
        )
    return files


def unpack(files: list[Path], target: Path) -> None:
    """Unpack packages into a folder of our own, running none of their scripts."""
    shell.need("dpkg-deb", NO_DEBIAN)
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        shell.run(["dpkg-deb", "-x", file, target], log="dpkg", purpose=f"Unpacking {file.name}")


def _as_root() -> list[str] | None:
    """What to put before a command that needs root, None when there is no way."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    return ["sudo"] if os.isatty(0) else ["sudo", "-n"]


def install(packages: list[str], why: str) -> None:
    """Install packages on the machine, as root or through sudo, or say which command would do it.

    :param why: what they are for, as the end of "… is needed for".
    """
    names = " ".join(packages)
    advice = f"{why[0].upper()}{why[1:]} is missing here: install it with “apt-get install {names}”, then run this again."
    if not shutil.which("apt-get"):
        raise CommandError(
            f"{why[0].upper()}{why[1:]} is missing here: install it (Debian calls it {names}), then run this again."
        )
    prefix = _as_root()
    if prefix is None:
        raise CommandError(advice)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Waiting for the lock instead of failing: two commands may start at the same moment.
    base = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Acquire::Retries=3",
    ]
    with step(f"installing {names} ({why})"):
        try:
            shell.run([*base, "update"], log="apt-machine", purpose="Updating the machine's package list", env=environment)
            shell.run(
                [*base, "install", "-y", "--no-install-recommends", *packages],
                log="apt-machine",
                purpose=f"Installing {names}",
                env=environment,
            )
        except CommandError as trouble:
            if prefix and "password" in str(trouble):
                raise CommandError(advice) from None
            raise


#: Read by Debian's package while it is being installed.
NO_MAIN_CLUSTER = "/etc/postgresql-common/createcluster.d/no-main-cluster.conf"


def install_postgresql() -> None:
    """Install PostgreSQL's programs without the server that Debian would create and start on the machine with them."""
    quiet = NO_MAIN_CLUSTER if _as_root() is not None and shutil.which("apt-get") else None
    if quiet:
        _root_shell(f"mkdir -p {os.path.dirname(quiet)} && echo 'create_main_cluster = false' > {quiet}")
    try:
        install(["postgresql"], "PostgreSQL (or set PGHOST, PGPORT, PGUSER … to one you have)")
    finally:
        if quiet:
            _root_shell(f"rm -f {quiet}")


def _root_shell(script: str) -> None:
    shell.run([*_as_root(), "sh", "-c", script], log="apt-machine", purpose="Preparing the installation of PostgreSQL")
