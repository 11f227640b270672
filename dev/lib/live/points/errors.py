"""Messages that Meta refuses: limits of every kind, and the codes and words by which the addon tells them apart."""

from __future__ import annotations

from typing import Any

from tools.graph import messages as m

from ..check import Check
from ..expectations import Accepted, Refused
from ..point import FLOOD, LIKELY, OPEN, SERVICE, SURE, UNVERIFIED, Points
from .access import NOBODY

POINTS = Points("errors", "Refusals and limits")

CONTENTS = "sandbox/tests/test_rules_sending.py::test_contents_meta_refuses"
INTERACTIVE = "sandbox/tests/test_rules_sending.py::test_interactive_messages_meta_refuses"
ENVELOPES = "sandbox/tests/test_rules_sending.py::test_envelopes_meta_refuses"
IN_WINDOW: dict[str, Any] = {"needs": (OPEN,)}


@POINTS.add(
    "unknown-file",
    "A file id that does not exist is 100, \"Param image['id'] is not a valid whatsapp business account media attachment ID\", "
    "without error_data: by these words the addon uploads an old attachment again.",
    source="one exact answer; n8n and five more branch on these words",
    dated="2026-11",
    sure=LIKELY,
    holds="T9",
    tests="sandbox/tests/test_graph_files.py::test_an_unknown_id_is_named_with_its_place_and_without_details "
    "tests/tools/test_failures.py::test_a_file_that_meta_does_not_have "
    "tests/media/test_outbound_files.py::TestOutboundFiles.test_uploaded_again_when_whatsapp_forgot_the_file",
    **IN_WINDOW,
)
def unknown_file(check: Check) -> None:
    says = "Param image['id'] is not a valid whatsapp business account media attachment ID"
    check.send(m.image(NOBODY), Refused(100, http=400, says=says, bare=True, slug="media_unknown"))


@POINTS.add(
    "link-that-is-none",
    "A link that is no address is 100, \"Param image['link'] is not a valid URI.\"",
    source="n8n and two more branch on these words",
    dated="2026-11",
    sure=LIKELY,
    holds="T9",
    tests="sandbox/tests/test_graph_files.py::test_a_link_that_is_no_address_is_named_with_its_place",
    **IN_WINDOW,
)
def link_that_is_none(check: Check) -> None:
    content = {"type": "image", "image": {"link": "no address"}}
    check.send(content, Refused(100, says="Param image['link'] is not a valid URI"))


@POINTS.add(
    "text-too-long",
    "A text of 4,097 characters is 100, and the sentence names the limit.",
    source="Meta, messages/text-messages; words from recorded answers",
    dated="2026-11",
    sure=LIKELY,
    tests=CONTENTS,
    **IN_WINDOW,
)
def text_too_long(check: Check) -> None:
    check.send({"type": "text", "text": {"body": "x" * 4097}}, Refused(100, says="4096"))


@POINTS.add(
    "empty-text",
    "A text without a body is refused.",
    source="Meta, support/error-codes",
    dated="2025-12",
    sure=LIKELY,
    tests=CONTENTS,
    **IN_WINDOW,
)
def empty_text(check: Check) -> None:
    check.send({"type": "text", "text": {"body": ""}}, Refused((100, 131008)))


@POINTS.add(
    "mark-too-long",
    "biz_opaque_callback_data of 513 characters is refused.",
    source="Meta, changelog (512)",
    dated="2026-03",
    sure=LIKELY,
    tests=ENVELOPES,
    **IN_WINDOW,
)
def mark_too_long(check: Check) -> None:
    check.send_body({**check.body(m.text("Too long a mark")), "biz_opaque_callback_data": "u" * 513}, Refused((100, 131009)))


