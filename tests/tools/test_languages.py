"""Which language variant a customer gets, and placeholders in our own texts."""

import pytest

from tools.languages import choose
from tools.placeholders import fill, paths


@pytest.mark.parametrize(
    ("wanted", "available", "fallbacks", "chosen"),
    [
        ("es_AR", ["en", "es", "es_AR"], [], "es_AR"),
        ("es_AR", ["en", "es", "es_MX"], [], "es"),
        ("es_AR", ["en", "es_MX", "es_ES"], [], "es_ES"),
        ("en-US", ["en_US"], [], "en_US"),
        ("ar_001", ["ar"], [], "ar"),
        ("sr@latin", ["sr"], [], "sr"),
        ("fil", ["fi"], ["en"], None),
        ("fr_FR", ["en", "de"], ["pt", "en_US"], "en"),
        ("fr_FR", ["de"], [], None),
        (None, ["en", "de"], [" de "], "de"),
        ("", ["en"], [""], None),
    ],
)
def test_choose(wanted, available, fallbacks, chosen):
    assert choose(wanted, available, fallbacks) == chosen


def test_placeholders_are_filled_or_named():
    values = {"partner_id.name": "Ada", "city": ""}
    text = "Hi {{partner_id.name}}, {{ city | your town }} {{city}} {{ city }} {{1}} {{ 2 + 2 }}"
    assert paths(text) == ["partner_id.name", "city"]
    assert fill(text, lambda path: values[path]) == ("Hi Ada, your town   {{1}} {{ 2 + 2 }}", ["city"])


def test_a_value_is_not_filled_again():
    assert fill("{{ name }}", lambda path: "{{ other }}") == ("{{ other }}", [])
