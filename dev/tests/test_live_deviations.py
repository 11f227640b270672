"""Every point of the live check, against a stand-in that behaves as expected, and once for each way in which it may not."""

import pytest
from live_site import NUMBER, QUICK, Recorder, TestSite, deviations, in_webhook, player_for

from lib.live.player import AS_EXPECTED, OTHER
from lib.live.point import INBOUND
from lib.live.points import everything

POINTS = {point.id: point for point in everything()}
PLAYED = [point.id for point in POINTS.values() if point.play is not None]
#: Points that need other circumstances than the rest -> settings of the run, or switches of the stand-in.
CIRCUMSTANCES = {
    "messages.both-spellings": {"recipient": "+5491123456789", "test_recipients": ["+5491123456789"]},
    "statuses.closed-window": {"recipient": "+447700900124", "window": "closed"},
    "errors.pair-rate": {"switches": {"pair_rate": True}},
}


@pytest.fixture(scope="module")
def site():
    opened = TestSite()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def base(site, tmp_path_factory):
    """A player that has read everything, listens, and has heard from the recipient."""
    person = site.person(writes=False)
    site.person("+5491123456789")
    site.person("+447700900124", writes=False)
    site.control("POST", "callback", {"callback_url": f"{site.url}/app-hook", "verify_token": "x", "fields": ["flows"]})
    player = player_for(site.settings(tmp_path_factory.mktemp("base"), flood=True))
    player.read()
    player.is_recipient = lambda _who: True  # others play with this listener, too, some for another person
    assert site.listening(player) == ""
    site.writes(person)
    assert player.wait_for_message(10)
    player.person = person
    yield player
    player.clean()
    player.close()


@pytest.fixture
def anew(site, base, tmp_path, request):
    """Make players for one point; what all of them made is taken back together, and nothing may be left."""
    made = []
    more = dict(CIRCUMSTANCES.get(request.node.callspec.params["name"], {}))
    switches, listed = more.pop("switches", {}), more.pop("test_recipients", None)
    site.control("POST", "switches", switches)
    site.control("POST", f"numbers/{NUMBER}", {"test_recipients": listed})

    def make(watch=None, **patience):
        site.control("POST", "clock", {"offset_s": 0})  # limits start anew
        player = player_for(site.settings(tmp_path, flood=True, **more, **patience), base, watch)
        if "recipient" in more:
            player.inbound, player.gate.bsuid = {}, ""
        made.append(player)
        player.ledger = made[0].ledger
        return player

    yield make
    site.calm()
    site.control("POST", "switches", {name: QUICK[name] for name in switches})
    site.control("POST", f"numbers/{NUMBER}", {"test_recipients": None})
    assert not made[0].clean()
    assert not made[0].ledger.path.exists()


@pytest.mark.parametrize("name", PLAYED)
def test_every_difference_shows(name, site, base, anew):
    """As expected when the stand-in behaves as expected; *other* as soon as one thing an expectation looks at is not so."""
    point = POINTS[name]
    watch = Recorder()
    healthy = anew(watch).play([point])[0]
    assert healthy.verdict == AS_EXPECTED, healthy.came
    assert watch.judgements, "a point without an expectation proves nothing"
    hidden = []
    for number, (step, expectation, by_webhook) in enumerate(watch.judgements):
        for how, spoil in deviations(expectation):
            recorder = Recorder(_at(site, step, spoil) if name != "errors.pair-rate" else _whenever_refused(site, spoil))
            if by_webhook:
                recorder = Recorder()
                _spoil_webhooks(site, expectation, spoil)
            # What a webhook no longer says is waited for in vain.
            player = anew(recorder, patience=0.1 if by_webhook else 2, review_patience=0.3)
            if by_webhook and INBOUND in point.needs:
                before = len(base.listener.messages())
                site.writes(base.person)
                base.listener.until(lambda before=before: len(base.listener.messages()) > before, 5)
                player.wait_for_message(5)
            seen = player.play([point])[0]
            site.calm()
            if seen.verdict != OTHER:
                hidden.append(f"{number}. {expectation}: {how} → {seen.verdict} {seen.came}")
    assert not hidden


def _at(site, step, spoil):
    """Spoil the answers of one step."""
    return lambda now: setattr(site, "spoil", spoil if now == step else None)


def _whenever_refused(site, spoil):
    """Spoil refusals, whichever message meets the first."""
    return lambda now: setattr(site, "spoil", lambda status, body: spoil(status, body) if status != 200 else (status, body))


def _spoil_webhooks(site, expectation, spoil):
    key = expectation.path.split(".")[0]
    site.forge = key == "refused"
    site.spoil_hook = in_webhook(spoil, key)
