"""Numbers that changed their spelling: one person, several ``wa_id``.

WhatsApp keeps the digits with which an account was made, and reaches it under the new
ones as well. So a customer whom people know by today's number may write under
yesterday's. Only changes are listed here after which the old spelling can be nobody
else's: its length or its first digits are not given out any more. Everything else stays
two numbers (Kosovo's former codes, Mauritian numbers that begin with 2 or 4).

Sources: Meta, "Send messages" (Brazil, Mexico, Argentina); ARTCI, 10-digit plan of
31 January 2021 (Ivory Coast); ARCEP Bénin, 30 November 2024; ARCEP Gabon, November 2019;
ITU national numbering plans of Cameroon (2014), Vietnam (2018), Colombia (2021), Ecuador
(2012), French Polynesia (2014) and Mauritius (2013); both codes of the Palestinian
networks 056 and 059.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

#: Returns every spelling of some digits, today's first; None: the digits are of another kind.
Speller = Callable[[str], "tuple[str, ...] | None"]

# In these four patterns the groups are the digits all spellings share.
_BRAZIL = re.compile(r"55([1-9]\d)(9?)([6-9]\d{7})")
_MEXICO = re.compile(r"521?(\d{10})")
_ARGENTINA = re.compile(r"549?(\d{10})")
_PALESTINE = re.compile(r"97[02](5[69]\d{7})")


def _brazil(found: str) -> tuple[str, ...] | None:
    """Ninth digit of mobile numbers; subscriber numbers that start with 2–5 are landlines, and somebody else."""
    if match := _BRAZIL.fullmatch(found):
        return (f"55{match[1]}9{match[3]}", f"55{match[1]}{match[3]}")
    return None


def _mexico(found: str) -> tuple[str, ...] | None:
    match = _MEXICO.fullmatch(found)
    return match and (f"52{match[1]}", f"521{match[1]}")


def _argentina(found: str) -> tuple[str, ...] | None:
    match = _ARGENTINA.fullmatch(found)
    return match and (f"549{match[1]}", f"54{match[1]}")


def _palestine(found: str) -> tuple[str, ...] | None:
    match = _PALESTINE.fullmatch(found)
    return match and (f"970{match[1]}", f"972{match[1]}")


def _replanned(code: str, *changes: tuple[str, str, Sequence[str]]) -> Speller:
    """Return the speller of a country that put digits in front of its numbers.

    :param changes: ``(pattern of an old national number, digits in front of it today,
        what was written before it)``; the first match counts.
    """
    rules = [(re.compile(pattern), prefix, befores) for pattern, prefix, befores in changes]
    old_lengths = {len(code) + length for length in _OLD_LENGTHS[code]}

    def spell(found: str) -> tuple[str, ...] | None:
        if len(found) in old_lengths:
            for pattern, prefix, befores in rules:
                for before in befores:
                    national = found[len(code) :]
                    if national.startswith(before) and pattern.fullmatch(national[len(before) :]):
                        old = national[len(before) :]
                        return (code + prefix + old, *(code + b + old for b in befores))
        for pattern, prefix, befores in rules:
            head = code + prefix
            if found.startswith(head) and pattern.fullmatch(found[len(head) :]):
                return (found, *(code + b + found[len(head) :] for b in befores))
        return None

    return spell


#: Digits of a national number before the change, as they were written internationally.
_OLD_LENGTHS = {"225": (8,), "229": (8,), "230": (7,), "237": (8,), "241": (7, 8), "57": (8,), "593": (8,), "689": (6,)}

#: Vietnam replaced the first digits of its 11-digit mobile numbers instead.
_VIETNAM = {
    **{f"16{digit}": f"3{digit}" for digit in "23456789"},
    "120": "70",
    "121": "79",
    "122": "77",
    "126": "76",
    "128": "78",
    "123": "83",
    "124": "84",
    "125": "85",
    "127": "81",
    "129": "82",
    "186": "56",
    "188": "58",
    "199": "59",
}
_VIETNAM_OLD = {new: old for old, new in _VIETNAM.items()}


def _vietnam(found: str) -> tuple[str, ...] | None:
    if len(found) == 12 and (new := _VIETNAM.get(found[2:5])):
        return (f"84{new}{found[5:]}", found)
    if len(found) == 11 and (old := _VIETNAM_OLD.get(found[2:4])):
        return (found, f"84{old}{found[4:]}")
    return None


_PLAIN = ("",)
_SPELLERS: dict[str, Speller] = {
    "52": _mexico,
    "54": _argentina,
    "55": _brazil,
    "57": _replanned("57", (r"(?!46)[1-8]\d{7}", "60", _PLAIN)),
    "84": _vietnam,
    # Which two digits came in front tells the operator: Moov 01 and 21, MTN 05 and 25, Orange 07 and 27. Of a mobile
    # number the second digit told it before, of a fixed one the third.
    "225": _replanned(
        "225",
        (r"2\d8\d{5}", "21", _PLAIN),
        (r"[23]\d0\d{5}", "25", _PLAIN),
        (r"[23]\d{7}", "27", _PLAIN),
        (r"[04-9][0-3]\d{6}", "01", _PLAIN),
        (r"[04-9][4-6]\d{6}", "05", _PLAIN),
        (r"[04-9][7-9]\d{6}", "07", _PLAIN),
    ),
    "229": _replanned("229", (r"[2-9]\d{7}", "01", _PLAIN)),
    "230": _replanned("230", (r"[79]\d{6}", "5", _PLAIN)),
    "237": _replanned("237", (r"[23]\d{7}", "2", _PLAIN), (r"[5-79]\d{7}", "6", _PLAIN)),
    # The zero was written abroad as well before 2019.
    "241": _replanned("241", (r"[256]\d{6}", "6", ("", "0")), (r"[47]\d{6}", "7", ("", "0")), (r"1\d{6}", "1", ("", "0"))),
    "593": _replanned("593", (r"[89]\d{7}", "9", _PLAIN)),
    "689": _replanned("689", (r"[237]\d{5}", "87", _PLAIN)),
    "970": _palestine,
    "972": _palestine,
}


#: How the numbers begin of which there is more than one spelling.
CODES = tuple(_SPELLERS)
#: Countries where the former spelling is out of use. In Brazil, Argentina and Palestine people still write both.
RENUMBERED = ("52", "57", "84", "225", "229", "230", "237", "241", "593", "689")


def today(found: str) -> str:
    """Return an international number in digits as its country writes it since it was changed."""
    return spellings(found)[0] if found.startswith(RENUMBERED) else found


@lru_cache(maxsize=8192)
def spellings(found: str) -> tuple[str, ...]:
    """Return every spelling of an international number in digits, today's first; others have one."""
    speller = _SPELLERS.get(found[:3]) or _SPELLERS.get(found[:2])
    return (speller and speller(found)) or (found,)
