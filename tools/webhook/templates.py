"""The four template fields: status, quality, components, category.

Meta's samples put a quality change under the field name of the status change, so
the keys decide, and the field name only where the keys say nothing.

Source: developers.facebook.com, WhatsApp webhook reference
"message_template_status_update" and its three siblings.
"""

from __future__ import annotations

from . import reading
from .events import Json, TemplateEvent
from .messages import unknown
from .route import Found, Route

CHANGE_OF_FIELD = {
    "message_template_status_update": "status",
    "message_template_quality_update": "quality",
    "message_template_components_update": "components",
    "template_category_update": "category",
}

_CHANGE_OF_KEY = {
    "new_quality_score": "quality",
    "message_template_element": "components",
    "new_category": "category",
    "correct_category": "category",
    "event": "status",
}


def language_code(value: object) -> str:
    """Return a language as templates are addressed: ``en-us`` is ``en_US``."""
    head, _separator, region = reading.text(value).replace("-", "_").partition("_")
    if not region:
        return head
    return f"{head.lower()}_{region.upper() if len(region) == 2 else region}"


def read(route: Route, value: Json) -> Found:
    """Read one template change; without an id and a name it stays unknown."""
    template_id = reading.identifier(value.get("message_template_id")) or ""
    name = reading.text(value.get("message_template_name"))
    if not template_id and not name:
        return [unknown(route, value)]
    by_key = (change for key, change in _CHANGE_OF_KEY.items() if key in value)
    return [
        TemplateEvent(
            waba_id=route.waba_id,
            change=next(by_key, CHANGE_OF_FIELD[route.field]),
            template_id=template_id,
            name=name,
            language=language_code(value.get("message_template_language")),
            value=value,
            timestamp=route.timestamp,
        )
    ]
