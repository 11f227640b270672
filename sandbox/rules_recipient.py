"""Who a message is for: phone numbers, business-scoped user ids, and when a phone may be shown.

Source: Meta, ``messages/send-messages`` (phone number formats) and ``business-scoped-user-ids``.
"""

import re

from .errors import GraphError, invalid, missing

BSUID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")
PHONE_JUNK = str.maketrans("", "", " -()\u00a0.")
PHONE_SHARED_SECONDS = 30 * 24 * 3600

#: Calling code -> country, enough for the prefix of a BSUID; longest prefix wins.
CALLING_CODES = {
    "1": "US",
    "7": "RU",
    "20": "EG",
    "27": "ZA",
    "30": "GR",
    "31": "NL",
    "32": "BE",
    "33": "FR",
    "34": "ES",
    "36": "HU",
    "39": "IT",
    "40": "RO",
    "41": "CH",
    "43": "AT",
    "44": "GB",
    "45": "DK",
    "46": "SE",
    "47": "NO",
    "48": "PL",
    "49": "DE",
    "51": "PE",
    "52": "MX",
    "53": "CU",
    "54": "AR",
    "55": "BR",
    "56": "CL",
    "57": "CO",
    "58": "VE",
    "60": "MY",
    "61": "AU",
    "62": "ID",
    "63": "PH",
    "64": "NZ",
    "65": "SG",
    "66": "TH",
    "81": "JP",
    "82": "KR",
    "84": "VN",
    "86": "CN",
    "90": "TR",
    "91": "IN",
    "92": "PK",
    "93": "AF",
    "94": "LK",
    "95": "MM",
    "98": "IR",
    "212": "MA",
    "213": "DZ",
    "216": "TN",
    "218": "LY",
    "220": "GM",
    "221": "SN",
    "225": "CI",
    "233": "GH",
    "234": "NG",
    "237": "CM",
    "243": "CD",
    "244": "AO",
    "249": "SD",
    "250": "RW",
    "251": "ET",
    "254": "KE",
    "255": "TZ",
    "256": "UG",
    "258": "MZ",
    "260": "ZM",
    "263": "ZW",
    "351": "PT",
    "352": "LU",
    "353": "IE",
    "354": "IS",
    "355": "AL",
    "356": "MT",
    "357": "CY",
    "358": "FI",
    "359": "BG",
    "370": "LT",
    "371": "LV",
    "372": "EE",
    "373": "MD",
    "374": "AM",
    "375": "BY",
    "380": "UA",
    "381": "RS",
    "385": "HR",
    "386": "SI",
    "387": "BA",
    "389": "MK",
    "420": "CZ",
    "421": "SK",
    "502": "GT",
    "503": "SV",
    "504": "HN",
    "505": "NI",
    "506": "CR",
    "507": "PA",
    "591": "BO",
    "593": "EC",
    "595": "PY",
    "598": "UY",
    "852": "HK",
    "855": "KH",
    "880": "BD",
    "886": "TW",
    "960": "MV",
    "961": "LB",
    "962": "JO",
    "963": "SY",
    "964": "IQ",
    "965": "KW",
    "966": "SA",
    "967": "YE",
    "968": "OM",
    "971": "AE",
    "972": "IL",
    "973": "BH",
    "974": "QA",
    "977": "NP",
    "992": "TJ",
    "994": "AZ",
    "995": "GE",
    "996": "KG",
    "998": "UZ",
}


def calling_code(digits):
    """Return the calling code at the head of an international number, or ``""``."""
    for size in (3, 2, 1):
        if digits[:size] in CALLING_CODES:
            return digits[:size]
    return ""


def country_of(digits):
    """Return the ISO country of a number's calling code; ``ZZ`` when it is not in our list."""
    return CALLING_CODES.get(calling_code(digits), "ZZ")


def normalise(raw, business_digits):
    """Return the digits Meta will dial for ``to``.

    Spaces, hyphens, dots and brackets are ignored. Without a leading ``+`` Meta puts the *business* number's
    calling code in front, which is why clients must always send the plus sign.
    """
    if not isinstance(raw, (str, int)) or isinstance(raw, bool):
        raise invalid("Param to must be a phone number given as a string.")
    text = str(raw).translate(PHONE_JUNK)
    digits = text[1:] if text.startswith("+") else text
    if not (digits.isascii() and digits.isdigit()):
        raise invalid(f"Param to is not a valid phone number: {str(raw)[:40]}")
    if not text.startswith("+"):
        digits = calling_code(business_digits) + digits
    if not 5 <= len(digits) <= 16:
        raise invalid(f"Param to is not a valid phone number: {str(raw)[:40]}")
    return digits


