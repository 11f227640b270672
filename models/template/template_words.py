"""Meta's words about templates, for people: status, quality, why a review ended badly, and what else WhatsApp does."""

from odoo.api import Environment
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: What people read for Meta's words; a word that is not here is shown as it is.
STATUS_LABELS = {
    "DRAFT": _lt("Draft"),
    "PENDING": _lt("In review"),
    "IN_APPEAL": _lt("Appealed"),
    "APPROVED": _lt("Approved"),
    "REJECTED": _lt("Rejected"),
    "PAUSED": _lt("Paused"),
    "DISABLED": _lt("Disabled"),
    "LIMIT_EXCEEDED": _lt("Too many templates"),
    "ARCHIVED": _lt("Archived"),
    "PENDING_DELETION": _lt("Being deleted"),
    "DELETED": _lt("Deleted"),
}

QUALITY_LABELS = {"GREEN": _lt("High"), "YELLOW": _lt("Medium"), "RED": _lt("Low"), "UNKNOWN": _lt("Not known yet")}

#: Why a review ended badly. Source: cloud-api reference §7.5; sentences of Meta's own come as they are.
REASON_LABELS = {
    "ABUSIVE_CONTENT": _lt("WhatsApp takes the content for abusive or threatening."),
    "INCORRECT_CATEGORY": _lt("The category does not fit the content: promotion belongs into Marketing."),
    "INVALID_FORMAT": _lt("Something is in the wrong form, mostly a variable or its example."),
    "PROMOTIONAL": _lt("The content is promotional, which this category does not allow."),
    "SCAM": _lt("WhatsApp takes the content for a scam."),
    "TAG_CONTENT_MISMATCH": _lt("Language or category do not fit the content, or it asks for data that may not be asked for."),
    "CATEGORY_NOT_AVAILABLE": _lt("This category is not open to your account."),
}

#: What WhatsApp does with a template besides deciding its status.
EVENT_WORDS = {
    "FLAGGED": _lt("WhatsApp flagged this template because of low quality: it may be paused or disabled soon."),
    "LOCKED": _lt("WhatsApp locked this template: it can be sent, and not be changed for now."),
    "REINSTATED": _lt("WhatsApp reinstated this template: it can be sent again."),
    "UNARCHIVED": _lt("WhatsApp took this template out of its archive: it can be sent again."),
}


def reason_word(env: Environment, reason: str) -> str:
    """Return why a template was rejected or paused, for people; Meta's sentences stay as they are.

    :param reason: as the field holds it: empty without one.
    """
    label = REASON_LABELS.get(reason)
    if label:
        return env._(label)  # pylint: disable=translation-not-lazy
    if reason and reason.isupper():
        # A word nobody taught us yet.
        return reason.replace("_", " ").capitalize()
    return reason


def quality_word(env: Environment, score: str) -> str:
    """Return Meta's quality score for people."""
    label = QUALITY_LABELS.get(score or "UNKNOWN")
    return env._(label) if label else score  # pylint: disable=translation-not-lazy
