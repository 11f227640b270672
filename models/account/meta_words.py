"""Meta's words for states and decisions, for people. A word that is not here is shown readable, never in capitals."""

import re

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: Source: cloud-api reference §5.8 (account and number events), §9.1 (fields of numbers).
META_WORDS = {
    # quality
    "GREEN": _lt("High"),
    "YELLOW": _lt("Medium"),
    "RED": _lt("Low"),
    "UNKNOWN": _lt("Not known yet"),
    "NA": _lt("Not known yet"),
    # numbers
    "CONNECTED": _lt("Connected"),
    "DISCONNECTED": _lt("Disconnected"),
    "FLAGGED": _lt("Flagged: quality is low"),
    "UNFLAGGED": _lt("No longer flagged"),
    "RESTRICTED": _lt("Restricted"),
    "RATE_LIMITED": _lt("Limit reached"),
    "BANNED": _lt("Banned"),
    "MIGRATED": _lt("Moved to another account"),
    "DELETED": _lt("Deleted"),
    "UNVERIFIED": _lt("Not verified"),
    "THROUGHPUT_UPGRADE": _lt("May send faster"),
    "ONBOARDING": _lt("Being set up"),
    "UPGRADE": _lt("Limit raised"),
    "DOWNGRADE": _lt("Limit lowered"),
    # decisions
    "APPROVED": _lt("Approved"),
    "REJECTED": _lt("Rejected"),
    "PENDING": _lt("In review"),
    "PENDING_REVIEW": _lt("In review"),
    "AVAILABLE_WITHOUT_REVIEW": _lt("Available without a review"),
    "DEFERRED": _lt("Postponed"),
    "DECLINED": _lt("Declined"),
    "EXPIRED": _lt("Expired"),
    "NONE": _lt("None"),
    # limits: people per day
    "TIER_50": _lt("50 new people a day"),
    "TIER_250": _lt("250 new people a day"),
    "TIER_1K": _lt("1,000 new people a day"),
    "TIER_2K": _lt("2,000 new people a day"),
    "TIER_10K": _lt("10,000 new people a day"),
    "TIER_100K": _lt("100,000 new people a day"),
    "TIER_UNLIMITED": _lt("Any number of new people a day"),
    "TIER_NOT_SET": _lt("Not set yet"),
    # restrictions
    "RESTRICTED_BIZ_INITIATED_MESSAGING": _lt("no templates may be sent"),
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": _lt("customers may not be answered"),
    "RESTRICTED_UTILITY_TEMPLATES": _lt("no templates of the category Utility may be sent"),
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": _lt("no phone numbers may be added"),
    "RESTRICTION_ON_BUSINESS_INITIATED_CALLING": _lt("customers may not be called"),
    "RESTRICTION_ON_USER_INITIATED_CALLING": _lt("customers may not call"),
    # accounts
    "ACCOUNT_DELETED": _lt("the account was deleted"),
    "ACCOUNT_OFFBOARDED": _lt("the account was disconnected"),
    "ACCOUNT_RECONNECTED": _lt("the account was connected again"),
    "PARTNER_REMOVED": _lt("the partner was removed"),
    "PARTNER_ADDED": _lt("the partner was added"),
    "PARTNER_APP_INSTALLED": _lt("the partner's app was added"),
    "PARTNER_APP_UNINSTALLED": _lt("the partner's app was removed"),
    "APP_INSTALLED": _lt("the app was added"),
    "APP_UNINSTALLED": _lt("the app was removed"),
    "PRIMARY_INACTIVITY": _lt("the WhatsApp Business app was not used for too long"),
    "DISABLE": _lt("disabled"),
    # alerts
    "CRITICAL": _lt("Critical"),
    "WARNING": _lt("Warning"),
    "INFORMATIONAL": _lt("For information"),
    "OBA_APPROVED": _lt("official business account approved"),
    "OBA_REJECTED": _lt("official business account not approved"),
}

#: What stands alone in capitals with underscores: a word of a machine.
_CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*|[a-z0-9]+(_[a-z0-9]+)+")


def meta_word(env, word):
    """Return one of Meta's words as people read it, in the language of ``env``; ``""`` for none.

    One that nobody described becomes readable: ``SOME_NEW_STATE`` is *Some new state*. What
    is no code (a name, a sentence, a number) stays as it is.
    """
    word = (word or "").strip()
    if label := META_WORDS.get(word) or META_WORDS.get(word.upper()):
        return env._(label)
    if _CODE.fullmatch(word) and any(char.isalpha() for char in word):
        return word.replace("_", " ").capitalize()
    return word
