"""Faults of the clients that are known, each with its reason: the one place the tests ask whether a client may stumble.

A listed call has to fail as described. When it does not any more, the entry is to be taken out.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault of a client.

    :param call: what the tests call it.
    :param shows: text that occurs in what the client raises.
    :param reason: why it is the client and not the stand-in.
    """

    client: str
    call: str
    shows: str
    reason: str


FAULTS = (
    Fault(
        "pywa",
        "template offer",
        "expiration_time_ms must be in the future",
        "The field is named after milliseconds and Meta's sample has 13 digits; pywa 4.5.0 sends seconds.",
    ),
    Fault(
        "pywa",
        "next page of templates",
        "unexpected keyword argument 'item_factory'",
        "pywa 4.5.0 fetches the page and then cannot build its own list of templates from it; other lists it can.",
    ),
    Fault(
        "pywa",
        "failed status",
        "KeyError('contacts')",
        "pywa 4.5.0 takes the person from contacts; Meta's status of the kind `failed` has none.",
    ),
    Fault(
        "pywa",
        "new phone number without phone",
        "KeyError('from')",
        "pywa 4.5.0 takes `from` for given; Meta leaves it out where the number is hidden (its own newer sample has it so).",
    ),
    Fault("pywa", "new user id", "KeyError('from')", "As above: `user_changed_user_id` has no `from`."),
    Fault(
        "pywa",
        "call permissions",
        "missing 1 required positional argument: 'recipient'",
        "pywa 4.5.0 fails before it asks anything: its own function wants an argument that its method does not give.",
    ),
    Fault(
        "pywa",
        "upsert of templates",
        "not a valid JSON object",
        "pywa 4.5.0 encodes the template twice and sends a text; for a single template it does not.",
    ),
    Fault(
        "pywa",
        "several messages in one webhook",
        "the first alone",
        "pywa 4.5.0 reads the first message of the first change of the first entry; Meta may put more into a webhook.",
    ),
    Fault(
        "pywa",
        "list blocked people",
        "KeyError: 'input'",
        "pywa 4.5.0 wants `input`, which only the answers to blocking have; its own sample of the list has none.",
    ),
    Fault(
        "kapso",
        "read a template",
        "GraphApiError",
        "kapso 0.3.0 asks for {WABA}/message_templates/{id}; with Meta a template is read at its own id.",
    ),
)

#: Calls of the Graph API that no client here makes -> why not.
ROUTES_WITHOUT_CLIENT = {
    ("account", "subscribed_apps", "DELETE"): "pywa takes an override back by POST; none unsubscribes an app",
    ("account", "product_catalogs", "GET"): "no client asks which catalogue is connected",
    ("catalog", "products", "GET"): "clients for WhatsApp send articles and do not read them",
    ("message_template_library", "", "GET"): "pywa makes templates from the library and does not list it",
    ("template", "", "DELETE"): "all delete by the name, with hsm_id for one language",
    ("portfolio", "", "GET"): "no client reads a portfolio, only what it owns",
    ("app", "", "GET"): "no client reads an app",
    ("app", "subscriptions", "GET"): "clients set the app's callback and do not read it",
    ("me", "", "GET"): "no client asks who it is",
    ("debug_token", "", "GET"): "no client asks what its token may do",
}
#: What can be sent, but no client here sends -> why not.
SENDS_WITHOUT_CLIENT = {}
#: Parts of templates that no client here puts into one -> why not.
PARTS_WITHOUT_CLIENT = {}
#: Parts of templates that no client here sends -> why not.
PARTS_NOT_SENT = {"BUTTON OTP": "a template keeps it as the link button that it becomes, and so it is sent"}
#: What webhooks report that no client here reads -> why not.
WEBHOOKS_WITHOUT_CLIENT = {
    "flows": "pywa has no class for it, kapso hands the value on unread",
}

_met = set()


class judged:
    """Run what a client does: it must go well, or fail as a listed fault says.

    A class, for pywa's exceptions are frozen and break when a generator hands them on.
    """

    def __init__(self, client, call):
        self._what = f"{client} at “{call}”"
        self._listed = next((one for one in FAULTS if (one.client, one.call) == (client, call)), None)

    def __enter__(self):
        return self

    def __exit__(self, kind, problem, _trace):
        if self._listed is None:
            return False
        _met.add(self._listed)
        if kind is None:
            raise AssertionError(f"{self._what} no longer fails: take the entry out of known.py")
        return self._listed.shows in f"{kind.__name__}: {problem}"


def not_met():
    """Return the listed faults that no test of this run came to."""
    return [one for one in FAULTS if one not in _met]
