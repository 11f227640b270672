"""States never go back, whatever arrives in whatever order."""

import sqlite3
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.status import RANK, RANK_ROWS, SETTLED, merge, rank_sql, reached

states = st.sampled_from(sorted(RANK))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("queued", "sending", "sending"),
        ("sending", "sent", "sent"),
        ("delivered", "sent", "delivered"),
        ("read", "delivered", "read"),
        ("read", "played", "played"),
        ("sent", "read", "read"),
        ("sent", "failed", "failed"),
        ("failed", "sent", "failed"),
        ("unknown", "failed", "failed"),
        ("delivered", "failed", "delivered"),
        ("read", "failed", "read"),
        ("failed", "delivered", "delivered"),
        ("sending", "unknown", "unknown"),
        ("unknown", "sending", "unknown"),
        ("unknown", "sent", "sent"),
        ("sent", "unknown", "sent"),
        ("sent", "warned", "sent"),
        ("", "sent", "sent"),
        (None, "sent", "sent"),
        (None, None, ""),
        ("", "warned", "warned"),
    ],
)
def test_merge(old, new, expected):
    assert merge(old, new) == expected


@given(states, st.one_of(states, st.text(), st.none()))
def test_never_goes_back(old, new):
    assert RANK[merge(old, new)] >= RANK[old]


@given(st.lists(states, min_size=1, max_size=4))
def test_the_order_and_number_of_webhooks_do_not_matter(news):
    results = {reduce(merge, order * 2, "queued") for order in permutations(news)}
    assert len(results) == 1


@given(states, states, states)
def test_merging_is_associative(a, b, c):
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


def test_settled_states_are_those_a_send_cannot_undo():
    assert {state for state, rank in RANK_ROWS if rank >= RANK["failed"]} == SETTLED


@given(st.one_of(states, st.text()), states)
def test_the_sql_ranks_as_python_does(old, new):
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE TABLE m (state TEXT)")
        connection.execute("INSERT INTO m VALUES (?)", (old,))
        found = connection.execute(f"SELECT {rank_sql('m.state')} < ? FROM m", (RANK[new],)).fetchone()[0]
    finally:
        connection.close()
    assert bool(found) is (merge(old, new) == new and old != new)


@pytest.mark.parametrize("column", ["state; DROP TABLE m", "a.b.c", "", "State", "1a"])
def test_only_names_go_into_sql(column):
    with pytest.raises(ValueError):
        rank_sql(column)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("sending", "sent", ["sent"]),
        ("sending", "read", ["sent", "delivered", "read"]),
        ("sent", "delivered", ["delivered"]),
        ("delivered", "played", ["read", "played"]),
        ("read", "delivered", []),
        ("read", "read", []),
        ("sent", "failed", ["failed"]),
        ("sending", "failed", ["failed"]),
        ("failed", "delivered", ["delivered"]),
        ("delivered", "failed", []),
        ("queued", "sending", []),
        ("sent", "teleported", []),
        (None, "sent", ["sent"]),
    ],
)
def test_reached(old, new, expected):
    assert reached(old, new) == expected


@given(states, st.lists(states, max_size=6))
def test_no_report_is_reached_twice(first, news):
    state, seen = first, []
    for new in news:
        seen += reached(state, merge(state, new))
        state = merge(state, new)
    assert len(seen) == len(set(seen))
