"""Numbers: right or refused, never a cut digit; and one person under all spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.phone import (
    country_of,
    digits,
    format_international,
    is_bsuid,
    modernise,
    normalise,
    phone_key,
    variants,
    wa_id_to_e164,
)


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("+44 7700 900123", None, "+447700900123"),
        ("+1 (202) 555-0142", None, "+12025550142"),
        ("0044 7700 900123", None, "+447700900123"),
        ("07700 900123", "GB", "+447700900123"),
        ("07700 900123", "gb", "+447700900123"),
        ("447700900123", "GB", "+447700900123"),
        ("(202) 555-0142", "US", "+12025550142"),
        ("00447700900123", "DE", "+447700900123"),
        ("11 15-2345-6789", "AR", "+5491123456789"),
        ("+5215512345678", None, "+525512345678"),
        ("11 96123-4567", "BR", "+5511961234567"),
        ("+54 11 15-2345-6789", None, "+5491123456789"),
        ("+44 (0)7700 900123", None, "+447700900123"),
        ("+39 06 1234 5678", None, "+390612345678"),
        ("+1 202 555 0142 ext. 7", None, "+12025550142"),
        ("+1 202 555 0142 EXT 7", None, "+12025550142"),
        # R34: digits of every script, with and without plus, with marks that a copied number brings along
        ("+٩٦٦٥٠١٢٣٤٥٦٧", None, "+966501234567"),
        ("٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567"),
        ("٠٠٩٦٦٥٠١٢٣٤٥٦٧", None, "+966501234567"),
        ("+۹۸۹۱۲۰۰۰۰۰۰۱", None, "+989120000001"),
        ("\u202a\u200e+۹۸ ۹۱۲ ۰۰۰ ۰۰۰۱\u202c", None, "+989120000001"),
        ("०७७०० ९००१२३", "GB", "+447700900123"),
        ("＋４４　７７００　９００１２３", None, "+447700900123"),
        ("\U0001d7d4\U0001d7d4 7700 900123", None, None),
        # R1: written as before a change of numbering
        ("+225 47 00 00 01", None, "+2250747000001"),
        ("47 00 00 01", "CI", "+2250747000001"),
        ("+229 97 00 00 01", None, "+2290197000001"),
        ("00229 97 00 00 01", None, "+2290197000001"),
        ("97 00 00 01", "BJ", "+2290197000001"),
        ("01 97 00 00 01", "BJ", "+2290197000001"),
        ("+241 06 11 11 11", None, "+24166111111"),
        ("07 11 11 11", "GA", "+24177111111"),
        ("0120 234 5678", "VN", "+84702345678"),
    ],
)
def test_numbers_become_e164(raw, country, expected):
    assert normalise(raw, country) == expected


@pytest.mark.parametrize(
    ("raw", "country"),
    [
        ("07700 900123", None),  # local, but where?
        ("447700900123", None),  # could be anything
        ("555-0142", "US"),  # works only inside its town
        ("0170 123456789012345", "DE"),  # too long
        ("12", "GB"),
        ("1-800-FLOWERS", "US"),
        ("ada@example.com", "GB"),
        ("+7 8 111 111 11 11", None),  # one digit too many: which one?
        ("", "GB"),
        (None, None),
        ("+", None),
        ("+999 123 456 789", None),
    ],
)
def test_anything_else_is_refused(raw, country):
    assert normalise(raw, country) is None


@given(st.text(), st.sampled_from([None, "GB", "US", "BR", "MX", "AR", "DE", "??"]))
def test_any_text_is_understood_or_refused(raw, country):
    found = normalise(raw, country)
    assert found is None or (found.startswith("+") and found[1:].isdigit())


@given(st.from_regex(r"(?!54)[1-9]{8,14}", fullmatch=True))
def test_international_numbers_keep_every_digit(number):
    found = normalise("+" + number)
    assert found is None or phone_key(found) == phone_key(number)


@pytest.mark.parametrize(
    ("wa_ids", "key"),
    [
        (("5511961234567", "551161234567"), "5511961234567"),
        (("525512345678", "5215512345678"), "525512345678"),
        (("5491123456789", "541123456789"), "5491123456789"),
        (("447700900123", "+44 7700 900123"), "447700900123"),
        # R1: Ivory Coast: Moov, MTN and Orange, mobile and fixed; Benin; and others that changed likewise
        (("22502000001", "2250102000001"), "2250102000001"),
        (("22553000001", "2250153000001"), "2250153000001"),
        (("22505000001", "2250505000001"), "2250505000001"),
        (("22586000001", "2250586000001"), "2250586000001"),
        (("22547000001", "2250747000001"), "2250747000001"),
        (("22598000001", "2250798000001"), "2250798000001"),
        (("22520800001", "2252120800001"), "2252120800001"),
        (("22521000001", "2252521000001"), "2252521000001"),
        (("22536000001", "2252536000001"), "2252536000001"),
        (("22520200001", "2252720200001"), "2252720200001"),
        (("22536800001", "2252736800001"), "2252736800001"),
        (("22997000001", "2290197000001"), "2290197000001"),
        (("22921300001", "2290121300001"), "2290121300001"),
        (("24166111111", "2416111111", "24106111111"), "24166111111"),
        (("24174111111", "24104111111"), "24174111111"),
        (("23777000001", "237677000001"), "237677000001"),
        (("23722200001", "237222200001"), "237222200001"),
        (("841692345678", "84392345678"), "84392345678"),
        (("841992345678", "84592345678"), "84592345678"),
        (("5712345678", "576012345678"), "576012345678"),
        (("59398765432", "593998765432"), "593998765432"),
        (("689701234", "68987701234"), "68987701234"),
        (("2307123456", "23057123456"), "23057123456"),
        (("972599123456", "970599123456"), "970599123456"),
    ],
)
def test_all_spellings_of_a_person_have_one_key(wa_ids, key):
    assert {phone_key(wa_id) for wa_id in wa_ids} == {key}
    for wa_id in wa_ids:
        assert variants(wa_id)[0] == key
        assert digits(wa_id) in variants(wa_id)


def test_a_brazilian_landline_is_somebody_else():
    assert variants("551134567890") == ("551134567890",)
    assert phone_key("5511934567890") != phone_key("551134567890")


@given(st.from_regex(r"(55|52|54|57|84|22[59]|230|237|241|593|689|97[02]|44|1)[0-9]{6,11}", fullmatch=True))
def test_the_key_of_every_spelling_is_the_key(wa_id):
    assert {phone_key(spelling) for spelling in variants(wa_id)} == {phone_key(wa_id)}
    assert len(set(variants(wa_id))) == len(variants(wa_id))


def test_nothing_has_no_key():
    assert phone_key(None) == phone_key("") == phone_key("Ada") == ""
    assert variants("") == ()
    assert wa_id_to_e164("") is None
    assert format_international(None) == ""


def test_sending_wants_a_plus():
    assert wa_id_to_e164("447700900123") == "+447700900123"
    assert wa_id_to_e164("+447700900123") == "+447700900123"


@pytest.mark.parametrize(
    ("identifier", "country"),
    [
        ("447700900123", "GB"),
        ("12025550142", "US"),
        ("5215512345678", "MX"),
        ("GB.70315500291844", "GB"),
        ("BR.ENT.88120045", "BR"),
        ("", None),
        (None, None),
        ("99999", None),
        ("Ada", None),
    ],
)
def test_country(identifier, country):
    assert country_of(identifier) == country


def test_numbers_for_people():
    assert format_international("447700900123") == "+44 7700 900123"
    assert format_international("12025550142") == "+1 202-555-0142"
    assert format_international("0") == "+0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("GB.70315500291844", True),
        ("GB.ENT.88120045", True),
        ("GB.a1B2", True),
        ("gb.70315500291844", False),
        ("GB.", False),
        ("GB.12 34", False),
        ("447700900123", False),
        ("GB.703\n", False),
        ("", False),
        (None, False),
    ],
)
def test_recognising_a_bsuid(value, expected):
    assert is_bsuid(value) is expected


def test_other_countries_numbers_are_not_touched():
    """R1: what looks like a former number elsewhere, or is none, keeps its one spelling."""
    for found in ("22847000001", "22647000001", "225470000", "2291970000", "972501234567", "38344123456"):
        assert variants(found) == (found,), found


def test_two_operators_are_two_people():
    """R1: the digits in front belong to the operator of the former number; another prefix is another person."""
    assert phone_key("22547000001") != phone_key("2250547000001")


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("+229 97 00 00 01", None, "+2290197000001"),
        ("97 00 00 01", "BJ", "+2290197000001"),
        ("+229 01 97 00 00 01", None, None),
        ("+44 7700 900123", None, None),
        ("nonsense", "BJ", None),
    ],
)
def test_only_former_spellings_are_modernised(raw, country, expected):
    assert modernise(raw, country) == expected


def test_digits_of_every_script():
    assert digits("٠١٢ ۳۴۵ ６７８ ९") == "0123456789"
    assert digits("½ ² ⑨ 1") == "1"


@pytest.mark.parametrize(
    ("raw", "country", "e164"),
    [
        ("00 44 7700 900123", "US", "+447700900123"),
        ("00 44 7700 900123", "RU", "+447700900123"),
        ("0044 7700 900123", "AU", "+447700900123"),
        ("0011 44 7700 900123", "AU", "+447700900123"),
        ("8 10 44 7700 900123", "RU", "+447700900123"),
        ("00229 97000001", "BJ", "+2290197000001"),
        ("00 1 202 555 0143", "US", "+12025550143"),
        ("00", "US", None),
        ("0012", "US", None),
    ],
)
def test_two_zeros_lead_abroad_everywhere(raw, country, e164):
    """R34: also where another prefix is usual; in Russia it became a number that nobody has."""
    assert normalise(raw, country) == e164