def _ivorian_prefix(eight):
    """Return the digits in front of a former Ivorian number: they name its operator."""
    if eight[0] in "23":
        return {"0": "25", "8": "21" if eight[0] == "2" else "27"}.get(eight[2], "27")
    return {"0": "01", "1": "01", "2": "01", "3": "01", "4": "05", "5": "05", "6": "05"}.get(eight[1], "07")


def same_person(digits):
    """Return every spelling WhatsApp treats as one subscriber, the given one first.

    Brazil's ninth digit, Mexico's ``1`` and Argentina's ``9`` after the calling code come and go. In Ivory Coast
    (2021) and Benin (2024) two digits came in front, and older accounts keep the eight they were made with.
    """
    out = [digits]
    if digits.startswith("225") and len(digits) == 11:
        out.append("225" + _ivorian_prefix(digits[3:]) + digits[3:])
    elif digits.startswith("225") and len(digits) == 13 and _ivorian_prefix(digits[5:]) == digits[3:5]:
        out.append("225" + digits[5:])
    elif digits.startswith("229") and len(digits) == 11:
        out.append("22901" + digits[3:])
    elif digits.startswith("22901") and len(digits) == 13:
        out.append("229" + digits[5:])
    if digits.startswith("55") and len(digits) == 13 and digits[4] == "9":
        out.append(digits[:4] + digits[5:])
    elif digits.startswith("55") and len(digits) == 12:
        out.append(digits[:4] + "9" + digits[4:])
    elif digits.startswith("521") and len(digits) == 13:
        out.append("52" + digits[3:])
    elif digits.startswith("52") and len(digits) == 12:
        out.append("521" + digits[2:])
    elif digits.startswith("549") and len(digits) == 13:
        out.append("54" + digits[3:])
    elif digits.startswith("54") and len(digits) == 12:
        out.append("549" + digits[2:])
    return out


def as_listed(digits):
    """Return the digits under which the list of a test number keeps a recipient.

    Argentine and Mexican numbers lose the ``9`` or ``1`` after the calling code there, others stay as they were
    entered. What a message is sent *to* is compared as it comes: an answer to the ``wa_id`` of a webhook, which has
    that digit, is refused. Source: chatwoot#13932 and #11053, david-lev/pywa#155.
    """
    if len(digits) == 13 and digits.startswith(("549", "521")):
        return digits[:2] + digits[3:]
    return digits


def not_listed():
    """Return the refusal of a recipient a test number may not write to."""
    return GraphError(
        131030, "Recipient phone number not in allowed list: Add recipient phone number to recipient list and try again."
    )


def check_listed(digits, listed):
    """Raise 131030 when a test number may not write to these digits.

    :param listed: digits as the list keeps them; None: the number is no test number.
    """
    if listed is not None and digits not in listed:
        raise not_listed()


def target(body):
    """Return ``("to", value)`` or ``("recipient", value)``; when both are given ``to`` wins."""
    if body.get("to") not in (None, ""):
        return "to", body["to"]
    if body.get("recipient") not in (None, ""):
        value = body["recipient"]
        if not isinstance(value, str) or not BSUID.match(value):
            raise invalid("Param recipient is not a valid business-scoped user ID.")
        return "recipient", value
    raise missing("to")


def foreign_bsuid():
    """Return the refusal for a well-formed id this portfolio has never seen or that was retired."""
    return GraphError(131009, "The business-scoped user ID does not belong to this business portfolio or is no longer valid.")


def phone_visible(hidden, spoke_by_phone_at, in_contact_book, now):
    """Tell whether webhooks may carry the customer's phone number.

    :param hidden: the customer adopted a username and so hides the number.
    :param spoke_by_phone_at: epoch seconds when this business number last used the phone number itself.
    :param in_contact_book: the portfolio's contact book holds the pair (the customer shared the number).
    """
    if not hidden or in_contact_book:
        return True
    return spoke_by_phone_at is not None and now - spoke_by_phone_at < PHONE_SHARED_SECONDS
