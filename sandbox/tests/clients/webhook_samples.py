"""What customers do, and what happens to templates: how to bring it about, and what pywa must read in the webhook."""

from sandbox_site import NUMBER
from test_sending import FLOW

from sandbox import graph_media, reports, rules_review

PLACE = {"latitude": 51.5, "longitude": -0.12, "name": "My place", "address": "London"}
CARD = {"name": {"formatted_name": "Grace Hopper", "first_name": "Grace"}, "phones": [{"phone": "+12025550173"}]}
ORDER = {
    "catalog_id": "970000000000001",
    "text": "Tomorrow, please",
    "product_items": [{"product_retailer_id": "SKU-CHAIR", "quantity": 2, "item_price": 120.0, "currency": "USD"}],
}
REFERRAL = {
    "source_url": "https://fb.example.com/ad",
    "source_id": "123",
    "source_type": "ad",
    "headline": "Chairs",
    "body": "All new",
    "media_type": "image",
    "image_url": "https://fb.example.com/ad.png",
    "ctwa_clid": "clid-1",
}


def media(kind, mime_type, **more):
    """Return how a customer sends a file."""

    def write(ground, customer):
        async def put():
            return graph_media.store(ground.world, mime_type, b"data", True).id

        ground.says(customer, type=kind, **{kind: {"id": ground.run(put()), **more}})

    return write


def says(kind, content, **more):
    """Return how a customer sends a message with this content."""
    return lambda ground, customer: ground.says(customer, type=kind, **{kind: content}, **more)


def taps(sent, **tap):
    """Return how a customer taps something on a message of the business."""

    def write(ground, customer):
        status, answer = ground.graph(
            "POST", f"{NUMBER}/messages", {"messaging_product": "whatsapp", "recipient": customer["bsuid"], **sent}
        )
        assert status == 200, answer
        ground.says(customer, tap={"message_id": answer["messages"][0]["id"], **tap})

    return write


def interactive(kind, action):
    """Return an interactive message of the business."""
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "Choose"}, "action": action}}


def reacts(emoji):
    """Return how a customer reacts to a message of the business."""

    def write(ground, customer):
        status, answer = ground.graph(
            "POST",
            f"{NUMBER}/messages",
            {"messaging_product": "whatsapp", "recipient": customer["bsuid"], "type": "text", "text": {"body": "Hi"}},
        )
        assert status == 200, answer
        target = answer["messages"][0]["id"]
        ground.says(customer, type="reaction", reaction={"message_id": target, "emoji": "👍"})
        if not emoji:
            ground.says(customer, type="reaction", reaction={"message_id": target, "emoji": ""})

    return write


BUTTONS = {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]}
LIST = {
    "button": "Choose",
    "sections": [{"title": "Days", "rows": [{"id": "mon", "title": "Monday", "description": "Morning"}]}],
}
FORM = {
    "name": "flow",
    "parameters": {
        "flow_message_version": "3",
        "flow_id": FLOW,
        "flow_cta": "Book",
        "flow_token": "f-1",
        "flow_action": "navigate",
        "flow_action_payload": {"screen": "START"},
    },
}
TEMPLATE = {
    "type": "template",
    "template": {
        "name": "proposal_ready",
        "language": {"code": "en"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ada"}, {"type": "text", "text": "$ 5"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "call"}]},
        ],
    },
}

