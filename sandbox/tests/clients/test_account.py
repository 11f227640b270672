"""Clients read and change what belongs to an account, its numbers, its forms and its app."""

import httpx
import pytest
from node_client import NodeError
from pywa.errors import FlowDeletingError, FlowDeprecatingError, FlowPublishingError, FlowUpdatingError, WhatsAppError
from pywa.types import flows
from sandbox_site import APP, NUMBER, WABA
from test_sending import FLOW

LAYOUT = {
    "type": "SingleColumnLayout",
    "children": [{"type": "Footer", "label": "Done", "onClickAction": {"name": "complete", "payload": {}}}],
}
HELLO = flows.FlowJSON(
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
DRAFT, DEPRECATED = "960000000000102", "960000000000103"


def test_pywa_reads_the_account(wa):
    account = wa.get_business_account()
    assert (account.id, account.name, account.currency) == (WABA, "Example Shop", "USD")
    assert account.health_status["can_send_message"] == "AVAILABLE"
    assert [one.id for one in account.subscribed_apps] == [APP]


def test_pywa_lists_the_accounts_of_the_portfolio(wa):
    assert [one.id for one in wa.get_owned_business_accounts()] == [WABA]


def test_pywa_reads_the_apps_of_the_account(ground, wa):
    override = wa.api.get_waba_subscribed_apps(WABA)["data"][0]
    assert override["override_callback_uri"] == ground.stage.hook_url
    assert override["whatsapp_business_api_data"]["id"] == APP


def test_pywa_reads_how_far_an_upload_got(wa):
    begun = wa.api.create_upload_session(APP, "chair.png", 4, "image/png")
    assert wa.api.get_upload_session(begun["id"])["file_offset"] == 0
    assert wa.api.upload_file(begun["id"], b"data", 0)["h"]


def test_pywa_reads_numbers(wa):
    number = wa.get_business_phone_number()
    assert (number.id, number.status, number.platform_type) == (NUMBER, "CONNECTED", "CLOUD_API")
    assert [one.id for one in wa.get_business_phone_numbers()] == [NUMBER]


def test_pywa_turns_the_pages_of_numbers(ground, wa):
    from pywa.types import Pagination

    for digit in range(1, 4):
        ground.control("POST", "numbers", {"phone_number_id": f"90000000000020{digit}", "display": f"+1 202-555-018{digit}"})
    found = list(wa.get_business_phone_numbers(pagination=Pagination(limit=1)).all())
    assert len({one.id for one in found}) == 4


def test_pywa_reads_forms(wa):
    assert {one.id for one in wa.get_flows()} == {FLOW, DRAFT, DEPRECATED}
    form = wa.get_flow(FLOW)
    assert (form.id, form.status.value, form.application.id) == (FLOW, "PUBLISHED", APP)
    assert (form.whatsapp_business_account.id, form.validation_errors) == (WABA, None)


def test_pywa_publishes_and_deprecates_a_form(ground, wa):
    assert wa.publish_flow(DRAFT).success
    assert ground.world.flows[DRAFT].status == "PUBLISHED"
    assert wa.deprecate_flow(DRAFT).success
    assert ground.world.flows[DRAFT].status == "DEPRECATED"


def test_pywa_makes_forms(ground, wa):
    made = wa.create_flow("hello", [flows.FlowCategory.OTHER], flow_json=HELLO, publish=True)
    assert (made.success, made.validation_errors) == (True, None)
    assert wa.get_flow(made.id).status.value == "PUBLISHED"
    copied = wa.create_flow("hello_again", [flows.FlowCategory.OTHER], clone_flow_id=made.id)
    assert wa.get_flow(copied.id).status.value == "DRAFT"
    broken = wa.create_flow("broken", [flows.FlowCategory.OTHER], flow_json={"version": "7.3", "screens": []})
    assert broken.validation_errors[0].error_type == "FLOW_JSON_ERROR"
    with pytest.raises(WhatsAppError) as caught:
        wa.create_flow("hello", [flows.FlowCategory.OTHER])
    assert "unique" in caught.value.user_title


def test_pywa_replaces_the_json_of_a_form(wa):
    (asset,) = wa.get_flow_assets(DRAFT)
    assert (asset.name, asset.type) == ("flow.json", "FLOW_JSON")
    assert httpx.get(asset.url).json()["version"]
    assert wa.update_flow_json(DRAFT, HELLO).success
    assert wa.delete_flow(DRAFT).success
    assert {one.id for one in wa.get_flows()} == {FLOW, DEPRECATED}


@pytest.mark.parametrize(
    ("step", "flow_id", "refusal"),
    [
        ("publish_flow", FLOW, FlowPublishingError),
        ("deprecate_flow", DRAFT, FlowDeprecatingError),
        ("delete_flow", FLOW, FlowDeletingError),
    ],
)
def test_pywa_has_a_class_for_each_refused_step(wa, step, flow_id, refusal):
    with pytest.raises(refusal):
        getattr(wa, step)(flow_id)


def test_pywa_cannot_update_what_is_published(wa):
    with pytest.raises(FlowUpdatingError):
        wa.update_flow_json(FLOW, {"version": "7.3", "screens": []})


def test_kapso_reads_publishes_and_deprecates_forms(ground, kapso):
    listed = kapso("flows.list", {"wabaId": WABA, "limit": 10})
    assert {one["id"] for one in listed["data"]} == {FLOW, DRAFT, DEPRECATED}
    assert kapso("flows.get", {"flowId": FLOW})["name"] == "book_a_visit"
    assert kapso("flows.publish", {"flowId": DRAFT})["success"]
    assert kapso("flows.deprecate", {"flowId": DRAFT})["success"]
    assert ground.world.flows[DRAFT].status == "DEPRECATED"


def test_kapso_replaces_the_json_of_a_form(kapso):
    made = {"version": "7.3", "screens": [{"id": "HELLO", "title": "Hello", "terminal": True, "layout": LAYOUT}]}
    answer = kapso("flows.updateAsset", {"flowId": DRAFT, "json": made})
    assert answer == {"success": True}
    assert kapso("flows.get", {"flowId": DRAFT})["validationErrors"] == []


def test_kapso_makes_and_deploys_forms(ground, kapso):
    form = {"version": "7.3", "screens": [{"id": "HELLO", "title": "Hello", "terminal": True, "layout": LAYOUT}]}
    made = kapso("flows.create", {"wabaId": WABA, "name": "hello", "flowJson": form, "publish": True})
    assert (made["success"], ground.world.flows[made["id"]].status) == (True, "PUBLISHED")
    deployed = kapso("flows.deploy", form, {"name": "deployed", "wabaId": WABA, "publish": True})
    assert ground.world.flows[deployed["flowId"]].status == "PUBLISHED"


@pytest.mark.parametrize("token", ["EAA-NOBODY", "EAA-OLD"])
def test_clients_read_that_a_token_is_no_good(ground, node, token):
    from pywa_client import connect

    ground.control("POST", "tokens", {"token": "EAA-OLD", "expires_in_s": -60})
    client = connect(ground.url, token=token)
    with pytest.raises(WhatsAppError) as caught:
        client.get_business_account()
    assert (caught.value.code, caught.value.status_code) == (190, 401)
    assert caught.value.subcode == (463 if token == "EAA-OLD" else None)
    with pytest.raises(NodeError) as caught:
        node.call("kapso", "flows.get", {"flowId": FLOW}, base=ground.url, token=token)
    assert (caught.value.fields["category"], caught.value.fields["retry"]["action"]) == ("authorization", "refresh_token")
    client.api._session.close()
