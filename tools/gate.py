"""The gate: may this message leave now? Facts in, decision out.

The gate knows no database. Whoever asks collects :class:`Facts`; the answer is
the first rule in :data:`RULES` that objects. The order of the rules is the order
in which a person would want to hear them: first what can never work, then what
must be mended, then what only time or another kind of message solves.

Codes are slugs; their sentences and next steps live where a language is known.

Sources: developers.facebook.com, WhatsApp "Send messages" (24-hour window, error
131047), "Templates" (only APPROVED is sendable), "user_preferences" (131050),
"Business-scoped user IDs" (131062).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from .window import WINDOW_HOURS, is_open

ALLOWED = "allowed"
REFUSED = "refused"
LATER = "later"

FREE = "free"
TEMPLATE = "template"

GRANTED = "granted"
WITHDRAWN = "withdrawn"
NONE = "none"

BY_PERSON = frozenset({"chat", "manual"})
"""Origins behind which a person sits who looks at this one message."""


@dataclass(slots=True)  # not frozen: that takes ten times longer to fill, for each of many messages
class Facts:
    """What has to be known about one message before it may leave.

    The defaults object to nothing, except that there is neither a recipient nor
    an open window: a caller who forgets those is refused. Datetimes are naive
    UTC.
    """

    kind: str
    """``free`` (anything that is no template) or ``template``."""
    now: datetime
    wa_id: str | None = None
    bsuid: str | None = None
    window_until: datetime | None = None
    free_entry_until: datetime | None = None
    """Known for cost only: entry through an ad does not open free text."""
    purpose: str = "service"
    """``service``, ``utility``, ``marketing`` or ``authentication``."""
    origin: str = "chat"
    """``chat``, ``manual``, ``automation``, ``sequence`` or ``bulk``."""
    template_status: str | None = None
    """Meta's word in any case (``APPROVED``, ``PAUSED``…); None: no template."""
    template_review_until: datetime | None = None
    """The review of an edit of a template that was approved is awaited until then."""
    is_template_changed: bool = False
    """The message waits and was filled for other words than the template has now."""
    needs_phone: bool = False
    """Authentication templates that Meta refuses to send to a BSUID."""
    opted_out: bool = False
    """The customer stopped marketing inside WhatsApp: Meta will not deliver it (131050)."""
    service_consent: str = GRANTED
    """``granted``, ``withdrawn`` or ``none``: may the business write about the customer's matters?"""
    marketing_consent: str = GRANTED
    """The same for advertising."""
    needs_service_consent: bool = False
    """The account wants a recorded consent before any template, not for marketing alone."""
    is_confirmation: bool = False
    """The one line that confirms an opt-out: the last one the customer gets."""
    is_blacklisted: bool = False
    """The phone is on Odoo's own blacklist: nothing that sends itself, no marketing."""
    machine_answers: bool = False
    """Another machine answers what sends itself in this conversation, and no colleague has written since."""
    blocked: bool = False
    """The business does not want to write to this contact at all."""
    reachable: bool = True
    """False after Meta said that this recipient cannot be reached."""
    is_insisted: bool = False
    """A person saw why this message failed and wants it tried again all the same."""
    number_ok: bool = True
    account_ok: bool = True
    account_archived: bool = False
    """Somebody here archived the account: nothing WhatsApp has to do with."""
    number_archived: bool = False
    restrictions: frozenset[str] = frozenset()
    """Meta's words for what the account may not do (``RESTRICTED_…``). Source: "account_update"."""
    is_country_forbidden: bool = False
    """Businesses may not write to people in this country at all (130497)."""
    is_marketing_country_forbidden: bool = False
    """Meta delivers no marketing to people in this country (the USA since April 2025)."""
    frequency_cap_reached: bool = False
    """The customer got as many of these in the last days as the business allows itself."""
    contact_hold_until: datetime | None = None
    """Meta asked to leave this person alone until then (131049)."""
    number_hold_until: datetime | None = None
    """Meta throttled or restricted the number until then."""
    quiet_until: datetime | None = None
    """At the customer's place it is night (or another quiet time) until then."""

    @property
    def is_template(self) -> bool:
        """Tell whether the business opens the talk by an approved template."""
        return self.kind == TEMPLATE

    @property
    def is_marketing(self) -> bool:
        """Tell whether this is advertising."""
        return self.purpose == "marketing"

    @property
    def by_person(self) -> bool:
        """Tell whether a person sends this one message, and not a machine."""
        return self.origin in BY_PERSON


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer: a verdict, the code that explains it, and when to ask again."""

    verdict: str
    """``allowed``, ``refused`` or ``later``."""
    code: str = ""
    """The rule that objected; ``""`` when allowed."""
    when: datetime | None = None
    """For ``later``: the earliest moment to ask again."""

    @property
    def allowed(self) -> bool:
        """Tell whether the message may leave now."""
        return self.verdict == ALLOWED


class Rule(NamedTuple):
    """One objection: its code and the test that raises it."""

    code: str
    objects: Callable[[Facts], bool]
    until: Callable[[Facts], datetime | None] | None = None
    """Given: the objection ends by itself, and this says when."""


#: How long a message waits for the review of a template at a time.
LOOK_AGAIN = timedelta(hours=1)

_UNSENDABLE = {"PAUSED": "template_paused", "DISABLED": "template_disabled"}


def _template_state(facts: Facts) -> str:
    """Return the code that says why the template cannot be used, or ``""``."""
    if facts.kind != TEMPLATE:
        return ""
    if not facts.template_status:
        return "template_missing"
    status = facts.template_status.upper()
    if status == "PENDING" and not facts.by_person and _ahead(facts.template_review_until, facts.now):
        return "template_in_review"
    return "" if status == "APPROVED" else _UNSENDABLE.get(status, "template_not_approved")


def _next_look(facts: Facts) -> datetime | None:
    """The verdict wakes what waits; whoever misses it looks again."""
    until = facts.template_review_until
    return min(until, facts.now + LOOK_AGAIN) if until else None


def _template_is(code: str) -> Callable[[Facts], bool]:
    return lambda facts: _template_state(facts) == code


#: Meta's restriction -> what it forbids.
RESTRICTIONS: dict[str, Callable[[Facts], bool]] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": lambda f: f.is_template,
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": lambda f: not f.is_template,
    "RESTRICTED_UTILITY_TEMPLATES": lambda f: f.is_template and f.purpose == "utility",
}


def _is_restricted(facts: Facts) -> bool:
    return any(forbids(facts) for name, forbids in RESTRICTIONS.items() if name in facts.restrictions)


def _consent_withdrawn(facts: Facts) -> bool:
    """An answer to somebody who wrote again is no problem: writing again is a new consent."""
    if facts.is_confirmation:
        return False
    if facts.service_consent == WITHDRAWN:
        return True
    return facts.is_marketing and facts.marketing_consent == WITHDRAWN


def _consent_missing(facts: Facts) -> bool:
    if not facts.is_template:
        return False
    if facts.is_marketing:
        return facts.marketing_consent != GRANTED
    return facts.needs_service_consent and facts.service_consent != GRANTED


def _ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now


def _just_wrote(facts: Facts) -> bool:
    """Tell whether the customer wrote within the last hour: nobody is woken by an answer."""
    if facts.window_until is None:
        return False
    return facts.window_until - facts.now > timedelta(hours=WINDOW_HOURS - 1)


RULES: tuple[Rule, ...] = (
    Rule("no_recipient", lambda f: not f.wa_id and not f.bsuid),
    Rule("account_archived", lambda f: f.account_archived),
    Rule("number_archived", lambda f: f.number_archived),
    Rule("account_unhealthy", lambda f: not f.account_ok),
    Rule("number_unhealthy", lambda f: not f.number_ok),
    Rule("account_restricted", _is_restricted),
    Rule("country_restricted", lambda f: f.is_country_forbidden),
    Rule("contact_blocked", lambda f: f.blocked),
    # Machines leave such people alone; a person may know better, and hears it from WhatsApp if not.
    Rule("recipient_unreachable", lambda f: not f.reachable and not f.by_person and not f.is_insisted),
    Rule("phone_required", lambda f: f.needs_phone and not f.wa_id),
    Rule("opted_out", lambda f: f.opted_out and f.is_marketing),
    Rule("consent_withdrawn", _consent_withdrawn),
    Rule("consent_missing", _consent_missing),
    Rule(
        "blacklisted",
        lambda f: f.is_blacklisted and not f.is_confirmation and (f.is_marketing or not f.by_person),
    ),
    Rule(
        "machine_answers",
        lambda f: f.machine_answers and f.origin == "automation" and not f.is_confirmation,
    ),
    Rule(
        "country_no_marketing",
        lambda f: f.is_marketing and f.is_marketing_country_forbidden,
    ),
    Rule("template_missing", _template_is("template_missing")),
    Rule("template_disabled", _template_is("template_disabled")),
    Rule("template_paused", _template_is("template_paused")),
    Rule("template_not_approved", _template_is("template_not_approved")),
    Rule("template_changed", lambda f: f.is_template and f.is_template_changed),
    Rule("template_in_review", _template_is("template_in_review"), _next_look),
    Rule(
        "window_closed",
        lambda f: not f.is_template and not is_open(f.window_until, f.now),
    ),
    Rule("frequency_cap", lambda f: f.is_template and f.frequency_cap_reached),
    Rule(
        "contact_on_hold",
        lambda f: f.is_marketing and _ahead(f.contact_hold_until, f.now),
        lambda f: f.contact_hold_until,
    ),
    Rule(
        "number_on_hold",
        lambda f: _ahead(f.number_hold_until, f.now),
        lambda f: f.number_hold_until,
    ),
    Rule(
        "quiet_hours",
        lambda f: not f.by_person and not f.is_confirmation and not _just_wrote(f) and _ahead(f.quiet_until, f.now),
        lambda f: f.quiet_until,
    ),
)

CODES: tuple[str, ...] = tuple(rule.code for rule in RULES)
"""Every code the gate can answer with, for the catalogue of sentences."""


def decide(facts: Facts) -> Decision:
    """Return whether the message may leave; the first objecting rule wins.

    A kind that is not known counts as ``free``: the stricter of the two.
    """
    for rule in RULES:
        if rule.objects(facts):
            if rule.until is None:
                return Decision(REFUSED, rule.code)
            return Decision(LATER, rule.code, rule.until(facts))
    return Decision(ALLOWED)
