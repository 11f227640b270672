"""What to look for when somebody types a phone number."""

import pytest

from tools.erasing import spellings, without_lines, without_person
from tools.phone_search import exact, needles


@pytest.mark.parametrize(
    ("typed", "country", "stored"),
    [
        ("+44 7700 900209", None, "447700900209"),
        ("0044-7700-900209", "US", "447700900209"),
        ("+44 (0)7700 900209", None, "447700900209"),
        ("07700 900209", None, "447700900209"),
        ("(202) 555-0167", "US", "12025550167"),
        ("٢٠٢ ٥٥٥ ٠١٦٧", None, "12025550167"),
        ("+55 11 8765-4321", None, "5511987654321"),
        ("11 98765-4321", "ES", "551187654321"),
        ("+52 1 55 1234", None, "525512345678"),
        ("+54 11 2345", None, "5491123456789"),
        ("900209", None, "447700900209"),
    ],
)
def test_found_however_it_is_written(typed, country, stored):
    assert any(needle in stored for needle in needles(typed, country))


@pytest.mark.parametrize("typed", ["", None, "Lucía", "Studio 54", "+", "12", "a@b.example", "1" * 40, "#700"])
def test_what_is_no_number_finds_nobody(typed):
    assert needles(typed) == ()
    assert exact(typed) == ()


def test_whole_numbers_are_equal_in_every_spelling():
    assert "5511987654321" in exact("+55 11 8765-4321")
    assert "12025550167" in exact("(202) 555-0167", "US")


def test_one_person_is_taken_out_of_a_body():
    body = '{"messages": [{"from": "12025550167", "text": "mine"}, {"from": "12025550199", "text": "theirs"}]}'
    assert without_person(body, ["12025550167"]) == '{"messages": [{"from": "12025550199", "text": "theirs"}]}'
    assert without_person(body, ["15550000000"]) == body
    assert without_person('{"broken 12025550167', ["12025550167"]) == "{}"


def test_lines_of_others_stay():
    assert without_lines("+1 202-555-0167;yes\n+1 202-555-0199;yes\n", ["12025550167"]) == "+1 202-555-0199;yes\n"
    assert {"12025550167", "+12025550167", "+1 202-555-0167"} <= spellings("12025550167")


@pytest.mark.parametrize(
    "term",
    [
        "whatsapp:+12025550167",
        "Tel. +1 202 555 0167",
        "mobile: +12025550167",
        "https://api.whatsapp.com/send?phone=12025550167",
    ],
)
def test_what_stands_before_a_pasted_number(term):
    """R7: as programs write it."""
    assert "12025550167" in needles(term, "US")
