"""What a read answers: fields with and without a value, edges as fields, lists with filters and a summary."""

from stage import WABA, story

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
