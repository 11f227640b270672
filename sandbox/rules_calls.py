"""Messages about calls and addresses: who may send them and to whom.

Source: Meta, ``calling/call-button-messages-deep-links``, ``calling/user-call-permissions``, ``messages/address-messages``.
"""

from .errors import GraphError, invalid
from .shapes import table

#: Interactive messages that need a number with calling switched on.
CALLS = ("voice_call", "call_permission_request")


def check_sender(message, number):
    """Raise unless this number may send this message.

    For the button that calls the business Meta's page names no code; like the request for permission it gets 138000 where
    calling is off (decision 0081).
    """
    kind = interactive_type(message)
    asks = message.card is not None and message.card.get("call_permission")
    if (kind in CALLS or asks) and not number.calling:
        raise GraphError(138000, "Calling is not enabled on this phone number.")
    if kind == "address_message" and not number.digits.startswith("91"):
        raise invalid("Address messages can only be sent by businesses in India.")


def check_recipient(message, country):
    """Raise unless a person in this country can get this message: an address is asked of people in India alone."""
    if interactive_type(message) == "address_message" and country != "IN":
        raise GraphError(131026, "The recipient's client does not support address messages.")


def interactive_type(message):
    """Return the type of an interactive message, ``""`` for any other."""
    return table(message.content).get("type", "") if message.type == "interactive" else ""
