"""A private PostgreSQL for development and tests, or the caller's own when PGHOST & co. are set.

The private cluster listens on a unix socket only, in a folder nobody else may enter, so it needs neither port nor password.
Commands share it. A keeper process waits, in the kernel, for the last of them to end and then stops the cluster: a command
that is killed leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from lib import apt, paths, shell
from lib.locks import only_one
from lib.progress import CommandError, step

ROLE = "odoo"
MAINTENANCE = "postgres"  # the database to connect to for creating others
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_min_messages": "fatal",
}
SYSTEM_BINARIES = Path("/usr/lib/postgresql")
#: Seconds a shutdown may take: asked politely, then without a checkpoint (the next start recovers), then the kernel ends it.
POLITE, IMMEDIATE = 30, 15
#: Seconds a server that is already starting or stopping gets before a new start takes it for hung.
IN_BETWEEN = 20
#: Seconds the kernel gets to end killed processes, on a machine that is busy with other things.
KILLED = 30
#: Seconds to wait for another command's keeper: longer than a shutdown of it can take.
KEEPER = POLITE + IMMEDIATE + KILLED + 10


def given_by_caller() -> bool:
    """Whether the caller chose a server through libpq's own variables."""
    return any(os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGHOSTADDR", "PGSERVICE"))


def _find_binaries() -> Path | None:
    versions = sorted(SYSTEM_BINARIES.glob("*/bin/postgres"), key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0))
    if versions:
        return versions[-1].parent
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def _binaries() -> Path:
    folder = _find_binaries()
    if not folder:
        apt.install_postgresql()
        folder = _find_binaries()
    if not folder:
        raise CommandError(
            "PostgreSQL's programs are not where Debian puts them: put them on PATH, or set PGHOST, PGPORT, PGUSER."
        )
    return folder


