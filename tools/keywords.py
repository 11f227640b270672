"""Recognise a message that is nothing but a keyword, such as ``stop``.

People write ``Stop``, ``STOP!!``, ``arret`` for ``arrêt``, or full-width letters
of a Japanese keyboard. :func:`key_of` brings all of them to one spelling; a
message is the keyword when the *whole* of it has that spelling. A word inside a
sentence ("don't stop the delivery") never counts.

Sources: Unicode Standard Annex 15 (NFKC, canonical decomposition), the Unicode
Character Database (general category, combining class).
"""

from __future__ import annotations

import unicodedata

#: Longer messages are no keyword, whatever they say; also what a keyword may have.
MAX_LENGTH = 100

#: Letters that people write for one another and Unicode does not decompose.
_ALIKE = str.maketrans(
    {
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ی": "ي",
        "ى": "ي",
        "ک": "ك",
        "\u0640": None,  # Arabic tatweel only stretches a word
    }
)
#: Combining classes people leave out: points of Hebrew and Arabic, accents. The others (vowel
#: signs of India, Thailand, Laos) make another word.
_LEFT_OUT = (*range(10, 37), *range(200, 241))
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
#: Languages whose words of one syllable differ by their marks alone.
_BY_MARKS = ("vi",)
#: General categories of what stands between words: punctuation, symbols, spaces.
_BETWEEN = "PSZ"


def key_of(text: str | None) -> str:
    """Return the one spelling of a keyword, or ``""`` if this cannot be one.

    Case, accents, full-width forms, marks of direction, punctuation, emoji and
    white space make no difference.
    """
    return spelled(text) if text and len(text) <= MAX_LENGTH else ""


def needs_marks(language: str | None, key: str) -> bool:
    """Tell whether a word means something else without its marks.

    Vietnamese syllables differ by them: "dừng" is stop, "đúng" is right.
    """
    return language in _BY_MARKS and " " not in key


def marked(text: str | None) -> str:
    """Return a word's spelling with its marks, for words that :func:`needs_marks`."""
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    kept = (" " if unicodedata.category(char)[0] in _BETWEEN else char for char in folded)
    return " ".join("".join(kept).split())


def spelled(text: str) -> str:
    """Return the spelling of a text of any length in which words are compared, see :func:`key_of`."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE)
    plain = "".join(_plain(char) for char in unicodedata.normalize("NFD", folded))
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def _plain(char: str) -> str:
    """Return a decomposed character without what makes no difference."""
    if unicodedata.combining(char) in _LEFT_OUT or ord(char) in _VARIATION_SELECTORS:
        return ""
    category = unicodedata.category(char)
    if category[0] in _BETWEEN or char.isspace():
        return " "
    return "" if category[0] == "C" else char
