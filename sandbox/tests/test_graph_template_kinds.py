"""Templates of special kinds through the real socket: codes, forms that come along, calls, the library."""

import json

from sandbox_site import NUMBER, WABA, story, template
from test_graph_templates import approve, definition

FORM = {
    "version": "7.3",
    "screens": [
        {
            "id": "START",
            "title": "Book a visit",
            "layout": {
                "type": "SingleColumnLayout",
                "children": [
                    {
                        "type": "Form",
                        "name": "form",
                        "children": [
                            {"type": "TextInput", "name": "remarks", "label": "Anything else?"},
                            {
                                "type": "Dropdown",
                                "name": "day",
                                "label": "Which day?",
                                "data-source": [{"id": "0", "title": "Monday"}, {"id": "1", "title": "Friday"}],
                            },
                        ],
                    }
                ],
            },
        }
    ],
}


def with_button(button, name="order_ready"):
    parts = [*definition()["components"], {"type": "BUTTONS", "buttons": [button]}]
    return definition(name, components=parts)


@story
async def test_a_form_comes_along_with_its_template(play):
    """T17: ``flow_json`` becomes a form of the account, which the button names from then on."""
    customer = await play.person()
    button = {"type": "FLOW", "text": "Book", "flow_json": json.dumps(FORM)}
    for wrong in (FORM, "no json", json.dumps({"version": "7.3"}), json.dumps({"version": "7.3", "screens": [{"id": "1 2"}]})):
        status, answer = await play.graph("POST", f"{WABA}/message_templates", with_button({**button, "flow_json": wrong}))
        assert (status, "flow_json" in answer["error"]["error_user_msg"]) == (400, True)
    other = {**button, "navigate_screen": "NOWHERE"}
    assert (await play.graph("POST", f"{WABA}/message_templates", with_button(other)))[0] == 400
    made = await approve(play, with_button(button))
    _, read = await play.graph("GET", made)
    [shown] = read["components"][-1]["buttons"]
    assert "flow_json" not in shown
    _, flow = await play.graph("GET", f"{shown['flow_id']}?fields=name,status")
    assert (flow["name"], flow["status"]) == ("order_ready", "PUBLISHED")
    send = template("order_ready", "Ada", "S1")
    send["template"]["components"].append({"type": "button", "sub_type": "flow", "index": "0"})
    assert (await play.send({"to": customer["phone"], **send}))[0] == 200


@story
async def test_a_template_may_ask_for_the_permission_to_call(play):
    """T17: a component of its own, with nothing to fill in."""
    customer = await play.person()
    await approve(play, definition(components=[*definition()["components"], {"type": "call_permission_request"}]))
    await play.graph("POST", f"{NUMBER}/settings", {"calling": {"status": "ENABLED"}})
    assert (await play.send({"to": customer["phone"], **template("order_ready", "Ada", "S1")}))[0] == 200


@story
async def test_the_library_can_be_read(play):
    """T17: with a language and a word to look for; buttons lack what their business has to give."""
    _, answer = await play.graph("GET", "message_template_library?language=en_US&search=appointment")
    [entry] = answer["data"]
    assert (entry["name"], entry["category"]) == ("sandbox_appointment_reminder", "UTILITY")
    assert entry["buttons"] == [{"type": "PHONE_NUMBER", "text": "Call us"}]
    assert len(entry["body_params"]) == len(entry["body_param_types"]) == 2
    _, answer = await play.graph("GET", "message_template_library?language=de")
    assert answer["data"] == []


@story
async def test_templates_of_the_library_need_no_review(play):
    """T17: approved at once, if their business gives what is its own; unknown ones are refused in words."""
    await play.switch(review="hold")
    inputs = [{"type": "URL", "url": {"base_url": "https://a.example/{{1}}", "url_suffix_example": "https://a.example/7"}}]
    body = {
        "name": "on_its_way",
        "language": "en_US",
        "category": "UTILITY",
        "library_template_name": "sandbox_delivery_update",
        "library_template_button_inputs": json.dumps(inputs),
        "library_template_body_inputs": {"add_track_package_link": True},
    }
    path = f"{WABA}/message_templates"
    for wrong, words in (
        ({"library_template_name": "nobody_made_this"}, "has no template nobody_made_this"),
        ({"language": "de"}, "has no template sandbox_delivery_update in de"),
        ({"category": "MARKETING"}, "category UTILITY"),
        ({"library_template_button_inputs": []}, "component of type BUTTONS is missing expected field(s)"),
    ):
        status, answer = await play.graph("POST", path, {**body, **wrong})
        assert (status, words in answer["error"]["error_user_msg"]) == (400, True), answer
    status, made = await play.graph("POST", path, body)
    assert (status, made["status"]) == (200, "APPROVED")
    [value] = await play.until(lambda: play.changes("message_template_status_update"))
    assert value["event"] == "APPROVED"
    _, read = await play.graph("GET", f"{made['id']}?fields=library_template_name,components")
    assert read["library_template_name"] == "sandbox_delivery_update"
    assert read["components"][0]["text"].endswith("You can follow it online.")
    assert read["components"][1]["buttons"][0]["url"] == "https://a.example/{{1}}"
    assert (await play.graph("POST", path, body))[1]["error"]["error_subcode"] == 2388024
    for wrong in ("nobody_has_this", ["sandbox_delivery_update"], {"a": 1}):
        assert (await play.graph("POST", path, {**body, "name": "other", "library_template_name": wrong}))[0] == 400


@story
async def test_a_code_is_sent_and_read_as_a_link(play):
    """T1: over the socket; other languages get their own words."""
    customer = await play.person()
    button = {"type": "OTP", "otp_type": "COPY_CODE"}
    parts = [{"type": "BODY", "add_security_recommendation": True}, {"type": "BUTTONS", "buttons": [button]}]
    body = {"name": "log_in", "language": "es", "category": "AUTHENTICATION", "components": parts}
    made = await approve(play, body)
    _, read = await play.graph("GET", made)
    assert read["components"][1]["buttons"][0]["type"] == "URL"
    assert read["components"][1]["buttons"][0]["text"] == "Copiar código"
    send = template("log_in", "123456", language="es")
    error = await play.refused({"to": customer["phone"], **send})
    assert error["error_data"]["details"] == "buttons: Button at index 0 of type Url requires a parameter"
    code = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "123456"}]}
    send["template"]["components"].append(code)
    assert (await play.send({"to": customer["phone"], **send}))[0] == 200
    [message] = await play.thread(customer)
    assert (message["card"]["buttons"][0]["type"], message["card"]["buttons"][0]["code"]) == ("otp", "123456")