#: What a customer does -> (how, type in the webhook, pywa's class, what pywa must have read).
MESSAGES = {
    "text": (says("text", {"body": "Grüß Gott / ok"}), "text", "Message", lambda got: got.text == "Grüß Gott / ok"),
    "picture": (
        media("image", "image/jpeg", caption="Look"),
        "image",
        "Message",
        lambda got: got.caption == "Look" and got.image.mime_type == "image/jpeg" and got.image.sha256,
    ),
    "video": (media("video", "video/mp4"), "video", "Message", lambda got: got.video.id),
    "audio": (media("audio", "audio/mpeg", voice=False), "audio", "Message", lambda got: got.audio.voice is False),
    "voice note": (
        media("audio", "audio/ogg; codecs=opus", voice=True),
        "audio",
        "Message",
        lambda got: got.audio.voice is True and got.audio.mime_type.startswith("audio/ogg"),
    ),
    "document": (
        media("document", "application/pdf", filename="offer.pdf", caption="Here"),
        "document",
        "Message",
        lambda got: (got.document.filename, got.caption) == ("offer.pdf", "Here"),
    ),
    "sticker": (
        media("sticker", "image/webp", animated=False),
        "sticker",
        "Message",
        lambda got: got.sticker.animated is False,
    ),
    "location": (says("location", PLACE), "location", "Message", lambda got: got.location.latitude == 51.5),
    "contacts": (
        says("contacts", [CARD]),
        "contacts",
        "Message",
        lambda got: got.contacts[0].name.formatted_name == "Grace Hopper",
    ),
    "order": (says("order", ORDER), "order", "Message", lambda got: got.order.products[0].quantity == 2),
    "unsupported": (
        says("unsupported", {"type": "poll_creation"}),
        "unsupported",
        "Message",
        lambda got: got.error.code == 131051,
    ),
    "reaction": (reacts("👍"), "reaction", "Message", lambda got: got.reaction.emoji == "👍"),
    "reaction taken back": (reacts(None), "reaction", "Message", lambda got: got.reaction.message_id),
    "from an advertisement": (
        says("text", {"body": "Hello"}, referral=REFERRAL),
        "text",
        "Message",
        lambda got: got.referral.ctwa_clid == "clid-1",
    ),
    "forwarded": (says("text", {"body": "Hello"}, context={"forwarded": True}), "text", "Message", lambda got: got.forwarded),
    "button of a message": (
        taps(interactive("button", BUTTONS), index=0),
        "interactive",
        "CallbackButton",
        lambda got: (got.data, got.title) == ("yes", "Yes"),
    ),
    "button of a template": (taps(TEMPLATE, index=0), "button", "CallbackButton", lambda got: got.data == "call"),
    "row of a list": (
        taps(interactive("list", LIST), index=0),
        "interactive",
        "CallbackSelection",
        lambda got: (got.data, got.title, got.description) == ("mon", "Monday", "Morning"),
    ),
    "form": (
        taps(interactive("flow", FORM), index=0, answers={"day": "Monday"}),
        "interactive",
        "FlowCompletion",
        lambda got: got.response["day"] == "Monday" and got.token == "f-1",
    ),
    "location asked for": (
        taps(interactive("location_request_message", {"name": "send_location"}), index=0),
        "location",
        "Message",
        lambda got: got.location and got.reply_to_message,
    ),
    "phone number asked for": (
        taps(interactive("request_contact_info", {"name": "request_contact_info"}), index=0),
        "contacts",
        "Message",
        lambda got: got.contacts,
    ),
    "correction": (
        says("edit", {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "Good day"}}}),
        "edit",
        "EditedMessage",
        lambda got: got.message.text == "Good day",
    ),
    "taken back": (
        says("revoke", {"original_message_id": "wamid.1"}),
        "revoke",
        "DeletedMessage",
        lambda got: got.original_message_id == "wamid.1",
    ),
    "cart from a product": (
        taps(
            {
                "type": "interactive",
                "interactive": {
                    "type": "product",
                    "action": {"catalog_id": "970000000000001", "product_retailer_id": "SKU-CHAIR"},
                },
            },
            index=0,
            items=[{"product_retailer_id": "SKU-CHAIR", "quantity": 1}],
        ),
        "order",
        "Message",
        lambda got: got.order.products[0].sku == "SKU-CHAIR",
    ),
}

#: Change of a template -> (field, pywa's class, what it must have read).
TEMPLATE_CHANGES = {
    **{
        status: (
            {"status": status},
            "message_template_status_update",
            "TemplateStatusUpdate",
            lambda got, wanted=status: got.new_status.value == wanted,
        )
        for status in (*rules_review.STATUSES, *reports.TEMPLATE_EVENTS)
        if status != "REJECTED"
    },
    "REJECTED": (
        {"status": "REJECTED", "reason": "INVALID_FORMAT"},
        "message_template_status_update",
        "TemplateStatusUpdate",
        lambda got: got.reason.value == "INVALID_FORMAT",
    ),
    "quality": (
        {"quality": "YELLOW"},
        "message_template_quality_update",
        "TemplateQualityUpdate",
        lambda got: got.new_quality_score.value == "YELLOW",
    ),
    "category": (
        {"category": "MARKETING"},
        "template_category_update",
        "TemplateCategoryUpdate",
        lambda got: got.new_category.value == "MARKETING",
    ),
}
