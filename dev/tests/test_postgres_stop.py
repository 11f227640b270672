"""S18: a private PostgreSQL whose processes were killed or stopped from outside is ended within a bounded time."""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

import pytest

from lib import paths, postgres
from lib.progress import CommandError


@pytest.fixture
def cluster(monkeypatch):
    """A cluster of this test's own, running.

    Not below pytest's own temporary folder: each session of pytest, also another one at this moment, closes that to
    everybody but its user, and the server of root is another user's.
    """
    home = Path(tempfile.mkdtemp(prefix="wa-postgres-"))
    home.chmod(0o755)
    monkeypatch.setattr(paths, "STATE_DIR", home)
    monkeypatch.setattr(postgres, "POLITE", 1)
    monkeypatch.setattr(postgres, "IN_BETWEEN", 2)
    own = postgres.Cluster()
    try:
        own.start()
        yield own
    finally:
        own._kill()
        shutil.rmtree(home, ignore_errors=True)


def test_a_shutdown_that_waits_for_a_stopped_process_ends_and_the_next_start_works(cluster):
    """S18: the checkpointer does nothing any more, and a fast shutdown waits for it for ever."""
    _stop_checkpointer(cluster)
    cluster.stop()
    assert cluster._pid() is None
    cluster.start()
    assert cluster._running()


def test_a_server_that_does_not_even_hear_is_ended_by_the_kernel(cluster, monkeypatch):
    """S18: the server itself is stopped."""
    monkeypatch.setattr(postgres, "IMMEDIATE", 1)
    pid = cluster._pid()
    os.kill(pid, signal.SIGSTOP)
    cluster.stop()
    assert cluster._pid() is None


def test_a_killed_server_is_gone_with_all_its_children(cluster):
    """A child that dies late holds the shared memory, and the next start was refused."""
    pids = (cluster._pid(), *postgres._children(cluster._pid()))
    assert len(pids) > 3
    cluster._kill()
    assert not [pid for pid in pids if postgres._is_alive(pid)]
    cluster.start()
    assert cluster._running()


def test_a_start_finds_a_server_that_hangs_in_its_shutdown(cluster):
    """S18: what `dev/run` met: neither up nor gone."""
    _stop_checkpointer(cluster)
    os.kill(cluster._pid(), signal.SIGINT)  # a fast shutdown begins
    _wait_for(lambda: not cluster._running())
    cluster.start()
    assert cluster._running()


def test_who_waits_for_a_keeper_is_told_and_not_kept_for_ever(tmp_path, monkeypatch, capsys):
    """S18: another command's keeper hangs."""
    monkeypatch.setattr(postgres, "KEEPER", 0.5)
    with (tmp_path / "users").open("w") as keeper, (tmp_path / "users").open("w") as mine:
        fcntl.flock(keeper, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="does not come to an end"):
            postgres._wait_for_keeper(mine)
        assert "waiting for the private PostgreSQL" in capsys.readouterr().out
        fcntl.flock(keeper, fcntl.LOCK_UN)
        postgres._wait_for_keeper(mine)


def _stop_checkpointer(cluster):
    """Stop the process that writes the last checkpoint, without which a fast shutdown does not end.

    The server takes connections before each of its children has said which it is, and others come and go.
    """
    [pid] = _wait_for(lambda: [pid for pid in postgres._children(cluster._pid()) if "checkpointer" in _title(pid)])
    os.kill(pid, signal.SIGSTOP)
    _wait_for(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")


def _wait_for(look, seconds=60):
    """Return what ``look`` finds, once it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
    return found


def _title(pid):
    """How a process calls itself; nothing if it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
