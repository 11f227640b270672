"""What becomes of a message: statuses, and refusals that come after a 200. They come to a public address only."""

from __future__ import annotations

from tools.graph import messages as m

from ..check import Check
from ..expectations import Accepted, Answer, Has, Lacks
from ..point import CLOSED, CONTESTED, INBOUND, LIKELY, OPEN, SERVICE, SURE, WEBHOOKS, Points

POINTS = Points("statuses", "Statuses and late refusals")

WAY = "sandbox/tests/test_webhooks.py::test_statuses_go_from_sent_to_read_with_a_price_once"
LATE = "sandbox/tests/test_graph_roads.py::test_every_refusal_about_a_person_comes_by_status"
LINKS = "sandbox/tests/test_graph_files.py::test_links_are_looked_at_after_the_answer"
IDENTITY = "sandbox/tests/test_graph_roads.py::test_identity_key_is_checked"


@POINTS.add(
    "way",
    "A text is reported as sent and delivered, each with our mark, the recipient, a timestamp as text; without "
    "conversation from "
    "v24.0 on; one of them has the price.",
    source="Meta, webhooks/reference/messages/status",
    dated="2026-03",
    sure=SURE,
    tests=WAY,
    needs=(WEBHOOKS, OPEN),
    costs=(SERVICE,),
)
def way(check: Check) -> None:
    sent = check.send(m.text("Followed on its way"), uuid="live-check-mark")
    seen = check.status(
        sent,
        Has("statuses.0.status", ("sent", "delivered")),
        Has("statuses.*.biz_opaque_callback_data", ("live-check-mark",)),
        Has("statuses.*.timestamp", r"\d+"),
        Has("statuses.*.recipient_id", tuple(check.player.spellings), private=True),
        last="delivered",
    )
    check.judge(seen, Lacks("statuses.0.conversation"), Has("statuses.*.pricing.category", ("service",)))
    check.judge(
        seen, Has("statuses.*.pricing.pricing_model", ("PMP", "CBP")), Has("statuses.*.pricing.type", r"regular|free_.+")
    )
    priced = [one for one in seen.body["statuses"] if "pricing" in one]
    check.notes.append(f"priced on {', '.join(one['status'] for one in priced)}")


@POINTS.add(
    "user-id",
    "A status names the business-scoped user id of who got the message.",
    source="Meta, business-scoped-user-ids",
    dated="2026-07",
    sure=LIKELY,
    tests=WAY,
    needs=(WEBHOOKS, OPEN),
    costs=(SERVICE,),
)
def user_id(check: Check) -> None:
    sent = check.send(m.text("Who gets this?"))
    check.status(sent, Has("statuses.*.recipient_user_id", r"[A-Z]{2}\..+", private=True))


def _fails(check: Check, answer: Answer, code: int, *details: Has) -> None:
    check.status(
        answer,
        Has("statuses.0.status", ("failed",)),
        Has("statuses.0.errors.0.code", (code,)),
        Has("statuses.0.errors.0.title", str),
        Has("statuses.0.errors.0.error_data.details", str),
        Lacks("statuses.0.contacts"),
        *details,
        last="failed",
    )


@POINTS.add(
    "link-that-cannot-be-had",
    "A file by a link that cannot be fetched is accepted and then fails with 131053.",
    source="fazer-ai/chatwoot#363, three runs",
    dated="2026-11",
    sure=LIKELY,
    holds="T3 T2",
    tests=LINKS,
    needs=(WEBHOOKS, OPEN),
    costs=(SERVICE,),
)
def link_that_cannot_be_had(check: Check) -> None:
    sent = check.send(
        m.image(link="https://live-check.invalid/nothing.jpg"), Accepted(), Has("messages.0.id", str, private=True)
    )
    _fails(check, sent, 131053)


@POINTS.add(
    "closed-window",
    "A text outside of the 24 hours is accepted and then fails with 131047.",
    source="documented both ways; EnableX trace is late",
    dated="2026-11",
    sure=LIKELY,
    holds="T3",
    tests=LATE,
    needs=(WEBHOOKS, CLOSED),
    costs=(),
)
def closed_window(check: Check) -> None:
    sent = check.send(m.text("Too late"), Accepted(), Has("messages.0.id", str, private=True))
    _fails(check, sent, 131047)


@POINTS.add(
    "wrong-identity",
    "A message for another identity than the recipient's fails with 137000.",
    source="Meta, messages/send-messages (recipient_identity_key_hash)",
    dated="2026-03",
    sure=CONTESTED,
    holds="T19",
    tests=IDENTITY,
    needs=(WEBHOOKS, OPEN),
    costs=(SERVICE,),
)
def wrong_identity(check: Check) -> None:
    sent = check.send(m.text("For somebody else's phone"), Accepted(), identity_hash="AAAAAAAAAAA=")
    _fails(check, sent, 137000)


@POINTS.add(
    "reaction-to-nothing",
    "A reaction to a message that does not exist is accepted and then fails with 131009.",
    source="Meta, messages/reaction-messages",
    dated="2026-03",
    sure=LIKELY,
    tests="sandbox/tests/test_graph_sending.py::test_reactions_show_on_the_message_and_only_report_sent",
    needs=(WEBHOOKS, OPEN),
    costs=(SERVICE,),
)
def reaction_to_nothing(check: Check) -> None:
    sent = check.send(m.reaction("wamid.bm90aGluZw==", "👍"))
    _fails(check, sent, 131009)


@POINTS.add(
    "what-people-write",
    "A message of the recipient has an id, the time as text, and beside the phone the business-scoped user id.",
    source="Meta, webhooks/reference/messages; business-scoped-user-ids",
    dated="2026-07",
    sure=SURE,
    tests="sandbox/tests/test_webhooks.py::test_every_webhook_is_signed_over_its_raw_bytes",
    needs=(INBOUND,),
)
def what_people_write(check: Check) -> None:
    check.judge(
        Answer(0, {"messages": [check.player.inbound]}),
        Has("messages.0.id", r"wamid\..+", private=True),
        Has("messages.0.timestamp", r"\d+"),
        Has("messages.0.from_user_id", r"[A-Z]{2}\..+", private=True),
        Has("messages.0.type", str),
    )


@POINTS.add(
    "signature",
    "Webhooks are signed with the app secret over their raw bytes.",
    source="Meta, webhooks/overview",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_webhooks.py::test_every_webhook_is_signed_over_its_raw_bytes",
    needs=(WEBHOOKS, OPEN),
    costs=(SERVICE,),
)
def signature(check: Check) -> None:
    check.status(check.send(m.text("Signed?")), Has("statuses.0.id", str, private=True))
    listener = check.player.listener
    forged = listener.forged if listener else 0
    check.judge(Answer(0, {"refused": forged}), Has("refused", (0,)))
