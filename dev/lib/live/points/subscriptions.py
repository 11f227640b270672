"""To whom webhooks go: the account's subscription, overrides of account and number. Put back at the end."""

from __future__ import annotations

from ..check import Check
from ..expectations import Accepted, Has, Lacks, Refused
from ..point import LIKELY, SURE, UNVERIFIED, WEBHOOKS, Differs, Points

POINTS = Points("subscriptions", "Subscriptions and callbacks")

PLAIN_FIRST = "sandbox/tests/test_graph_access.py::test_subscribing_is_plain_first_and_then_an_override"
MAKES = ("subscription",)


@POINTS.add(
    "number-override",
    "A number may have a callback of its own; Meta calls it at once, and the number shows it as "
    "webhook_configuration.phone_number.",
    source="Meta, webhooks/override",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_access.py::test_a_number_may_have_its_own_callback",
    needs=(WEBHOOKS,),
    makes=MAKES,
)
def number_override(check: Check) -> None:
    check.get(
        check.number,
        {"fields": "webhook_configuration"},
        Accepted(),
        Has("webhook_configuration.phone_number", (check.settings.callback_url,), private=True),
    )


@POINTS.add(
    "plain-post-removes-the-override",
    "POST subscribed_apps without a body removes the account's override.",
    source="api-whatsapp-docs: webhooks/override; pywa api",
    dated="2026-11",
    sure=LIKELY,
    holds="W6",
    tests="sandbox/tests/test_graph_access.py::test_subscribing_is_plain_first_and_then_an_override "
    "tests/account/test_account_connect.py::TestAccountConnect.test_connecting_again_keeps_our_override_all_the_time",
    needs=(WEBHOOKS,),
    makes=MAKES,
)
def plain_post(check: Check) -> None:
    known, listener = check.player.known, check.player.listener
    if known.account_override:
        check.impossible(
            "the account has an override already, and Meta does not tell its verify token: it could not be put back"
        )
    token = listener.verify_token if listener else ""
    check.player.ledger.add("account override", check.waba, check.waba)
    check.call(lambda one: one.subscribe(check.waba, check.settings.callback_url, token), Accepted(), Has("success", (True,)))
    path = f"{check.waba}/subscribed_apps"
    check.get(path, None, Has("data.*.override_callback_uri", (check.settings.callback_url,), private=True))
    check.call(lambda one: one.subscribe(check.waba), Accepted(), Has("success", (True,)))
    check.get(path, None, Accepted(), Lacks("data.0.override_callback_uri"))


@POINTS.add(
    "callback-that-does-not-answer",
    "An address that does not prove itself is 2200.",
    source="Meta, docs/graph-api/webhooks; n8n#15464",
    dated="2026-11",
    sure=SURE,
    tests="sandbox/tests/test_graph_access.py::test_a_callback_that_does_not_prove_itself_is_not_taken",
)
def callback_that_does_not_answer(check: Check) -> None:
    _not_taken(check, "https://live-check.invalid/hook", Refused(2200))


@POINTS.add(
    "callback-without-https",
    "An address without https is refused.",
    source="Meta, webhooks/override; code unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_accounts.py::test_callbacks_are_called_over_https_only",
)
def callback_without_https(check: Check) -> None:
    _not_taken(check, "http://live-check.invalid/hook", Refused((100, 2200)))


def _not_taken(check: Check, address: str, expectation: Refused) -> None:
    """Hand in a callback that must be refused. Unless it clearly is, the former one is put back at once.

    At the end would be too late: until then the number's webhooks would go nowhere, and every later point wait for them.
    """
    player = check.player
    if player.known.number_override:
        check.impossible("the number has a callback of its own already, which is left alone")
    known = player.ledger.has("number override", check.number)
    item = player.ledger.add("number override", check.number, check.waba)
    cut = answer = None
    try:
        target = {"override_callback_uri": address, "verify_token": "nobody"}
        answer = check.post(check.number, {"webhook_configuration": target})
    except Differs as difference:
        cut = difference
    if answer is None or not answer.made_nothing:
        back = check.post(check.number, {"webhook_configuration": player.callback})
        known = known or bool(Accepted().differs(back))
    if not known:
        player.ledger.drop(item)
    if answer is None:
        raise cut or Differs("no answer came")
    check.judge(answer, expectation)
