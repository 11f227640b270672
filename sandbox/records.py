"""What the sandbox's world is made of: plain records, no behaviour beyond their own fields."""

from collections import deque
from dataclasses import dataclass, field

THREAD_LIMIT = 500


@dataclass(slots=True)
class App:
    """One Meta app: it has a secret, and the callback of its own that the App Dashboard sets."""

    app_id: str
    secret: str
    #: Refuse calls without ``appsecret_proof`` ("Require App Secret" in the App Dashboard).
    require_proof: bool = False
    callback: dict = field(default_factory=lambda: {"callback_url": None, "verify_token": None, "fields": None})


@dataclass(slots=True)
class Account:
    """One WhatsApp Business Account (WABA); owned by a business portfolio, holds templates and numbers."""

    waba_id: str
    name: str
    portfolio_id: str
    currency: str = "USD"
    timezone_id: str = "1"
    country: str = "US"
    review_status: str = "APPROVED"
    status: str = "ACTIVE"
    #: What Meta does not allow it for now: restriction type -> epoch seconds of the end, or None.
    restrictions: dict = field(default_factory=dict)
    #: The catalogue connected to the account; None = none is.
    catalog_id: str | None = None
    #: app id -> {"override_callback_uri", "verify_token"}; empty dict = subscribed without an override.
    subscribed: dict = field(default_factory=dict)


@dataclass(slots=True)
class Number:
    """One business phone number."""

    phone_number_id: str
    waba_id: str
    digits: str
    display: str
    verified_name: str
    quality: str = "GREEN"
    level: str = "STANDARD"
    status: str = "CONNECTED"
    limit: str = "TIER_2K"
    #: A test number (development mode) may write only to these, digits as its list keeps them; None = a real number.
    test_recipients: list | None = None
    #: {"override_callback_uri", "verify_token", "app_id"} of this number alone.
    webhook: dict = field(default_factory=dict)
    #: The display name somebody asked for, and what became of that; it shows after the number is registered again.
    new_name: str | None = None
    name_status: str = "APPROVED"
    #: The two-step verification PIN; None = none is set.
    pin: str | None = "123456"
    #: Epoch seconds of calls that registered or deregistered it.
    registrations: list = field(default_factory=list)
    #: The business profile, as customers see it: :data:`~.rules_profile.FIELDS` that were filled in.
    profile: dict = field(default_factory=dict)
    #: What ``settings`` was given, by its top-level name.
    settings: dict = field(default_factory=dict)
    #: Customers this number has blocked: id -> epoch seconds.
    blocked: dict = field(default_factory=dict)
    #: Service messages delivered, by "YYYY-MM"; the first 1,000 of a month are free.
    service_delivered: dict = field(default_factory=dict)

    @property
    def calling(self):
        """Calling is switched on for the number; until then nothing about calls may be sent."""
        return self.settings.get("calling", {}).get("status") == "ENABLED"

    @property
    def identity_check(self):
        """Webhooks carry the hash of the customer's identity key."""
        return bool(self.settings.get("user_identity_change", {}).get("enable_identity_key_check"))


@dataclass(slots=True)
class Customer:
    """One person with WhatsApp on a phone."""

    id: str
    name: str
    wa_id: str
    country: str
    #: Secret seed of the person's BSUIDs; changes when the phone number does.
    seed: str
    username: str | None = None
    hidden_phone: bool = False
    online: bool = True
    read_receipts: bool = True
    in_contact_book: bool = False
    marketing_stopped: bool = False
    #: phone_number_ids of businesses this person has blocked.
    blocked: set = field(default_factory=set)
    #: BSUIDs that were valid before a number change.
    retired: list = field(default_factory=list)
    #: How often the person set up WhatsApp anew on a phone: each time there is another identity key.
    installs: int = 1


@dataclass(slots=True)
class Message:
    """One message, either way. ``direction`` is seen from the business: ``in`` was written by the customer."""

    wamid: str
    phone_number_id: str
    customer_id: str
    direction: str
    type: str
    content: object
    at: float
    status: str
    context: dict | None = None
    card: dict | None = None
    callback_data: str | None = None
    #: "to" or "recipient": how the business addressed the person.
    sent_by: str | None = None
    category: str = "service"
    referral: dict | None = None
    errors: list = field(default_factory=list)
    #: Who reacted with which emoji: {"in": "👍", "out": "❤️"}.
    reactions: dict = field(default_factory=dict)
    priced: bool = False
    #: The message is on the customer's device; until then the phone page does not show it.
    on_phone: bool = False
    template: dict | None = None
    tapped: list = field(default_factory=list)


