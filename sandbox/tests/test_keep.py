"""A sandbox that is stopped and started again goes on where it was."""

import asyncio
import json

from sandbox_site import QUICK, TestSite, story, template, text, wamid_of

from sandbox.config import load
from sandbox.server import Server


async def again(play, path):
    """Stop the stage's sandbox and start another one on the same file, with the same receiver."""
    await play.server.close()
    play.server = Server(load(environ={}, port=0, state_file=str(path)))
    play.server.switches.update(QUICK)
    play.url = await play.server.listen()


def test_everything_is_found_again(tmp_path):
    path = tmp_path / "state" / "world.json"

    async def scene():
        play = TestSite({"state_file": str(path)})
        await play.open(subscribe=True)
        try:
            customer = await play.writer(username="ada.x", hidden_phone=True)
            await play.control("POST", f"customers/{customer['id']}", {"online": False})
            wamid = wamid_of(await play.send({"recipient": customer["bsuid"], **text("Later")}))
            await play.until(lambda: play.states(wamid) == ["sent"])
            play.answers = [500] * 1000
            await play.says(customer, "Not taken yet")
            await play.until(lambda: len(play.hooks) > 3)
            templates = (await play.control("GET", "templates"))["templates"]
            await play.control("POST", "products", {"retailer_id": "SKU-LAMP", "remove": True})
            shop = await play.control("POST", "products", {"retailer_id": "SKU-NEW", "name": "Bench"})

            await again(play, path)
            play.hooks.clear()
            play.answers.clear()
            assert (await play.control("GET", "templates"))["templates"] == templates
            assert await play.control("GET", "shop") == shop
            found = await play.control("GET", f"customers/{customer['id']}")
            assert (found["bsuid"], found["online"]) == (customer["bsuid"], False)
            assert [one["text"] for one in await play.thread(customer)] == ["Hello", "Later", "Not taken yet"]
            [message] = await play.until(play.arrived)
            assert message["text"]["body"] == "Not taken yet"
            assert (await play.send({"recipient": customer["bsuid"], **text("The window is still open")}))[0] == 200
            await play.control("POST", f"customers/{customer['id']}", {"online": True})
            await play.until(lambda: "delivered" in play.states(wamid))
            other = await play.person(name="Ben", phone="+447700900125")
            assert other["id"] != customer["id"]
        finally:
            await play.close()

    asyncio.run(scene())
    assert json.loads(path.read_text())["customers"][0]["username"] == "ada.x"


def test_a_file_from_before_there_was_a_shop_gets_the_starters(tmp_path):
    path = tmp_path / "world.json"

    async def scene():
        play = TestSite({"state_file": str(path)})
        await play.open(subscribe=True)
        await play.server.close()
        old = json.loads(path.read_text())
        for name in ("products", "flows"):
            del old[name]
        for account in old["accounts"]:
            del account["catalog_id"]
        path.write_text(json.dumps(old))
        await again(play, path)
        shop = await play.control("GET", "shop")
        assert shop["catalog_id"]
        assert len(shop["products"]) == 4
        await play.close()

    asyncio.run(scene())


def test_a_spoilt_file_is_set_aside(tmp_path, capsys):
    path = tmp_path / "world.json"
    path.write_text("{ not json")

    async def scene():
        play = TestSite({"state_file": str(path)})
        await play.open(subscribe=True)
        assert (await play.control("GET", "customers"))["total"] == 0
        await play.close()

    asyncio.run(scene())
    assert "could not be used" in capsys.readouterr().out
    assert (tmp_path / "world.unreadable").read_text() == "{ not json"
    assert json.loads(path.read_text())["version"] == 1


@story
async def test_starter_templates_have_the_same_ids_every_time(play):
    before = (await play.control("GET", "templates"))["templates"]
    await play.control("POST", "reset")
    assert (await play.control("GET", "templates"))["templates"] == before
    customer = await play.person()
    assert (await play.send({"to": customer["phone"], **template("proposal_ready", "Ada", "$ 5")}))[0] == 200
