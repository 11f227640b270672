"""Finding people by a phone number as somebody types it into a search box.

What is stored is digits with the country code (``12025550167``); what is typed may be
``(202) 555-0167``, ``00 1 202…``, a trunk zero, digits of another script, an old spelling
of Brazil or the last six digits. :func:`needles` says which digits to look for.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from .phone import digits, normalise, variants

#: Fewer digits would find half the customers.
SHORTEST = 3
#: A number without its country code is unlike others only from here on.
SHORTEST_NATIONAL = 8
#: Longest number there is, with an international prefix and a trunk zero. Source: ITU-T E.164.
LONGEST = 20

_PREFIX = re.compile(
    r"^\s*(?:(?:tel|phone|mobile|whatsapp)[.:]|(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=))",
    re.IGNORECASE,
)
_TRUNK = re.compile(r"\(\s*0\s*\)")
#: What people put between digits, dashes and spaces of all kinds aside.
_BETWEEN = set("+()[].,/\\*'’")

# Beginnings of numbers in spellings that WhatsApp's own does not have; see ``phone.variants``.
_OLD_BEGINNINGS = (
    (re.compile(r"(55[1-9]\d)([6-9]\d{0,7})"), r"\g<1>9\2"),
    (re.compile(r"521(\d{2,})"), r"52\1"),
    (re.compile(r"54([1-8]\d*)"), r"549\1"),
)


def _typed(term: str | None) -> str | None:
    """Return a phone number with ASCII digits and an optional plus sign; None if it is no number."""
    text = _TRUNK.sub(" ", _PREFIX.sub("", term or ""))
    found = []
    for char in unicodedata.normalize("NFKC", text):
        if char.isdecimal():
            found.append(str(unicodedata.decimal(char)))
        elif char == "+" and not found:
            found.append(char)
        elif char not in _BETWEEN and unicodedata.category(char) not in ("Pd", "Zs", "Cf", "Cc", "Sm"):
            return None
    return "".join(found)


@lru_cache(maxsize=2048)
def needles(term: str | None, country: str | None = None) -> tuple[str, ...]:
    """Return the digits to look for inside stored numbers; any of them is a hit.

    :param term: what was typed.
    :param country: ISO 3166 alpha-2 code of the searcher's company, for numbers without a
        country code.
    :return: empty when this is no phone number, or too little of one.
    """
    typed = _typed(term)
    if typed is None or not SHORTEST <= len(digits(typed)) <= LONGEST:
        return ()
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    if typed.startswith("+"):
        found = _international(typed)
    else:
        found = _national(typed, country)
    return tuple(dict.fromkeys(needle for needle in found if len(needle) >= SHORTEST))


def exact(term: str | None, country: str | None = None) -> tuple[str, ...]:
    """Return every whole number (digits with country code) that was meant; see :func:`needles`."""
    typed = _typed(term)
    if typed is None or not SHORTEST <= len(digits(typed)) <= LONGEST:
        return ()
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    whole = normalise(typed, country)
    return (*variants(whole), *((digits(typed),) if typed.startswith("+") or not whole else ()))


def _international(typed: str) -> list[str]:
    """Digits behind a plus sign: as they are, in WhatsApp's spelling, and without country code."""
    given = digits(typed)
    # Nobody may have written "(0)": the zero between country code and number is no part of it.
    whole = normalise(typed)
    found = [given, *(variants(whole) if whole else ()), *variants(given)]
    found += [pattern.sub(new, given) for pattern, new in _OLD_BEGINNINGS if pattern.fullmatch(given)]
    if whole:
        national = phonenumbers.national_significant_number(phonenumbers.parse(whole))
        found += [national] if len(national) >= SHORTEST_NATIONAL else []
    return found


def _national(typed: str, country: str | None) -> list[str]:
    """Digits without a plus sign: a whole number of the country, or any part of any number."""
    whole = normalise(typed, country) if country else None
    found = [*(variants(whole) if whole else ()), typed, *variants(typed)]
    if typed.startswith("0") and len(typed) > SHORTEST:
        found.append(typed.lstrip("0"))
    brazilian = variants("55" + typed.lstrip("0"))
    if len(brazilian) > 1:
        # Area and number of a Brazilian mobile phone: with and without its ninth digit.
        found += brazilian
    return found
