"""What becomes of templates: made from the library, edited, deleted, found; names that are taken."""

from __future__ import annotations

from typing import Any

from ..check import Check
from ..expectations import Accepted, Has, Lacks, Refused
from ..point import CONTESTED, LIKELY, SURE, UNVERIFIED, Points
from ..templates import COPY_CODE, FIXED_LINK, PLAIN, body, buttons, request

POINTS = Points("template-life", "Templates: made, edited, deleted")

MADE = ("template",)
#: What a button of a library template asks for, by its type.
LIBRARY_INPUTS = {
    "URL": {
        "type": "URL",
        "url": {"base_url": "https://shop.example.com/{{1}}", "url_suffix_example": "https://shop.example.com/7"},
    },
    "PHONE_NUMBER": {"type": "PHONE_NUMBER", "phone_number": "+12025550142"},
}


@POINTS.add(
    "library",
    "A template of Meta's library is made by its name, with what its buttons ask for, and approved at once.",
    source="Meta, templates/template-library",
    dated="2026-03",
    sure=LIKELY,
    holds="T17",
    tests="sandbox/tests/test_graph_template_kinds.py::test_templates_of_the_library_need_no_review "
    "sandbox/tests/test_graph_template_kinds.py::test_the_library_can_be_read",
    makes=MADE,
)
def library(check: Check) -> None:
    listed = check.get("message_template_library", {"language": "en_US", "limit": 25}, Accepted(), Has("data.0.name", str))
    chosen = next((one for one in listed.body["data"] if set(_kinds(one)) <= {"URL", "PHONE_NUMBER"}), None)
    if chosen is None:
        check.impossible("the first page of the library has none we could fill in")
    check.judge(listed, Has("data.0.body", str), Has("data.0.category", str))
    inputs = [LIBRARY_INPUTS[kind] for kind in _kinds(chosen)]
    body_ = {"name": check.template_name("library"), "language": "en_US", "category": chosen["category"]}
    more = {"library_template_name": chosen["name"], **({"library_template_button_inputs": inputs} if inputs else {})}
    made = check.hand_in({**body_, **more}, Accepted(), Has("id", str, private=True), Has("status", ("APPROVED",)))
    check.read_back(made, Has("components.0.type", str))


def _kinds(entry: dict[str, Any]) -> list[str]:
    return [str(button.get("type")) for button in entry.get("buttons") or ()]


@POINTS.add(
    "twice",
    "The same name in the same language is 100/2388024.",
    source="recorded answers",
    dated="2026-11",
    sure=SURE,
    holds="T4",
    tests="sandbox/tests/test_graph_templates.py::test_definitions_that_are_refused_tell_people_why",
    makes=MADE,
)
def twice(check: Check) -> None:
    given = request(check, "place")
    check.hand_in(given)
    check.hand_in(given, Refused(100, 2388024))


@POINTS.add(
    "deleted-and-made-again",
    "A template that was deleted locks its name in that language: 100/2388023, with a sentence that says for how long.",
    source="four recorded answers; reference of the API 7.2: 30 days",
    dated="2026-11",
    sure=SURE,
    holds="T4",
    tests="sandbox/tests/test_graph_templates.py::test_the_name_of_what_was_deleted_stays_taken "
    "sandbox/tests/test_graph_templates.py::test_the_name_of_what_was_never_approved_is_free_in_a_minute",
    makes=MADE,
)
def deleted_and_made_again(check: Check) -> None:
    given = request(check, "place")
    check.hand_in(given)
    check.call(lambda client: client.delete_template(check.waba, given["name"]), Accepted(), Has("success", (True,)))
    check.hand_in(given, Refused(100, 2388023, says="being deleted"))


@POINTS.add(
    "deleted-and-made-otherwise",
    "In another category the name of a deleted template is locked too, in any language: 100/2388025.",
    source="two recorded answers; that it holds for other languages is our reading",
    dated="2026-11",
    sure=CONTESTED,
    holds="T4",
    tests="sandbox/tests/test_graph_templates.py::test_the_name_of_what_was_deleted_stays_taken",
    makes=MADE,
)
def deleted_and_made_otherwise(check: Check) -> None:
    given = request(check, "place")
    check.hand_in(given)
    check.call(lambda client: client.delete_template(check.waba, given["name"]), Accepted())
    check.hand_in({**given, "category": "MARKETING", "language": "es"}, Refused(100, 2388025))


@POINTS.add(
    "deleted-unknown",
    "Deleting a template that does not exist is 100/2593002.",
    source="recorded answers; pywa",
    dated="2026-08",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_graph_templates.py::test_editing_and_deleting",
)
def deleted_unknown(check: Check) -> None:
    name = check.template_name("never_made")
    check.call(lambda client: client.delete_template(check.waba, name), Refused(100, 2593002))


@POINTS.add(
    "edited",
    "An approved template may be edited once in 24 hours; the second edit is refused with a sentence for people. The answer "
    "to the first names the template.",
    source="reference of the API 7.6; two recorded answers; the code is unverified; pywa reads no answer without the name",
    dated="2026-11",
    sure=LIKELY,
    holds="T5",
    tests="sandbox/tests/test_graph_templates.py::test_edits_of_an_approved_template_are_counted_by_the_clock "
    "tests/template/test_template_edit.py::TestTemplateEditLimit.test_the_next_edit_by_the_clock "
    "tests/template/test_template_edit.py::TestTemplateEditLimit.test_what_whatsapp_refuses_is_said_and_kept",
    makes=MADE,
)
def edited(check: Check) -> None:
    made = check.hand_in({**request(check, "place"), "components": [PLAIN]})
    template_id = str(made.body["id"])
    check.approved(template_id)
    first = {"components": [body("We have received your request and will answer soon.")]}
    done = check.call(lambda client: client.edit_template(template_id, first), Accepted(), Has("success", (True,)))
    check.approved(template_id)
    second = {"components": [body("We have received your request and will answer today.")]}
    answer = check.call(lambda client: client.edit_template(template_id, second), Refused(100))
    check.judge(answer, Has("error.error_user_msg", str))
    check.judge(done, Has("name", str), Has("category", str))


@POINTS.add(
    "own-words-for-codes",
    "A template for codes with a text of one's own: we expect a refusal; other reports say that the text is "
    "replaced in silence.",
    source="openapi and Postman have no text there; reports differ",
    dated="2026-11",
    sure=CONTESTED,
    holds="W3",
    tests="sandbox/tests/test_rules_authentication.py::test_what_meta_refuses",
    makes=MADE,
)
def own_words_for_codes(check: Check) -> None:
    given = {**request(check, "code"), "components": [body("Type in {{1}} to go on.", "123456"), buttons(COPY_CODE)]}
    check.hand_in(given, Refused(100))


@POINTS.add(
    "filters",
    "The list can be filtered by name and status; the name is enough to find one.",
    source="Meta, templates/template-management",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_templates.py::test_filters",
    makes=MADE,
)
def filters(check: Check) -> None:
    given = {**request(check, "place"), "components": [PLAIN, buttons(FIXED_LINK)]}
    check.hand_in(given)
    found = check.get(f"{check.waba}/message_templates", {"name": given["name"], "fields": "name"}, Accepted())
    check.judge(found, Has("data.*.name", (given["name"],)), Lacks("data.1"))
