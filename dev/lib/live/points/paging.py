"""Lists that go on: cursors, links, and cursors that are wrong."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from ..check import Check
from ..expectations import Accepted, Answer, Has, Lacks, Refused
from ..point import CONTESTED, LIKELY, SURE, Points

POINTS = Points("paging", "Paging")


def first_of_many(check: Check) -> Answer:
    """Return the first page of a list that has a second one."""
    path = f"{check.waba}/message_templates"
    count = check.get(path, {"limit": 1, "summary": "total_count"}, Accepted(), Has("summary.total_count", int))
    if count.body["summary"]["total_count"] < 2:
        check.impossible("the account has fewer than two templates")
    return check.get(path, {"fields": "id", "limit": 1}, Accepted())


@POINTS.add(
    "cursors",
    "A list goes on by paging.cursors.after as long as there is paging.next; the last page has no next.",
    source="Meta, docs/graph-api/results",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_templates.py::test_140_templates_come_in_pages "
    "tests/tools/graph/test_client_calls.py::test_all_pages_of_templates",
)
def cursors(check: Check) -> None:
    path, query = f"{check.waba}/message_templates", {"fields": "id", "limit": 1}
    first = first_of_many(check)
    check.judge(
        first,
        Has("data.0.id", str, private=True),
        Has("paging.cursors.after", str),
        Has("paging.next", r"https?://.+", private=True),
        Lacks("data.1"),
    )
    after = first.body["paging"]["cursors"]["after"]
    second = check.get(path, {**query, "after": after}, Accepted(), Has("data.0.id", str, private=True))
    if second.body["data"][0]["id"] == first.body["data"][0]["id"]:
        check.judge(second, Lacks("data.0.id"))  # the same page again
    check.call(lambda client: list(client.templates(check.waba, fields="id")), Accepted(), Lacks("paging.next"))


@POINTS.add(
    "next-holds-the-cursor",
    "paging.next holds the same cursor as paging.cursors.after, so that either may be followed.",
    source="chatwoot follows next, others the cursor; no answer with next and without cursors is on record",
    dated="2026-11",
    sure=CONTESTED,
    holds="W19",
    tests="tests/tools/graph/test_client_calls.py::test_a_list_goes_on_when_only_the_address_of_the_next_page_comes "
    "sandbox/tests/test_graph_uncommon.py::test_lists_may_give_cursors_only_inside_of_the_next_address",
)
def next_holds_the_cursor(check: Check) -> None:
    first = first_of_many(check)
    check.judge(first, Has("paging.next", str, private=True), Has("paging.cursors.after", str))
    named = parse_qs(urlsplit(first.body["paging"]["next"]).query).get("after", [""])[0]
    check.judge(first, Has("paging.cursors.after", (named,)))


@POINTS.add(
    "wrong-cursor",
    "From v24.0 on a cursor that is none is 131059.",
    source="Meta, changelog",
    dated="2025-10",
    sure=LIKELY,
    tests="sandbox/tests/test_graph_templates.py::test_140_templates_come_in_pages",
)
def wrong_cursor(check: Check) -> None:
    check.get(f"{check.waba}/message_templates", {"fields": "id", "limit": 1, "after": "nothing"}, Refused(131059))