@POINTS.add(
    "unknown-kind",
    "A type that does not exist is refused.",
    source="code contested: 100 or 131051",
    dated="2026-11",
    sure=UNVERIFIED,
    tests=ENVELOPES,
    **IN_WINDOW,
)
def unknown_kind(check: Check) -> None:
    check.send({"type": "no_such_kind", "no_such_kind": {}}, Refused((100, 131009, 131051)))


@POINTS.add(
    "content-missing",
    "A type without its object is refused.",
    source="Meta, support/error-codes",
    dated="2025-12",
    sure=LIKELY,
    tests=ENVELOPES,
    **IN_WINDOW,
)
def content_missing(check: Check) -> None:
    check.send({"type": "image"}, Refused((100, 131008)))


@POINTS.add(
    "file-and-link",
    "Both id and link of a file are refused.",
    source="Meta, messages/image-messages",
    dated="2026-03",
    sure=LIKELY,
    tests=CONTENTS,
    **IN_WINDOW,
)
def file_and_link(check: Check) -> None:
    content = {"type": "image", "image": {"id": NOBODY, "link": check.settings.picture_url}}
    check.send(content, Refused((100, 131008, 131009)))


@POINTS.add(
    "caption-of-a-sound",
    "A sound has no caption.",
    source="Meta, messages/audio-messages; code unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    tests=CONTENTS,
    needs=(OPEN,),
    makes=("file",),
)
def caption_of_a_sound(check: Check) -> None:
    content = m.audio(check.upload("sound.mp3"))
    content["audio"]["caption"] = "No such thing"
    check.send(content, Refused((100, 131009)))


@POINTS.add(
    "place-out-of-range",
    "Coordinates off this planet are refused.",
    source="Meta, messages/location-messages; code unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    tests=CONTENTS,
    **IN_WINDOW,
)
def place_out_of_range(check: Check) -> None:
    check.send({"type": "location", "location": {"latitude": "95", "longitude": "0"}}, Refused((100, 131009)))


@POINTS.add(
    "three-emojis",
    "A reaction has one emoji; three are refused.",
    source="Meta, messages/reaction-messages; code unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    holds="T19",
    tests=CONTENTS,
    needs=(OPEN,),
    costs=(SERVICE,),
)
def three_emojis(check: Check) -> None:
    target = check.send(m.text("This gets too many reactions"))
    content = {"type": "reaction", "reaction": {"message_id": target.wamid, "emoji": "👍👍👍"}}
    check.send(content, Refused((100, 131009)))


def _buttons(*titles: str) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b{index}", "title": title}} for index, title in enumerate(titles)]
    return {"type": "interactive", "interactive": {"type": "button", "body": {"text": "Tap"}, "action": {"buttons": replies}}}


@POINTS.add(
    "four-buttons",
    "Four reply buttons are refused with 131009.",
    source="Meta, messages/interactive-reply-buttons-messages",
    dated="2026-03",
    sure=SURE,
    tests=INTERACTIVE,
    **IN_WINDOW,
)
def four_buttons(check: Check) -> None:
    check.send(_buttons("A", "B", "C", "D"), Refused(131009))


@POINTS.add(
    "button-too-long",
    "A button of 21 characters is refused with 131009.",
    source="Meta, messages/interactive-reply-buttons-messages",
    dated="2026-03",
    sure=SURE,
    tests=INTERACTIVE,
    **IN_WINDOW,
)
def button_too_long(check: Check) -> None:
    check.send(_buttons("x" * 21), Refused(131009))


@POINTS.add(
    "same-button-twice",
    "The same title on two buttons is refused with 131009.",
    source="Meta, messages/interactive-reply-buttons-messages",
    dated="2026-03",
    sure=LIKELY,
    tests=INTERACTIVE,
    **IN_WINDOW,
)
def same_button_twice(check: Check) -> None:
    check.send(_buttons("Same", "Same"), Refused(131009))


