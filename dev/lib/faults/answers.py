"""Chapter: WhatsApp answers with errors, with nothing, or with half of something."""

from __future__ import annotations

from lib.faults.test_site import TestSite

#: What strikes, how often, and whether WhatsApp may have it all the same. A hanging server is cut after a few seconds here;
#: the client's own patience (25 s) is tested against a real socket in tests/tools.
FAULTS = (
    {"kind": "500", "times": 6},
    {"kind": "503", "times": 2},
    {"kind": "429", "times": 3},
    {"kind": "hang", "times": 3, "seconds": 2},
    {"kind": "cut", "times": 3},
    {"kind": "cut", "times": 2, "processed": False},
    {"kind": "html", "times": 3},
    {"kind": "html", "times": 2, "processed": True},
)


def run(test_site: TestSite) -> None:
    """All of them strike within one crowd of replies."""
    faults = sum(fault["times"] for fault in FAULTS)
    with test_site.chapter("WhatsApp answers 500, 503, 429, HTML, hangs, or cuts the connection after the body") as chapter:
        test_site.sandbox.call(
            "POST", "/switches", {"fault": [{**fault, "match": "/messages", "after": 1} for fault in FAULTS]}
        )
        words = test_site.words("Reply", 2 * faults)
        test_site.post_each(words)
        chapter.expect(test_site.invariants.settle(100), f"not settled: {test_site.invariants.open()}")
        left = test_site.sandbox.call("GET", "/switches")["fault"]
        test_site.sandbox.call("POST", "/switches", {"fault": None})
        chapter.expect(not left, f"{len(left or ())} faults never struck")
        found = test_site.invariants.outbound(chapter, words, may_fail=True)
        chapter.counts["faults"] = faults
        # 500, 503, 429: Meta said that it did not take the message. It is sent again and arrives.
        chapter.expect(found["failed"] == 0, f"{found['failed']} messages failed although WhatsApp only had a bad moment")
        lost = sum(fault["times"] for fault in FAULTS if fault.get("processed") is False or fault["kind"] == "html")
        chapter.expect(
            found["unknown"] <= lost, f"{found['unknown']} messages are unknown; only {lost} answers left room for doubt"
        )
