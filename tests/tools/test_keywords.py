"""One spelling for what people mean by the same word; sentences are no keywords."""

import pytest

from tools.keywords import MAX_LENGTH, key_of
from tools.links import chat_link
from tools.optout import shipped


@pytest.mark.parametrize(
    ("typed", "keyword"),
    [
        ("STOP", "stop"),
        ("  Stop!!! ", "stop"),
        ("stop.", "stop"),
        ("«stop»", "stop"),
        ("ＳＴＯＰ", "stop"),
        ("\u202bstop\u202c", "stop"),
        ("\u200estop\u200f", "stop"),
        ("stop\ufe0f", "stop"),
        ("Stop 🛑", "stop"),
        ("st\u00adop", "stop"),
        ("opt-out", "opt out"),
        ("Opt   Out", "opt out"),
        ("ARRET", "arrêt"),
        ("arre\u0302t", "arrêt"),
        ("Arrêt.", "arret"),
        ("DÉSABONNER", "desabonner"),
        ("İPTAL", "iptal"),
        ("DUR", "dur"),
        ("СТОП", "стоп"),
        ("الغاء", "إلغاء"),
        ("تَوَقُّف", "توقف"),
        ("توقـــف", "توقف"),
        ("لغو عضویت", "لغو عضويت"),
        ("１停止", "1停止"),
        ("停止。", "停止"),
        ("수신거부", "수신거부"),
        ("ΔΙΑΚΟΠΗ", "διακοπή"),
        ("rezygnuję", "REZYGNUJE"),
        ("dừng", "dung"),
        ("बंद करो!", "बंद करो"),
        ("עֲצוֹר", "עצור"),
    ],
)
def test_same_word(typed, keyword):
    assert key_of(typed) == key_of(keyword) != ""


@pytest.mark.parametrize(
    "sentence",
    ["please don't stop the delivery", "stop at the shop", "non-stop", "unstoppable", "où est l'arrêt de bus", "stop stop"],
)
def test_word_inside_a_sentence_is_not_the_word(sentence):
    assert key_of(sentence) not in {key_of(word) for word in ("stop", "arrêt")}


@pytest.mark.parametrize("nothing", [None, "", "   ", "🙂", "!!!", "x" * (MAX_LENGTH + 1)])
def test_no_keyword_at_all(nothing):
    assert key_of(nothing) == ""


def test_vowel_signs_are_letters():
    assert key_of("रोको") != key_of("रक")
    assert key_of("หยุด") == "หยุด"


def test_shipped_words_are_distinct_in_many_languages():
    keys = [key_of(word) for _said, word in shipped()]
    assert all(keys)
    assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
    languages = {said.language for said, _word in shipped() if said.action == "optout" and said.language}
    assert len(languages) >= 29, languages


@pytest.mark.parametrize(
    "word",
    [
        *("stop", "unsubscribe", "Baja", "PARAR", "sair", "Arrêt", "arret", "stopp"),
        *("Abmelden", "smetti", "توقف", "إلغاء", "停止", "退订", "Стоп", "dur"),
    ],
)
def test_shipped_words_stop(word):
    assert key_of(word) in {key_of(shipped_word) for said, shipped_word in shipped() if said.action == "optout"}


def test_chat_link():
    assert (
        chat_link("+1 202-555-0142", "Yes, offers & news!") == "https://wa.me/12025550142?text=Yes%2C%20offers%20%26%20news%21"
    )
    assert chat_link("+44 7700 900123") == "https://wa.me/447700900123"
    assert chat_link(None, "x") == chat_link("none", "x") == ""
