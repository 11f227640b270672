"""Messages of every plain kind, to the one recipient. They need an open window."""

from __future__ import annotations

from typing import Any

from tools.graph import messages as m
from tools.graph.envelope import mark_read
from tools.graph.second_look import NO_MESSAGE

from ..check import Check
from ..expectations import Accepted, Has, Lacks, Refused
from ..point import CONTESTED, INBOUND, LIKELY, OPEN, SERVICE, SURE, UNVERIFIED, Points

POINTS = Points("messages", "Messages")

KINDS = "sandbox/tests/test_rules_sending.py::test_contents_meta_takes"
ARRIVE = "sandbox/tests/test_graph_sending.py::test_interactive_and_other_kinds_arrive"
ONE: dict[str, Any] = {"needs": (OPEN,), "costs": (SERVICE,)}
FILE: dict[str, Any] = {**ONE, "makes": ("file",)}


def goes(check: Check, content: dict[str, Any], **more: Any) -> None:
    """Send something and see it go out."""
    check.arrives(check.send(content, **more))


@POINTS.add(
    "text",
    "A text is answered with the input as it was given, the wa_id without plus, and one id; without message_status.",
    source="Meta, messages/send-messages",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_sending.py::test_a_text_inside_the_window_is_accepted",
    **ONE,
)
def text(check: Check) -> None:
    answer = check.send(
        m.text("A first text to try something out: *bold*, ünïcödé, 👍🏽"),
        Accepted(),
        Has("messaging_product", ("whatsapp",)),
        Has("contacts.0.input", tuple(check.spellings()), private=True),
        Has("contacts.0.wa_id", tuple(check.player.spellings), private=True),
        Lacks("contacts.0.user_id"),
        Has("messages.0.id", r"wamid\..+", private=True),
        Lacks("messages.0.message_status"),
    )
    check.arrives(answer)
    if answer.result.wa_id != check.body({})["to"].lstrip("+"):
        check.notes.append("the number came back in another spelling")


@POINTS.add(
    "longest-text",
    "A text may have 4,096 characters, a mark of ours (biz_opaque_callback_data) 512.",
    source="Meta, messages/text-messages; changelog",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_sending.py::test_type_defaults_to_text_and_512_characters_of_callback_data_pass",
    **ONE,
)
def longest_text(check: Check) -> None:
    goes(check, m.text("x" * 4096), uuid="u" * 512)


@POINTS.add(
    "preview",
    "A text with a link and preview_url.",
    source="Meta, messages/text-messages",
    dated="2026-03",
    sure=SURE,
    tests=KINDS,
    **ONE,
)
def preview(check: Check) -> None:
    goes(check, m.text("https://www.whatsapp.com/", preview_url=True))


@POINTS.add(
    "quote",
    "A text may quote a message of ours.",
    source="Meta, messages/contextual-replies",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_sending.py::test_quoting_shows_the_quoted_message",
    needs=(OPEN,),
    costs=(SERVICE, SERVICE),
)
def quote(check: Check) -> None:
    first = check.send(m.text("This will be quoted"))
    goes(check, m.text("Quoted"), quoted_wamid=first.wamid)


@POINTS.add(
    "picture",
    "A picture by uploaded id, with a caption.",
    source="Meta, messages/image-messages",
    dated="2026-03",
    sure=SURE,
    tests=KINDS,
    **FILE,
)
def picture(check: Check) -> None:
    goes(check, m.image(check.upload("picture.jpg"), caption="A picture"))


@POINTS.add(
    "picture-by-link",
    "A picture by a public address; Meta fetches it.",
    source="Meta, messages/image-messages",
    dated="2026-03",
    sure=SURE,
    tests=KINDS,
    **ONE,
)
def picture_by_link(check: Check) -> None:
    goes(check, m.image(link=check.settings.picture_url))


@POINTS.add(
    "film", "A film by uploaded id.", source="Meta, messages/video-messages", dated="2026-03", sure=SURE, tests=KINDS, **FILE
)
def film(check: Check) -> None:
    goes(check, m.video(check.upload("film.mp4"), caption="A film"))


@POINTS.add(
    "sound", "A sound by uploaded id.", source="Meta, messages/audio-messages", dated="2026-03", sure=SURE, tests=KINDS, **FILE
)
def sound(check: Check) -> None:
    goes(check, m.audio(check.upload("sound.mp3")))


@POINTS.add(
    "voice-note",
    "Ogg with Opus and one channel is shown as a voice note when asked for.",
    source="Meta, messages/audio-messages",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_templates.py::test_ogg_is_opus_with_one_channel",
    **FILE,
)
def voice_note(check: Check) -> None:
    goes(check, m.audio(check.upload("voice.ogg"), voice=True))


@POINTS.add(
    "page",
    "A document with its file name.",
    source="Meta, messages/document-messages",
    dated="2026-03",
    sure=SURE,
    tests=KINDS,
    **FILE,
)
def page(check: Check) -> None:
    goes(check, m.document(check.upload("page.pdf"), filename="A page.pdf", caption="A page"))


@POINTS.add("sticker", "A sticker.", source="Meta, messages/sticker-messages", dated="2026-03", sure=SURE, tests=KINDS, **FILE)
def sticker(check: Check) -> None:
    goes(check, m.sticker(check.upload("sticker.webp")))


@POINTS.add(
    "picture-as-document",
    "An uploaded picture sent as a document is refused, at once or by status (131053): no source; the addon does not send it.",
    source="none settles it",
    dated="2026-11",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_graph_files.py::test_a_file_of_another_kind_fails_later",
    **FILE,
)
def picture_as_document(check: Check) -> None:
    content = m.document(check.upload("picture.jpg"), filename="picture.jpg")
    answer = check.post(f"{check.number}/messages", check.body(content))
    if answer.refusal or check.player.listener is None:
        check.judge(answer, Refused((100, 131053)))
        return
    check.status(answer, Has("statuses.*.errors.0.code", (131053,)), last="failed")


