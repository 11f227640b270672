"""The closing line of .ci/run never says that all is well when a part of it broke off."""

from lib import closing

TESTS = "…\n12 passed, 0 failed\n"
STORY = 'step\n{"ok": true, "passed": 9, "failed": 0, "steps": [{"step": "a {", "ok": true}]}\n'


def test_good_runs_keep_their_counts():
    assert closing.of_tests(TESTS, 0) == (12, 0)
    assert closing.of_story(STORY, 0) == (9, 0)


def test_a_bad_exit_code_is_a_failure_whatever_was_printed():
    assert closing.of_tests(TESTS, 1) == (12, 1)
    assert closing.of_story(STORY, 1) == (9, 1)


def test_a_run_without_a_closing_line_is_a_failure():
    assert closing.of_tests("Traceback …\nMemoryError", 1) == (0, 1)
    assert closing.of_tests("", 0) == (0, 1)
    assert closing.of_story("Odoo did not answer within 120 s.", 1) == (0, 1)
    assert closing.of_story("{not json}", 0) == (0, 1)


def test_the_last_counts_count():
    assert closing.of_tests("1 passed, 5 failed\n3 passed, 2 failed\n", 1) == (3, 2)
