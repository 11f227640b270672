"""Which language variant of a template a customer gets.

WhatsApp has no fallback: a template exists in exactly the languages it was approved
in. Odoo's codes (``fr_FR``, ``ar_001``, ``sr@latin``) and WhatsApp's (``fr``,
``es_AR``) differ in when they name a region, so nearness is decided here: script first
(nobody gets Traditional Chinese for Simplified), then region.

Source: developers.facebook.com, WhatsApp "Template messages" (language code must
match an approved variant); Unicode CLDR, parent locales and likely subtags.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

#: Other names of one language.
_ALIASES = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "tl": "fil", "mo": "ro", "cmn": "zh"}

#: Scripts as glibc, and with it Odoo, writes them.
_SCRIPTS = {"latin": "Latn", "ijekavianlatin": "Latn", "cyrillic": "Cyrl", "arabic": "Arab", "devanagari": "Deva"}

#: Languages that are written in several scripts: the usual one, and where it is another.
_SCRIPT_OF = {
    "zh": ("Hans", {"TW": "Hant", "HK": "Hant", "MO": "Hant"}),
    "sr": ("Cyrl", {"ME": "Latn"}),
    "pa": ("Guru", {"PK": "Arab"}),
    "uz": ("Latn", {"AF": "Arab"}),
    "az": ("Latn", {"IR": "Arab"}),
    "mn": ("Cyrl", {"CN": "Mong"}),
    "ms": ("Latn", {}),
    "bs": ("Latn", {}),
    "ku": ("Latn", {"IQ": "Arab", "IR": "Arab"}),
    "ha": ("Latn", {}),
    "kk": ("Cyrl", {"CN": "Arab"}),
}

#: Where a code without a region comes from.
_HOME = {
    "zh": "CN", "en": "US", "pt": "BR", "es": "ES", "fr": "FR", "de": "DE", "nl": "NL", "ar": "001", "it": "IT",
    "sr": "RS", "bn": "BD", "pa": "IN", "sw": "TZ", "ms": "MY", "ko": "KR", "sv": "SE", "ro": "RO",
}  # fmt: skip

_LATIN_AMERICA = (
    "419", "MX", "AR", "CO", "CL", "PE", "VE", "EC", "GT", "CU", "BO", "DO", "HN", "PY", "SV", "NI", "CR", "PA", "PR",
    "UY", "US",
)  # fmt: skip
#: Regions that are nearer to one another than to the rest, the first the usual choice.
_NEIGHBOURS = {
    "es": (_LATIN_AMERICA, ("ES", "GQ", "PH")),
    "en": (
        ("001", "150", "GB", "AU", "NZ", "IE", "IN", "ZA", "CA", "SG", "HK", "MT", "NG", "KE", "GH", "PK"),
        ("US", "PR", "PH", "CA"),
    ),
    "pt": (("PT", "AO", "MZ", "CV", "GW", "ST", "TL", "MO", "LU", "CH"), ("BR",)),
    "fr": (("FR", "BE", "CH", "LU", "MC"), ("CA",)),
    "de": (("DE", "AT", "LU", "BE", "IT"), ("CH", "LI")),
    "zh": (("CN", "SG", "MY"), ("HK", "MO"), ("TW",)),
    "ar": (
        ("AE", "SA", "QA", "KW", "BH", "OM", "YE"),
        ("LB", "SY", "JO", "PS", "IQ"),
        ("EG", "SD"),
        ("MA", "DZ", "TN", "LY", "MR"),
    ),
}


class Tag(NamedTuple):
    """A language code, taken apart."""

    language: str
    """In lower case; other names of a language made one."""
    script: str
    """As written or as usual; "" for languages with one script."""
    region: str
    """In capitals, or three digits; "" when the code names none."""
    says_script: bool
    """The code, or its region, names the script."""


def base(code: str) -> str:
    """Return the language of a code without region or script: ``es`` of ``es_AR``."""
    return _parts(code)[0]


def _parts(code: str) -> list[str]:
    return [part for part in re.split(r"[-_@.]", code.strip().lower()) if part] or [""]


def parse(code: str) -> Tag:
    """Take a code apart, as Odoo, WhatsApp or a browser writes it. Never raises."""
    language, *rest = _parts(code)
    language, script, region, says = _ALIASES.get(language, language), "", "", False
    if language == "sh":
        language, script, says = "sr", "Latn", True
    for part in rest:
        if part in _SCRIPTS or (len(part) == 4 and part.isalpha() and part != "euro"):  # a currency in names of glibc
            script, says = _SCRIPTS.get(part, part.title()), True
        elif (len(part) == 2 and part.isalpha()) or (len(part) == 3 and part.isdigit()):
            region = part.upper()
    if not script and language in _SCRIPT_OF:
        usual, elsewhere = _SCRIPT_OF[language]
        script, says = elsewhere.get(region, usual), bool(region)
    return Tag(language, script, region, says)


def choose(wanted: str | None, available: Collection[str], fallbacks: Iterable[str] = ()) -> str | None:
    """Return the code of the variant to send, or None when none fits.

    Only variants in the same language and script fit. Among them: the same region, the
    region that stands for its part of the world (``es_419`` for ``es_AR``), the language
    without region, a neighbouring region (``es_MX`` for ``es_AR``, ``zh_TW`` for
    ``zh_HK``, ``en_GB`` for ``en_NZ``), the language's home, any other region; then the
    fallbacks, each looked at in the same way.

    :param wanted: the customer's language as Odoo writes it; None or empty: unknown.
    :param available: WhatsApp's codes of the approved variants.
    :param fallbacks: codes to try when the customer's language has no variant.
    """
    variants = [(parse(code), code) for code in sorted(available)]
    for code in (wanted, *fallbacks):
        if not code or not code.strip():
            continue
        want = parse(code)
        fitting = [(_distance(want, tag), name) for tag, name in variants if _is_readable(want, tag)]
        if fitting:
            return min(fitting)[1]
    return None


def _is_readable(want: Tag, tag: Tag) -> bool:
    """Tell whether who asks for one code reads the other: same language, same script.

    Serbian without a script named is read by everybody, whichever it is in.
    """
    if want.language != tag.language:
        return False
    if want.script == tag.script:
        return True
    return want.language == "sr" and not (want.says_script and tag.says_script)


def _distance(want: Tag, tag: Tag) -> tuple[int, int]:
    """Return how far a readable variant is from the wanted code; smaller is nearer."""
    script = int(want.script != tag.script)
    if tag.region == want.region:
        return script, 0
    groups = [group for group in _NEIGHBOURS.get(want.language, ()) if want.region in group]
    macro = {"419", "001", "150"} & {tag.region}
    if macro and any(tag.region in group for group in groups):
        return script, 1
    if not tag.region:
        return script, 2
    if not want.region and tag.region == _HOME.get(want.language):
        return script, 3
    for group in groups:
        if tag.region in group:
            return script, 10 + group.index(tag.region)
    if tag.region == _HOME.get(want.language):
        return script, 40
    places = [group.index(tag.region) for group in _NEIGHBOURS.get(want.language, ()) if tag.region in group]
    return script, 50 + min(places, default=49)


def of_text(language: str | None, customer: str | None, spoken: Collection[str]) -> str | None:
    """Return which of the languages spoken here a text for a customer is in, or None.

    A text in plain English for a customer in Britain has British dates; one in American
    English has American ones whoever reads it.

    :param language: of the text, as WhatsApp writes it; None: whatever the customer speaks.
    :param customer: the customer's language.
    :param spoken: codes of the installed languages.
    """
    own = customer if customer and customer in spoken else None
    if not language:
        return own
    text = parse(language)
    if own:
        tag = parse(own)
        if _is_readable(text, tag) and text.region in ("", tag.region):
            return own
    return choose(language, spoken)
