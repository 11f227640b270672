"""Tell a request for silence from a "no", and both from everything else.

Three questions, from sure to doubtful:

* :func:`label`: is the whole message, or the label of a tapped button, one of the phrases
  WhatsApp and businesses put under advertising ("Detener promociones", "Stop promotions")?
  Wordings differ by language version and year, so they are recognised by their parts: what
  is to be done (``halt``, ``resume``) and with what (``ads``, ``messages``).
* :func:`asks_to_stop`: does a sentence ask for no more messages? Machines stop nothing then:
  a person is told.
* :func:`says_no`: does it refuse something? Such words prove no consent.

Words are grouped by language in the ``words_*`` modules. Of each language:

``stop``, ``start``  whole messages that end everything, or begin again;
``marketing``        whole messages that end advertising alone;
``halt``, ``resume`` what is said about ``ads`` or ``messages``;
``close``            ``halt`` for labels: in a sentence it may be about anything ("when do your offers end?");
``without``          ``halt`` about ``ads`` only;
``asks``             parts of sentences that ask for silence on their own;
``refuses``          parts of sentences that refuse;
``no``               whole messages that say no;
``polite``, ``fill`` what may stand around or between and changes nothing.

Words that stop in one language and are ordinary in another ("para", "fin", "no") are no
``stop``. Words that end a contract or an order ("cancel", "kündigen") are none either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from ..keywords import key_of, needs_marks, spelled
from . import words_east, words_west, words_world

#: Longer texts are read up to here.
LIMIT = 1500
#: How far apart, in words, "stop" and "messages" may stand.
NEAR = 6
#: Most words of a message that is nothing but a phrase and courtesy.
MOST_WORDS = 10
#: Most words of one phrase.
LONGEST = 6
#: Signs of a question: "No offers?" asks for some.
_QUESTIONS = "?？؟;՞"
#: "No messages" tells what is missing, "no more messages" asks. Fillers that make the difference for acts that have one.
_MORE = frozenset(
    map(key_of, "more mehr meer flere fler mer enää más mas più mai mais więcej больше більше artık lagi".split())  # noqa: SIM905
)
#: Who stops by asks for no silence.
_VISITS = re.compile(r"\bstop (?:by|at|in|off|over|here)\b")
#: Between the sentences of a text, and between the clauses of a sentence.
_SENTENCES = re.compile(r"[.!?\n…。！？؟।]+")
_CLAUSES = re.compile(r"[,;:—–、，；：؛،]+")
#: Written without blanks between words, or with endings at the words.
_JOINED = ("zh", "ja", "th", "ko")
#: Particles between a Korean word and what is done with it.
_PARTICLES = ("", "을", "를")

_WORDS = {**words_west.WORDS, **words_east.WORDS, **words_world.WORDS}
LANGUAGES = tuple(code for code in _WORDS if code != "any")


class Said(NamedTuple):
    """What a whole message or a button means."""

    action: str
    """``optout`` or ``optin``."""
    purpose: str
    """``all`` or ``marketing``."""
    language: str
    """Code, or ``""`` for words of many languages."""


def shipped() -> Iterator[tuple[Said, str]]:
    """Yield the words every database begins with, each spelling once."""
    seen: set[str] = set()
    meanings = {"stop": ("optout", "all"), "start": ("optin", "all"), "marketing": ("optout", "marketing")}
    for language in _WORDS:
        for group, (action, purpose) in meanings.items():
            for word in _raw(language, group):
                key = key_of(word)
                if key and key not in seen:
                    seen.add(key)
                    yield Said(action, purpose, "" if language == "any" else language), word


def without_courtesy(text: str | None) -> Iterator[tuple[str | None, str]]:
    """Yield ``(language, key)`` of a message without "please", "thanks" and repetitions.

    The key means something only as a word of that language, or of all of them; None: of any.
    """
    key = key_of(text)
    words = key.split()
    if len(words) > MOST_WORDS:
        return
    for size in range(1, len(words) // 2 + 1):
        if len(words) % size == 0 and words == words[:size] * (len(words) // size):
            yield None, " ".join(words[:size])
            break
    if not words or not ({words[0], words[-1]} & _courtesy_edges() or any(map(_is_joined_script, key))):
        return
    for language in LANGUAGES:
        bare = _strip(key, language)
        if bare and bare != key:
            yield language, bare


def label(text: str | None) -> Said | None:
    """Return what a phrase made of "stop" and "promotions", in any wording and language, means; else None."""
    key = key_of(text)
    if not key:
        return None
    words = set(key.split())
    if len(words) > MOST_WORDS:
        return None
    joined = any(map(_is_joined_script, key))
    for language in LANGUAGES:
        if language in _JOINED:
            if not joined:
                continue
        elif not words & _object_words(language):
            continue
        for action, purpose, needs in _labels(language).get(_core(key, language), ()):
            if needs <= words and not (purpose == "marketing" and is_question(text)):
                return Said(action, purpose, language)
    return None


def is_question(text: str | None) -> bool:
    """Tell whether a text ends with a question mark of whatever script."""
    return (text or "").rstrip()[-1:] in _QUESTIONS and bool((text or "").strip())


def asks_to_stop(text: str | None) -> bool:
    """Tell whether a text asks for no more messages, in whatever sentence."""
    kinds = _found(text)
    if "asks" in kinds:
        return True
    if _says_stop_among_others(text):
        return True
    ends = sorted(kinds.get("halt", []) + kinds.get("refuses", []))
    things = kinds.get("thing", [])
    return any(abs(end - thing) <= NEAR for end in ends for thing in things)


def _says_stop_among_others(text: str | None) -> bool:
    """Tell whether the first or the last of several clauses is a word that stops everything: "No thanks. Stop!".

    A sentence of more clauses than two is a list: "quality: alta, media, baja".
    """
    sentences = [_keys(_CLAUSES, sentence) for sentence in _SENTENCES.split((text or "")[:LIMIT])]
    sentences = [clauses for clauses in sentences if clauses]
    if sum(map(len, sentences)) < 2 or is_question(text):
        return False
    ends = [clauses[place] for clauses, place in ((sentences[0], 0), (sentences[-1], -1)) if len(clauses) < 3]
    return any(len(clause) > 3 and clause in _stops() for clause in ends)


def _keys(separators: re.Pattern[str], text: str) -> list[str]:
    return [key for key in map(key_of, separators.split(text)) if key]


@lru_cache(maxsize=1)
def _stops() -> frozenset[str]:
    """Return the words that stop everything, but for those that mean something else without their marks."""
    words = ((language, key) for language in _WORDS for key in _group(language, "stop"))
    return frozenset(key for language, key in words if not needs_marks(language, key))


def says_no(text: str | None) -> bool:
    """Tell whether a text refuses something: no proof that somebody agreed to anything."""
    key = key_of(text)
    if key in _no_messages() or (len(set(key.split())) == 1 and key.split()[0] in _no_messages()):
        return True
    return "refuses" in _found(text) or asks_to_stop(text)  # read once, see _found


# ---------------------------------------------------------------------- parts


def _raw(language: str, group: str) -> list[str]:
    """Return the words of a group as they are written."""
    lines = (line.strip() for line in _WORDS[language].splitlines())
    found = [line.partition(":")[2] for line in lines if line.partition(":")[0] == group]
    return [word.strip() for line in found for word in line.split(";") if word.strip()]


@cache
def _group(language: str, group: str) -> tuple[str, ...]:
    """Return the words of a group in their one spelling, the longest first."""
    keys = {key_of(word) for word in _raw(language, group)}
    return tuple(sorted(keys - {""}, key=lambda key: (-len(key), key)))


def _is_joined_script(char: str) -> bool:
    """Tell Thai, Chinese, Japanese and Korean characters."""
    return "\u0e00" <= char <= "\u0e7f" or "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"


@lru_cache(maxsize=1)
def _courtesy_edges() -> frozenset[str]:
    """Return the first and last words of everything polite."""
    phrases = [phrase.split() for language in LANGUAGES for phrase in _group(language, "polite")]
    return frozenset(word for words in phrases for word in (words[0], words[-1]))


def _strip(key: str, language: str) -> str:
    """Return a message without what is polite at its ends."""
    gap = "" if language in _JOINED else " "
    again = True
    while again:
        again = False
        for phrase in _group(language, "polite"):
            if key.startswith(phrase + gap) and key != phrase:
                key, again = key[len(phrase) :].strip(), True
            elif key.endswith(gap + phrase) and key != phrase:
                key, again = key[: -len(phrase)].strip(), True
    return key


def _core(key: str, language: str) -> str:
    """Return a phrase without courtesy and words that only fill."""
    key = _strip(key, language)
    fill = _group(language, "fill")
    if language not in _JOINED:
        return " ".join(word for word in key.split() if word not in fill)
    key = key.replace(" ", "")
    return next((key[len(word) :] for word in fill if key.startswith(word) and key != word), key)


@cache
def _object_words(language: str) -> frozenset[str]:
    """Return every single word of what can be stopped or resumed."""
    return frozenset(word for group in ("ads", "messages") for phrase in _group(language, group) for word in phrase.split())


@cache
def _labels(language: str) -> dict[str, list[tuple[str, str, frozenset[str]]]]:
    """Return ``{phrase without fillers: [(action, purpose, fillers it needs)]}``: each act with each thing, in either order.

    What was said last about a phrase counts first.
    """
    found: dict[str, list[tuple[str, str, frozenset[str]]]] = {}
    for acts, things, action, purpose in (
        ("resume", "messages", "optin", "all"),
        ("resume", "ads", "optin", "marketing"),
        ("without", "ads", "optout", "marketing"),
        ("close", "messages", "optout", "all"),
        ("halt", "messages", "optout", "all"),
        ("close", "ads", "optout", "marketing"),
        ("halt", "ads", "optout", "marketing"),
    ):
        for act in _group(language, acts):
            needs = _MORE.intersection(act.split()) if purpose == "all" and action == "optout" else frozenset()
            for thing in _group(language, things):
                for phrase in _phrases(act, thing, language):
                    found.setdefault(phrase, []).insert(0, (action, purpose, frozenset(needs)))
    return found


def _phrases(act: str, thing: str, language: str) -> set[str]:
    """Return the ways to say one act about one thing."""
    if language in _JOINED:
        act, thing = act.replace(" ", ""), thing.replace(" ", "")
        return {act + thing, *(f"{thing}{particle}{act}" for particle in _PARTICLES)}
    act, thing = _core(act, language) or act, _core(thing, language) or thing
    return {f"{act} {thing}", f"{thing} {act}"}


@lru_cache(maxsize=1)
def _no_messages() -> frozenset[str]:
    """Return whole messages that say no, also politely."""
    found = set()
    for language in LANGUAGES:
        gaps = ("", " ") if language in _JOINED else (" ",)
        for word in _group(language, "no"):
            found.add(word)
            found.update(f"{word}{gap}{phrase}" for phrase in _group(language, "polite") for gap in gaps)
    return frozenset(found)


#: Group of the word lists -> what a part of a sentence is; what can be stopped is one kind.
_KINDS = {"asks": "asks", "refuses": "refuses", "halt": "halt", "ads": "thing", "messages": "thing"}


@lru_cache(maxsize=2)
def _parts(is_joined: bool) -> dict[str, frozenset[str]]:
    """Return ``{part of a sentence: its kinds}`` of the languages with, or without, blanks between words."""
    parts: dict[str, set[str]] = {}
    for language in LANGUAGES:
        if (language in _JOINED) == is_joined:
            for group, kind in _KINDS.items():
                for key in _group(language, group):
                    parts.setdefault(key.replace(" ", "") if is_joined else key, set()).add(kind)
    return {part: frozenset(kinds) for part, kinds in parts.items()}


def _found(text: str | None) -> dict[str, list[int]]:
    """Return ``{kind: places}`` of the known parts of a text; places are counted in words."""
    return _read((text or "")[:LIMIT])


@lru_cache(maxsize=256)
def _read(text: str) -> dict[str, list[int]]:
    key = _VISITS.sub(" ", spelled(text))
    found: dict[str, list[int]] = {}
    words, parts = key.split(), _parts(is_joined=False)
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            for kind in parts.get(" ".join(words[start:end]), ()):
                found.setdefault(kind, []).append(start)
    if any(map(_is_joined_script, key)):
        joined = key.replace(" ", "")
        for part, kinds in _parts(is_joined=True).items():
            if (place := joined.find(part)) >= 0:
                for kind in kinds:
                    found.setdefault(kind, []).append(place // 2)
    return found
