"""Refusals that mean less than they say, over a real socket."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from scripted_server import ScriptedServer, answer, cut, error

from tools.graph import errors, second_look
from tools.graph.client import GraphClient
from tools.graph.messages import envelope, text

NUMBER = "900000000000101"
NOT_LISTED, REFUSED = error(400, 131030), error(403, 10)


def accepted(wa_id="5491123456789"):
    return answer(200, {"contacts": [{"input": "x", "wa_id": wa_id}], "messages": [{"id": "wamid.OUT"}]})


@pytest.fixture
def server():
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def client(server):
    made = GraphClient(server.url, "v26.0", "EAADEMO-TOKEN", timeout=(1, 0.3))
    yield made
    made.close()


def send(client, wa_id="5491123456789", take_turn=lambda: None, **to):
    body = {**envelope(to or {"wa_id": wa_id}, "uuid-1"), **text("Hello")}
    return second_look.send(client, NUMBER, body, take_turn)


class TestSpellings:
    """W9: 131030 may be about a digit."""

    @pytest.mark.parametrize(
        ("given", "other"),
        [
            ("5491123456789", "541123456789"),
            ("541123456789", "5491123456789"),
            ("5215512345678", "525512345678"),
            ("525512345678", "5215512345678"),
            ("5511987654321", "551187654321"),
        ],
    )
    def test_the_other_spelling_is_tried_once(self, given, other, server, client):
        turns = []
        server.script = [NOT_LISTED, accepted()]
        result = send(client, given, lambda: turns.append(1))
        assert (result.wamid, result.dialled) == ("wamid.OUT", other)
        first, second = (seen.json for seen in server.seen)
        assert (first.pop("to"), second.pop("to")) == ("+" + given, "+" + other)
        assert first == second
        assert turns == [1, 1]  # each request has its own

    def test_both_refused(self, server, client):
        server.script = [NOT_LISTED]
        with pytest.raises(errors.ConfigurationError) as caught:
            send(client)
        assert (caught.value.code, len(server.seen)) == (131030, 2)

    @pytest.mark.parametrize("to", [{"wa_id": "12025550143"}, {"wa_id": "447700900123"}, {"bsuid": "AR.123"}])
    def test_whoever_has_one_spelling_is_not_tried_again(self, to, server, client):
        server.script = [NOT_LISTED, accepted()]
        with pytest.raises(errors.ConfigurationError):
            send(client, **to)
        assert len(server.seen) == 1

    @pytest.mark.parametrize(("act", "kind"), [(cut, errors.OutcomeUnknownError), (error(400, 131047), errors.PermanentError)])
    def test_what_becomes_of_the_second_try_counts(self, act, kind, server, client):
        server.script = [NOT_LISTED, act]
        with pytest.raises(kind):
            send(client)
        assert len(server.seen) == 2

    @pytest.mark.parametrize("act", [accepted(), cut, error(400, 131026), error(400, 131000), error(400, 100)])
    def test_nothing_else_is_tried_twice(self, act, server, client):
        """Least of all what may have arrived."""
        server.script = [act, accepted()]
        try:
            assert send(client).dialled is None
        except errors.GraphError:
            pass
        assert len(server.seen) == 1


class TestRights:
    """W17: one message that may not leave says nothing about the others."""

    @pytest.mark.parametrize("code", [3, 10, 131005, 200, 273])
    def test_the_token_may_send_otherwise(self, code, server, client):
        for reply in (answer(200, {"success": True}), error(400, 131009), error(400, 100)):
            client.rights = second_look.Rights()
            server.seen.clear()
            server.script = [error(403, code), answer(200, {"id": NUMBER}), reply]
            with pytest.raises(errors.ConfigurationError) as caught:
                send(client)
            assert (caught.value.code, caught.value.failure.scope) == (code, "message")
            _message, reading, touching = server.seen
            assert (reading.method, reading.path, reading.query) == ("GET", f"/v26.0/{NUMBER}", {"fields": "id"})
            assert touching.json["status"] == "read"
            assert touching.json["message_id"] == second_look.NO_MESSAGE

    @pytest.mark.parametrize(
        "acts",
        [
            (REFUSED,),
            (error(401, 190),),
            (answer(200, {"id": NUMBER}), REFUSED),
            (answer(200, {"id": NUMBER}), error(403, 200)),
            (cut,),
            (error(500, 2),),
            (answer(200, {"id": NUMBER}), cut),
            (answer(200, {"id": NUMBER}), error(429, 4)),
        ],
    )
    def test_it_may_not_or_nobody_knows(self, acts, server, client):
        server.script = [REFUSED, *acts]
        with pytest.raises(errors.ConfigurationError) as caught:
            send(client)
        assert caught.value.failure.scope == "account"

    def test_the_token_does_not_see_the_number(self, server, client):
        """It may have moved to another account: the others of this one go on."""
        gone = error(400, 100, error_subcode=33, type="GraphMethodException", message="Unsupported get request.")
        server.script = [error(403, 200), gone]
        with pytest.raises(errors.ConfigurationError) as caught:
            send(client)
        assert (caught.value.code, caught.value.slug, caught.value.failure.scope) == (200, "number_unknown", "number")

    @pytest.mark.parametrize("code", [190, 368, 131031, 131042, 133010])
    def test_other_refusals_are_believed(self, code, server, client):
        server.script = [error(400, code), answer(200, {"id": NUMBER})]
        with pytest.raises(errors.ConfigurationError):
            send(client)
        assert len(server.seen) == 1

    def test_of_ten_thousand_one_asks(self, server, client):
        """Also when they are refused at the same moment; after a moment it is asked again."""
        now = [0.0]
        client.rights = second_look.Rights(lambda: now[0])

        def act(handler):
            [*_earlier, seen] = [one for one in server.seen if one.connection == handler.client_address[1]]
            is_message = seen.method == "POST" and "to" in seen.json
            (REFUSED if is_message else answer(200, {"id": NUMBER}))(handler)

        server.script = [act]

        def scope(_n):
            try:
                send(client)
            except errors.GraphError as refused:
                return refused.failure.scope
            return "sent"

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(scope, range(40))) == {"message"}
        assert len([one for one in server.seen if one.method == "GET"]) == 1
        now[0] = 61.0
        scope(0)
        assert len([one for one in server.seen if one.method == "GET"]) == 2


@pytest.mark.parametrize("to", [None, "", 5491123456789, "nobody", "+12025550143"])
def test_without_another_spelling(to):
    assert second_look.other_spelling(to) is None
