"""S18: a private PostgreSQL whose processes were killed or stopped from outside is ended within a bounded time."""

import fcntl
import os
import shutil
import signal
import time

import pytest

from lib import paths, postgres
from lib.progress import CommandError


@pytest.fixture
def cluster(tmp_path_factory, monkeypatch):
    """A cluster of this test's own, running."""
    home = tmp_path_factory.mktemp("pg")
    for folder in (home, *home.parents):
        if folder.owner() == home.owner() and str(folder) != "/" and folder.stat().st_mode & 0o700 == 0o700:
            folder.chmod(folder.stat().st_mode | 0o011)
    monkeypatch.setattr(paths, "STATE_DIR", home)
    monkeypatch.setattr(postgres, "POLITE", 1)
    monkeypatch.setattr(postgres, "IN_BETWEEN", 2)
    own = postgres.Cluster()
    own.start()
    yield own
    for pid in (own._pid(), *(postgres._children(own._pid() or -1))):
        if pid:
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(own.home, ignore_errors=True)


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


def test_a_start_finds_a_server_that_hangs_in_its_shutdown(cluster):
    """S18: what `dev/run` met: neither up nor gone."""
    _stop_checkpointer(cluster)
    os.kill(cluster._pid(), signal.SIGINT)  # a fast shutdown begins
    while cluster._running():
        time.sleep(0.05)
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
    """Stop the process that writes the last checkpoint, without which a fast shutdown does not end."""
    [pid] = [pid for pid in postgres._children(cluster._pid()) if "checkpointer" in _title(pid)]
    os.kill(pid, signal.SIGSTOP)


def _title(pid):
    with open(f"/proc/{pid}/cmdline") as file:
        return file.read()
