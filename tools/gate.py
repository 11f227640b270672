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
from datetime import datetime
from typing import NamedTuple

from .window import is_open

ALLOWED = "allowed"
REFUSED = "refused"
LATER = "later"

FREE = "free"
TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
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
    template_status: str | None = None
    """Meta's word in any case (``APPROVED``, ``PAUSED``…); None: no template."""
    needs_phone: bool = False
    """Authentication templates that Meta refuses to send to a BSUID."""
    opted_out: bool = False
    """The customer wants no marketing from this business."""
    blocked: bool = False
    """The business does not want to write to this contact at all."""
    reachable: bool = True
    """False after Meta said that this recipient cannot be reached."""
    number_ok: bool = True
    account_ok: bool = True
    contact_hold_until: datetime | None = None
    """Meta asked to leave this person alone until then (131049)."""
    number_hold_until: datetime | None = None
    """Meta throttled or restricted the number until then."""


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


_UNSENDABLE = {"PAUSED": "template_paused", "DISABLED": "template_disabled"}


def _template_state(facts: Facts) -> str:
    """Return the code that says why the template cannot be used, or ``""``."""
    if facts.kind != TEMPLATE:
        return ""
    if not facts.template_status:
        return "template_missing"
    status = facts.template_status.upper()
    return (
        "" if status == "APPROVED" else _UNSENDABLE.get(status, "template_not_approved")
    )


def _template_is(code: str) -> Callable[[Facts], bool]:
    return lambda facts: _template_state(facts) == code


def _ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now


RULES: tuple[Rule, ...] = (
    Rule("no_recipient", lambda f: not f.wa_id and not f.bsuid),
    Rule("account_unhealthy", lambda f: not f.account_ok),
    Rule("number_unhealthy", lambda f: not f.number_ok),
    Rule("contact_blocked", lambda f: f.blocked),
    Rule("recipient_unreachable", lambda f: not f.reachable),
    Rule("phone_required", lambda f: f.needs_phone and not f.wa_id),
    Rule("opted_out", lambda f: f.opted_out and f.purpose == "marketing"),
    Rule("template_missing", _template_is("template_missing")),
    Rule("template_disabled", _template_is("template_disabled")),
    Rule("template_paused", _template_is("template_paused")),
    Rule("template_not_approved", _template_is("template_not_approved")),
    Rule(
        "window_closed",
        lambda f: f.kind != TEMPLATE and not is_open(f.window_until, f.now),
    ),
    Rule(
        "contact_on_hold",
        lambda f: f.purpose == "marketing" and _ahead(f.contact_hold_until, f.now),
        lambda f: f.contact_hold_until,
    ),
    Rule(
        "number_on_hold",
        lambda f: _ahead(f.number_hold_until, f.now),
        lambda f: f.number_hold_until,
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
