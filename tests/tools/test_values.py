"""HTML as text, and values that say nothing."""

import pytest

from tools.empty_like import is_empty_like
from tools.html_text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Dear <b>Ada</b>,</p><p>it is ready &amp; paid &lt; 5&nbsp;€.</p>", "Dear Ada,\nit is ready & paid < 5\xa0€."),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>oak</li><li>ash</li></ul>", "- oak\n- ash"),
        ("<table><tr><td>Chair</td><td>$ 9</td></tr></table>", "Chair $ 9"),
        ("<p><br></p>", ""),
        ("<div>\n   \t<span> </span></div>", ""),
        ("<script>alert(1)</script><style>p {}</style>Hi", "Hi"),
        ("5 < 6 and <unknown>7", "5 < 6 and 7"),
        ("", ""),
        (False, ""),
        ("plain text", "plain text"),
    ],
)
def test_html_becomes_the_words_a_person_reads(html, text):
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "value",
    ["", " ", None, False, "0", "0.00", "0,00 €", "$ 0.00", "$\xa00.00", "-0.00", "R$ 0,00", "CHF 0.00", "0 kr", "0:00",
     "00:00", "0 %", "٠", "-", "—", "...", "?", "n/a", "N/A", "None", "null", "False", "TBD", "#N/A", "0 Ft", "₹0", "NaN",
     "//"],
)  # fmt: skip
def test_values_that_say_nothing(value):
    """U6: zero in any currency's spelling and the words of empty cells."""
    assert is_empty_like(value)


@pytest.mark.parametrize(
    "value",
    ["Ada", "No", "0.01", "$ 10.00", "1,000", "100", "10:00", "Nora", "no", "007 Bond Street", "Room 0", "X", "Li", "👍", "½",
     "0 items left", "2026", "Nulla", "Nan", "Na", "S00042"],
)  # fmt: skip
def test_values_that_say_something(value):
    assert not is_empty_like(value)


@pytest.mark.parametrize("value", ["٠٫٠٠ ر.س", "0 ريال", "0 days", "0 items", "n.a.", "N.A.", "k.A."])
def test_nothing_of_a_unit_says_nothing(value):
    """U6: zero in other scripts, none of something, and short words for it."""
    assert is_empty_like(value)
