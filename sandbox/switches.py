"""What a tester can change while the sandbox runs."""

from __future__ import annotations  # the types of the fields are read as text

from dataclasses import asdict, dataclass, field, fields

from .rules_version import NEWEST

#: Refusals that Meta usually reports by status: about the person, the window, a file that is no good.
BY_STATUS = (130472, 131026, 131047, 131049, 131050, 131053)


class SwitchError(Exception):
    """A switch does not exist or cannot take that value."""


@dataclass
class Switches:
    """All switches with their resting values. Times are milliseconds unless the name says otherwise."""

    #: The oldest Graph version that lives (None: as Meta's calendar has it at the world's time) and the newest there is.
    oldest_version: int | None = None
    newest_version: int = NEWEST
    #: Delay of every Graph answer, half of it before and half after the work.
    latency_ms: int = 0
    #: Messages a second per number; None = what the number's own level allows (80, or 1,000).
    throttle_mps: float | None = None
    #: One message per six seconds to one person, with Meta's burst.
    pair_rate: bool = True
    #: Codes reported by a ``failed`` status instead of in the answer to the POST. Meta documents both ways; recorded traces
    #: show these by status (decision 0080).
    async_errors: list = field(default_factory=lambda: list(BY_STATUS))
    #: ``to`` without a plus sign is taken as it is when it is somebody's ``wa_id``. Meta's page has the business number's
    #: calling code put in front, and so it is without this switch; other people's clients send a bare ``wa_id``.
    bare_wa_id: bool = False
    #: Marketing templates to US numbers end in 131049, as they have since April 2025.
    us_marketing_pause: bool = True
    #: Template sends answer ``held_for_quality_assessment`` and wait until this is switched off.
    pacing: bool = False
    #: The ``message_status`` that templates are answered with instead of ``accepted``, such as ``paused``. Whatever it
    #: is, they wait until this is None again.
    template_status: str | None = None
    #: What lists give to find the next page: "cursors" (and ``next``), "next" alone, or "lost" (``next`` without a cursor).
    paging: str = "cursors"

    #: Extra copies of every webhook.
    duplicates: int = 0
    #: The copies travel in other batches, with other bytes, instead of as the same body again.
    duplicate_rebatch: bool = False
    #: Shuffle webhooks by holding each back for a random time up to ``disorder_ms``.
    disorder: bool = False
    disorder_ms: int = 400
    #: Connections at once to one callback.
    webhook_concurrency: int = 8
    #: Updates in one POST when more than one waits; 1 = each alone.
    batch_max: int = 50
    #: How a batch is built: "changes", "entries" or "values".
    batch_style: str = "changes"
    webhook_timeout_s: float = 10.0
    retry_base_ms: int = 1000
    retry_max_s: float = 60.0

    #: From accepted to ``sent``, and from ``sent`` to ``delivered``.
    sent_ms: int = 60
    delivered_ms: int = 200
    #: Customers read by themselves after this time; None = only on the phone page or when told.
    auto_read_ms: int | None = None
    #: ``read`` comes without ``delivered`` before it.
    skip_delivered: bool = False
    #: Customers have read receipts on.
    read_receipts: bool = True
    #: Statuses are reported at all.
    statuses: bool = True

    #: "approve" or "reject" new and edited templates, after ``review_delay_s``; "hold" leaves them pending.
    review: str = "approve"
    review_delay_s: float = 2.0
    reject_reason: str = "INVALID_FORMAT"
    #: Meta files new templates under this category instead of the one asked for.
    recategorise: str | None = None

    def update(self, values):
        """Set the given switches.

        :raise SwitchError: an unknown name or a value of the wrong type; nothing is changed then.
        """
        checked = {}
        kinds = {item.name: item for item in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise SwitchError(f"There is no switch {name!r}. Known: {', '.join(sorted(kinds))}, fault.")
            checked[name] = convert(name, value, str(kinds[name].type))
        for name, value in checked.items():
            setattr(self, name, value)

    def holds(self):
        """Tell whether templates are held back."""
        return self.pacing or self.template_status is not None

    def as_dict(self):
        """Return all switches with their present values."""
        return asdict(self)


CHOICES = {
    "review": ("approve", "reject", "hold"),
    "paging": ("cursors", "next", "lost"),
    "batch_style": ("changes", "entries", "values"),
}


def convert(name, value, kind):
    """Return ``value`` as the type written on the switch, or raise SwitchError."""
    if value is None:
        if "None" in kind:
            return None
        raise SwitchError(f"Switch {name} cannot be empty.")
    if name in CHOICES and value not in CHOICES[name]:
        raise SwitchError(f"Switch {name} must be one of {', '.join(CHOICES[name])}.")
    try:
        if kind.startswith("bool"):
            if not isinstance(value, bool):
                raise ValueError
            return value
        if kind.startswith("list"):
            return [int(item) for item in value]
        if kind.startswith("str"):
            return str(value)
        number = int(value) if kind.startswith("int") else float(value)
    except (TypeError, ValueError):
        raise SwitchError(f"Switch {name} must be {kind.split(' ')[0]}, not {value!r}.") from None
    if number < 0:
        raise SwitchError(f"Switch {name} cannot be negative.")
    return number
