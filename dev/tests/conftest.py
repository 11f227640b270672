"""The developer commands' modules are imported as `lib.…`, as the commands themselves do."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


@pytest.fixture(scope="module")
def site():
    """The stand-in for dev/live-check, with one person who agreed and has written."""
    from live_site import TestSite

    opened = TestSite()
    opened.person()
    yield opened
    opened.close()


@pytest.fixture
def player(site, tmp_path):
    """A run of dev/live-check that has read the account."""
    from live_site import player_for

    made = player_for(site.settings(tmp_path))
    made.read()
    yield made
    site.calm()
    made.clean()
    made.close()
