"""pywa creates templates of every kind, reads them back, sends them, lists, edits and deletes them."""

import known
import pytest
from ground import PHONE
from pywa.errors import WhatsAppError
from pywa.types import flows
from pywa.types import templates as t
from sandbox_site import NUMBER, WABA
from template_samples import BODY, TEMPLATES


def create(ground, wa, name, category="UTILITY", components=None):
    """Create a template and wait until the review let it pass; returns pywa's object."""
    form = t.ParamFormat.NAMED if name == "text" else t.ParamFormat.POSITIONAL
    made = wa.create_template(
        t.Template(
            name=name,
            language=t.TemplateLanguage.ENGLISH_US,
            category=t.TemplateCategory(category),
            components=components or [BODY],
            parameter_format=form,
        )
    )
    assert made.id in ground.world.templates
    approved(ground, made.id)
    return made


def approved(ground, template_id):
    """Wait for the verdict, as the webhook tells it."""
    ground.hooks(
        lambda field, value: (
            field == "message_template_status_update"
            and str(value["message_template_id"]) == template_id
            and value["event"] == "APPROVED"
        )
    )


@pytest.mark.parametrize("name", TEMPLATES)
def test_pywa_creates_reads_and_sends(ground, wa, name):
    ground.person()
    category, make = TEMPLATES[name]
    components, sent = make()
    with known.judged("pywa", f"template {name}"):
        made = create(ground, wa, name, category, components)
        read = wa.get_template(made.id)
        assert (read.name, read.category.value, read.status.value) == (name, category, "APPROVED")
        assert [one.type.value for one in read.components] == [one.type.value for one in components]
        answer = wa.send_template(PHONE, name, t.TemplateLanguage.ENGLISH_US, sent)
        assert answer.status.value == "accepted"
        assert ground.world.messages[answer.id].template["name"] == name


def test_meta_sends_an_offer_that_ends(ground, wa, meta):
    # pywa creates the template and says the end in seconds (known.py); Meta's SDK sends what it is given.
    ground.person()
    category, make = TEMPLATES["offer"]
    components, sent = make()
    create(ground, wa, "offer", category, components)
    picture = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://shop.example.com/a.png"}}]}
    parameters = [picture, *(one.to_dict() for one in sent[1:])]
    parameters[1]["parameters"][0]["limited_time_offer"]["expiration_time_ms"] *= 1000
    template = {"name": "offer", "language": {"code": "en_US"}, "components": parameters}
    assert meta("messages.template", template, PHONE)["status"] == 200


def test_pywa_sends_what_it_read(ground, wa):
    # pywa checks parameters against the template as the stand-in gives it.
    ground.person()
    found = {one.name: one for one in wa.get_templates()}
    template = found["proposal_ready"]
    body, _footer, buttons = template.components
    given = [body.params("Ada", "$ 5"), *(one.params(callback_data="x", index=at) for at, one in enumerate(buttons.buttons))]
    assert template.send(PHONE, params=given).id in ground.world.messages


def test_pywa_lists_with_every_filter(ground, wa):
    everything = wa.get_templates(pagination=None)
    assert everything.total_count == len(everything) == 5
    assert {one.name for one in wa.get_templates(statuses=[t.TemplateStatus.PENDING])} == {"autumn_offer"}
    assert {one.name for one in wa.get_templates(categories=[t.TemplateCategory.MARKETING])} == {"autumn_offer"}
    assert {one.name for one in wa.get_templates(languages=[t.TemplateLanguage.ENGLISH_US])} == {"hello_world"}
    assert {one.name for one in wa.get_templates(name="card_check")} == {"card_check"}
    assert {one.name for one in wa.get_templates(content="new kitchen")} == set()
    assert {one.name for one in wa.get_templates(content="proposal over")} == {"proposal_ready"}
    assert {one.name for one in wa.get_templates(name_or_content="hello_w")} == {"hello_world"}
    green = wa.get_templates(quality_scores=[t.QualityScoreType.GREEN])
    assert {one.name for one in green} == {"proposal_ready", "follow_up_reminder"}


def test_pywa_turns_the_pages_of_a_list(ground, wa):
    from pywa.types import Pagination

    page = wa.get_templates(pagination=Pagination(limit=2))
    with known.judged("pywa", "next page of templates"):
        names = [one.name for one in page]
        while page.has_next:
            page = page.next()
            names += [one.name for one in page]
        assert len(names) == len(set(names)) == 5


def test_pywa_edits(ground, wa):
    made = create(ground, wa, "to_be_edited")
    edited = wa.update_template(made.id, new_components=[t.BodyText("All is new, {{1}}.", "Ada")])
    assert edited.success
    assert wa.get_template(made.id).components[0].text == "All is new, {{1}}."


def test_pywa_unpauses(ground, wa):
    made = create(ground, wa, "to_be_paused")
    ground.control("POST", f"templates/{made.id}", {"status": "PAUSED"})
    assert wa.get_template(made.id).status.value == "PAUSED"
    assert wa.unpause_template(made.id).success
    assert wa.get_template(made.id).status.value == "APPROVED"


