"""WhatsApp's text markup and Odoo's HTML, in both directions.

``*bold*``, ``_italic_``, ``~strike~``, `` `code` ``, three backticks for a block,
``> quote``, ``* item`` or ``- item``, ``1. item``. WhatsApp knows no escape
character, so text that looks like markup is markup: in their app and in ours.

Source: faq.whatsapp.com, "How to format your messages".
"""

from .card import card
from .from_html import from_html
from .render import plain, to_html

__all__ = ["card", "from_html", "plain", "to_html"]