@POINTS.add(
    "eleven-rows",
    "Eleven rows are refused with 131009.",
    source="Meta, messages/interactive-list-messages",
    dated="2026-03",
    sure=SURE,
    tests=INTERACTIVE,
    **IN_WINDOW,
)
def eleven_rows(check: Check) -> None:
    rows = [{"id": f"r{index}", "title": f"Row {index}"} for index in range(11)]
    action = {"button": "Choose", "sections": [{"title": "All", "rows": rows}]}
    content = {"type": "list", "body": {"text": "Choose"}, "action": action}
    check.send({"type": "interactive", "interactive": content}, Refused(131009))


@POINTS.add(
    "body-too-long",
    "The text above buttons has 1,024 characters.",
    source="Meta, messages/interactive-*; code from recorded answers",
    dated="2026-11",
    sure=LIKELY,
    tests=INTERACTIVE,
    **IN_WINDOW,
)
def body_too_long(check: Check) -> None:
    content = _buttons("Yes")
    content["interactive"]["body"]["text"] = "x" * 1025
    check.send(content, Refused((100, 131009)))


@POINTS.add(
    "one-card",
    "A carousel of one card is refused.",
    source="Meta, messages/interactive-media-carousel-messages",
    dated="2026-03",
    sure=LIKELY,
    tests="sandbox/tests/test_rules_shop.py::test_refused",
    **IN_WINDOW,
)
def one_card(check: Check) -> None:
    card = m.url_card(m.image(link=check.settings.picture_url), "Open", "https://www.whatsapp.com/")
    content = {"type": "carousel", "body": {"text": "One card"}, "action": {"cards": [{"card_index": 0, **card}]}}
    check.send({"type": "interactive", "interactive": content}, Refused((100, 131009)))


@POINTS.add(
    "unknown-template",
    "A template that does not exist is 132001, with HTTP 404.",
    source="Meta, support/error-codes",
    dated="2025-12",
    sure=SURE,
    tests="sandbox/tests/test_graph_sending.py::test_templates_that_cannot_be_sent",
)
def unknown_template(check: Check) -> None:
    content = m.template(check.template_name("never_made"), "en_US")
    check.send(content, Refused(132001, http=404, says="does not exist"))


@POINTS.add(
    "number-of-nobody",
    "Sending from a number id that does not exist is 100/33.",
    source="Meta, docs/graph-api/guides/error-handling",
    dated="2026-11",
    sure=SURE,
    tests="sandbox/tests/test_graph_access.py::test_unknown_nodes_and_edges",
)
def number_of_nobody(check: Check) -> None:
    check.post(f"{NOBODY}/messages", check.body(m.text("From nobody")), Refused(100, 33, kind="GraphMethodException"))


@POINTS.add(
    "pair-rate",
    "More than 45 messages at once to one person are 131056.",
    source="Meta, about-the-platform (pair rate)",
    dated="2026-03",
    sure=LIKELY,
    tests="sandbox/tests/test_rules_sending.py::test_pair_burst_ends_at_45",
    needs=(OPEN, FLOOD),
    costs=(SERVICE,) * 50,
)
def pair_rate(check: Check) -> None:
    with check.player.gate.unpaced():
        for index in range(60):
            answer = check.post(f"{check.number}/messages", check.body(m.text(f"One of many: {index + 1}")))
            if answer.refusal:
                check.notes.append(f"after {index} messages")
                check.judge(answer, Refused(131056, family="throttled"))
                return
        check.judge(answer, Refused(131056))


@POINTS.add(
    "usage",
    "Calls that manage an account bring x-business-use-case-usage, or x-app-usage, with percentages; absent at rest.",
    source="Meta, docs/graph-api/overview/rate-limiting; names for WhatsApp unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    tests="tests/tools/graph/test_client_calls.py::test_usage_headers",
)
def usage(check: Check) -> None:
    check.call(lambda client: client.number(check.number), Accepted())
    seen = ", ".join(sorted(check.client.usage))
    check.notes.append(f"headers: {seen or 'none'}")
