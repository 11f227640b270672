"""Phone numbers and the two names WhatsApp gives to a person.

A ``wa_id`` is a phone number in digits as WhatsApp spells it; a ``bsuid`` is a
business-scoped user id such as ``GB.70315500291844``. Countries change their numbering,
and WhatsApp keeps old spellings (:mod:`.numbering`), so one person may arrive under a
``wa_id`` that differs from the stored number. Everything that compares people must
compare :func:`phone_key`.

Source: developers.facebook.com, WhatsApp "Send messages" (phone number formats)
and "Business-scoped user IDs".
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from .numbering import spellings, today

_BSUID = re.compile(r"([A-Z]{2})\.(?:ENT\.)?[A-Za-z0-9]{1,128}")

_ARGENTINA_CODE = 54
#: What may stand for a plus sign: full width, small, superscript.
_PLUS = str.maketrans(dict.fromkeys("\uff0b\ufe62\u207a", "+"))


def digits(value: str | None) -> str:
    """Return only the digits of ``value``, of whatever script, as ASCII (``""`` for nothing)."""
    text = value or ""
    if text.isascii():
        return text if text.isdigit() else "".join(filter(str.isdigit, text))
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def plain(value: str | None) -> str:
    """Return what a person typed or pasted as a phone number with ASCII digits and plus, without invisible marks.

    Arabic, Persian, Devanagari and full-width digits are the same number; marks of
    writing direction come along when a number is copied.
    """
    text = value or ""
    if not text.isascii():
        text = "".join(
            str(unicodedata.decimal(c)) if c.isdecimal() else c
            for c in text.translate(_PLUS)
            if unicodedata.category(c) != "Cf"
        )
    return text.strip()


def is_bsuid(value: str | None) -> bool:
    """Tell whether ``value`` looks like a BSUID or a parent BSUID.

    Only for recognising: ids are stored and sent whole and unchanged.
    """
    return bool(value) and _BSUID.fullmatch(value or "") is not None


def normalise(raw: str | None, country: str | None = None) -> str | None:
    """Return ``raw`` as E.164 (``+447700900123``), or None when that is a guess.

    :param raw: what a person typed or another system stored.
    :param country: ISO 3166 alpha-2 code used for numbers without a country
        code. Without it only ``+…`` and ``00…`` numbers can be understood.
    :return: E.164 with its plus sign, or None: a number that is too short, too
        long, or local without a country is refused and never cut or padded.

    Lengths decide, not assigned ranges: the ranges in ``phonenumbers`` are older
    than the newest numbers people really have.
    """
    number = _parse(raw, country)
    if number is None:
        return None
    written = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    if (now := today(written)) != written:
        return "+" + now
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None  # also refuses numbers that only work inside their town
    return "+" + written


def modernise(raw: str | None, country: str | None = None) -> str | None:
    """Return a number as E.164 if it is spelled as before a change of its country's numbering, else None.

    Parameters as in :func:`normalise`.
    """
    number = _parse(raw, country)
    if number is None:
        return None
    written = f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    now = today(written)
    return None if now == written else "+" + now


def _parse(raw: str | None, country: str | None) -> phonenumbers.PhoneNumber | None:
    """Return a number in its parts, or None where that would be a guess; it may still be impossible."""
    text = plain(raw)
    if not text or re.search(r"[a-z]", text.lower().split("ext")[0]):
        return None  # letters: a vanity number or no number at all
    region = (country or "").upper()
    number = _read(text, region) if region or not text.startswith("00") else None
    if text.startswith("00") and (number is None or number.country_code == phonenumbers.country_code_for_region(region)):
        # "00" leads abroad nearly everywhere. Where something else does (011, 8~10), no number begins with it at home.
        text = "+" + text[2:]
        number = _read(text, None)
    return number if number and (not text.startswith("+") or _kept_whole(text, number)) else None


def _read(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None


def _kept_whole(text: str, number: phonenumbers.PhoneNumber) -> bool:
    """Tell whether every digit behind a plus sign was meant and kept.

    Reading drops what looks like a trunk prefix. A zero in ``+44 (0)7700…`` is one,
    and Argentina's ``15`` is turned into its ``9``; anything else is refused.
    """
    given = digits(text.lower().split("ext")[0])
    code, rest = number.country_code, phonenumbers.national_significant_number(number)
    return code == _ARGENTINA_CODE or given in (f"{code}{rest}", f"{code}0{rest}")


def wa_id_to_e164(wa_id: str | None) -> str | None:
    """Return ``"+" + wa_id``, or None when there is no digit in it.

    Without the plus sign Meta would put the *business* number's country code in
    front.
    """
    found = digits(wa_id)
    return "+" + found if found else None


def variants(wa_id: str | None) -> tuple[str, ...]:
    """Return every ``wa_id`` spelling of one person, the canonical one first.

    Most numbers have one; see :mod:`.numbering` for the others. An input without digits
    gives an empty tuple.
    """
    found = digits(wa_id)
    return spellings(found) if found else ()


def phone_key(wa_id: str | None) -> str:
    """Return the canonical digits under which one person is stored and searched.

    ``""`` when there are no digits. ``phone_key(a) == phone_key(b)`` says that
    ``a`` and ``b`` are the same person's number.
    """
    return next(iter(variants(wa_id)), "")


@lru_cache(maxsize=8192)
def country_of(identifier: str | None) -> str | None:
    """Return the ISO 3166 alpha-2 country of a ``wa_id`` or of a BSUID, or None.

    Where several territories share a calling code and the number does not tell
    them apart, the main one is returned (44 is ``GB``).
    """
    if match := _BSUID.fullmatch(identifier or ""):
        return match[1]
    try:
        number = phonenumbers.parse("+" + phone_key(identifier))
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    if not region:
        region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return region if region and len(region) == 2 else None


def format_international(wa_id: str | None) -> str:
    """Return a ``wa_id`` for people to read: ``+44 7700 900123``.

    Digits that are no phone number come back with a plus sign in front.
    """
    key = phone_key(wa_id)
    if not key:
        return ""
    try:
        number = phonenumbers.parse("+" + key)
    except phonenumbers.NumberParseException:
        return "+" + key
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
