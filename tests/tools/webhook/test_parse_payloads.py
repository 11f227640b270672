"""Every recorded webhook, and what it must become."""

import json

import pytest
from conftest import PAYLOADS

from tools.webhook.events import Person
from tools.webhook.parse import parse

ADA = "GB.70315500291844"
NEW = "GB.99900012"
PARENT = "GB.ENT.88120045"
PHONE = "447700900123"
OUT = "wamid.SAMPLE_OUT_0001"
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
NUMBER = "900000000000101"
ACCOUNT = "900000000000001"

# Payload -> one (event class, expected attributes) per event. "person" may name a
# few of its attributes; everything not named is not checked here.
EXPECTED = {
    "text": [("MessageEvent", {
        "waba_id": ACCOUNT, "phone_number_id": NUMBER,
        "display_phone_number": "12025550142", "timestamp": 1795430400,
        "kind": "text", "text": "Hello, is *this* still available?",
        "content": {"body": "Hello, is *this* still available?"},
        "person": Person(ADA, None, PHONE, None, "Ada Example"),
        "payload": None, "quoted_wamid": None, "forwarded": False, "referral": None,
        "errors": (), "media": None,
    })],
    "text_bsuid_only": [("MessageEvent", {
        "text": "Hi",
        "person": Person(ADA, PARENT, None, "ada.example", "Ada Example"),
    })],
    "text_reply": [("MessageEvent", {"text": "Yes, please", "quoted_wamid": OUT})],
    "text_forwarded": [("MessageEvent", {
        "forwarded": True, "frequently_forwarded": False, "quoted_wamid": None,
    })],
    "text_frequently_forwarded": [("MessageEvent", {
        "forwarded": True, "frequently_forwarded": True,
    })],
    "text_ad_referral": [("MessageEvent", {
        "text": "I saw your ad", "referral.source_type": "ad",
        "referral.ctwa_clid": "SAMPLE-CLICK-ID", "referral.headline": "Spring sale",
    })],
    "text_product_inquiry": [("MessageEvent", {
        "quoted_wamid": OUT,
        "referred_product": {"catalog_id": "77001", "product_retailer_id": "SKU-1"},
    })],
    "text_group": [("MessageEvent", {"group_id": "GROUP-SAMPLE-1", "text": "Hello all"})],
    "image": [("MessageEvent", {
        "kind": "image", "text": "The broken leg", "media.id": "1000200030001",
        "media.mime_type": "image/jpeg", "media.sha256": "q83vEjRWeJA=",
    })],
    "image_without_caption": [("MessageEvent", {
        "kind": "image", "text": "", "media.url": "", "media.id": "1000200030011",
    })],
    "video": [("MessageEvent", {"kind": "video", "text": "It wobbles"})],
    "sticker": [("MessageEvent", {"kind": "sticker", "text": "", "media.animated": True})],
    "document": [("MessageEvent", {
        "kind": "document", "text": "Our order", "media.filename": "order.pdf",
    })],
    "audio": [("MessageEvent", {"kind": "audio", "text": "", "media.voice": False})],
    "audio_voice": [("MessageEvent", {
        "kind": "audio", "media.voice": True, "media.mime_type": "audio/ogg; codecs=opus",
    })],
    "location": [("MessageEvent", {
        "text": "📍 Office, 1 Example St, London", "content.latitude": 51.5007,
    })],
    "location_pin": [("MessageEvent", {"text": "📍 51.5007, -0.1246"})],
    "contacts": [("MessageEvent", {
        "kind": "contacts", "text": "Ben Example, Example Works",
        "contact_request": False,
    })],
    "contacts_contact_request": [("MessageEvent", {
        "contact_request": True, "text": "Ada Example",
        "person": Person(ADA, None, None, "ada.example", "Ada Example"),
    })],
    "contacts_contact_request_on_card": [("MessageEvent", {"contact_request": True})],
    "interactive_button_reply": [("MessageEvent", {
        "kind": "interactive", "text": "09:00", "payload": "slot:0900",
        "quoted_wamid": OUT,
    })],
    "interactive_list_reply": [("MessageEvent", {"text": "Room 2", "payload": "room:2"})],
    "interactive_nfm_reply": [("MessageEvent", {
        "text": "Sent", "payload": '{"flow_token":"tok-1","guests":"4"}',
    })],
    "interactive_call_permission_reply": [("MessageEvent", {
        "text": "", "payload": "accept",
        "content.call_permission_reply": {
            "response": "accept", "is_permanent": False,
            "expiration_timestamp": 1796035200, "response_source": "user_action",
        },
    })],
    "interactive_without_object": [("MessageEvent", {
        "kind": "interactive", "text": "", "content": {}, "errors.code": 131000,
    })],
    "button": [("MessageEvent", {
        "kind": "button", "text": "Track my order", "payload": "track:S00042",
        "quoted_wamid": OUT,
    })],
    "button_code_not_requested": [("MessageEvent", {
        "payload": "DID_NOT_REQUEST_CODE", "quoted_wamid": None,
    })],
    "reaction": [("MessageEvent", {
        "kind": "reaction", "text": "👍", "target_wamid": OUT,
    })],
    "reaction_removed": [("MessageEvent", {
        "kind": "reaction", "text": "", "target_wamid": OUT,
    })],
    "order": [("MessageEvent", {
        "kind": "order",
        "text": "Please deliver on Friday\n2 × SKU-1 · 49.5 GBP\n1 × SKU-2 · 12 GBP",
    })],
    "unsupported": [("MessageEvent", {
        "kind": "unsupported", "text": "", "errors.code": 131051,
        "content": {"type": "poll_creation"},
    })],
    "unsupported_unavailable": [("MessageEvent", {"errors.code": 131060})],
    "edit": [("MessageEvent", {
        "kind": "edit", "text": "Hello, is this one still available?",
        "target_wamid": "wamid.SAMPLE_IN_0001",
    })],
    "revoke": [("MessageEvent", {
        "kind": "revoke", "text": "", "target_wamid": "wamid.SAMPLE_IN_0001",
    })],
    "request_welcome": [("MessageEvent", {"kind": "request_welcome", "text": ""})],
    "unknown_type": [("MessageEvent", {
        "kind": "hologram", "text": "",
        "content": {"title": "A thing of the future", "depth": 3},
    })],
    "system_user_changed_number": [("IdentityEvent", {
        "change": "user_changed_number", "wamid": "wamid.SAMPLE_SYS_1",
        "timestamp": 1795430500,
        "person": Person(NEW, "GB.ENT.9", "447700900999"),
        "previous_bsuid": ADA, "previous_wa_id": PHONE,
        "previous_parent_bsuid": PARENT,
        "text": "User Ada Example changed from 447700900123 to 447700900999",
    })],
    "system_user_changed_user_id": [("IdentityEvent", {
        "change": "user_changed_user_id", "person": Person(NEW),
        "previous_bsuid": ADA, "previous_wa_id": None,
    })],
    "system_user_changed_user_id_in_body": [("IdentityEvent", {
        "person": Person(NEW), "previous_bsuid": ADA,
    })],
    "system_customer_identity_changed": [("IdentityEvent", {
        "change": "customer_identity_changed", "person": Person(wa_id=PHONE),
        "previous_bsuid": None, "previous_wa_id": None,
    })],
    "system_other": [("MessageEvent", {
        "kind": "system", "text": "The subject was changed",
    })],
    "user_id_update": [("IdentityEvent", {
        "change": "user_changed_user_id", "previous_bsuid": ADA, "wamid": None,
        "previous_parent_bsuid": PARENT, "text": "The user id has changed",
        "person": Person(NEW, "GB.ENT.9", PHONE, None, "Ada Example"),
        "timestamp": 1795430500,
    })],
    "status_sent": [("StatusEvent", {
        "waba_id": ACCOUNT, "phone_number_id": NUMBER, "wamid": OUT, "status": "sent",
        "timestamp": 1795430410, "uuid": UUID, "errors": (),
        "person": Person(ADA, PARENT, PHONE, None, "Ada Example"),
        "pricing": {
            "billable": True, "pricing_model": "PMP", "type": "regular",
            "category": "utility",
        },
    })],
    "status_delivered": [("StatusEvent", {
        "status": "delivered", "pricing": None, "person.username": "ada.example",
    })],
    "status_read": [("StatusEvent", {
        "status": "read",
        "person": Person(ADA, PARENT, None, "ada.example", "Ada Example"),
    })],
    "status_played": [("StatusEvent", {"status": "played"})],
    "status_failed": [("StatusEvent", {
        "status": "failed", "errors.code": 131026,
        "errors.details": "Message Undeliverable.", "person": Person(wa_id=PHONE),
    })],
    "status_failed_at_value_level": [("StatusEvent", {
        "errors.code": 131049,
        "errors.details": "Kept back to maintain healthy ecosystem engagement.",
    })],
    "status_parent_spellings": [
        ("StatusEvent", {"status": status, "person.parent_bsuid": PARENT})
        for status in ("sent", "delivered", "read")
    ],
    "status_free_entry_point": [("StatusEvent", {"pricing.type": "free_entry_point"})],
    "status_group": [("StatusEvent", {
        "group_id": "GROUP-SAMPLE-1", "person": Person(ADA, PARENT, PHONE),
    })],
    "status_payment": [("UnknownEvent", {"field": "messages.statuses.payment"})],
    "value_errors": [("NoticeEvent", {"field": "messages", "phone_number_id": NUMBER})],
    "batch": [
        ("MessageEvent", {"text": "First", "person.name": "Ada Example"}),
        ("MessageEvent", {"text": "Second", "person.name": "Ben Example"}),
        ("StatusEvent", {"phone_number_id": "900000000000102", "status": "sent"}),
        ("StatusEvent", {"phone_number_id": "900000000000102", "status": "delivered"}),
        ("MessageEvent", {
            "text": "Third", "waba_id": "900000000000002",
            "phone_number_id": "900000000000201", "person.name": "Ben Example",
        }),
        ("NoticeEvent", {
            "field": "account_review_update", "waba_id": "900000000000002",
            "phone_number_id": None, "timestamp": 1795430700,
        }),
    ],
    **{
        f"user_preferences_{value}": [("PreferenceEvent", {
            "waba_id": ACCOUNT, "phone_number_id": NUMBER, "value": value,
            "category": "marketing_messages", "timestamp": 1795430600,
            "signup_id": "55001" if value == "signup" else None,
            "person": Person(ADA, None, PHONE, None, "Ada Example"),
        })]
        for value in ("stop", "resume", "signup")
    },
    "template_status_approved": [("TemplateEvent", {
        "change": "status", "template_id": "1234567890123", "name": "order_ready",
        "language": "en_US", "value.event": "APPROVED", "timestamp": 1795430800,
        "waba_id": ACCOUNT,
    })],
    "template_status_rejected": [("TemplateEvent", {
        "change": "status", "value.reason": "INVALID_FORMAT",
        "value.rejection_info": {
            "reason": "A variable stands at the end of the text.",
            "recommendation": "Add words behind it.",
        },
    })],
    "template_status_paused": [("TemplateEvent", {"value.event": "PAUSED"})],
    "template_status_disabled": [("TemplateEvent", {"value.event": "DISABLED"})],
    "template_quality": [("TemplateEvent", {"change": "quality"})],
    "template_quality_mislabelled": [("TemplateEvent", {
        "change": "quality", "value.new_quality_score": "YELLOW",
    })],
    "template_components": [("TemplateEvent", {"change": "components"})],
    "template_category_announced": [("TemplateEvent", {
        "change": "category", "value.correct_category": "MARKETING",
    })],
    "template_category_changed": [("TemplateEvent", {
        "change": "category", "value.new_category": "MARKETING",
    })],
    "account_update_restriction": [("NoticeEvent", {
        "field": "account_update", "waba_id": ACCOUNT, "phone_number_id": None,
        "value.event": "ACCOUNT_RESTRICTION", "timestamp": 1795430900,
    })],
    "account_update_disabled": [("NoticeEvent", {"value.event": "DISABLED_UPDATE"})],
    "account_update_partner_removed": [("NoticeEvent", {"waba_id": ACCOUNT})],
    "account_alerts": [("NoticeEvent", {
        "field": "account_alerts", "phone_number_id": NUMBER,
    })],
    "phone_number_quality_update": [("NoticeEvent", {
        "display_phone_number": "+1 202-555-0142", "phone_number_id": None,
    })],
    **{
        name: [("NoticeEvent", {"field": name, "waba_id": ACCOUNT})]
        for name in (
            "account_review_update", "account_settings_update", "automatic_events",
            "business_capability_update", "business_username_update",
            "business_username_updates", "flows", "messaging_handovers",
            "partner_solutions", "payment_configuration_update",
            "phone_number_name_update", "security", "standby",
        )
    },
    "smb_message_echoes": [
        ("EchoEvent", {
            "source": "echo", "outgoing": True, "message.text": "Written on the phone",
            "message.wamid": "wamid.SAMPLE_ECHO_1",
            "message.person": Person(ADA, None, PHONE, None, "Ada Example"),
        }),
        ("EchoEvent", {
            "message.kind": "revoke", "message.target_wamid": "wamid.SAMPLE_ECHO_1",
        }),
    ],
    "history": [
        ("EchoEvent", {
            "source": "history", "outgoing": False, "status": "read",
            "message.text": "An old question",
            "message.person": Person(ADA, None, PHONE, "ada.example"),
        }),
        ("EchoEvent", {
            "outgoing": True, "status": "delivered", "message.text": "An old answer",
            "message.person": Person(ADA, None, PHONE, "ada.example"),
        }),
        ("EchoEvent", {"outgoing": False, "message.kind": "media_placeholder"}),
        ("NoticeEvent", {
            "field": "history",
            "value": {"metadata": {"phase": 0, "chunk_order": 1, "progress": 55}},
        }),
    ],
    "history_media": [("EchoEvent", {
        "source": "history", "outgoing": False, "message.media.id": "1000200030009",
        "message.person.name": "Ada Example",
    })],
    "history_refused": [("NoticeEvent", {"field": "history"})],
    "smb_app_state_sync": [
        ("ContactSyncEvent", {
            "action": "add", "first_name": "Ada", "timestamp": 1795430400,
            "person": Person(ADA, None, PHONE, "ada.example", "Ada Example"),
        }),
        ("ContactSyncEvent", {
            "action": "remove", "person": Person("GB.80426611302955"),
        }),
    ],
    "calls": [("UnknownEvent", {"field": "calls", "phone_number_id": NUMBER})],
    "unknown_field": [("UnknownEvent", {
        "field": "holograms", "waba_id": ACCOUNT, "value.depth": 3,
    })],
}  # fmt: skip

NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def look(event, path):
    """Follow ``a.b.c`` through attributes, keys and first items."""
    for step in path.split("."):
        event = event[0] if isinstance(event, tuple) else event
        event = event[step] if isinstance(event, dict) else getattr(event, step)
    return event


def test_every_payload_has_an_expectation_and_the_reverse():
    assert set(NAMES) == set(EXPECTED)


@pytest.mark.parametrize("name", NAMES)
def test_payload(name):
    body = (PAYLOADS / f"{name}.json").read_bytes()
    delivery = parse(body)
    assert delivery.problems == ()
    assert [type(event).__name__ for event in delivery.events] == [kind for kind, _attributes in EXPECTED[name]]
    for event, (_kind, attributes) in zip(delivery.events, EXPECTED[name], strict=True):
        for path, expected in attributes.items():
            assert look(event, path) == expected, path


@pytest.mark.parametrize("name", NAMES)
def test_bytes_text_and_object_are_the_same(name):
    body = (PAYLOADS / f"{name}.json").read_bytes()
    decoded = json.loads(body)
    escaped = json.dumps(decoded).encode()  # as Meta sends it: \uXXXX
    assert parse(body) == parse(body.decode()) == parse(decoded) == parse(escaped)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost(name):
    """Every id in the payload is found again in some event."""
    body = json.loads((PAYLOADS / f"{name}.json").read_text())
    kept = repr(parse(body).events)
    for entry in body["entry"]:
        for change in entry["changes"]:
            for key in ("messages", "statuses", "message_echoes", "calls"):
                for item in change["value"].get(key, []):
                    assert item["id"] in kept
