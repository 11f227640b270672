"""What can happen, as plain values: the words between Meta's JSON and our models.

Every event is frozen and carries the ids that route it. Texts are ``""`` and ids
None when Meta did not say; ``raw`` keeps the JSON object the event was read from,
so that nothing is lost that is not understood yet. Time stamps are epoch seconds
(0: unknown).

Shapes: developers.facebook.com, WhatsApp "Webhook reference".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """One person as Meta identifies them; any part may be missing."""

    bsuid: str | None = None
    parent_bsuid: str | None = None
    wa_id: str | None = None
    """Phone number in digits, as WhatsApp spells it."""
    username: str | None = None
    """Without the leading ``@``."""
    name: str = ""
    """The name from the profile."""

    def __bool__(self) -> bool:
        """Tell whether anything here identifies somebody."""
        return bool(self.bsuid or self.parent_bsuid or self.wa_id)

    @property
    def has_own_id(self) -> bool:
        """Tell whether this is one person: a parent BSUID alone addresses nobody."""
        return bool(self.bsuid or self.wa_id)


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """One error object of a webhook."""

    code: int | None
    title: str = ""
    message: str = ""
    details: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file in an inbound message. The id lives seven days, the URL five minutes."""

    id: str
    mime_type: str = ""
    sha256: str = ""
    """Base64 as Meta sends it; over which bytes is not documented."""
    url: str = ""
    filename: str = ""
    voice: bool = False
    animated: bool = False
    cipher: Json | None = None
    """Of files in forms: the keys of the encrypted copy that ``url`` leads to."""


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """A message a customer sent to one of our numbers."""

    waba_id: str
    phone_number_id: str
    display_phone_number: str
    wamid: str
    timestamp: int
    kind: str
    """Meta's ``type`` as it came, unknown ones included; ``unknown`` for none."""
    person: Person
    content: Json = field(default_factory=dict)
    """The object named after the type. ``contacts`` is a list in Meta's JSON and
    is wrapped as ``{"contacts": […]}``."""
    text: str = ""
    """Words a person can read, never prose of ours: body, caption, label, place,
    names, order lines, the emoji of a reaction."""
    payload: str | None = None
    """What a rule looks at: a button's payload, a reply's id, a flow's JSON."""
    quoted_wamid: str | None = None
    """The message this one answers or, for a tap, the one with the button."""
    forwarded: bool = False
    referral: Json | None = None
    """The ad or post through which the customer came."""
    errors: tuple[ErrorInfo, ...] = ()
    raw: Json = field(default_factory=dict)
    target_wamid: str | None = None
    """The message that a reaction, an edit or a deletion is about."""
    media: Media | None = None
    contact_request: bool = False
    """A card the customer sent of themselves because we asked: the only card that
    may link a phone number to its sender."""
    frequently_forwarded: bool = False
    referred_product: Json | None = None
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """What became of a message we sent."""

    waba_id: str
    phone_number_id: str
    wamid: str
    status: str
    """Meta's word: sent, delivered, read, played, failed, or a new one."""
    timestamp: int
    uuid: str | None
    """Our own ``biz_opaque_callback_data``."""
    person: Person
    errors: tuple[ErrorInfo, ...] = ()
    pricing: Json | None = None
    raw: Json = field(default_factory=dict)
    display_phone_number: str = ""
    group_id: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityEvent:
    """A person changed number or id, or their identity key changed."""

    waba_id: str
    phone_number_id: str
    display_phone_number: str
    wamid: str | None
    timestamp: int
    change: str
    """Meta's word: user_changed_number, user_changed_user_id, …"""
    person: Person
    """The *new* ids, as far as they are known."""
    previous_bsuid: str | None = None
    previous_wa_id: str | None = None
    previous_parent_bsuid: str | None = None
    text: str = ""
    raw: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreferenceEvent:
    """A customer stopped or resumed a category of messages."""

    person: Person
    category: str
    value: str
    """``stop``, ``resume``, ``signup`` or a new word."""
    timestamp: int
    waba_id: str = ""
    phone_number_id: str = ""
    display_phone_number: str = ""
    detail: str = ""
    signup_id: str | None = None
    raw: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemplateEvent:
    """Meta decided something about a template."""

    waba_id: str
    change: str
    """``status``, ``quality``, ``category`` or ``components``."""
    template_id: str
    name: str
    language: str
    """With an underscore, as templates are addressed: ``en_US``."""
    value: Json
    timestamp: int = 0


@dataclass(frozen=True, slots=True)
class EchoEvent:
    """Coexistence: a message written or received outside of the API.

    It opens no window, starts no bot and is never sent again.
    """

    source: str
    """``echo``: just sent from the phone app; ``history``: from the past."""
    outgoing: bool
    """True: the business wrote it. ``message.person`` is the customer either way."""
    message: MessageEvent
    status: str = ""
    """History only: how far the message had come, in lower case."""


@dataclass(frozen=True, slots=True)
class ContactSyncEvent:
    """Coexistence: the business's phone book gained or lost a contact."""

    waba_id: str
    phone_number_id: str
    action: str
    """``add`` (also for changes) or ``remove``."""
    person: Person
    first_name: str = ""
    timestamp: int = 0
    raw: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """News about the account, a number or its security, for the health page."""

    field: str
    waba_id: str
    phone_number_id: str | None
    value: Json
    display_phone_number: str = ""
    timestamp: int = 0


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """Something nobody taught us yet. Kept, listed, and harmless."""

    field: str
    """The webhook field, with a path behind it when only a part is unknown."""
    value: Json
    waba_id: str = ""
    phone_number_id: str | None = None
    timestamp: int = 0


Event: TypeAlias = (
    MessageEvent
    | StatusEvent
    | IdentityEvent
    | PreferenceEvent
    | TemplateEvent
    | EchoEvent
    | ContactSyncEvent
    | NoticeEvent
    | UnknownEvent
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a webhook that was not what it should be."""

    path: str
    """Where, such as ``entry[0].changes[1].value.messages[0]``."""
    reason: str
    """What is wrong, as a slug."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook POST, understood as far as possible."""

    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()