def _account() -> pwd.struct_passwd:
    """Who the server runs as: the caller, or for root (whom PostgreSQL refuses) another user."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CommandError(
        "PostgreSQL does not run as root and there is no user “postgres” here: create one, or start as another user."
    )


def _reachable(folder: Path, account: pwd.struct_passwd) -> bool:
    """Whether that user may enter every folder on the way (a checkout below /root is closed to others)."""
    if os.geteuid() != 0:
        return True
    return all(
        part.stat().st_mode & 0o001 or part.stat().st_uid == account.pw_uid for part in [*folder.parents] if part.exists()
    )


class Cluster:
    """The private cluster of this checkout."""

    def __init__(self) -> None:
        _binaries()  # installing the server also makes the user it runs as
        self.account = _account()
        self.home = self._home()
        self.data = self.home / "data"
        self.socket = self._socket()
        self.log = self.home / "postgres.log"

    def _home(self) -> Path:
        home = paths.STATE_DIR / "postgres"
        if _reachable(home, self.account):
            return home
        key = str(paths.ROOT).strip("/").replace("/", "-")
        return Path("/var/tmp") / f"{paths.MODULE}-postgres-{key}"  # noqa: S108 (mode 0700, owned by the server's user)

    def _socket(self) -> Path:
        """The socket's folder; the kernel allows 107 bytes for the socket's whole path."""
        folder = self.home / "socket"
        if len(str(folder)) < 85:
            return folder
        return Path(tempfile.gettempdir()) / f"wa-pg-{os.stat(paths.STATE_DIR).st_ino}"

    def _run(self, *command: object, log: str, purpose: str) -> None:
        """Run a server program as the server's user.

        :raise Trouble: it failed.
        """
        paths.LOGS.mkdir(parents=True, exist_ok=True)
        options = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        log_file = paths.LOGS / f"{log}.log"
        with log_file.open("w") as output:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                check=False,
                **options,
            )
        if done.returncode:
            details = log_file.read_text() + (self.log.read_text()[-3000:] if self.log.exists() else "")
            raise CommandError(
                shell.diagnose(details) or f"{purpose} failed; see {shell.show(log_file)} and {shell.show(self.log)}."
            )

    def _prepare(self) -> None:
        for folder in (self.home, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            if os.geteuid() == 0:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        if not (self.data / "PG_VERSION").exists():
            with step("creating a private PostgreSQL"):
                shutil.rmtree(self.data, ignore_errors=True)
                self._run(
                    _binaries() / "initdb",
                    "-D",
                    self.data,
                    "-U",
                    ROLE,
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                    log="initdb",
                    purpose="Creating the private PostgreSQL",
                )

    def _running(self) -> bool:
        ready = subprocess.run([_binaries() / "pg_isready", "-q", "-h", self.socket], stdin=subprocess.DEVNULL, check=False)
        return ready.returncode == 0

    def _pid(self) -> int | None:
        """Process of this cluster's server, or None. A pid file that outlived its server may name a stranger's process."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            home = os.readlink(f"/proc/{pid}/cwd")  # the server works in its data folder
        except (OSError, ValueError):
            return None
        return pid if Path(home) == self.data.resolve() else None

    def start(self) -> None:
        """Start the cluster unless it runs; one that hangs half way is ended first, within a bounded time.

        :raise Trouble: it does not start.
        """
        self._prepare()
        if self._running():
            return
        if self._pid():
            with step("PostgreSQL is still starting or stopping (its processes were killed?)"):
                self._wait_or_end()
            if self._running():
                return
        settings = " ".join(
            f"-c {name}={value}" for name, value in {**SETTINGS, "unix_socket_directories": self.socket}.items()
        )
        self._run(
            _binaries() / "pg_ctl",
            "start",
            "-w",
            "-t",
            "60",
            "-D",
            self.data,
            "-l",
            self.log,
            "-o",
            settings,
            log="pg_ctl",
            purpose="Starting the private PostgreSQL",
        )

    def _wait_or_end(self) -> None:
        """Wait for a server that is neither up nor gone; end it if it stays so."""
        deadline = time.monotonic() + IN_BETWEEN
        while self._pid() and not self._running():
            if time.monotonic() > deadline:
                self.stop()
                return
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the cluster, ending its connections, within a bounded time.

        A server whose processes were killed or stopped from outside can wait for them for ever. What was committed is
        in its journal in any case, and the next start recovers it.

        :raise Trouble: not even the kernel could end it.
        """
        for mode, seconds in (("fast", POLITE), ("immediate", IMMEDIATE)):
            if self._ended(mode, seconds):
                return
        self._kill()

    def _ended(self, mode: str, seconds: int) -> bool:
        """Ask the server to stop; tell whether it did."""
        command = [_binaries() / "pg_ctl", "stop", "-w", "-t", str(seconds), "-m", mode, "-D", self.data]
        try:
            self._run(*command, log="pg_ctl-stop", purpose="Stopping the private PostgreSQL")
        except CommandError:
            return self._pid() is None
        return True

    def _kill(self) -> None:
        """End the server and its children by signals that nothing can wait out."""
        pid = self._pid()
        if pid is None:
            return
        # While its children live, they hold the shared memory and no other server starts on this data.
        victims = (pid, *_children(pid))
        for victim in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        deadline = time.monotonic() + KILLED
        while any(_is_alive(victim) for victim in victims):
            if time.monotonic() > deadline:
                raise CommandError(
                    f"The private PostgreSQL (process {pid}) hangs and cannot be ended: a disk that does not answer, perhaps. "
                    f"End it by hand or restart the machine; its log is {shell.show(self.log)}."
                )
            time.sleep(0.1)
        # As long as nobody has collected the dead, a new server takes them for a living one, by its files.
        for leftover in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)

    def environment(self) -> dict[str, str]:
        """libpq's variables for this cluster."""
        return {"PGHOST": str(self.socket), "PGUSER": ROLE}


