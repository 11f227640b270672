"""News about accounts, numbers and security: kept whole, for the health page.

These fields share one shape for us: which account, which number, what was said.
Only those listed here are expected; any other field is an unknown event.

Source: developers.facebook.com, WhatsApp webhook reference, one page per field.
"""

from __future__ import annotations

from . import reading
from .events import Json, NoticeEvent
from .route import Found, Route

FIELDS = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_settings_update",
        "account_update",
        "automatic_events",
        "business_capability_update",
        "business_username_update",
        "business_username_updates",
        "flows",
        "messaging_handovers",
        "partner_solutions",
        "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "standby",
    }
)


def read(route: Route, value: Json) -> Found:
    """Wrap the value. The account of partner events stands inside of it."""
    inner = reading.mapping(value.get("waba_info")).get("waba_id")
    number = route.phone_number_id
    if value.get("entity_type") == "PHONE_NUMBER":
        number = number or reading.identifier(value.get("entity_id")) or ""
    return [
        NoticeEvent(
            field=route.field,
            waba_id=reading.identifier(inner) or route.waba_id,
            phone_number_id=number or None,
            value=value,
            display_phone_number=route.display_phone_number,
            timestamp=route.timestamp,
        )
    ]
