"""What Meta changes about numbers, accounts and templates, each with the webhook by which Meta reports it.

Who changes something for Meta goes through here, so that nothing changes silently that Meta would tell, and nothing is told
that Meta keeps to itself. Source: Meta, ``webhooks/reference``; what is contested stands beside its rule.
"""

from . import payloads, payloads_account
from .errors import GraphError

#: Statuses a number can have. Source: Meta, ``business-phone-numbers`` (status).
NUMBER_STATUSES = (
    "CONNECTED",
    "PENDING",
    "DISCONNECTED",
    "FLAGGED",
    "RESTRICTED",
    "RATE_LIMITED",
    "BANNED",
    "MIGRATED",
    "UNVERIFIED",
    "DELETED",
)
QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN", "NA")
NAME_DECISIONS = {"APPROVED": "APPROVED", "DEFERRED": "PENDING_REVIEW", "PENDING": "PENDING_REVIEW", "REJECTED": "DECLINED"}
REVIEWS = ("APPROVED", "REJECTED", "PENDING", "DEFERRED")
RESTRICTIONS = (
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION",
    "RESTRICTED_BIZ_INITIATED_MESSAGING",
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING",
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES",
    "RESTRICTED_UTILITY_TEMPLATES",
    "RESTRICTION_ON_BUSINESS_INITIATED_CALLING",
    "RESTRICTION_ON_USER_INITIATED_CALLING",
)
BANS = {"DISABLE": "DISABLED", "REINSTATE": "ACTIVE", "SCHEDULE_FOR_DISABLE": None}
PARTNERSHIPS = (
    "ACCOUNT_DELETED",
    "ACCOUNT_OFFBOARDED",
    "ACCOUNT_RECONNECTED",
    "PARTNER_ADDED",
    "PARTNER_APP_INSTALLED",
    "PARTNER_APP_UNINSTALLED",
    "PARTNER_REMOVED",
)
ALERTS = (
    "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
    "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED",
    "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO",
    "OBA_APPROVED",
    "OBA_REJECTED",
    "PROFILE_PICTURE_LOST",
)
SEVERITIES = ("CRITICAL", "WARNING", "INFORMATIONAL")
DAY = 24 * 3600


def set_quality(server, number, quality):
    """Change the quality of a number.

    Into red is ``FLAGGED``, out of it ``UNFLAGGED``. Contested: Meta's page has listed only throughput events since November
    2025, while partners still list these two; yellow was never reported. A business must read the quality as well.
    """
    former, number.quality = number.quality, quality
    if (former == "RED") != (quality == "RED"):
        event = "FLAGGED" if quality == "RED" else "UNFLAGGED"
        tell(server, number, "phone_number_quality_update", payloads_account.quality(number, event, number.limit))


def set_level(server, number, level):
    """Change the throughput of a number; only an upgrade is reported, and it comes with an unlimited portfolio."""
    former, number.level = number.level, level
    if level == "HIGH" and former != level:
        set_limit(server, number, "TIER_UNLIMITED")
        tell(
            server,
            number,
            "phone_number_quality_update",
            payloads_account.quality(number, "THROUGHPUT_UPGRADE", "TIER_UNLIMITED"),
        )


def set_limit(server, number, limit, as_number=False):
    """Change the messaging limit of the portfolio a number belongs to; all its numbers share it, each account is told.

    :param as_number: the webhook spells the limit as a number.
    """
    world = server.world
    portfolio_id = world.accounts[number.waba_id].portfolio_id
    accounts = {one.waba_id for one in world.accounts.values() if one.portfolio_id == portfolio_id}
    if number.limit == limit:
        return
    for one in world.numbers.values():
        if one.waba_id in accounts:
            one.limit = limit
    for waba_id in accounts:
        server.traffic.publish("business_capability_update", payloads_account.capability(limit, as_number), waba_id)


def set_number_status(server, number, status):
    """Change the status of a number.

    Reported are ``FLAGGED`` and its end, and that a phone with the WhatsApp Business app (level COEXISTENCE) was
    disconnected or is back. For the others Meta has no webhook of its own: they are read.
    """
    former, number.status = number.status, status
    if former == status:
        return
    if status == "FLAGGED" or (former, status) == ("FLAGGED", "CONNECTED"):
        event = "FLAGGED" if status == "FLAGGED" else "UNFLAGGED"
        tell(server, number, "phone_number_quality_update", payloads_account.quality(number, event, number.limit))
    if number.level == "COEXISTENCE" and "DISCONNECTED" in (former, status):
        gone = status == "DISCONNECTED"
        event, reason = ("ACCOUNT_OFFBOARDED", "PRIMARY_INACTIVITY") if gone else ("ACCOUNT_RECONNECTED", None)
        account = server.world.accounts[number.waba_id]
        server.traffic.publish("account_update", payloads_account.partnership(event, account, reason), account.waba_id)


