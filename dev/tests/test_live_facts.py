"""docs/meta-facts.md is what the list of points says, and the list names what exists."""

from dataclasses import replace

from lib.live import facts
from lib.live.points import everything


def test_the_list_is_sound():
    assert facts.problems() == []


def test_the_file_is_made_from_the_list():
    assert facts.FILE.read_text() == facts.text(), "run dev/live-check --facts"


def test_every_point_and_every_number_of_the_reviews_stands_in_the_file():
    text = facts.FILE.read_text()
    assert not [point.id for point in everything() if f"`{point.id}`" not in text]
    assert not [
        number for number in facts.REVIEWED if number not in text.replace("(", " ").replace(",", " ").replace(")", " ").split()
    ]


def test_what_is_wrong_with_a_list_is_told():
    points = everything()
    first = points[0]
    assert facts.problems([*points, first]) == [f"{first.id} stands twice on the list"]
    gone = replace(first, tests=("sandbox/tests/test_accounts.py::test_that_never_was", "tests/nowhere.py::test_x"))
    assert len(facts.problems([gone, *points[1:]])) == 2
    assert f"{first.id} names no test" in facts.problems([replace(first, tests=()), *points[1:]])
    assert f"{first.id} settles W99, which no review found" in facts.problems([replace(first, holds=("W99",)), *points])
    without = [point for point in points if "W13" not in point.holds]
    assert facts.problems(without) == ["W13 of the reviews stands nowhere"]


def test_the_pictures_of_carousels_are_for_the_first_real_account():
    first = facts.FILE.read_text().partition("## What the first real account has to prove")[2].partition("\n## ")[0]
    assert "W13" in first
