"""What only the vCard of a shared contact says."""

from hypothesis import given
from hypothesis import strategies as st

from tools.webhook.content import read
from tools.webhook.vcard import complete

VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Example;Ada;;;\r\nFN:Ada\\, the\r\n  First\r\n"
    "item1.TEL;type=CELL;waid=447700900123:+44 7700 900123\r\nTEL:+44 7700 900456\r\n"
    "EMAIL:ada@example.com\r\nORG:Example Works;Sales\r\nPHOTO;BASE64:AAAA\r\n"
    "END:VCARD\r\n"
)


def test_names_phones_and_the_rest():
    card = complete({"vcard": VCARD})
    assert card["name"] == {"formatted_name": "Ada, the First"}
    assert card["phones"] == [
        {"phone": "+44 7700 900123", "wa_id": "447700900123"},
        {"phone": "+44 7700 900456"},
    ]
    assert card["emails"] == [{"email": "ada@example.com"}]
    assert card["org"] == {"company": "Example Works"}


def test_what_whatsapp_says_itself_comes_first():
    own = {"name": {"formatted_name": "Bo"}, "phones": [], "vcard": VCARD}
    card = complete(own)
    assert card["name"] == {"formatted_name": "Bo"}
    assert len(card["phones"]) == 2
    assert complete({"name": "x"}) == {"name": "x"}
    assert read("contacts", {"contacts": [{"vcard": VCARD}]}).text == "Ada, the First"


@given(st.text())
def test_any_text(text):
    complete({"vcard": text})
    complete({"vcard": f"TEL{text}\nFN:{text}"})
