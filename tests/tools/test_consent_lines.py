"""Rows become consents, or a reason; no digit is ever guessed or cut."""

from datetime import date, datetime, timedelta, timezone

import pytest

from tools.consent_lines import AmbiguousHeadings, is_heading, moment, read
from tools.tables import decode, rows_of_text

NOW = datetime(2026, 11, 25, 12)
GOOD = ["+44 7700 900123", "marketing", "Yes, send me offers", "2026-03-01", "Fair in Leeds"]


def one(cells, country=None):
    [line] = read([cells], country, NOW).lines
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
        (0, "4.477E+11", "phone_cut"),
        (0, "4,47701E+11", "phone_cut"),
        (0, "call me", "phone_words"),
        (0, "07700 900123 / 07700 900124", "phone_several"),
        (0, "+44 7700 900123 or +44 7700 900124", "phone_several"),
        (1, "", "purpose_unknown"),
        (1, "everything", "purpose_unknown"),
        (2, "  ", "evidence_missing"),
        (3, "", "date_missing"),
        (3, "03/04/2026", "date_two_ways"),
        (3, "31/31/2026", "date_unclear"),
        (3, "0026-03-01", "date_unclear"),
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
    assert one(cells, "GB").problem == "phone_cut", "a number the spreadsheet has already cut"


def test_headings_in_any_order():
    headings = ["Date", "Telefon", "Note", "Evidence", "Purpose", "Action"]
    [line] = read([headings, ["2026-03-01", "+447700900123", "x", "No!", "Service", "opt-out"]], None, NOW).lines
    assert (line.row, line.problem, line.action, line.purpose, line.evidence) == (2, "", "withdrawn", "service", "No!")


def test_rows_keep_the_numbers_of_the_spreadsheet():
    assert [line.row for line in read([["phone"], [], GOOD, ["", None], GOOD], None, NOW).lines] == [3, 5]


@pytest.mark.parametrize("text", ["a;b,c;d\ne;f;g", "\ufeffa;b;c\n\n"])
def test_separator(text):
    assert rows_of_text(text).rows[0][0] == "a"
    assert len(rows_of_text(text).rows[0]) == 3


def test_quoted_separator_stays():
    assert rows_of_text('+1,"Yes, please"').rows == [["+1", "Yes, please"]]


def test_moments():
    assert moment("2026-03-01T10:30:00") == datetime(2026, 3, 1, 10, 30)
    assert moment("1.3.2026 10:30") == datetime(2026, 3, 1, 10, 30)
    assert moment(date(2026, 3, 1)) == datetime(2026, 3, 1)
    assert moment(46082.5) == datetime(2026, 3, 1, 12)
    assert moment(12.0) is None
    assert moment(None) is None


