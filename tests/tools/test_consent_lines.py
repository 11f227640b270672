"""Rows become consents, or a reason; no digit is ever guessed or cut."""

from datetime import date, datetime

import pytest

from tools.consent_lines import moment, read, rows_of_text

NOW = datetime(2026, 11, 25, 12)
GOOD = ["+44 7700 900123", "marketing", "Yes, send me offers", "2026-03-01", "Fair in Leeds"]


def one(cells, country=None):
    [line] = read([cells], country, NOW)
    return line


def test_good_row():
    line = one(GOOD)
    assert (line.problem, line.e164, line.purpose, line.action) == ("", "+447700900123", "marketing", "granted")
    assert (line.evidence, line.at, line.source) == ("Yes, send me offers", datetime(2026, 3, 1), "Fair in Leeds")


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (0, "", "phone_missing"),
        (0, "07700 900123", "country_missing"),
        (0, "447700900123", "country_missing"),
        (0, "+44 7700", "phone_invalid"),
        (0, "4.477E+11", "country_missing"),
        (0, "call me", "phone_invalid"),
        (1, "", "purpose_unknown"),
        (1, "everything", "purpose_unknown"),
        (2, "  ", "evidence_missing"),
        (3, "", "date_missing"),
        (3, "03/04/2026", "date_unclear"),
        (3, "soon", "date_unclear"),
        (3, "31.02.2026", "date_unclear"),
        (3, "2027-01-01", "date_in_future"),
    ],
)
def test_refusals(place, value, problem):
    cells = list(GOOD)
    cells[place] = value
    assert one(cells).problem == problem


def test_local_number_with_its_country():
    cells = list(GOOD)
    for typed in ("07700 900123", "7700900123", 7700900123.0):
        cells[0] = typed
        assert one(cells, "GB").e164 == "+447700900123", typed
    cells[0] = "4.477E+11"
    assert one(cells, "GB").problem == "phone_invalid", "a number the spreadsheet has already cut"


def test_headings_in_any_order():
    headings = ["Date", "Telefon", "Note", "Evidence", "Purpose", "Action"]
    [line] = read([headings, ["2026-03-01", "+447700900123", "x", "No!", "Service", "opt-out"]], None, NOW)
    assert (line.row, line.problem, line.action, line.purpose, line.evidence) == (2, "", "withdrawn", "service", "No!")


def test_rows_keep_the_numbers_of_the_spreadsheet():
    assert [line.row for line in read([["phone"], [], GOOD, ["", None], GOOD], None, NOW)] == [3, 5]


@pytest.mark.parametrize("text", ["a;b,c;d\ne;f;g", "\ufeffa;b;c\n\n"])
def test_separator(text):
    assert rows_of_text(text)[0][0] == "a"
    assert len(rows_of_text(text)[0]) == 3


def test_quoted_separator_stays():
    assert rows_of_text('+1,"Yes, please"') == [["+1", "Yes, please"]]


def test_moments():
    assert moment("2026-03-01T10:30:00") == datetime(2026, 3, 1, 10, 30)
    assert moment("1.3.2026 10:30") == datetime(2026, 3, 1, 10, 30)
    assert moment(date(2026, 3, 1)) == datetime(2026, 3, 1)
    assert moment(46082.5) == datetime(2026, 3, 1, 12)
    assert moment(12.0) is None
    assert moment(None) is None