@dataclass(slots=True)
class Thread:
    """The chat of one customer with one business number."""

    phone_number_id: str
    customer_id: str
    messages: deque = field(default_factory=lambda: deque(maxlen=THREAD_LIMIT))
    #: Epoch seconds of the newest customer message that opens the window.
    window_from: float | None = None
    #: Epoch seconds when the business last used the phone number itself, either way.
    spoke_by_phone_at: float | None = None
    entry_at: float | None = None
    free_until: float | None = None
    typing_until: float = 0.0
    unread: int = 0
    #: Epoch seconds of the newest message either way; 0 = none yet.
    last_at: float = 0.0


@dataclass(slots=True)
class Template:
    """One message template in one language."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list
    status: str = "PENDING"
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"
    #: Epoch seconds since when the quality is that.
    quality_at: float = 0.0
    previous_category: str | None = None
    #: Where Meta will file it soon.
    correct_category: str | None = None
    ttl: int | None = None
    #: Epoch seconds of its edits while it was approved.
    edited: list = field(default_factory=list)
    #: It was approved at least once: then its name stays taken for weeks after it is deleted.
    was_approved: bool = False
    #: The template of Meta's library it was made from.
    library_name: str | None = None


@dataclass(slots=True)
class Deletion:
    """A deleted template whose name is not free again yet."""

    #: "account/name/language".
    id: str
    waba_id: str
    name: str
    language: str
    category: str
    #: Epoch seconds.
    until: float


@dataclass(slots=True)
class Sample:
    """A file that was uploaded as the sample of a template's header."""

    #: What the upload ended in, ``4::…``; what a template is handed in with.
    handle: str
    #: Names it in the address under which it is read back.
    sample_id: str
    mime_type: str
    #: Bytes.
    size: int


@dataclass(slots=True)
class Product:
    """One article of a catalogue."""

    #: "catalogue/article number".
    id: str
    catalog_id: str
    #: The business's own article number.
    retailer_id: str
    name: str
    price: float
    currency: str = "USD"
    description: str = ""


@dataclass(slots=True)
class Flow:
    """One form (flow) of an account."""

    id: str
    waba_id: str
    name: str
    #: DRAFT, PUBLISHED, DEPRECATED, BLOCKED or THROTTLED.
    status: str = "DRAFT"
    categories: list = field(default_factory=lambda: ["OTHER"])
    #: ``{"id", "title", "fields": [{"name", "label", "options"?}]}`` each, the first one first.
    screens: list = field(default_factory=list)
    #: Address of the business's own endpoint; without one a flow cannot exchange data.
    endpoint_uri: str | None = None
    #: The JSON that was uploaded; None = it is made from the screens.
    json: str | None = None
    updated_at: float = 0.0
    #: Epoch seconds of what was sent lately: a throttled flow may be sent ten times in an hour.
    sent: list = field(default_factory=list)


@dataclass(slots=True)
class Shop:
    """What the messages of an account may refer to: its catalogue and its flows."""

    catalog_id: str | None = None
    #: Article number -> :class:`Product`.
    products: dict = field(default_factory=dict)
    #: Flow id -> :class:`Flow`.
    flows: dict = field(default_factory=dict)


@dataclass(slots=True)
class Media:
    """One uploaded file."""

    id: str
    mime_type: str
    data: bytes
    sha256: str
    at: float
    #: Uploaded by the business (30 days) or sent by a customer (7 days).
    from_customer: bool
    filename: str | None = None
    #: phone_number_ids of the business numbers it belongs to: the one it was uploaded for, or those it was sent to.
    numbers: set = field(default_factory=set)
    #: The account of these numbers: tokens that do not reach it do not see the file.
    waba_id: str | None = None


@dataclass(slots=True)
class Token:
    """One access token and what it may do."""

    value: str
    scopes: tuple = ("whatsapp_business_messaging", "whatsapp_business_management")
    #: Epoch seconds; 0 = never.
    expires_at: float = 0
    valid: bool = True
    #: WABA ids it reaches; None = all.
    wabas: tuple | None = None
    #: The app it was made for; None = the first one.
    app_id: str | None = None
