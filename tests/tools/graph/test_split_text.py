"""Long texts become several messages, and every one of them reads well."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.graph.text import split_text
from tools.graphemes import is_one
from tools.markup import to_html
from tools.markup.ranges import Range, ranges

WORDS = "one two three four five six seven eight nine ten "


def test_where_marks_stand():
    text = "a *b _c_* `d`\n~e~ ```f\n*g*``` https://example.com/x_y_z"
    assert [(text[r.start : r.end], r.mark) for r in ranges(text)] == [
        ("*b _c_*", "*"),
        ("_c_", "_"),
        ("`d`", "`"),
        ("~e~", "~"),
        ("```f\n*g*```", "```"),
        ("https://example.com/x_y_z", ""),
    ]
    assert ranges("2*3*4 snake_case_name ** `") == []


@given(st.text(alphabet="*_~` \nab"))
def test_ranges_lie_within_the_text_and_in_each_other(text):
    found = ranges(text)
    for one in found:
        assert text[one.start :].startswith(one.mark)
        assert text[: one.end].endswith(one.mark)
        assert 0 <= one.start < one.end <= len(text)
    for one in found:
        for other in found:
            apart = one.end <= other.start or other.end <= one.start
            inside = one.start <= other.start and other.end <= one.end
            assert apart or inside or (other.start <= one.start and one.end <= other.end)


@pytest.mark.parametrize("mark", ["*", "_", "~", "`", "```"])
def test_marked_words_stay_whole_where_there_is_another_place(mark):
    marked = f"{mark}do not cut these words{mark}"
    text = "word " * 13 + marked + " and more " + "word " * 8
    first, second = split_text(text, 80)
    assert first == ("word " * 13).strip()
    assert second.startswith(marked)


@pytest.mark.parametrize(("mark", "tag"), [("*", "strong"), ("_", "em"), ("~", "s")])
def test_emphasis_longer_than_a_message_ends_and_begins_anew(mark, tag):
    text = f"{mark}{(WORDS * 10).strip()}{mark}"
    parts = split_text(text, 100)
    assert len(parts) > 4
    for part in parts:
        assert len(part) <= 100
        assert to_html(part) == f"<{tag}>{part[1:-1]}</{tag}>"
    assert " ".join(part[1:-1] for part in parts) == (WORDS * 10).strip()


def test_code_longer_than_a_message_keeps_its_lines_and_their_indentation():
    lines = [f"    line {number:03}" for number in range(60)]
    parts = split_text("```" + "\n".join(lines) + "```", 200)
    assert len(parts) > 3
    for part in parts:
        assert part.startswith("```    line")
        assert part.endswith("```")
        assert len(part) <= 200
    assert "\n".join(part[3:-3] for part in parts).split("\n") == lines


def test_links_stay_whole():
    link = "https://example.com/" + "a" * 30
    assert split_text("word " * 12 + link + " end", 80) == [("word " * 12).strip(), f"{link} end"]


@pytest.mark.parametrize(
    "emoji", ["👨‍👩‍👧", "👍🏽", "🇩🇪", "1️⃣", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "각", "नि", "é"]
)
def test_no_character_is_torn(emoji):
    size = len(emoji)
    assert is_one(emoji)
    for limit in range(size, size + 3):
        for part in split_text(emoji * 12, limit):
            assert len(part) % size == 0
            assert part == emoji * (len(part) // size)


def test_flags_are_counted_from_the_first():
    parts = split_text("x" + "🇩🇪🇫🇷🇬🇧" * 4, 6)
    assert all("".join(part).replace("x", "")[::2] for part in parts)
    assert all(len(part.replace("x", "")) % 2 == 0 for part in parts)


def test_a_very_long_text_is_quick():
    text = ("*bold* and _more_ " * 60 + "\n\n") * 400
    before = time.perf_counter()
    parts = split_text(text)
    assert time.perf_counter() - before < 5
    assert len(parts) > 90


@given(st.text(alphabet="*_~` \nab1😀‍🏽", max_size=600), st.integers(64, 120))
def test_marks_are_added_and_nothing_is_lost(text, limit):
    parts = split_text(text, limit)
    assert all(0 < len(part) <= limit for part in parts)

    def bare(value):
        return "".join(c for c in value if c not in "*_~` \n")

    assert bare("".join(parts)) == bare(text)


def test_a_range_is_plain_data():
    assert ranges("*a*") == [Range(0, 3, "*")]
