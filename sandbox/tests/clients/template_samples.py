"""Templates of every kind pywa can word, each with the parameters of a send."""

import datetime

from pywa.types import FlowActionType, ProductsSection
from pywa.types import templates as t
from samples import FILES
from test_sending import CATALOG, FLOW

LINK = "https://shop.example.com"
APPS = [t.OTPSupportedApp(package_name="com.example.shop", signature_hash="K8a/AINcGX7")]
BODY = t.BodyText("Hello {{1}}, your order {{2}} is ready.", "Ada", "17")
BODY_SENT = t.BodyText.params("Ada", "17")
PLAIN = t.BodyText("Have a look at what is new.")


def _buttons(*buttons):
    return t.Buttons(buttons=list(buttons))


def _media(header, part, kind):
    data, mime_type, name = FILES[kind]
    return [header(example=data, mime_type=mime_type), BODY], [
        header.params(**{part: f"{LINK}/{name}"}),
        BODY_SENT,
    ]


def _carousel(header, *buttons):
    cards = t.Carousel(cards=[t.CarouselCard(components=[header(), PLAIN, _buttons(*buttons)]) for _ in range(2)])
    return [BODY, cards]


def _sent_cards(part):
    return t.Carousel.params(cards=[t.CarouselCard.params(index=index, params=part(index)) for index in (0, 1)])


def picture():
    return t.HeaderImage(example=FILES["image"][0], mime_type="image/png")


def film():
    return t.HeaderVideo(example=FILES["video"][0], mime_type="video/mp4")


def text():
    header = t.HeaderText("Order {{number}}", number="17")
    body = t.BodyText("Hello {{first_name}}, it is ready.", first_name="Ada")
    buttons = _buttons(t.QuickReplyButton(text="Thanks"), t.QuickReplyButton(text="No more of this"))
    return [header, body, t.FooterText(text="Example Shop"), buttons], [
        header.params(number="18"),
        body.params(first_name="Grace"),
        t.QuickReplyButton.params(callback_data="thanks", index=0),
        t.QuickReplyButton.params(callback_data="stop", index=1),
    ]


def amounts():
    return [BODY], [
        t.BodyText.params(
            t.Currency(fallback_value="$ 1.25", code="USD", amount_1000=1250), t.DateTime(fallback_value="30 November")
        )
    ]


def place():
    return [t.HeaderLocation(), BODY], [
        t.HeaderLocation.params(lat=51.5, lon=-0.12, name="Shop", address="1 Example Street"),
        BODY_SENT,
    ]


def links():
    buttons = _buttons(
        t.URLButton(text="Your order", url=LINK + "/o/{{1}}", example=LINK + "/o/17"),
        t.PhoneNumberButton(text="Call us", phone_number="+12025550142"),
        t.QuickReplyButton(text="Thanks"),
    )
    return [BODY, buttons], [
        BODY_SENT,
        t.URLButton.params(url_variable="18", index=0),
        t.QuickReplyButton.params(callback_data="thanks", index=2),
    ]


def coupon():
    return [BODY, _buttons(t.CopyCodeButton(example="SAVE20"))], [
        BODY_SENT,
        t.CopyCodeButton.params(coupon_code="SAVE25", index=0),
    ]


def offer():
    buttons = _buttons(
        t.CopyCodeButton(example="SAVE20"), t.URLButton(text="Shop", url=LINK + "/{{1}}", example=LINK + "/offer")
    )
    ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)
    return [picture(), t.LimitedTimeOffer(text="Autumn", has_expiration=True), BODY, buttons], [
        t.HeaderImage.params(image=f"{LINK}/chair.png"),
        t.LimitedTimeOffer.params(expiration_time=ends),
        BODY_SENT,
        t.CopyCodeButton.params(coupon_code="SAVE25", index=0),
        t.URLButton.params(url_variable="offer", index=1),
    ]


def catalogue():
    return [BODY, _buttons(t.CatalogButton(text="View catalog"))], [
        BODY_SENT,
        t.CatalogButton.params(thumbnail_product_sku="SKU-LAMP", index=0),
    ]


def products():
    return [t.HeaderText("Ours"), BODY, _buttons(t.MPMButton(text="View items"))], [
        BODY_SENT,
        t.MPMButton.params(
            product_sections=[ProductsSection("Seats", ["SKU-CHAIR", "SKU-SOFA"])],
            thumbnail_product_sku="SKU-CHAIR",
            index=0,
        ),
    ]


