"""pywa sends every kind of message it knows, to a phone number and to a business-scoped user id."""

import known
import pytest
from ground import PHONE
from pywa import types as t
from pywa.errors import CallingNotEnabled, WhatsAppError
from samples import FILES
from sandbox_site import NUMBER

CATALOG, FLOW = "970000000000001", "960000000000101"
LINK = "https://shop.example.com/file"
BUTTONS = [t.Button("Yes", callback_data="yes"), t.Button("No", callback_data="no")]
ROWS = t.SectionList("Choose", [t.Section("Days", [t.SectionRow("Monday", "mon", "Morning"), t.SectionRow("Friday", "fri")])])
CARD = t.Contact(
    name=t.Contact.Name(formatted_name="Grace Hopper", first_name="Grace"),
    birthday="1906-12-09",
    phones=[t.Contact.Phone(phone="+12025550173", type="WORK", wa_id="12025550173")],
    emails=[t.Contact.Email(email="grace@example.com", type="WORK")],
    urls=[t.Contact.Url(url="https://example.com", type="WORK")],
    addresses=[t.Contact.Address(street="1 Example Street", city="London", country="United Kingdom", country_code="GB")],
    org=t.Contact.Org(company="Example Shop", department="Sales", title="Head"),
)

#: What is sent -> (how pywa is asked, type of the message that must be in the customer's chat then).
SENDS = {
    "text": (lambda wa, to, got: wa.send_text(to, "Good morning", preview_url=True), "text"),
    "text as a reply, with a tracker": (
        lambda wa, to, got: wa.send_text(to, "Good morning", reply_to_message_id=got, tracker="t-1"),
        "text",
    ),
    "location": (lambda wa, to, got: wa.send_location(to, 51.5, -0.12, name="Shop", address="London"), "location"),
    "contact": (lambda wa, to, got: wa.send_contact(to, CARD), "contacts"),
    "contacts": (lambda wa, to, got: wa.send_contact(to, [CARD, CARD]), "contacts"),
    "reaction": (lambda wa, to, got: wa.send_reaction(to, "👍", got), "reaction"),
    "reaction removed": (lambda wa, to, got: wa.remove_reaction(to, got), "reaction"),
    "buttons": (
        lambda wa, to, got: wa.send_text(to, "Shall we?", header="Visit", footer="Shop", buttons=BUTTONS),
        "interactive",
    ),
    "list": (lambda wa, to, got: wa.send_text(to, "When?", header="Visit", footer="Shop", buttons=ROWS), "interactive"),
    "link button": (
        lambda wa, to, got: wa.send_text(to, "Look", buttons=t.URLButton("Shop", "https://shop.example.com")),
        "interactive",
    ),
    "location request": (lambda wa, to, got: wa.request_location(to, "Where are you?"), "interactive"),
    "contact request": (lambda wa, to, got: wa.request_contact_info(to, "Your number, please"), "interactive"),
    "call permission": (
        lambda wa, to, got: wa.send_text(to, "May we call?", buttons=t.CallPermissionRequestButton()),
        "interactive",
    ),
    "call button": (
        lambda wa, to, got: wa.send_text(to, "Call us", buttons=t.VoiceCallButton("Call", ttl_minutes=100)),
        "interactive",
    ),
    "product": (lambda wa, to, got: wa.send_product(to, CATALOG, "SKU-CHAIR", body="Oak", footer="Shop"), "interactive"),
    "product list": (
        lambda wa, to, got: wa.send_products(
            to, CATALOG, [t.ProductsSection("Seats", ["SKU-CHAIR", "SKU-SOFA"])], "Ours", "Choose", footer="Shop"
        ),
        "interactive",
    ),
    "catalogue": (
        lambda wa, to, got: wa.send_catalog(to, "All we have", footer="Shop", thumbnail_product_sku="SKU-LAMP"),
        "interactive",
    ),
    "flow": (
        lambda wa, to, got: wa.send_text(
            to,
            "Book a visit",
            buttons=t.FlowButton("Book", FLOW, flow_token="f-1", flow_action_type="navigate", flow_action_screen="START"),
        ),
        "interactive",
    ),
    "flow by its name": (
        lambda wa, to, got: wa.send_text(
            to, "Book a visit", buttons=t.FlowButton("Book", flow_name="book_a_visit", flow_token="f-2")
        ),
        "interactive",
    ),
    "picture with buttons": (
        lambda wa, to, got: wa.send_image(to, LINK, caption="Shall we?", footer="Shop", buttons=BUTTONS),
        "interactive",
    ),
    "video with buttons": (lambda wa, to, got: wa.send_video(to, LINK, caption="Shall we?", buttons=BUTTONS), "interactive"),
    "document with buttons": (
        lambda wa, to, got: wa.send_document(to, LINK, filename="offer.pdf", caption="Shall we?", buttons=BUTTONS),
        "interactive",
    ),
    "carousel": (
        lambda wa, to, got: wa.send_carousel(
            to,
            body="Our best",
            cards=[
                t.ImageCarouselCard(image=LINK, body=f"Number {index}", buttons=t.URLButton("See", "https://shop.example.com"))
                for index in (1, 2)
            ],
        ),
        "interactive",
    ),
    "carousel with quick replies": (
        lambda wa, to, got: wa.send_carousel(
            to,
            body="Our best",
            cards=[
                t.VideoCarouselCard(video=LINK, body=f"Number {index}", buttons=[t.Button("This one", f"card-{index}")])
                for index in (1, 2)
            ],
        ),
        "interactive",
    ),
    "picture by link": (lambda wa, to, got: wa.send_image(to, LINK, caption="Chair"), "image"),
    "video by link": (lambda wa, to, got: wa.send_video(to, LINK, caption="Tour"), "video"),
    "audio by link": (lambda wa, to, got: wa.send_audio(to, LINK), "audio"),
    "voice note by link": (lambda wa, to, got: wa.send_voice(to, LINK), "audio"),
    "document by link": (lambda wa, to, got: wa.send_document(to, LINK, filename="offer.pdf", caption="Offer"), "document"),
    "sticker by link": (lambda wa, to, got: wa.send_sticker(to, LINK), "sticker"),
}
#: Kinds that pywa uploads first, when it is given bytes.
UPLOADS = {
    "image": lambda wa, to, *file: wa.send_image(to, file[0], mime_type=file[1]),
    "video": lambda wa, to, *file: wa.send_video(to, file[0], mime_type=file[1]),
    "audio": lambda wa, to, *file: wa.send_audio(to, file[0], mime_type=file[1]),
    "voice": lambda wa, to, *file: wa.send_voice(to, file[0], mime_type=file[1]),
    "document": lambda wa, to, *file: wa.send_document(to, file[0], filename=file[2], mime_type=file[1]),
    "sticker": lambda wa, to, *file: wa.send_sticker(to, file[0], mime_type=file[1]),
}