@POINTS.add(
    "place",
    "A place, its coordinates as text.",
    source="Meta, messages/location-messages",
    dated="2026-03",
    sure=SURE,
    tests=KINDS,
    **ONE,
)
def place(check: Check) -> None:
    goes(check, m.location("51.5007", "-0.1246", "Office", "1 Example St"))


@POINTS.add(
    "card", "A person's card.", source="Meta, messages/contacts-messages", dated="2026-03", sure=SURE, tests=KINDS, **ONE
)
def card(check: Check) -> None:
    shown = m.card("Ada Example", first_name="Ada", last_name="Example", phones=["+12025550142"], company="Example Ltd")
    goes(check, m.contacts([shown]))


@POINTS.add(
    "card-with-one-name",
    "A card whose name is formatted_name alone is refused: Meta's page wants one more part, kapso's sample does without.",
    source="Meta, messages/contacts-messages against @kapso/whatsapp-cloud-api",
    dated="2026-11",
    sure=CONTESTED,
    tests="sandbox/tests/test_rules_sending.py::test_contents_meta_refuses",
    **ONE,
)
def card_with_one_name(check: Check) -> None:
    shown = {"name": {"formatted_name": "Ada"}, "phones": [{"phone": "+12025550142"}]}
    check.send({"type": "contacts", "contacts": [shown]}, Refused((100, 131008, 131009)))


@POINTS.add(
    "reaction",
    "A reaction to a message of ours, and taking it back with an empty emoji.",
    source="Meta, messages/reaction-messages; taking back is not on the page",
    dated="2026-03",
    sure=LIKELY,
    tests="sandbox/tests/test_graph_sending.py::test_reactions_show_on_the_message_and_only_report_sent",
    **ONE,
)
def reaction(check: Check) -> None:
    target = check.send(m.text("This gets a reaction"))
    goes(check, m.reaction(target.wamid, "👍"))
    check.send(m.reaction(target.wamid, ""))


@POINTS.add(
    "read-and-typing",
    "Marking as read, and typing, answer success.",
    source="Meta, messages/mark-message-as-read; typing-indicators",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_sending.py::test_marking_as_read_turns_the_customers_ticks_blue",
    needs=(INBOUND,),
)
def read_and_typing(check: Check) -> None:
    for typing in (False, True):
        check.post(
            f"{check.number}/messages",
            mark_read(str(check.player.inbound.get("id")), typing),
            Accepted(),
            Has("success", (True,)),
        )


@POINTS.add(
    "read-nothing",
    "Marking a message that does not exist as read is refused for the message, not for rights: by that the addon tells a "
    "token that may send from one that may not, after a refusal of rights.",
    source="our reading of Meta, messages/mark-message-as-read and support/error-codes",
    dated="2026-11",
    sure=CONTESTED,
    holds="W17",
    tests="tests/tools/graph/test_second_look.py::TestRights.test_the_token_may_send_otherwise "
    "sandbox/tests/test_graph_uncommon.py::test_marking_nothing_as_read_tells_who_may_send",
)
def read_nothing(check: Check) -> None:
    check.post(f"{check.number}/messages", mark_read(NO_MESSAGE), Refused((100, 131009)))


@POINTS.add(
    "by-user-id",
    "A message may be addressed by the business-scoped user id alone, under recipient; the answer then has "
    "user_id and no wa_id.",
    source="Meta, business-scoped-user-ids",
    dated="2026-07",
    sure=LIKELY,
    tests="tests/tools/graph/test_client_outcomes.py::test_accepted_by_bsuid",
    needs=(INBOUND,),
    costs=(SERVICE,),
)
def by_user_id(check: Check) -> None:
    if not check.player.gate.bsuid:
        check.impossible("the webhook named no business-scoped user id")
    body = {**check.body(m.text("By another id")), "recipient": check.player.gate.bsuid}
    del body["to"]
    answer = check.send_body(body, Accepted(), Has("contacts.0.user_id", str, private=True), Lacks("contacts.0.wa_id"))
    check.arrives(answer)


@POINTS.add(
    "both-spellings",
    "Numbers in development mode compare people of Argentina, Mexico and Brazil without the extra digit: after "
    "131030 the other "
    "spelling of the same number goes.",
    source="chatwoot/chatwoot#13932, #11053; david-lev/pywa#155; kevinrivm/vocero-crm#35 measured",
    dated="2026-11",
    sure=SURE,
    holds="W9",
    tests="sandbox/tests/test_graph_uncommon.py::test_a_test_number_writes_to_its_list_alone "
    "tests/outbox/test_second_look.py::TestTestRecipients.test_the_other_spelling_is_tried_once_and_remembered",
    needs=(OPEN,),
    costs=(SERVICE, SERVICE),
)
def both_spellings(check: Check) -> None:
    spellings = check.spellings()
    if len(spellings) < 2:
        check.impossible("the recipient's number has one spelling")
    answers = [check.post(f"{check.number}/messages", {**check.body(m.text("Spelled so")), "to": to}) for to in spellings]
    good = [answer for answer in answers if answer.wamid]
    check.judge((good or answers)[0], Accepted(), Has("contacts.0.wa_id", tuple(check.player.spellings), private=True))
    for answer in answers:
        if not answer.wamid:
            check.judge(answer, Has("error.code", (131030,)))
    check.notes.append(f"{len(good)} of {len(answers)} spellings were taken")
