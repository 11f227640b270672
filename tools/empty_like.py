"""Values that are there and say nothing: zero, a dash, ``n/a``.

A customer who reads "your proposal over $ 0.00 is ready" was sent a mistake.
"""

from __future__ import annotations

import re
import unicodedata

#: Words people and imports write where nothing is known, without marks around them.
_WORDS = frozenset(
    "none null false undefined unknown n/a tbd tba tbc todo xxx xxxx undef keine leer nada vacío aucun aucune vide "
    "ninguno ninguna unbekannt desconocido inconnu".split()
)
#: A currency's sign or code and an amount without a digit but zero: ``$ 0.00``, ``0,00 kr``, ``CHF 0``, ``0:00``, ``0 %``.
#: Or a unit and none of it: ``0 days``.
_SIGN = r"[^\W\d_]{1,3}\.?|[^\W\d_]\.[^\W\d_]\.?"
_ZERO = re.compile(rf"(?:{_SIGN})?0[0.,:']*(?:{_SIGN}|[^\W\d_]{{4,8}})?")
#: Abbreviations, of which the marks are a part.
_SHORT = frozenset({"n.a", "k.a", "s/n"})
#: Marks between Arabic digits.
_ARABIC = str.maketrans({"\u066b": ".", "\u066c": "'"})


def is_empty_like(value: object) -> bool:
    """Tell whether a filled value says nothing: blank, zero, only punctuation, or a word such as ``n/a``.

    :param value: as the customer would read it.
    """
    text = unicodedata.normalize("NFKC", "" if value is None or value is False else str(value)).translate(_ARABIC)
    # Signs, currencies and blanks aside; digits of any script are digits.
    kept = "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c
        for c in text
        if unicodedata.category(c) in ("Nd", "Ll", "Lu", "Lo", "Lt", "Lm") or c in ".,:'/"
    )
    if not any(c.isalnum() for c in kept):
        # An emoji says something.
        return not any(unicodedata.category(c) in ("So", "No") for c in text)
    # Nan and Nil are also names: the number that is none is written like this alone.
    if kept == "NaN" or kept.replace(".", "").replace("'", "").casefold() in _WORDS:
        return True
    return kept.casefold().rstrip(".") in _SHORT or bool(_ZERO.fullmatch(kept))
