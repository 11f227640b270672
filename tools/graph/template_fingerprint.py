"""Which words a template has: a mark that changes when customers would read something else.

A message that waits was filled for the words the template had then. WhatsApp knows templates by name and language
alone, so after an edit it would put those values into other words (decision 90).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .template_definition import Button, Header, TemplateDefinition

#: Buttons whose label WhatsApp writes itself: it reads back other than it was handed in.
_LABELLED_BY_WHATSAPP = frozenset({"copy_code", "otp"})


def fingerprint(definition: TemplateDefinition) -> str:
    """Return a short text that is the same for two definitions that read alike; samples and ids do not count.

    :param definition: any; what it does not have counts as absent.
    """
    told = [
        _header(definition.header),
        definition.body.text.strip() if definition.body else "",
        definition.footer.strip(),
        [_button(button) for button in definition.buttons],
        [
            [_header(card.header), card.body.text.strip() if card.body else "", [_button(one) for one in card.buttons]]
            for card in definition.cards
        ],
        definition.offer_text,
        definition.offer_expires,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _header(header: Header | None) -> list[Any]:
    if header is None:
        return []
    kind = header.format.lower()
    return [kind, header.text.strip() if kind == "text" else ""]


def _button(button: Button) -> list[str]:
    kind = button.type.lower()
    label = "" if kind in _LABELLED_BY_WHATSAPP else button.text.strip()
    return [kind, label, button.url, button.phone_number]
