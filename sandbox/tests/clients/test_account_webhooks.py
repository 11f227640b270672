"""What Meta reports about accounts, numbers and edited templates goes through the readers."""

import pytest
from pywa_client import Reader, connect
from sandbox_site import NUMBER, WABA

#: What happens to the account -> (event in pywa, what it must have read).
ACCOUNT = {
    "restriction": (
        {"restrict": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expires_in_s": 3600}]},
        "ACCOUNT_RESTRICTION",
        lambda got: got.restriction_info[0].type.value == "RESTRICTED_BIZ_INITIATED_MESSAGING",
    ),
    "ban": ({"ban": "DISABLE"}, "DISABLED_UPDATE", lambda got: got.ban_info.state.value == "DISABLE"),
    "ban to come": (
        {"ban": "SCHEDULE_FOR_DISABLE", "in_days": 3},
        "DISABLED_UPDATE",
        lambda got: got.ban_info.state.value == "SCHEDULE_FOR_DISABLE" and got.ban_info.date,
    ),
    "violation": ({"violation": "SCAM"}, "ACCOUNT_VIOLATION", lambda got: got.violation_info.type == "SCAM"),
    **{
        event: ({"event": event}, event, lambda got: got.waba_info.id == WABA)
        for event in ("PARTNER_ADDED", "PARTNER_REMOVED", "PARTNER_APP_INSTALLED", "PARTNER_APP_UNINSTALLED")
    },
    "phone disconnected": (
        {"event": "PARTNER_REMOVED", "reason": "ACCOUNT_DISCONNECTED"},
        "PARTNER_REMOVED",
        lambda got: got.disconnection_info.reason.value == "ACCOUNT_DISCONNECTED",
    ),
}
#: What happens to the number or account that pywa has no class for -> (where, how, field of the webhook).
OTHERS = {
    "quality": (f"numbers/{NUMBER}", {"quality": "RED"}, "phone_number_quality_update"),
    "throughput": (f"numbers/{NUMBER}", {"level": "HIGH"}, "phone_number_quality_update"),
    "limit": (f"numbers/{NUMBER}", {"limit": "TIER_10K"}, "business_capability_update"),
    "name": (f"numbers/{NUMBER}", {"name_decision": "APPROVED", "name": "Shop"}, "phone_number_name_update"),
    "PIN": (f"numbers/{NUMBER}", {"security": "PIN_RESET_REQUEST"}, "security"),
    "review": (f"accounts/{WABA}", {"review": "REJECTED"}, "account_review_update"),
    "alert": (f"accounts/{WABA}", {"alert": {"type": "OBA_APPROVED"}}, "account_alerts"),
}


@pytest.mark.parametrize("what", ACCOUNT)
def test_pywa_reads_what_happens_to_the_account(ground, touched, what):
    # Without a portfolio: pywa would let pass only webhooks whose entry bears the portfolio's id. Meta does so for some
    # events of partners, the stand-in for none.
    client = connect(ground.url, business_portfolio_id=None)
    body, event, check = ACCOUNT[what]
    ground.control("POST", f"accounts/{WABA}", body)
    update = Reader(client).read(ground.hooks(lambda field, value: field == "account_update")[0])
    assert (type(update).__name__, update.event.value) == ("AccountUpdate", event)
    assert check(update), update
    touched.read.add(("pywa", "account_update"))
    client.api._session.close()


@pytest.mark.parametrize("what", OTHERS)
def test_kapso_hands_on_what_happens_to_numbers(ground, node, touched, what):
    path, body, wanted = OTHERS[what]
    ground.control("POST", path, body)
    hook = ground.hooks(lambda field, value: field == wanted)[0]
    read = node.call("kapsoServer", "normalizeWebhook", hook["body"])
    (name,) = read["raw"]
    assert name.lower() == wanted.replace("_", "")
    assert read["raw"][name][0]
    assert not read["messages"]
    touched.read.add(("kapso", wanted))


def test_pywa_reads_that_a_template_was_edited(ground, wa, reader, touched):
    from pywa.types import templates as t
    from test_templates import create

    made = create(ground, wa, "to_be_edited")
    wa.update_template(made.id, new_components=[t.BodyText("All is new, {{1}}, and better.", "Ada")])
    update = reader.read(ground.hooks(lambda field, value: field == "message_template_components_update")[0])
    assert (type(update).__name__, update.template_id) == ("TemplateComponentsUpdate", made.id)
    assert update.template_element.startswith("All is new")
    touched.read.add(("pywa", "message_template_components_update"))