@pytest.mark.parametrize("by", ["phone", "BSUID"])
@pytest.mark.parametrize("what", SENDS)
def test_pywa_sends(ground, wa, what, by):
    customer = ground.writer()
    got = ground.newest(customer)["id"]
    if what.startswith("call"):
        ground.allow_calls()
    ask, kind = SENDS[what]
    with known.judged("pywa", f"send {what}"):
        sent = ask(wa, PHONE if by == "phone" else customer["bsuid"], got)
        assert sent.from_phone_id == NUMBER
        message = ground.world.messages[sent.id]
        assert (message.direction, message.type) == ("out", kind)


@pytest.mark.parametrize("kind", UPLOADS)
def test_pywa_uploads_what_it_sends(ground, wa, kind):
    customer = ground.writer()
    sent = UPLOADS[kind](wa, customer["bsuid"], *FILES[kind])
    media_id = ground.world.messages[sent.id].content["id"]
    assert ground.world.media[media_id].data == FILES[kind][0]


@pytest.mark.parametrize("what", ["call permission", "call button"])
def test_pywa_reads_that_calling_is_off(ground, wa, what):
    customer = ground.writer()
    with pytest.raises(CallingNotEnabled):
        SENDS[what][0](wa, customer["bsuid"], None)


def test_pywa_reads_that_one_emoji_is_enough(ground, wa):
    customer = ground.writer()
    with pytest.raises(WhatsAppError):
        wa.send_reaction(customer["bsuid"], "👍🎉👏", ground.newest(customer)["id"])


def test_pywa_reads_that_a_file_is_not_there(ground, wa):
    # Several clients branch on these words when a file has become too old.
    customer = ground.writer()
    with pytest.raises(WhatsAppError) as caught:
        wa.send_image(customer["bsuid"], "123456789012345")
    assert caught.value.code == 100
    assert "Param image['id'] is not a valid whatsapp business account media attachment ID" in caught.value.message


def test_pywa_marks_as_read_and_shows_typing(ground, wa):
    customer = ground.writer()
    got = ground.newest(customer)["id"]
    assert wa.indicate_typing(got).success
    assert wa.mark_message_as_read(got).success
    assert ground.newest(customer)["status"] == "read"


def test_pywa_waits_for_the_delivery(ground, wa, reader):
    # The tracker comes back in every status, and pywa reads it.
    customer = ground.writer()
    sent = wa.send_text(customer["bsuid"], "Hello", tracker="order-17")
    for status in ("sent", "delivered"):
        hook = ground.hooks(
            lambda field, value, wanted=status: any(one["status"] == wanted for one in value.get("statuses", ()))
        )[0]
        update = reader.read(hook)
        assert (update.id, update.status.value, update.tracker) == (sent.id, status, "order-17")
