"""Accounts: what can be read of them, their edges as fields among it.

Source: Meta, ``whatsapp-business-accounts``.
"""

from copy import copy
from functools import partial

from . import graph_shop, graph_templates
from .graph_callbacks import list_subscribed
from .graph_fields import page, pick, with_links
from .graph_health import health
from .graph_number import list_numbers
from .rules_version import LIMIT_SINCE

ACCOUNT_KNOWN = frozenset(
    {
        "on_behalf_of_business_info",
        "is_enabled_for_insights",
        "marketing_messages_onboarding_status",
        "disable_marketing_messages_on_cloud_api",
        "purchase_order_number",
        "primary_funding_id",
        "analytics",
        "auth_international_rate_eligibility",
        "call_analytics",
        "conversation_analytics",
        "dcc_config",
        "group_analytics",
        "linked_commerce_account",
        "marketing_messages_lite_api_status",
        "pricing_analytics",
        "schedules",
        "template_analytics",
    }
)
ACCOUNT_DEFAULT = ("id", "name", "currency", "timezone_id", "message_template_namespace")


def account_record(call, account):
    """Return every field of an account that has a value."""
    world = call.world
    record = {
        "id": account.waba_id,
        "name": account.name,
        "currency": account.currency,
        "timezone_id": account.timezone_id,
        "country": account.country,
        "primary_business_location": account.country,
        "status": account.status,
        "message_template_namespace": f"ns_{account.waba_id}",
        "account_review_status": account.review_status,
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "owner_business_info": {"id": account.portfolio_id, "name": account.name},
        "whatsapp_business_manager_messaging_limit": next(
            (number.limit for number in world.numbers.values() if number.waba_id == account.waba_id), "TIER_250"
        ),
        "health_status": health(world, account.waba_id),
    }
    if call.version < LIMIT_SINCE:
        del record["whatsapp_business_manager_messaging_limit"]
    return record


def read_account(call):
    """``GET /{WABA_ID}``."""
    return account_fields(call, call.record)


def account_fields(call, account):
    """Return what a call wants of an account; its edges may be read as fields."""
    edges = {
        name: partial(read_edge, call, account, name, handler)
        for name, handler in (
            ("phone_numbers", list_numbers),
            ("message_templates", graph_templates.list_templates),
            ("subscribed_apps", list_subscribed),
            ("flows", graph_shop.list_flows),
            ("product_catalogs", graph_shop.list_catalogs),
        )
    }
    return pick(
        account_record(call, account),
        call.get("fields"),
        ACCOUNT_DEFAULT,
        ACCOUNT_KNOWN,
        "WhatsAppBusinessAccount",
        edges,
    )


def read_edge(call, account, edge, handler, called, inner):
    """Read an edge of an account as a field of it: as its own address would, with ``called`` and ``fields``."""
    again = copy(call)
    again.node, again.record, again.edge = account.waba_id, account, edge
    again.params = again.body = {**called, **({"fields": inner} if inner else {})}
    return handler(again)


def list_accounts(call):
    """``GET /{business portfolio id}/owned_whatsapp_business_accounts``."""
    owned = [one for one in call.world.accounts.values() if one.portfolio_id == call.record]
    accounts = [one for one in owned if call.token.wabas is None or one.waba_id in call.token.wabas]
    part, paging = page(accounts, call.body, lambda one: f"QVF{one.waba_id}")
    return {"data": [account_fields(call, one) for one in part], **with_links(call, paging)}
