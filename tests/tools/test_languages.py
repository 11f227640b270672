"""Which language variant a customer gets, and placeholders in our own texts."""

import pytest

from tools.languages import base, choose, of_text, parse
from tools.placeholders import fill, paths


@pytest.mark.parametrize(
    ("wanted", "available", "fallbacks", "chosen"),
    [
        ("es_AR", ["en", "es", "es_AR"], [], "es_AR"),
        ("es_AR", ["en", "es", "es_MX"], [], "es"),
        # Latin America reads Mexican sooner than Spain's; the other way round, too.
        ("es_AR", ["en", "es_MX", "es_ES"], [], "es_MX"),
        ("es_AR", ["es_419", "es"], [], "es_419"),
        ("es_419", ["es_ES", "es_MX"], [], "es_MX"),
        ("es_419", ["es", "es_MX"], [], "es"),
        ("es_MX", ["es_419", "es_ES"], [], "es_419"),
        ("es_ES", ["es_AR", "es_MX"], [], "es_MX"),
        ("es", ["es_AR", "es_ES"], [], "es_ES"),
        ("es_US", ["es_ES", "es_MX"], [], "es_MX"),
        ("en-US", ["en_US"], [], "en_US"),
        ("en_US", ["en_GB", "en_US"], [], "en_US"),
        ("en_GB", ["en_GB", "en_US", "en"], [], "en_GB"),
        ("en_GB", ["en_US", "en"], [], "en"),
        ("en_NZ", ["en_AU", "en_GB", "en_US"], [], "en_GB"),
        ("en_NZ", ["en_US"], [], "en_US"),
        ("en_IN", ["en_US", "en_GB"], [], "en_GB"),
        ("en", ["en_AU", "en_US"], [], "en_US"),
        ("pt_PT", ["pt_BR", "pt_PT"], [], "pt_PT"),
        ("pt_BR", ["pt_PT", "pt_BR"], [], "pt_BR"),
        ("pt_AO", ["pt_BR", "pt_PT"], [], "pt_PT"),
        ("pt", ["pt_PT", "pt_BR"], [], "pt_BR"),
        ("pt_PT", ["pt_BR"], ["en"], "pt_BR"),
        ("fr_CH", ["fr_CA", "fr_BE"], [], "fr_BE"),
        ("fr_CA", ["fr", "fr_BE"], [], "fr"),
        ("ar_001", ["ar"], [], "ar"),
        ("ar_SY", ["ar_MA", "ar_LB"], [], "ar_LB"),
        # Chinese: the script decides, and nobody gets the other one.
        ("zh_CN", ["zh_HK", "zh_TW"], [], None),
        ("zh_CN", ["zh_HK", "zh_TW", "en"], ["en"], "en"),
        ("zh_TW", ["zh_CN", "en"], ["zh_CN", "en"], "zh_CN"),
        ("zh_TW", ["zh_CN"], [], None),
        ("zh_HK", ["zh_CN", "zh_TW"], [], "zh_TW"),
        ("zh_TW", ["zh_CN", "zh_HK"], [], "zh_HK"),
        ("zh_SG", ["zh_TW", "zh_CN"], [], "zh_CN"),
        ("zh_MO", ["zh_TW", "zh_HK"], [], "zh_HK"),
        ("zh_Hant", ["zh_CN", "zh_TW"], [], "zh_TW"),
        ("zh-Hans-HK", ["zh_HK", "zh_CN"], [], "zh_CN"),
        ("zh", ["zh_HK", "zh_CN"], [], "zh_CN"),
        ("sr@latin", ["sr"], [], "sr"),
        ("sr@latin", ["sr_Cyrl", "sr_Latn"], [], "sr_Latn"),
        ("sr@latin", ["sr_Cyrl"], [], None),
        ("sr@Cyrl", ["sr_Latn", "sr"], [], "sr"),
        ("sr_RS", ["hr", "sr"], [], "sr"),
        ("az_AZ", ["az"], [], "az"),
        ("pa_PK", ["pa"], [], None),
        ("nb_NO", ["nb"], [], "nb"),
        ("no", ["nb"], [], "nb"),
        ("tl_PH", ["fil"], [], "fil"),
        ("fil", ["fi"], ["en"], None),
        ("ca_ES@valencia", ["ca"], [], "ca"),
        ("de_CH", ["de"], [], "de"),
        ("fr_FR", ["en", "de"], ["pt", "en_US"], "en"),
        ("fr_FR", ["de"], [], None),
        (None, ["en", "de"], [" de "], "de"),
        ("", ["en"], [""], None),
        (" ", ["en"], [" "], None),
    ],
)
def test_choose(wanted, available, fallbacks, chosen):
    """A variant by language, script and region; never one that the customer cannot read."""
    assert choose(wanted, available, fallbacks) == chosen
    assert choose(wanted, list(reversed(available)), fallbacks) == chosen


def test_codes_are_taken_apart():
    assert base("es_AR") == "es"
    assert base("sr@latin") == "sr"
    assert parse("ZH-hant-hk")[:3] == ("zh", "Hant", "HK")
    assert parse("")[:3] == ("", "", "")


def test_placeholders_are_filled_or_named():
    values = {"partner_id.name": "Ada", "city": ""}
    text = "Hi {{partner_id.name}}, {{ city | your town }} {{city}} {{ city }} {{1}} {{ 2 + 2 }}"
    assert paths(text) == ["partner_id.name", "city"]
    assert fill(text, lambda path: values[path]) == ("Hi Ada, your town   {{1}} {{ 2 + 2 }}", ["city"])


def test_a_value_is_not_filled_again():
    assert fill("{{ name }}", lambda path: "{{ other }}") == ("{{ other }}", [])


@pytest.mark.parametrize(
    ("language", "customer", "spoken", "found"),
    [
        ("en", "en_GB", ["en_US", "en_GB"], "en_GB"),
        ("en_US", "en_GB", ["en_US", "en_GB"], "en_US"),
        ("es", "fr_FR", ["en_US", "fr_FR", "es_MX"], "es_MX"),
        ("zh_TW", "zh_CN", ["en_US", "zh_CN"], None),
        ("de", "de_DE", ["en_US"], None),
        (None, "fr_FR", ["en_US", "fr_FR"], "fr_FR"),
        (None, None, ["en_US"], None),
    ],
)
def test_in_which_of_our_languages_values_are_written(language, customer, spoken, found):
    """Dates and labels follow the language of the text they stand in."""
    assert of_text(language, customer, spoken) == found


def test_names_of_glibc():
    assert choose("de_DE@euro", ["de"]) == "de"
    assert choose("sr@ijekavianlatin", ["sr_Cyrl", "sr_Latn"]) == "sr_Latn"