def test_former_numbers_and_digits_of_other_scripts():
    """R1, R34"""
    for typed, country, e164 in (
        ("+229 97 00 00 01", None, "+2290197000001"),
        ("97 00 00 01", "BJ", "+2290197000001"),
        ("+٩٦٦٥٠١٢٣٤٥٦٧", "SA", "+966501234567"),
        ("٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567"),
        ("+۹۸۹۱۲۰۰۰۰۰۰۱", "SA", "+989120000001"),
    ):
        assert one([typed, *GOOD[1:]], country).e164 == e164, typed


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("31/03/2026", "", datetime(2026, 3, 31)),
        ("03/31/2026", "", datetime(2026, 3, 31)),
        ("03/03/2026", "", datetime(2026, 3, 3)),
        ("03/04/2026", "", None),
        ("03/04/2026", "dmy", datetime(2026, 4, 3)),
        ("03/04/2026", "mdy", datetime(2026, 3, 4)),
        ("31/03/2026", "mdy", None),
        ("2026/3/31", "", datetime(2026, 3, 31)),
        ("3/31/2026 3:05 PM", "", datetime(2026, 3, 31, 15, 5)),
        ("31.03.2026 12:00 am", "", datetime(2026, 3, 31)),
        ("2026-03-31T10:30:00Z", "", datetime(2026, 3, 31, 12, 30)),
        ("2026-03-31 10:30:05+05:30", "", datetime(2026, 3, 31, 7, 0, 5)),
        ("٢٠٢٦-٠٣-٣١", "", datetime(2026, 3, 31)),
    ],
)
def test_dates_of_other_places(text, order, expected):
    """A date of another order or zone is what it says, or refused; two hours east of Greenwich here."""
    assert moment(text, order, timezone(timedelta(hours=2))) == expected


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"])
@pytest.mark.parametrize("mark", [";", "\t", ",", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_way_of_writing_a_list(codec, mark, end):
    rows = (["Téléphone", "Purpose", "Evidence", "Date"], ["+447700900123", "marketing", "Où? Là", "2026-03-01"])
    text = end.join(mark.join(row) for row in rows)
    decoded = decode(text.encode(codec))
    table = rows_of_text(decoded[0], is_heading)
    [line] = read(table.rows, None, NOW).lines
    assert (table.separator, line.row, line.problem, line.evidence) == (mark, 2, "", "Où? Là")


def test_what_is_no_text():
    assert decode(b"\x00\x01\x02\xff") is None
    assert decode(b"\x89PNG\r\n\x1a\n\x00\x00") is None
    assert decode(b"GIF89a\x01\x02") is None


def test_separators_in_words_do_not_win():
    text = "phone;purpose;evidence;date\n+1;marketing;yes, please, today, now;2026\n+2;marketing;no, no, no, never, no;2026"
    assert rows_of_text(text, is_heading).separator == ";"
    assert rows_of_text("sep=,\na;b,c;d").rows == [[], ["a;b", "c;d"]]


def test_blank_lines_and_long_cells_keep_the_numbers_people_see():
    text = 'phone;evidence\n\n+447700900123;"two\nlines"\n\n+447700900124;x\n'
    assert [line.row for line in read(rows_of_text(text, is_heading).rows, None, NOW).lines] == [3, 5]


def test_a_quotation_mark_that_is_never_closed_spoils_one_line():
    good = [f"+4477009002{i:02};marketing;yes;2026-03-01" for i in range(50)]
    text = "\n".join(['+447700900123;marketing;"yes;2026-03-01', *good])
    lines = read(rows_of_text(text).rows, None, NOW).lines
    assert len(lines) == 51
    assert [bool(line.problem) for line in lines] == [True, *[False] * 50]


def test_unknown_ambiguous_and_superfluous_columns_are_said():
    [line] = read([["Kunde", "Bemerkung"]], None, NOW).lines
    assert line.problem == "headings_unknown"
    with pytest.raises(AmbiguousHeadings) as caught:
        read([["Phone", "WhatsApp", "Purpose"]], None, NOW)
    assert caught.value.args == ("Phone", "WhatsApp")
    assert read([["Phone", "Name", "Shoe size"], GOOD], None, NOW).ignored == ("Name", "Shoe size")
    [line] = read([[*GOOD, "granted", "left over"]], None, NOW).lines
    assert line.problem == "cells_left_over"


@pytest.mark.parametrize("cell", ["1" * 200_000, "1 " * 100_000, "1234567/" * 30_000, "+1-" * 60_000])
def test_endless_cell_is_refused_at_once(cell):
    """R34: one cell without an end does not keep the list from being read."""
    refused, fine = read([[cell, "marketing", "yes", "2026-03-01"], GOOD], None, NOW).lines
    assert refused.problem.startswith(("phone_", "country_"))
    assert not fine.problem


@pytest.mark.parametrize(
    "value",
    [
        *(float("nan"), float("inf"), "9999-12-31 23:59", datetime(1899, 12, 30), date(1900, 1, 1)),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone.utc),
    ],
)
def test_dates_that_cannot_be_are_none(value):
    """A spreadsheet's empty date is a day of 1899, and no proof; neither stops the list."""
    assert moment(value, "", timezone(timedelta(hours=13))) is None


def test_hyphens_of_word_processors_stand_in_dates():
    for dash in "\u2010\u2011\u2013\u2212":
        assert moment(f"2026{dash}03{dash}31") == datetime(2026, 3, 31)


def test_tab_may_be_the_named_separator():
    """``sep=`` and a tab: the headings are those of the next line."""
    text = "sep=\t\nDate\tPhone\tPurpose\tEvidence\n2026-03-01\t+12025550143\tmarketing\tyes\n"
    [line] = read(rows_of_text(text, is_heading).rows, None, NOW).lines
    assert (line.row, line.e164, line.problem) == (3, "+12025550143", "")
