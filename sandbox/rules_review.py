"""The review of templates: which changes are allowed in which state, and what a review ends in.

Source: Meta, ``templates/template-review``, ``templates/template-management`` (editing),
``template-pausing``.
"""

import re

#: Source: Meta, ``templates/template-management`` (editing).
DAY, EDITS_A_MONTH = 24 * 3600, 10
#: Seconds for which the name of a deleted template stays taken. Source: Meta, ``templates/template-management`` (deleting); the
#: short one for what was never approved is read out of a recorded "in less than 1 minute" (unverified).
NAME_LOCKED, NAME_LOCKED_UNAPPROVED = 30 * DAY, 60
EDITABLE = frozenset({"APPROVED", "REJECTED", "PAUSED"})
STATUSES = (
    "APPROVED",
    "PENDING",
    "REJECTED",
    "PAUSED",
    "DISABLED",
    "IN_APPEAL",
    "LIMIT_EXCEEDED",
    "PENDING_DELETION",
    "DELETED",
    "ARCHIVED",
)
CARD_WORDS = re.compile(r"\b(card number|cvv|password|passport number)\b", re.IGNORECASE)


def editable(status):
    """Tell whether a template in this status may be edited."""
    return status in EDITABLE


def too_often(status, edited, now):
    """Return why an approved template may not be edited again yet, or None; rejected and paused ones always may.

    :param edited: epoch seconds of its edits while it was approved.
    :param now: epoch seconds.
    """
    if status != "APPROVED":
        return None
    if any(now - at < DAY for at in edited):
        return "An approved template can be edited once in 24 hours."
    if sum(now - at < 30 * DAY for at in edited) >= EDITS_A_MONTH:
        return f"An approved template can be edited {EDITS_A_MONTH} times in 30 days."
    return None


def verdict(mode, reason, components):
    """Return ``(status, rejected_reason)`` a review ends in, or None while it is on hold.

    :param mode: the switch ``review``: "approve", "reject" or "hold".
    :param reason: the reason given when told to reject.
    """
    if mode == "hold":
        return None
    if mode == "reject":
        return "REJECTED", reason
    text = " ".join(str(part.get("text", "")) for part in components)
    if CARD_WORDS.search(text):
        return "REJECTED", "TAG_CONTENT_MISMATCH"
    return "APPROVED", "NONE"


def rejection_info(reason):
    """Return the advice that comes with a rejection for INVALID_FORMAT, else None."""
    if reason != "INVALID_FORMAT":
        return None
    return {
        "reason": "The template has a variable or a sample in the wrong format.",
        "recommendation": "Check that every variable has an example and hand the template in again.",
    }
