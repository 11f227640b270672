"""Invisible characters that strangers may write."""

from hypothesis import given
from hypothesis import strategies as st

from tools.bidi import NAME_LIMIT, is_blank, neutralise, one_line, short_name


def test_overrides_and_isolates_go_and_text_stays():
    assert neutralise("invoice\u202efdp.exe") == "invoicefdp.exe"
    assert neutralise("a\u2066b\u2069c\u202ad\u202c") == "abcd"
    assert neutralise("שלום\u200f עולם") == "שלום\u200f עולם"
    assert neutralise("a\x00b\x1bc\ufeff") == "abc"
    assert neutralise("a\r\nb\rc\td") == "a\nb\nc\td"
    assert neutralise("👨‍👩‍👧 ❤️") == "👨‍👩‍👧 ❤️"
    assert neutralise(None) == ""


def test_one_line():
    assert one_line("  Ada\n\tExample \u202e ") == "Ada Example"
    assert one_line(None) == ""


@given(st.text())
def test_what_is_left_can_be_stored(text):
    found = neutralise(text)
    assert found.encode("utf-8").decode("utf-8") == found
    assert "\x00" not in found
    assert neutralise(found) == found


def test_what_nobody_can_see_is_blank():
    for text in (None, "", " \n\t", "\u200b\u200d", "\u3164", "\u2800\u2800", "\ufe0f", "\u202e\u2069"):
        assert is_blank(text), ascii(text)
    for text in ("a", "👍", "❤️", "שלום", "\u200bx", "0", "‎.", "ﷺ"):
        assert not is_blank(text), ascii(text)


def test_names_that_nobody_can_see_are_none():
    assert short_name("\u3164 \u3164") == ""
    assert short_name(" Ada\n\u202eExample ") == "Ada Example"
    assert short_name("👩‍🚀") == "👩‍🚀"
    assert short_name("=" * 1_000_000 + "A") == "A"
    assert len(short_name("x" * 10_000)) == NAME_LIMIT


def test_names_are_no_formulas():
    """S17: nothing at the beginning of a stranger's name is computed; what is no formula stays."""
    for name, kept in (
        ('=HYPERLINK("https://e.example")', 'HYPERLINK("https://e.example")'),
        ("@SUM(1+1)*cmd", "SUM(1+1)*cmd"),
        ("-2+3", "2+3"),
        ("+cmd|' /C calc'!A0", "cmd|' /C calc'!A0"),
        ("\t=1+1", "1+1"),
        ("\r=1+1", "1+1"),
        (" = - + A", "A"),
        ("\u200b=A", "A"),
        ("＝A", "A"),
        ("{=A1}", "A1}"),
        ("external:\\\\e.example\\a", "\\\\e.example\\a"),
        ("=", ""),
        ("+1 202-555-0143", "+1 202-555-0143"),
        ("+44 7700 900123", "+44 7700 900123"),
        ("Jean-Luc", "Jean-Luc"),
        ("A=B", "A=B"),
        ("Ana =)", "Ana =)"),
        ("External Ltd", "External Ltd"),
    ):
        assert short_name(name) == kept, name
