"""What a read answers: fields with and without a value, edges as fields, lists with filters and a summary."""

from urllib.parse import quote

from sandbox_site import APP, NUMBER, TOKEN, WABA, story

from sandbox.graph_fields import parse

LIST = f"{WABA}/message_templates"


@story
async def test_the_quality_of_a_template_has_a_date(play):
    _, listed = await play.graph("GET", f"{LIST}?fields=name,quality_score&limit=1")
    [row] = listed["data"]
    before = row["quality_score"]
    assert before["score"] in ("GREEN", "UNKNOWN")
    assert before["date"] > 1_700_000_000
    await play.control("POST", "clock", {"forward_s": 3600})
    await play.control("POST", f"templates/{row['id']}", {"quality": "RED"})
    _, read = await play.graph("GET", f"{row['id']}?fields=quality_score")
    assert read["quality_score"]["score"] == "RED"
    assert read["quality_score"]["date"] - before["date"] >= 3600


@story
async def test_templates_are_filtered_by_quality(play):
    _, everything = await play.graph("GET", f"{LIST}?fields=name")
    [first, second, *_] = everything["data"]
    await play.control("POST", f"templates/{first['id']}", {"quality": "RED"})
    await play.control("POST", f"templates/{second['id']}", {"quality": "YELLOW"})
    for wanted, names in (
        ("RED", {first["name"]}),
        ("RED,YELLOW", {first["name"], second["name"]}),
        ('["YELLOW"]', {second["name"]}),
    ):
        _, found = await play.graph("GET", f"{LIST}?quality_score={wanted}&fields=name")
        assert {one["name"] for one in found["data"]} == names, wanted


@story
async def test_a_summary_gives_what_was_asked_for(play):
    _, everything = await play.graph("GET", f"{LIST}?fields=name")
    count = len(everything["data"])
    path = f"{LIST}?status=APPROVED&fields=name&limit=1&summary="
    names = "total_count,message_template_count,message_template_limit,are_translations_complete"
    _, found = await play.graph("GET", path + names)
    assert found["summary"] == {
        "total_count": 3,
        "message_template_count": count,
        "message_template_limit": 250,
        "are_translations_complete": True,
    }
    assert (await play.graph("GET", path + "true"))[1]["summary"] == found["summary"]
    assert (await play.graph("GET", path + "total_count"))[1]["summary"] == {"total_count": 3}
    status, answer = await play.graph("GET", path + "shoe_size")
    assert (status, answer["error"]["code"]) == (400, 100)


#: What the clients in wide use ask an account and a number for, with the field lists of Meta's own description.
ACCOUNT = (
    "id,name,currency,timezone_id,message_template_namespace,account_review_status,business_verification_status,country,"
    "ownership_type,primary_business_location,owner_business_info,on_behalf_of_business_info,is_enabled_for_insights,"
    "marketing_messages_lite_api_status,linked_commerce_account,auth_international_rate_eligibility,schedules,dcc_config,"
    "health_status,analytics.start(1).end(2).granularity(DAY).phone_numbers([]),pricing_analytics.start(1).end(2)"
    '.granularity(DAILY).dimensions(["COUNTRY","PHONE"]),conversation_analytics,template_analytics,call_analytics'
)
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,country_code,country_dial_code,host_platform,is_preverified_number,"
    "unified_cert_status,quality_rating,throughput,status,name_status,new_name_status,platform_type,account_mode,"
    "is_official_business_account,official_business_account,is_pin_enabled,webhook_configuration,health_status,"
    "certificate,new_certificate,search_visibility,code_verification_status,last_onboarded_time,conversational_automation"
)


@story
async def test_accounts_and_numbers_know_all_their_fields(play):
    status, account = await play.graph("GET", f"{WABA}?fields={ACCOUNT}")
    assert status == 200, account
    assert account["primary_business_location"] == "US"
    assert "linked_commerce_account" not in account
    status, number = await play.graph("GET", f"{NUMBER}?fields={NUMBER_FIELDS}")
    assert status == 200, number
    assert (number["country_code"], number["country_dial_code"], number["is_preverified_number"]) == ("US", "1", False)


@story
async def test_edges_are_read_as_fields(play):
    await play.control("POST", "numbers", {"phone_number_id": "900000000000102", "display": "+1 202-555-0143"})
    fields = "name,phone_numbers.limit(1){id,throughput{level},status},message_templates{name,quality_score{score}}"
    status, read = await play.graph("GET", f"{WABA}?fields={fields},subscribed_apps,flows.limit(1),product_catalogs")
    assert status == 200, read
    assert read["phone_numbers"]["data"] == [{"id": NUMBER, "throughput": {"level": "STANDARD"}, "status": "CONNECTED"}]
    assert set(read["message_templates"]["data"][0]) == {"id", "name", "quality_score"}
    assert set(read["message_templates"]["data"][0]["quality_score"]) == {"score"}
    assert (len(read["flows"]["data"]), len(read["product_catalogs"]["data"])) == (1, 1)
    assert read["subscribed_apps"]["data"][0]["whatsapp_business_api_data"]["id"] == APP
    async with play.session.get(
        read["phone_numbers"]["paging"]["next"], headers={"Authorization": f"Bearer {TOKEN}"}
    ) as answer:
        [second] = (await answer.json())["data"]
    assert set(second) == {"id", "throughput", "status"}
    assert second["id"] == "900000000000102"


@story
async def test_a_field_within_an_edge_that_does_not_exist(play):
    status, answer = await play.graph("GET", f"{WABA}?fields=name,phone_numbers{{id,shoe_size}}")
    error = answer["error"]
    assert (status, error["code"]) == (400, 100)
    assert "nonexisting field (shoe_size) on node type (WhatsAppBusinessPhoneNumber)" in error["message"]


@story
async def test_fields_that_cannot_be_read_are_a_syntax_error(play):
    for fields in ("id,,name", "id,phone_numbers{id", "phone_numbers.limit(1", "id name", "{id}", "id,"):
        status, answer = await play.graph("GET", f"{WABA}?fields={quote(fields)}")
        if fields == "id,":
            assert status == 200, answer
            continue
        assert (status, answer["error"]["code"]) == (400, 2500), fields
        assert answer["error"]["message"].startswith("Syntax error")


@story
async def test_app_portfolio_and_user_take_fields(play):
    for node, known in ((APP, "namespace"), ("900000000000900", "verification_status"), ("me", "name")):
        status, read = await play.graph("GET", f"{node}?fields=id,{known}")
        assert status == 200, read
        status, answer = await play.graph("GET", f"{node}?fields=shoe_size")
        assert (status, answer["error"]["code"]) == (400, 100)
    owned = "900000000000900/owned_whatsapp_business_accounts?fields=name,health_status{can_send_message}"
    [row] = (await play.graph("GET", owned))[1]["data"]
    assert row == {"name": "Example Shop", "health_status": {"can_send_message": "AVAILABLE"}, "id": WABA}


def test_what_a_field_is_called_with():
    [first, second] = parse("analytics.start(1).phone_numbers([(2)]) , b{c{d},e}")
    assert (first.name, first.called, first.inner) == ("analytics", {"start": "1", "phone_numbers": "[(2)]"}, None)
    assert (second.name, second.inner) == ("b", "c{d},e")
