"""Sections of dev/test run side by side; nothing they find gets lost, and breaking off ends everything."""

import threading

import pytest

from lib.checks import lanes
from lib.checks.lanes import Section
from lib.checks.plan import run_logged
from lib.checks.results import Result
from lib.progress import CommandError


def passing(name):
    return lambda: [Result(name, passed=1)]


def test_results_come_section_by_section_whatever_ended_first():
    slow = threading.Event()

    def late():
        assert slow.wait(10)
        return [Result("late", passed=1)]

    def early():
        slow.set()
        return [Result("early", passed=1)]

    sections = [Section("one", [late], finish=passing("end of one")), Section("two", [early])]
    assert [result.name for result in lanes.run(sections, 2)] == ["late", "end of one", "early"]


def test_sections_begin_in_the_order_asked_for_and_what_others_wait_for_begins_before_all():
    begun = []

    def noting(name):
        return lambda: begun.append(name) or []

    sections = [
        Section("long", [noting("long 1"), noting("long 2")], opening=noting("databases")),
        Section("short", [noting("short")]),
        Section("pure", [noting("pure")]),
    ]
    lanes.run(sections, 1, ("pure", "long"))
    assert begun == ["databases", "pure", "long 1", "long 2", "short"]


def test_what_a_person_can_mend_is_a_result_and_stops_nothing_else():
    def in_the_way():
        raise CommandError("Install it.")

    found = lanes.run([Section("one", [in_the_way, passing("other")]), Section("two", [passing("second")])], 2)
    assert [(result.name, result.failed) for result in found] == [("one", 1), ("other", 0), ("second", 0)]
    assert found[0].problems == ["Install it."]


def test_a_mistake_of_ours_ends_the_programs_that_others_wait_for():
    running = threading.Event()

    def patient():
        running.set()
        run_logged(["sleep", "60"], log="test-lanes")

    def wrong():
        assert running.wait(10)
        raise ZeroDivisionError

    with pytest.raises((ZeroDivisionError, KeyboardInterrupt)):
        lanes.run([Section("one", [patient]), Section("two", [wrong])], 2)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane")]
