"""A message with parts of its own (header, footer, buttons) as HTML of the thread."""

from __future__ import annotations

from collections.abc import Iterable


def card(
    body: str = "",
    *,
    header: str = "",
    footers: Iterable[str] = (),
    buttons: Iterable[str] = (),
    cards: Iterable[str] = (),
) -> str:
    """Return the parts of a message in the order in which the customer sees them.

    Every part is HTML already: whoever calls this has escaped what strangers wrote.

    :param cards: further cards inside of this one, of a carousel.
    """
    parts = [f'<div class="o_wa_card_header">{header}</div>'] if header else []
    if body:
        parts.append(f'<div class="o_wa_card_body">{body}</div>')
    parts += [f'<div class="o_wa_card_footer">{footer}</div>' for footer in footers]
    parts += [f'<div class="o_wa_card_button">{button}</div>' for button in buttons]
    return f'<div class="o_wa_card">{"".join((*parts, *cards))}</div>'
