"""The ``value`` objects of webhooks about accounts, numbers, flows and security.

Source: Meta, ``webhooks/reference``, one page per field: ``account_update``, ``account_alerts``, ``account_review_update``,
``business_capability_update``, ``phone_number_quality_update``, ``phone_number_name_update``, ``security``, ``flows``.
"""

from datetime import datetime, timezone

#: Messaging limit of a portfolio -> people a day; -1 is any number.
LIMITS = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
    "TIER_UNLIMITED": -1,
}
NUMBERS_SMALL, NUMBERS_PER_WABA = 2, 25


def quality(number, event, limit):
    """Return the value of ``phone_number_quality_update``.

    :param event: ``THROUGHPUT_UPGRADE``, or ``FLAGGED`` and ``UNFLAGGED`` of the page before November 2025.
    """
    return {"display_phone_number": number.digits, "event": event, "max_daily_conversations_per_business": limit}


def capability(limit, as_number=False):
    """Return the value of ``business_capability_update`` after the limit of a portfolio has changed.

    :param as_number: spell the limit as Meta's sample does (2000); its table has the word (``TIER_2K``).
    """
    value = {"max_daily_conversations_per_business": LIMITS[limit] if as_number else limit}
    if limit == "TIER_250":
        value["max_phone_numbers_per_business"] = NUMBERS_SMALL
    else:
        value["max_phone_numbers_per_waba"] = NUMBERS_PER_WABA
    return value


def name_decision(number, name, decision, reason):
    """Return the value of ``phone_number_name_update``."""
    return {
        "display_phone_number": number.digits,
        "decision": decision,
        "requested_verified_name": name,
        "rejection_reason": reason,
    }


def pin(number, event, requester):
    """Return the value of ``security``.

    :param event: ``PIN_CHANGED``, ``PIN_RESET_REQUEST`` or ``PIN_REQUEST_SUCCESS``.
    :param requester: the id of the user behind it, or None.
    """
    value = {"display_phone_number": number.digits, "event": event}
    return {**value, "requester": requester} if requester else value


def review(decision):
    """Return the value of ``account_review_update``."""
    return {"decision": decision}


def restriction(ends):
    """Return the value of ``account_update`` about restrictions.

    :param ends: ``{restriction_type: epoch seconds or None}``.
    """
    info = [{"restriction_type": kind, **({"expiration": int(end)} if end is not None else {})} for kind, end in ends.items()]
    return {"event": "ACCOUNT_RESTRICTION", "restriction_info": info}


def ban(state, at):
    """Return the value of ``account_update`` about a ban.

    :param state: ``DISABLE``, ``REINSTATE`` or ``SCHEDULE_FOR_DISABLE``.
    :param at: epoch seconds of the day it takes effect.
    """
    day = datetime.fromtimestamp(at, timezone.utc)
    return {
        "event": "DISABLED_UPDATE",
        "ban_info": {"waba_ban_state": state, "waba_ban_date": f"{day:%B} {day.day}, {day.year}"},
    }


def violation(kind):
    """Return the value of ``account_update`` about a violation of a policy."""
    return {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": kind}}


def partnership(event, account, reason=None):
    """Return the value of ``account_update`` when an app or partner comes or goes, or a phone is disconnected."""
    value = {"event": event, "waba_info": {"waba_id": account.waba_id, "owner_business_id": account.portfolio_id}}
    if reason:
        value["disconnection_info"] = {"reason": reason, "initiated_by": "SYSTEM"}
    return value


def alert(entity_type, entity_id, kind, severity, status, description):
    """Return the value of ``account_alerts``."""
    return {
        "entity_type": entity_type,
        "entity_id": entity_id,
        "alert_info": {
            "alert_severity": severity,
            "alert_status": status,
            "alert_type": kind,
            "alert_description": description,
        },
    }


def flow_status(flow, former):
    """Return the value of ``flows`` when a flow has another status."""
    return {
        "event": "FLOW_STATUS_CHANGE",
        "message": f"The flow {flow.name} is now {flow.status.lower()}",
        "flow_id": flow.id,
        "old_status": former,
        "new_status": flow.status,
    }
