"""Chapter: WhatsApp refuses messages for good, by status and in the answer: each once, with its reason, and nothing more."""

from __future__ import annotations

from collections import Counter

from lib import roads
from lib.faults.invariants import Chapter
from lib.faults.test_site import TestSite

#: Code -> how many messages it strikes.
REFUSED = {131026: 4, 130472: 3, 131047: 3, 131053: 2}
WORDS = 30


def run(test_site: TestSite) -> None:
    """The same crowd of replies on each road; Odoo's books have to come out alike."""
    for road in roads.both(test_site.sandbox):
        name = "after a 200, by status" if road == "status" else "in the answer"
        with test_site.chapter(f"WhatsApp refuses messages about the person, the window or the file {name}") as chapter:
            try:
                _crowd(test_site, chapter)
            finally:
                test_site.sandbox.call("POST", "/switches", {"fault": None})
                # The next chapters write to the same people.
                test_site.database.sql("UPDATE wa_contact SET is_unreachable = false")
                test_site.database.sql(
                    "UPDATE wa_conversation SET window_until = now() AT TIME ZONE 'UTC' + interval '20 hours'"
                )


def _crowd(test_site: TestSite, chapter: Chapter) -> None:
    faults = [
        {"kind": "refused", "code": code, "times": times, "match": "/messages", "after": 1} for code, times in REFUSED.items()
    ]
    test_site.sandbox.call("POST", "/switches", {"fault": faults})
    words = test_site.words("Refused", WORDS)
    test_site.post_each(words)
    chapter.expect(test_site.invariants.settle(60), f"not settled: {test_site.invariants.open()}")
    rows = test_site.database.sql(
        """SELECT w.preview, w.uuid, w.state, w.error_code, c.is_unreachable, v.window_until > now() AT TIME ZONE 'UTC'
             FROM wa_message w JOIN wa_contact c ON c.id = w.contact_id JOIN wa_conversation v ON v.id = w.conversation_id
            WHERE w.direction = 'out' AND w.preview = ANY(%s)""",
        words,
    )
    requests = test_site.sandbox.call("GET", "/requests?path=/messages&limit=10000")["requests"]
    asked = Counter(request["body"].get("biz_opaque_callback_data") for request in requests)
    found = Counter(int(code) for _words, _uuid, state, code, *_rest in rows if state == "failed")
    arrived = sum(state == "delivered" for _words, _uuid, state, *_rest in rows)
    chapter.expect(found == Counter(REFUSED), f"refused were {REFUSED}, Odoo says {dict(found)}")
    chapter.expect(arrived == WORDS - sum(REFUSED.values()), f"{arrived} of the others arrived")
    for preview, uuid, _state, code, unreachable, is_open in rows:
        chapter.expect(asked[uuid] == 1, f"“{preview}” was requested {asked[uuid]} times")
        chapter.expect(bool(unreachable) == (code == "131026"), f"“{preview}” ({code}): reachable is {not unreachable}")
        chapter.expect(is_open == (code != "131047"), f"“{preview}” ({code}): the window is {'open' if is_open else 'closed'}")
    chapter.counts |= {"queued": WORDS, "refused": sum(found.values()), "arrived": arrived}
