"""Whether a customer's words are those a rule waits for.

People write "¡SÍ!", "si" and "Sí 👍" and mean one thing, so case, accents, the kind of
apostrophe and what stands around the words do not matter. There are no regular
expressions: they would run on strangers' texts in the job that takes messages in, and
one careless expression keeps that job busy for hours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

CONTAINS, EXACT, STARTS = "contains", "exact", "starts"
MODES = (CONTAINS, EXACT, STARTS)

#: Longer texts are compared up to here; WhatsApp's own limit is 4,096 characters.
LIMIT = 5000
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
#: Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese.
_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def fold(text: str) -> str:
    """Return a text as it is compared: without case, accents and superfluous spaces."""
    decomposed = unicodedata.normalize("NFKD", text[:LIMIT].translate(_APOSTROPHES).casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    # Characters nobody sees (joiners, direction marks) are in no list of words.
    visible = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    return " ".join(visible.split())


def bare(text: str) -> str:
    """Return a folded text without the signs around it: ``"¡Sí!"`` and ``"si"`` are the same.

    A text that consists of signs alone ("👍", "?") is kept as it is.
    """
    folded = fold(text)
    return _AROUND.sub("", folded) or folded


def terms(lines: str, separators: str = "\n") -> list[str]:
    """Return the terms of a list a person typed, each ready to be compared.

    :param lines: the terms as typed.
    :param separators: characters between two terms.
    """
    parts = re.split(f"[{re.escape(separators)}]", lines or "")
    return list(dict.fromkeys(term for part in parts if (term := bare(part))))


def matches(mode: str, wanted: Iterable[str], text: str) -> bool:
    """Tell whether a text contains, is, or starts with one of the terms, as whole words.

    :param mode: one of :data:`MODES`.
    :param wanted: of :func:`terms`.
    :raise ValueError: for another mode.
    """
    if mode not in MODES:
        raise ValueError(f"unknown way to compare: {mode!r}")
    if mode == EXACT:
        return bare(text) in set(wanted)
    said = fold(text)
    if mode == CONTAINS:
        return any(_find(term, said) for term in wanted)
    start = bare(text)
    return any(start.startswith(term) and _ends_word(term, start[len(term) :]) for term in wanted)


def _find(term: str, said: str) -> bool:
    at = said.find(term)
    while at >= 0:
        if _begins_word(term, said[:at]) and _ends_word(term, said[at + len(term) :]):
            return True
        at = said.find(term, at + 1)
    return False


def _begins_word(term: str, before: str) -> bool:
    return not before or _is_border(before[-1], term[0])


def _ends_word(term: str, after: str) -> bool:
    return not after or _is_border(term[-1], after[0])


def _is_border(left: str, right: str) -> bool:
    """Tell whether one word may end and the next begin between two characters."""
    if _NO_SPACES.match(left) or _NO_SPACES.match(right):
        return True
    return not (left.isalnum() and right.isalnum())
