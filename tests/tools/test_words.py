"""What customers write, compared with what a rule waits for."""

import pytest

from tools.words import CONTAINS, EXACT, STARTS, bare, fold, matches, terms


@pytest.mark.parametrize(
    ("mode", "wanted", "text", "expected"),
    [
        (CONTAINS, "yes", "Oh YES, please", True),
        (CONTAINS, "no", "I know", False),
        (CONTAINS, "no", "know no one", True),
        (CONTAINS, "si", "¡Sí!", True),
        (CONTAINS, "call me", "please  call\nme back", True),
        (CONTAINS, "价格", "请问价格是多少", True),
        (CONTAINS, "ราคา", "ขอราคาหน่อย", True),
        (CONTAINS, "don't", "I don’t want it", True),
        (CONTAINS, "👍", "great 👍 thanks", True),
        (CONTAINS, "straße", "Hauptstraße 1", False),
        (CONTAINS, "strasse", "die Straße", True),
        (EXACT, "stop", "STOP!", True),
        (EXACT, "stop", "Stop 🛑.", True),
        (EXACT, "stop", "please stop", False),
        (EXACT, "parar\nbaja", "¡Baja!", True),
        (EXACT, "👍", "👍", True),
        (EXACT, "توقف", "تَوَقَّف", True),
        (STARTS, "order", "Order 4711", True),
        (STARTS, "order", "ordering is hard", False),
        (STARTS, "order", "my order", False),
        (STARTS, "hola", "¡Hola, buenas!", True),
        (CONTAINS, "", "anything", False),
    ],
)
def test_matches(mode, wanted, text, expected):
    assert matches(mode, terms(wanted), text) is expected


def test_terms_are_split_cleaned_and_unique():
    assert terms("Yes, call me\n\n ¡SÍ! \nsi\n") == ["yes, call me", "si"]
    assert terms("yes, ok; sí", "\n,;") == ["yes", "ok", "si"]
    assert terms("") == []


def test_invisible_characters_and_width_do_not_matter():
    assert bare("\u200eＳＴＯＰ\u200f") == "stop"
    assert fold("a\u200db") == "ab"


def test_signs_alone_stay():
    assert bare("?!") == "?!"


def test_an_unknown_way_is_an_error():
    with pytest.raises(ValueError, match="regex"):
        matches("regex", ["a"], "a")


def test_a_very_long_text_is_cut_and_quick():
    assert matches(CONTAINS, ["end"], "a " * 100_000 + "end") is False