@pytest.mark.parametrize("by", ["name", "id"])
def test_pywa_deletes(ground, wa, by):
    made = create(ground, wa, "to_be_deleted")
    assert wa.delete_template("to_be_deleted", template_id=made.id if by == "id" else None).success
    assert made.id not in ground.world.templates


def test_pywa_reads_a_refusal(ground, wa):
    with pytest.raises(WhatsAppError) as caught:
        create(ground, wa, "No Spaces Here")
    assert caught.value.code == 100
    assert caught.value.user_msg


def test_pywa_reads_that_an_edit_comes_too_soon(ground, wa):
    made = create(ground, wa, "to_be_edited")
    wa.update_template(made.id, new_components=[t.BodyText("All is new, {{1}}, and better.", "Ada")])
    ground.until(lambda: ground.world.templates[made.id].status == "APPROVED")
    with pytest.raises(WhatsAppError) as caught:
        wa.update_template(made.id, new_components=[t.BodyText("All is newer, {{1}}, and better.", "Ada")])
    assert "24 hours" in caught.value.user_msg


def test_pywa_reads_that_a_deleted_name_stays_taken(ground, wa):
    create(ground, wa, "to_be_deleted")
    wa.delete_template("to_be_deleted")
    with pytest.raises(WhatsAppError) as caught:
        create(ground, wa, "to_be_deleted")
    assert (caught.value.code, caught.value.subcode) == (100, 2388023)


def test_pywa_takes_a_template_from_the_library(ground, wa):
    made = wa.create_template(
        t.LibraryTemplate(
            name="on_its_way",
            library_template_name="sandbox_delivery_update",
            category=t.TemplateCategory.UTILITY,
            language=t.TemplateLanguage.ENGLISH_US,
            library_template_button_inputs=[t.URLButton.library_input(base_url="https://shop.example.com")],
        )
    )
    assert made.status == t.TemplateStatus.APPROVED
    assert wa.get_template(made.id).library_template_name == "sandbox_delivery_update"


def test_pywa_brings_a_form_along(ground, wa):
    made = flows.FlowJSON(
        version="7.3",
        screens=[
            flows.Screen(
                id="HELLO",
                title="Hello",
                terminal=True,
                layout=flows.Layout(children=[flows.Footer(label="Done", on_click_action=flows.CompleteAction(payload={}))]),
            )
        ],
    )
    button = t.FlowButton(text="Book", flow_json=made, navigate_screen="HELLO")
    before = set(ground.world.flows)
    create(ground, wa, "with_a_form", components=[BODY, t.Buttons(buttons=[button])])
    (flow_id,) = set(ground.world.flows) - before
    assert wa.get_flow(flow_id).status.value == "PUBLISHED"


def test_pywa_makes_a_picture_lead_somewhere(ground, wa):
    ground.person()
    url = t.URLButton(text="See", url="https://shop.example.com/a")
    components = [t.HeaderText("Spring"), BODY, t.Buttons(buttons=[url])]
    create(ground, wa, "spring", "MARKETING", components)
    given = [t.BodyText.params("Ada", "17"), t.TapTargetConfiguration(title="Spring", url="https://shop.example.com/b")]
    assert wa.send_template(PHONE, "spring", t.TemplateLanguage.ENGLISH_US, given).id in ground.world.messages


def test_kapso_creates_lists_reads_and_deletes(ground, kapso):
    made = kapso(
        "templates.create",
        {
            "businessAccountId": WABA,
            "name": "from_kapso",
            "language": "en_US",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Hello {{1}}, it is ready.", "example": {"bodyText": [["Ada"]]}}],
        },
    )
    assert made["id"] in ground.world.templates
    approved(ground, made["id"])
    listed = kapso("templates.list", {"businessAccountId": WABA, "name": "from_kapso", "limit": 5})
    assert [one["id"] for one in listed["data"]] == [made["id"]]
    assert listed["data"][0]["status"] == "APPROVED"
    with known.judged("kapso", "read a template"):
        kapso("templates.get", {"businessAccountId": WABA, "templateId": made["id"]})
    assert kapso("templates.delete", {"businessAccountId": WABA, "name": "from_kapso"})["success"]
    assert made["id"] not in ground.world.templates


def test_kapso_asks_for_calls_by_a_component(ground, kapso):
    # pywa words it as a button; Meta's page has this form.
    ground.person()
    ground.allow_calls()
    body = {"type": "BODY", "text": "Hello {{1}}, may we call?", "example": {"bodyText": [["Ada"]]}}
    given = {"businessAccountId": WABA, "name": "may_we_call", "language": "en_US", "category": "UTILITY"}
    made = kapso("templates.create", {**given, "components": [body, {"type": "CALL_PERMISSION_REQUEST"}]})
    approved(ground, made["id"])
    sent = {
        "name": "may_we_call",
        "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ada"}]}],
    }
    answer = kapso("messages.sendTemplate", {"phoneNumberId": NUMBER, "to": PHONE, "template": sent})
    assert ground.world.messages[answer["messages"][0]["id"]].template["name"] == "may_we_call"
