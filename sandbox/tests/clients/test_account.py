"""Clients read and change what belongs to an account, its numbers, its forms and its app."""

import known
import pytest
from node_client import NodeError
from pywa.errors import WhatsAppError
from stage import APP, NUMBER, WABA
from test_sending import FLOW

DRAFT, DEPRECATED = "960000000000102", "960000000000103"


def test_pywa_reads_the_account(wa):
    with known.judged("pywa", "read the account"):
        account = wa.get_business_account()
        assert (account.id, account.name, account.currency) == (WABA, "Example Shop", "USD")
        assert account.health_status.can_send_message.value == "AVAILABLE"


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
    with known.judged("pywa", "read numbers"):
        number = wa.get_business_phone_number()
        assert (number.id, number.status, number.platform_type) == (NUMBER, "CONNECTED", "CLOUD_API")
        assert [one.id for one in wa.get_business_phone_numbers()] == [NUMBER]


def test_pywa_turns_the_pages_of_numbers(ground, wa):
    from pywa.types import Pagination

    for digit in range(1, 4):
        ground.control("POST", "numbers", {"phone_number_id": f"90000000000020{digit}", "display": f"+1 202-555-018{digit}"})
    with known.judged("pywa", "read numbers"):
        found = list(wa.get_business_phone_numbers(pagination=Pagination(limit=1)).all())
        assert len({one.id for one in found}) == 4


def test_pywa_reads_forms(wa):
    with known.judged("pywa", "read forms"):
        assert {one.id for one in wa.get_flows()} == {FLOW, DRAFT, DEPRECATED}
        form = wa.get_flow(FLOW)
        assert (form.id, form.status.value) == (FLOW, "PUBLISHED")


def test_pywa_publishes_and_deprecates_a_form(ground, wa):
    assert wa.publish_flow(DRAFT).success
    assert ground.world.flows[DRAFT].status == "PUBLISHED"
    assert wa.deprecate_flow(DRAFT).success
    assert ground.world.flows[DRAFT].status == "DEPRECATED"


def test_kapso_reads_publishes_and_deprecates_forms(ground, kapso):
    listed = kapso("flows.list", {"wabaId": WABA, "limit": 10})
    assert {one["id"] for one in listed["data"]} == {FLOW, DRAFT, DEPRECATED}
    assert kapso("flows.get", {"flowId": FLOW})["name"] == "book_a_visit"
    assert kapso("flows.publish", {"flowId": DRAFT})["success"]
    assert kapso("flows.deprecate", {"flowId": DRAFT})["success"]
    assert ground.world.flows[DRAFT].status == "DEPRECATED"


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
