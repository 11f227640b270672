"""The developer commands' modules are imported as `lib.…`, as the commands themselves do."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


@pytest.fixture(scope="module")
def stage():
    """The stand-in for dev/live-check, with one person who agreed and has written."""
    from live_stage import Stage

    opened = Stage()
    opened.person()
    yield opened
    opened.close()


@pytest.fixture
def player(stage, tmp_path):
    """A run of dev/live-check that has read the account."""
    from live_stage import player_for

    made = player_for(stage.settings(tmp_path))
    made.read()
    yield made
    stage.calm()
    made.clean()
    made.close()