def decide_name(server, number, decision, name=None, reason=None):
    """Decide on the display name somebody asked for; the new one shows after the number is registered again.

    :param name: the name that was asked for, where nobody has asked through the API.
    """
    number.new_name = name or number.new_name or number.verified_name
    number.name_status = NAME_DECISIONS[decision]
    value = payloads_account.name_decision(number, number.new_name, decision, reason)
    tell(server, number, "phone_number_name_update", value)


def tell_pin(server, number, event, requester=None):
    """Report something about the two-step PIN of a number."""
    tell(server, number, "security", payloads_account.pin(number, event, requester))


def tell(server, number, field, value):
    """Report something about a number, by its account."""
    server.traffic.publish(field, value, number.waba_id, number)


# ------------------------------------------------------------------ accounts


def restrict(server, account, ends):
    """Restrict an account.

    :param ends: ``{restriction_type: epoch seconds or None}``; what was restricted before and is not named stays.
    """
    account.restrictions.update(ends)
    server.traffic.publish("account_update", payloads_account.restriction(ends), account.waba_id)


def ban(server, account, state, at):
    """Disable an account, announce that, or take it back."""
    account.status = BANS[state] or account.status
    if state == "REINSTATE":
        account.restrictions.clear()
    server.traffic.publish("account_update", payloads_account.ban(state, at), account.waba_id)


def set_review(server, account, decision):
    """Decide on the review of an account."""
    account.review_status = decision
    server.traffic.publish("account_review_update", payloads_account.review(decision), account.waba_id)


def check_account(account, kind_of_send, now):
    """Raise when an account may not send this: it is disabled, or what it sends is restricted.

    :param kind_of_send: ``reply`` for what needs an open window, else the category of a template.
    """
    if account.status == "DISABLED":
        raise GraphError(131031, "The WhatsApp Business Account has been disabled.")
    for kind, end in account.restrictions.items():
        if (end is None or end > now) and kind_of_send in FORBIDDEN.get(kind, ()):
            raise GraphError(368, f"The account is restricted: {kind}.")


#: Restriction -> what it forbids to send.
FORBIDDEN = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": ("authentication", "marketing", "utility"),
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": ("reply",),
    "RESTRICTED_UTILITY_TEMPLATES": ("utility",),
}


# ------------------------------------------------------------------ templates

#: Events of a template that are no status: what becomes of the status (None: it stays).
#: Source: Meta, ``webhooks/reference/message_template_status_update``.
TEMPLATE_EVENTS = {"FLAGGED": None, "LOCKED": None, "REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}
#: What Meta says beside a status, unless told otherwise.
OTHER_INFO = {
    "PAUSED": {"title": "FIRST_PAUSE", "description": "This template has been paused for 3 hours because of low quality."},
    "LOCKED": {"title": "RATE_LIMITING_PAUSE", "description": "This template is locked and cannot be edited for now."},
    "UNARCHIVED": {"title": "UNPAUSE", "description": "This template can be sent again."},
}


def template_event(server, template, event, reason="NONE", other_info=None):
    """Report something about a template that is no status of its own; returns whether ``event`` is such a word."""
    if event not in TEMPLATE_EVENTS:
        return False
    template.status = TEMPLATE_EVENTS[event] or template.status
    end = server.world.now() + 2 * DAY if event == "FLAGGED" else None
    value = payloads.template_status(template, event, reason, other_info or OTHER_INFO.get(event), disable_date=end)
    server.traffic.publish("message_template_status_update", value, template.waba_id)
    return True


def announce_category(server, template, category):
    """Announce that a template will be filed under another category in a day."""
    value = payloads.template_category(template, template.category)
    del value["previous_category"]
    value.update(correct_category=category, category_update_timestamp=int(server.world.now() + DAY))
    template.correct_category = category
    server.traffic.publish("template_category_update", value, template.waba_id)


def tell_components(server, template):
    """Report that the content of a template was edited."""
    server.traffic.publish("message_template_components_update", payloads.template_components(template), template.waba_id)
