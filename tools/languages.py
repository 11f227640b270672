"""Which language variant of a template a customer gets.

WhatsApp has no fallback: a template exists in exactly the languages it was approved
in. Odoo's codes (``fr_FR``, ``ar_001``, ``sr@latin``) and WhatsApp's (``fr``,
``es_AR``) differ in when they name a region, so nearness is decided here.

Source: developers.facebook.com, WhatsApp "Template messages" (language code must
match an approved variant).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable


def base(code: str) -> str:
    """Return the language of a code without region or script: ``es`` of ``es_AR``."""
    return code.replace("-", "_").replace("@", "_").partition("_")[0].lower()


def choose(wanted: str | None, available: Collection[str], fallbacks: Iterable[str] = ()) -> str | None:
    """Return the code of the variant to send, or None when none fits.

    Order: the same code, the language without region, the same language of any
    other region (the first by alphabet, so that it is always the same), then the
    fallbacks, each looked at in these three ways.

    :param wanted: the customer's language as Odoo writes it; None or empty: unknown.
    :param available: WhatsApp's codes of the approved variants.
    :param fallbacks: codes to try when the customer's language has no variant.
    """
    by_name = {code.replace("-", "_").lower(): code for code in sorted(available)}
    for code in (wanted, *fallbacks):
        if not code:
            continue
        name = code.strip().replace("-", "_").lower()
        if name in by_name:
            return by_name[name]
        if base(name) in by_name:
            return by_name[base(name)]
        for other, variant in by_name.items():
            if base(other) == base(name):
                return variant
    return None
