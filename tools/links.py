"""Links that open a chat with a business number, with the first message written already.

Source: faq.whatsapp.com, "How to use click to chat".
"""

from __future__ import annotations

from urllib.parse import quote

from .phone import digits


def chat_link(phone: str | None, text: str = "") -> str:
    """Return the address that opens a chat with ``phone``, or ``""`` without a number.

    :param phone: an international number in any notation; only its digits matter.
    :param text: what stands in the customer's text box; they still have to send it.
    """
    number = digits(phone)
    if not number:
        return ""
    return f"https://wa.me/{number}" + (f"?text={quote(text, safe='')}" if text else "")
