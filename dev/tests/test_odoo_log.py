"""The log reader decides whether a run fails: it must see every kind of trouble and count what Odoo counted."""

from lib.checks import odoo_log

STAMP = "2026-11-23 11:47:39,230 6575"
LOG = f"""\
{STAMP} INFO db odoo.modules.loading: loading 1 modules...
{STAMP} INFO db odoo.addons.crm_whatsapp.tests.test_a: Starting TestA.test_one ...
{STAMP} INFO db odoo.addons.crm_whatsapp.tests.test_a: skipped TestA.test_two : Chrome executable not found
{STAMP} WARNING db odoo.addons.base.models.ir_ui_view: no accessible name
{STAMP} ERROR db odoo.addons.crm_whatsapp.tests.test_a: FAIL: TestA.test_one
Traceback (most recent call last):
AssertionError: 1 != 2
{STAMP} \x1b[1;31mERROR\x1b[0m db odoo.http: Exception during request handling.
{STAMP} INFO db odoo.addons.web.tests.test_js.WebSuite.browser: [HOOT] Passed 12 tests (30 assertions, total time: 2 s)
{STAMP} ERROR db odoo.tests.result: 1 failed, 2 error(s) of 42 tests when loading database 'db'
"""


def test_counts_come_from_the_runner():
    assert odoo_log.test_counts(LOG) == (42, 3)


def test_counts_of_several_runs_add_up():
    assert odoo_log.test_counts(LOG + LOG) == (84, 6)


def test_a_log_without_a_count_counts_nothing():
    assert odoo_log.test_counts(f"{STAMP} INFO db somebody: 5 failed, 1 error(s) of 9 tests") == (0, 0)


def test_warnings_and_errors_are_complaints_also_in_colour():
    levels = [(entry.level, entry.logger) for entry in odoo_log.complaints(LOG)]
    assert levels == [
        ("WARNING", "odoo.addons.base.models.ir_ui_view"),
        ("ERROR", "odoo.addons.crm_whatsapp.tests.test_a"),
        ("ERROR", "odoo.http"),
        ("ERROR", "odoo.tests.result"),
    ]


def test_failed_tests_are_told_from_a_dirty_log():
    dirty = [entry.logger for entry in odoo_log.complaints(LOG) if not odoo_log.is_test_failure(entry)]
    assert dirty == ["odoo.addons.base.models.ir_ui_view", "odoo.http"]


def test_a_traceback_stays_with_its_entry():
    entry = next(entry for entry in odoo_log.records(LOG) if entry.text.startswith("FAIL"))
    assert entry.text.endswith("AssertionError: 1 != 2")


def test_started_tests_are_seen():
    assert odoo_log.started(LOG) == {"TestA.test_one"}


def test_skipped_tests_are_seen():
    assert odoo_log.skipped(LOG) == ["TestA.test_two: Chrome executable not found"]


def test_javascript_tests_are_counted():
    assert odoo_log.hoot_count(LOG) == 12


def test_every_allowed_noise_names_its_reason():
    assert all(logger and start and why for logger, start, why in odoo_log.NOISE)


def test_noise_excuses_only_its_own_logger():
    for logger, start, _why in odoo_log.NOISE:
        assert odoo_log.is_noise(odoo_log.Record("WARNING", logger, f"before {start} after"))
        assert not odoo_log.is_noise(odoo_log.Record("WARNING", "odoo.addons.crm_whatsapp", start))


def test_a_long_traceback_keeps_both_ends():
    text = "\n".join(str(number) for number in range(200))
    short = odoo_log.shorten(text, 10).splitlines()
    assert (short[0], short[-1], len(short)) == ("0", "199", 11)
