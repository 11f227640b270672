"""The closing line is read by machines: its numbers are the sums of what really ran."""

from lib.checks import odoo_tests, pure
from lib.checks.results import Result, summarise

JUNIT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure message="no">trace</failure></testcase>
<testcase classname="a" name="left_out"><skipped message="no network"/></testcase>
<testcase classname="a" name="broken"><error>boom</error></testcase>
</testsuite></testsuites>"""


def test_the_last_line_sums_all_results(capsys):
    assert summarise([Result("one", 3, 1, ["why"]), Result("two", 4)]) == (7, 1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "7 passed, 1 failed"
    assert "why" in lines


def test_a_run_of_nothing_fails(capsys):
    assert summarise([]) == (0, 1)
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"


def test_a_check_counts_as_one():
    assert (Result.check("x", []).passed, Result.check("x", []).failed) == (1, 0)
    assert (Result.check("x", ["a", "b"]).passed, Result.check("x", ["a", "b"]).failed) == (0, 1)


def test_skipped_pytest_tests_count_as_failed():
    passed, failed, problems = pure.read_report(JUNIT)
    assert (passed, failed) == (1, 3)
    assert [problem.split("\n")[0] for problem in problems] == [
        "failure: a.bad",
        "skipped: a.left_out",
        "error: a.broken",
    ]


def _log(total, failed=0):
    return f"2026-11-23 11:47:39,230 6575 INFO db odoo.tests.result: {failed} failed, 0 error(s) of {total} tests when loading"


def test_fewer_odoo_tests_than_written_is_a_failure(monkeypatch):
    monkeypatch.setattr(odoo_tests, "expected_tests", lambda: 10)
    monkeypatch.setattr(odoo_tests, "hoot_files", list)
    assert odoo_tests.judge(0, _log(9), everything=True)[0].failed == 1
    assert odoo_tests.judge(0, _log(10), everything=True)[0].failed == 0
    assert odoo_tests.judge(0, _log(9), everything=False)[0].failed == 0
    assert odoo_tests.judge(0, _log(0), everything=False)[0].failed == 1


def test_an_exit_code_without_a_reason_is_a_failure(monkeypatch):
    monkeypatch.setattr(odoo_tests, "expected_tests", lambda: 1)
    monkeypatch.setattr(odoo_tests, "hoot_files", list)
    assert odoo_tests.judge(1, _log(5), everything=True)[0].failed == 1
    assert odoo_tests.judge(1, _log(5, 2), everything=True)[0].failed == 2


def test_javascript_files_that_did_not_run_are_a_failure(monkeypatch):
    monkeypatch.setattr(odoo_tests, "expected_tests", lambda: 1)
    monkeypatch.setattr(odoo_tests, "hoot_files", lambda: ["a.test.js"])
    assert odoo_tests.judge(0, _log(5), everything=True)[-1].failed == 1


def test_words_become_odoo_tags():
    assert odoo_tests.test_tags(()) == "/crm_whatsapp"
    assert odoo_tests.test_tags(("tour",)) == "wa_tour/crm_whatsapp"
    assert odoo_tests.test_tags(("http", ":TestHook")) == "wa_http/crm_whatsapp,/crm_whatsapp:TestHook"
    assert odoo_tests.test_tags(("/crm:TestLead",)) == "/crm:TestLead"