def product():
    return [t.HeaderProduct(), BODY, _buttons(t.SPMButton(text="View"))], [
        t.HeaderProduct.params(catalog_id=CATALOG, sku="SKU-CHAIR"),
        BODY_SENT,
    ]


def form():
    button = t.FlowButton(text="Book", flow_id=FLOW, flow_action=FlowActionType.NAVIGATE, navigate_screen="START")
    return [BODY, _buttons(button)], [BODY_SENT, t.FlowButton.params(index=0, flow_token="f-1")]


def cards():
    components = _carousel(
        picture,
        t.QuickReplyButton(text="This one"),
        t.URLButton(text="See", url=LINK + "/{{1}}", example=LINK + "/1"),
    )
    return components, [
        BODY_SENT,
        _sent_cards(
            lambda index: [
                t.HeaderImage.params(image=f"{LINK}/{index}.png"),
                t.QuickReplyButton.params(callback_data=f"card-{index}", index=0),
                t.URLButton.params(url_variable=str(index), index=1),
            ]
        ),
    ]


def film_cards():
    return _carousel(film, t.QuickReplyButton(text="This one")), [
        BODY_SENT,
        _sent_cards(
            lambda index: [
                t.HeaderVideo.params(video=f"{LINK}/{index}.mp4"),
                t.QuickReplyButton.params(callback_data=f"card-{index}", index=0),
            ]
        ),
    ]


def product_cards():
    cards = t.Carousel(
        cards=[t.CarouselCard(components=[t.HeaderProduct(), _buttons(t.SPMButton(text="View"))]) for _ in range(2)]
    )
    return [BODY, cards], [
        BODY_SENT,
        _sent_cards(lambda index: [t.HeaderProduct.params(catalog_id=CATALOG, sku=("SKU-CHAIR", "SKU-SOFA")[index])]),
    ]


def call_permission():
    return [BODY, _buttons(t.CallPermissionRequestButton())], [BODY_SENT]


def call_button():
    return [BODY, _buttons(t.VoiceCallButton(text="Call now"))], [BODY_SENT]


def contact_request():
    return [BODY, _buttons(t.ContactInfoRequestButton())], [BODY_SENT]


def _code(button, sent):
    return [
        t.AuthenticationBody(add_security_recommendation=True),
        t.AuthenticationFooter(code_expiration_minutes=5),
        _buttons(button),
    ], [t.AuthenticationBody.params(otp="123456"), sent(otp="123456")]


#: Name -> (category, components and what is sent).
TEMPLATES = {
    "text": ("MARKETING", text),
    "amounts": ("UTILITY", amounts),
    "picture": ("MARKETING", lambda: _media(t.HeaderImage, "image", "image")),
    "film": ("MARKETING", lambda: _media(t.HeaderVideo, "video", "video")),
    "animation": ("MARKETING", lambda: _media(t.HeaderGIF, "gif", "video")),
    "document": ("UTILITY", lambda: _media(t.HeaderDocument, "document", "document")),
    "place": ("UTILITY", place),
    "links": ("UTILITY", links),
    "coupon": ("MARKETING", coupon),
    "offer": ("MARKETING", offer),
    "catalogue": ("MARKETING", catalogue),
    "products": ("MARKETING", products),
    "product": ("MARKETING", product),
    "form": ("UTILITY", form),
    "cards": ("MARKETING", cards),
    "film_cards": ("MARKETING", film_cards),
    "product_cards": ("MARKETING", product_cards),
    "call_permission": ("UTILITY", call_permission),
    "call_button": ("UTILITY", call_button),
    "contact_request": ("UTILITY", contact_request),
    "copy_code": ("AUTHENTICATION", lambda: _code(t.CopyCodeOTPButton(), t.CopyCodeOTPButton.params)),
    "one_tap": (
        "AUTHENTICATION",
        lambda: _code(t.OneTapOTPButton(supported_apps=APPS), t.OneTapOTPButton.params),
    ),
    "zero_tap": (
        "AUTHENTICATION",
        lambda: _code(t.ZeroTapOTPButton(zero_tap_terms_accepted=True, supported_apps=APPS), t.ZeroTapOTPButton.params),
    ),
}
