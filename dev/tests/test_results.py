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


STAMP = "2026-11-23 11:47:39,230 6575 INFO db"


def _log(*tests, failed=0):
    begun = [f"{STAMP} odoo.addons.crm_whatsapp.tests.test_a: Starting {name} ..." for name in tests]
    return "\n".join([*begun, f"{STAMP} odoo.tests.result: {failed} failed, 0 error(s) of {len(tests)} tests when loading"])


def _expect(monkeypatch, *names, hoot=()):
    monkeypatch.setattr(odoo_tests, "expected_tests", lambda: set(names))
    monkeypatch.setattr(odoo_tests, "hoot_files", lambda: list(hoot))


def test_a_test_odoo_left_out_is_a_failure(monkeypatch):
    _expect(monkeypatch, "TestA.test_one", "TestA.test_two")
    result = odoo_tests.judge(0, _log("TestA.test_one", "TestB.test_other"), everything=True)[0]
    assert (result.passed, result.failed, result.problems[0]) == (2, 1, "not run by Odoo: TestA.test_two")
    assert odoo_tests.judge(0, _log("TestA.test_one", "TestA.test_two"), everything=True)[0].failed == 0


def test_a_selection_may_leave_out_tests_but_not_all(monkeypatch):
    _expect(monkeypatch, "TestA.test_one", "TestA.test_two")
    assert odoo_tests.judge(0, _log("TestA.test_one"), everything=False)[0].failed == 0
    assert odoo_tests.judge(0, _log(), everything=False)[0].failed == 1


def test_an_exit_code_without_a_reason_is_a_failure(monkeypatch):
    _expect(monkeypatch, "TestA.test_one")
    assert odoo_tests.judge(1, _log("TestA.test_one"), everything=True)[0].failed == 1
    assert odoo_tests.judge(1, _log("TestA.test_one", "TestA.test_x", failed=2), everything=True)[0].failed == 2


def test_javascript_files_that_did_not_run_are_a_failure(monkeypatch):
    _expect(monkeypatch, "TestA.test_one", hoot=["a.test.js"])
    assert odoo_tests.judge(0, _log("TestA.test_one"), everything=True)[-1].failed == 1


def test_words_become_odoo_tags():
    assert odoo_tests.test_tags(()) == "/crm_whatsapp"
    assert odoo_tests.test_tags(("tour",)) == "wa_tour/crm_whatsapp"
    assert odoo_tests.test_tags(("http", ":TestHook")) == "wa_http/crm_whatsapp,/crm_whatsapp:TestHook"
    assert odoo_tests.test_tags(("/crm:TestLead",)) == "/crm:TestLead"


def test_shares_cover_every_class_that_has_tests():
    shares = [share for share in odoo_tests.shares(6) if share != odoo_tests.HOOT]
    told = {selection.split(":")[1] for share in shares for selection in share.split(",")}
    assert {name.split(".")[0] for name in odoo_tests.expected_tests()} <= told


def test_shares_are_of_like_size_and_hold_no_class_twice():
    listed = [share.split(",") for share in odoo_tests.shares(6) if share != odoo_tests.HOOT]
    flat = [name for share in listed for name in share]
    assert len(flat) == len(set(flat))
    assert len(listed) == 6