def _children(pid: int) -> list[int]:
    """Processes that were started by a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # "pid (name) state ppid …"; the name may hold anything.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def _is_alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and is not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (OSError, IndexError):
        return False


_held: list[IO] = []  # the user's lock, open as long as this process lives


def _lock_file(name: str) -> Path:
    folder = paths.STATE_DIR / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def _start_keeper() -> None:
    """Start the process that stops the cluster when no command uses it any more, unless there is one."""
    with _lock_file("keeper").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # one is waiting already
        code = f"import sys; sys.path.insert(0, {str(paths.DEV)!r}); from lib import postgres; postgres.keep({file.fileno()})"
        # The keeper inherits the locked file, so there is no moment in which a second one could start.
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(paths.LOGS / "keeper.log").open("w"),
            start_new_session=True,
            pass_fds=[file.fileno()],
            cwd="/",
        )


def keep(keeper_lock: int) -> None:
    """Body of the keeper: wait until every user of the cluster has ended, then stop it."""
    with _lock_file("postgres-users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        if (paths.STATE_DIR / "postgres").parent.exists():
            Cluster().stop()
        os.close(keeper_lock)


def _wait_for_keeper(users: IO) -> None:
    """Become a user of the cluster; waits, and says so, while a keeper is stopping it.

    :raise Trouble: the keeper does not come to an end.
    """
    try:
        fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return
    except BlockingIOError:
        pass
    deadline = time.monotonic() + KEEPER
    with step("waiting for the private PostgreSQL to stop"):
        while time.monotonic() < deadline:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return
            time.sleep(0.2)
    raise CommandError(
        f"The private PostgreSQL does not come to an end: look into {shell.show(paths.LOGS / 'keeper.log')}, "
        "end the processes of its data folder, then run the command again."
    )


def ensure(*, survive_exec: bool = False) -> dict[str, str]:
    """Have a server and return libpq's variables for it (empty when the caller's own are in force).

    The server stays up until this process ends; with `survive_exec` until the program that replaces it ends.
    """
    if given_by_caller():
        _check_given()
        return {}
    users = _lock_file("postgres-users").open("w")
    _wait_for_keeper(users)
    os.set_inheritable(users.fileno(), survive_exec)
    _held.append(users)
    with only_one("postgres-start"):
        cluster = Cluster()
        cluster.start()
        _start_keeper()
    return cluster.environment()


def _check_given() -> None:
    """Stop with one sentence when the caller's server cannot be used."""
    question = (
        "SELECT current_setting('server_version_num'), current_user, rolcreatedb OR rolsuper "
        "FROM pg_roles WHERE rolname = current_user"
    )
    command = [client("psql"), "-X", "-w", "-d", MAINTENANCE, "-Atc", question]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        reason = next((line for line in done.stderr.splitlines() if "error" in line or "FATAL" in line), "no answer")
        raise CommandError(
            f"The PostgreSQL that PGHOST/PGPORT point at cannot be used ({reason.strip()}) "
            "Start it and check PGUSER/PGPASSWORD, or unset these variables to get a private one."
        )
    version, user, may_create = done.stdout.strip().split("|")
    if int(version) < 130000:
        raise CommandError("The PostgreSQL that PGHOST/PGPORT point at is older than 13, which Odoo 19 needs: use a newer one.")
    if user == "postgres":
        raise CommandError(
            "Odoo refuses to work as PostgreSQL's user “postgres”: set PGUSER to another role that may create databases."
        )
    if may_create != "t":
        raise CommandError(
            f"PostgreSQL's user “{user}” may not create databases: give it CREATEDB or set PGUSER to one that may."
        )


def client(name: str) -> str:
    """Path of a client program (psql, createdb …)."""
    folder = _find_binaries()
    own = folder / name if folder else None
    if own and own.exists():
        return str(own)
    if not shutil.which(name):
        apt.install(["postgresql-client"], "PostgreSQL's client")
    return shell.need(name, "install Debian's package postgresql-client.")


def sql(statement: str, database: str = MAINTENANCE, *, env: dict[str, str]) -> str:
    """Run one statement and return its rows, columns separated by “|”."""
    done = subprocess.run(
        [client("psql"), "-X", "-v", "ON_ERROR_STOP=1", "-d", database, "-Atc", statement],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
    )
    if done.returncode:
        raise CommandError(shell.diagnose(done.stderr) or f"PostgreSQL refused ({done.stderr.strip()[-300:]}).")
    return done.stdout.strip()


def wait_until_gone(database: str, *, env: dict[str, str], seconds: float = 10) -> None:
    """Wait for the last connection to a database to close, so that it can be copied or dropped."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'", env=env) == "0":
            return
        time.sleep(0.2)
