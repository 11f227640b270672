"""Every builder of a message's body, under one roof.

A body is an envelope and a content::

    {**envelope({"wa_id": "447700900123"}, uuid), **text("Hello")}

Builders check what Meta would refuse and raise :class:`InvalidMessage` before
anything leaves.
"""

from .cards import card, contacts, location
from .commerce import (
    carousel,
    catalog,
    flow,
    product,
    product_card,
    product_list,
    reply_card,
    url_card,
)
from .envelope import envelope, mark_read
from .errors import InvalidMessage
from .interactive import (
    buttons,
    call_permission_request,
    contact_info_request,
    cta_url,
    list_message,
    location_request,
    voice_call,
)
from .media import audio, check_file, document, image, kind_for, sticker, video
from .template import clean_parameter, template
from .template_definition import parse_template
from .template_fill import missing, template_components
from .template_parameters import parameters
from .template_preview import render
from .text import reaction, split_text, text

__all__ = [
    "InvalidMessage",
    "audio",
    "buttons",
    "call_permission_request",
    "card",
    "carousel",
    "catalog",
    "check_file",
    "clean_parameter",
    "contact_info_request",
    "contacts",
    "cta_url",
    "document",
    "envelope",
    "flow",
    "image",
    "kind_for",
    "list_message",
    "location",
    "location_request",
    "mark_read",
    "missing",
    "parameters",
    "parse_template",
    "product",
    "product_card",
    "product_list",
    "reaction",
    "render",
    "reply_card",
    "split_text",
    "sticker",
    "template",
    "template_components",
    "text",
    "url_card",
    "video",
    "voice_call",
]
