"""What a person takes for one character, although it consists of several.

Not the whole of Unicode's rules, but all that occurs in messages: accents, vowel
signs, emoji with skin tones, joined emoji, keycaps and flags.

Source: Unicode Standard Annex 29, extended grapheme clusters.
"""

from __future__ import annotations

import unicodedata

ZWJ = "\u200d"


def belongs_together(text: str, index: int) -> bool:
    """Tell whether ``text[index]`` is part of the character before it.

    :param index: at least 1 and less than the length.
    """
    before, after = text[index - 1], text[index]
    if before == ZWJ or (before == "\r" and after == "\n"):
        return True
    if _is_flag_half(after):
        return _is_flag_half(before) and _flag_halves_before(text, index) % 2 == 1
    if _is_hangul_part(after):
        return "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"
    return _extends(after)


def is_one(text: str) -> bool:
    """Tell whether a text is exactly one character in a person's eyes."""
    return bool(text) and all(belongs_together(text, i) for i in range(1, len(text)))


def has_emoji(text: str) -> bool:
    """Tell whether there is an emoji in a text: a pictograph, a flag or a keycap."""
    return any("\U0001f000" <= c <= "\U0001faff" or "\u2600" <= c <= "\u27bf" or c in "\ufe0f\u20e3" for c in text)


def _extends(character: str) -> bool:
    """Tell whether a character only changes the one before it."""
    return (
        unicodedata.category(character) in ("Mn", "Me", "Mc")
        or character == ZWJ
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # flags of regions
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(text: str, index: int) -> int:
    count = 0
    while index - count > 0 and _is_flag_half(text[index - count - 1]):
        count += 1
    return count


def _is_hangul_part(character: str) -> bool:
    """Tell whether a character is a vowel or final consonant of a Korean syllable."""
    return "\u1160" <= character <= "\u11ff"
