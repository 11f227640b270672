"""Every call: what goes over the wire, and what is made of the answer."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from requests.adapters import HTTPAdapter
from scripted_server import ScriptedServer, answer, cut_in_the_middle, error, html
from urllib3.response import HTTPResponse

from tools.graph import errors, media_address, media_client
from tools.graph.client import GraphClient

TOKEN = "EAADEMO-TOKEN"
WABA = "900000000000001"
NUMBER = "900000000000101"


@pytest.fixture
def server():
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def client(server):
    made = GraphClient(server.url, "v26.0", TOKEN, timeout=(1, 2))
    yield made
    made.close()


def page(items, after=None):
    body = {"data": items}
    if after:
        address = f"https://graph.example/next?access_token={TOKEN}&after={after}"
        body["paging"] = {"cursors": {"after": after}, "next": address}
    return answer(200, body)


def test_all_pages_of_templates(server, client):
    rows = [{"id": str(n)} for n in range(140)]
    server.script = [page(rows[:50], "A"), page(rows[50:100], "B"), page(rows[100:])]
    found = list(client.templates(WABA, status="APPROVED"))
    assert found == rows
    assert [seen.query.get("after") for seen in server.seen] == [None, "A", "B"]
    assert {seen.query["status"] for seen in server.seen} == {"APPROVED"}
    assert {seen.path for seen in server.seen} == {f"/v26.0/{WABA}/message_templates"}
    assert "components" in server.seen[0].query["fields"]


def test_the_last_page_may_have_a_cursor_too(server, client):
    server.script = [answer(200, {"data": [{"id": "1"}], "paging": {"cursors": {"after": "A"}}})]
    assert list(client.templates(WABA)) == [{"id": "1"}]


def linked(rows, **paging):
    return answer(200, {"data": rows, "paging": paging})


@pytest.mark.parametrize(
    "paging",
    [
        {"next": "https://graph.facebook.com/v26.0/1/message_templates?limit=100&after=QUF+B%3D&access_token=EAAX"},
        {"next": "https://graph.facebook.com/v26.0/1/message_templates?after=QUF+B%3D", "cursors": {}},
        {"next": "https://graph.facebook.com/v26.0/1/message_templates?after=QUF+B%3D", "cursors": {"before": "X"}},
        {"next": "https://graph.facebook.com/v26.0/1/message_templates?after=QUF+B%3D", "cursors": {"after": None}},
    ],
)
def test_a_list_goes_on_when_only_the_address_of_the_next_page_comes(paging, server, client):
    """W19: the cursor is taken from ``next``; the address itself is not called."""
    for call in (client.templates, client.numbers, client.subscribed_apps):
        server.seen.clear()
        server.script = [linked([{"id": "1"}], **paging), answer(200, {"data": [{"id": "2"}]})]
        assert [row["id"] for row in call(WABA)] == ["1", "2"]
        assert [seen.query.get("after") for seen in server.seen] == [None, "QUF B="]
        assert server.seen[0].path == server.seen[1].path
        assert "access_token" not in server.seen[1].query


def test_the_app_callback_is_looked_for_on_all_pages(server, client):
    """W19: also where the first page holds another object's."""
    mine = {"object": "whatsapp_business_account", "callback_url": "https://x.example/wa"}
    server.script = [linked([{"object": "page"}], next="https://x.example/?after=B"), answer(200, {"data": [mine]})]
    assert client.app_callback("7") == "https://x.example/wa"


@pytest.mark.parametrize("address", ["https://graph.facebook.com/v26.0/1?limit=9", "http://[", True, ["x"], "?after="])
def test_a_list_is_never_cut_in_silence(address, server, client):
    """W19: Meta says that there is more and not where, so nothing counts as deleted."""
    server.script = [linked([{"id": "1"}], next=address, cursors={"after": 7})]
    for call in (client.templates, client.numbers, client.subscribed_apps):
        with pytest.raises(errors.TransientError) as caught:
            list(call(WABA))
        assert caught.value.slug == "list_incomplete"


def test_a_page_that_comes_again_is_an_error(server, client):
    """W19: also in a circle of several pages."""
    server.script = [page([{"id": "1"}], "A")]
    with pytest.raises(errors.TransientError) as caught:
        list(client.templates(WABA))
    assert caught.value.slug == "list_incomplete"
    assert len(server.seen) == 2
    server.script = [page([{"id": "1"}], cursor) for cursor in "ABABAB"]
    with pytest.raises(errors.TransientError):
        client.numbers(WABA)
    assert len(server.seen) == 5


def test_a_list_without_end_ends(server, client, monkeypatch):
    monkeypatch.setattr("tools.graph.client.MAX_PAGES", 3)
    server.script = [page([{"id": "1"}], cursor) for cursor in "ABCDE"]
    with pytest.raises(errors.TransientError):
        list(client.templates(WABA))
    assert len(server.seen) == 3


def test_pages_are_fetched_when_needed(server, client):
    server.script = [page([{"id": "1"}], "A"), html(500)]
    found = client.templates(WABA)
    assert next(found) == {"id": "1"}
    with pytest.raises(errors.TransientError):
        next(found)


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"id": "1"}}])
def test_a_page_without_a_list(body, server, client):
    server.script = [answer(200, body)]
    with pytest.raises(errors.TransientError):
        client.numbers(WABA)


def test_numbers_and_nodes(server, client):
    server.script = [page([{"id": NUMBER}, "nonsense"])]
    assert client.numbers(WABA) == [{"id": NUMBER}]
    server.script = [answer(200, {"id": WABA, "name": "Example Shop"})]
    assert client.account(WABA)["name"] == "Example Shop"
    assert client.number(NUMBER, fields="id") == {"id": WABA, "name": "Example Shop"}
    assert client.template("7")["id"] == WABA
    paths = [seen.path for seen in server.seen]
    assert paths == [
        f"/v26.0/{WABA}/phone_numbers",
        f"/v26.0/{WABA}",
        f"/v26.0/{NUMBER}",
        "/v26.0/7",
    ]
    assert server.seen[2].query == {"fields": "id"}


def test_templates_are_made_changed_and_deleted(server, client):
    server.script = [answer(200, {"id": "7", "status": "PENDING", "category": "UTILITY"})]
    assert client.create_template(WABA, {"name": "x"})["status"] == "PENDING"
    client.edit_template("7", {"components": []})
    client.delete_template(WABA, "x", "7")
    client.delete_template(WABA, "x")
    made, edited, one, every = server.seen
    assert (made.method, made.json) == ("POST", {"name": "x"})
    assert (edited.method, edited.path) == ("POST", "/v26.0/7")
    assert (one.method, one.query) == ("DELETE", {"name": "x", "hsm_id": "7"})
    assert every.query == {"name": "x"}


def test_mark_read(server, client):
    client.mark_read(NUMBER, "wamid.IN", typing=True)
    assert server.seen[0].json == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.IN",
        "typing_indicator": {"type": "text"},
    }


def test_subscriptions(server, client):
    server.script = [page([{"whatsapp_business_api_data": {"id": "1"}}])]
    client.subscribe(WABA, "https://shop.example.com/wa/webhook/k", "guess-me")
    client.subscribe(WABA)
    client.unsubscribe(WABA)
    assert client.subscribed_apps(WABA) == [{"whatsapp_business_api_data": {"id": "1"}}]
    override, plain, removed, listed = server.seen
    assert override.json == {
        "override_callback_uri": "https://shop.example.com/wa/webhook/k",
        "verify_token": "guess-me",
    }
    assert plain.body == b""
    assert [seen.method for seen in (removed, listed)] == ["DELETE", "GET"]


def test_the_callback_of_the_app(server, client):
    other = {"object": "page", "callback_url": "https://example.com/page"}
    ours = {
        "object": "whatsapp_business_account",
        "callback_url": "https://example.com/wa",
    }
    server.script = [page([other, ours]), page([other]), answer(200, {"success": True})]
    assert client.app_callback("7") == "https://example.com/wa"
    assert client.app_callback("7") == ""
    client.set_app_callback("7", "https://example.com/wa", "guess-me", ["messages", "flows"])
    assert {seen.path for seen in server.seen} == {"/v26.0/7/subscriptions"}
    assert server.seen[2].json == {
        "object": "whatsapp_business_account",
        "callback_url": "https://example.com/wa",
        "verify_token": "guess-me",
        "fields": "messages,flows",
    }


def test_debug_token(server, client):
    server.script = [answer(200, {"data": {"is_valid": True, "expires_at": 0}})]
    assert client.debug_token() == {"is_valid": True, "expires_at": 0}
    assert server.seen[0].query == {"input_token": TOKEN}
    server.script = [answer(200, {"data": None})]
    assert client.debug_token() == {}


@pytest.mark.parametrize("bad", ["", " ", "..", None])
def test_an_empty_id_addresses_nothing(bad, server, client):
    for call in (client.account, client.number, client.numbers, client.media):
        with pytest.raises(errors.ConfigurationError):
            call(bad)
    with pytest.raises(errors.ConfigurationError):
        client.send_message(bad, {})
    assert server.seen == []


def test_an_id_cannot_leave_its_place(server, client):
    client.number("1/messages?x=1#")
    assert server.seen[0].path == "/v26.0/1%2Fmessages%3Fx%3D1%23"


def test_usage_headers(server, client):
    assert client.usage == {}
    usage = {"call_count": 28, "total_time": 15, "total_cputime": 22}
    headers = {"X-App-Usage": '{"call_count": 28, "total_time": 15, "total_cputime": 22}'}
    server.script = [answer(200, {}, {**headers, "X-Business-Use-Case-Usage": "nonsense"})]
    client.number(NUMBER)
    assert client.usage == {"x-app-usage": usage}
    server.script = [answer(200, {})]
    client.number(NUMBER)
    assert client.usage == {"x-app-usage": usage}


def test_sample_of_a_template(server, client):
    """T2: the id of an upload goes on behind a question mark, and stands in the address as it came."""
    server.script = [answer(200, {"id": "upload:MTphdHRh_-=?sig=ARZqkGCA_-"}), answer(200, {"h": "4::aW=="})]
    assert client.upload_sample("900000000000700", b"PNG", "image/png", "a b&c.png") == "4::aW=="
    start, content = server.seen
    assert (start.method, start.path) == ("POST", "/v26.0/900000000000700/uploads")
    assert start.query == {"file_name": "a b&c.png", "file_length": "3", "file_type": "image/png"}
    assert (content.path, content.query) == ("/v26.0/upload:MTphdHRh_-=", {"sig": "ARZqkGCA_-"})
    assert (content.body, content.headers["file_offset"]) == (b"PNG", "0")


@pytest.mark.parametrize(
    "script",
    [
        [{}],
        [{"id": "7"}],
        [{"id": "upload:../me"}],
        [{"id": "upload:a?sig=b#/me"}],
        [{"id": "upload:a?sig=b&access_token=c d"}],
        [{"id": "upload:a"}, {"id": "upload:a"}],
        [{"id": "upload:a"}, {"h": 7}],
    ],
)
def test_samples_without_an_upload_or_a_handle(server, client, script):
    """No address but that of an upload is called, and nothing is taken for a handle."""
    server.script = [answer(200, body) for body in script]
    with pytest.raises(errors.TransientError):
        client.upload_sample("900000000000700", b"PNG", "image/png", "a.png")
    assert len(server.seen) == len(script)


def test_upload(server, client):
    server.script = [answer(200, {"id": "1000200030004"})]
    assert client.upload_media(NUMBER, b"PDF", "application/pdf", "a.pdf") == "1000200030004"
    [seen] = server.seen
    assert seen.path == f"/v26.0/{NUMBER}/media"
    assert b'name="messaging_product"\r\n\r\nwhatsapp' in seen.body
    assert b'name="type"\r\n\r\napplication/pdf' in seen.body
    assert b'filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\nPDF' in seen.body
    server.script = [answer(200, {})]
    with pytest.raises(errors.TransientError):
        client.upload_media(NUMBER, b"PDF", "application/pdf", "a.pdf")


def test_media_address_and_deletion(server, client):
    body = {"id": "7", "url": "https://lookaside.fbsbx.com/x", "mime_type": "image/jpeg"}
    server.script = [answer(200, {**body, "sha256": "q83v", "file_size": "123"})]
    info = client.media("7", NUMBER)
    assert (info.id, info.url, info.file_size) == ("7", body["url"], 123)
    assert server.seen[0].query == {"phone_number_id": NUMBER}
    server.script = [answer(200, {**body, "file_size": 123})]
    assert client.media("7").file_size == 123
    server.script = [answer(200, {})]
    assert client.media("7").url == ""
    client.delete_media("7")
    assert server.seen[-1].method == "DELETE"


class TestDownload:
    def test_with_token_and_without_proof(self, server):
        client = GraphClient(server.url, "v26.0", TOKEN, app_secret="demo-app-secret")
        server.script = [answer(200, b"\x00\x01JPEG", kind="image/jpeg")]
        assert client.download(server.url + "/file?mid=7&ext=1") == b"\x00\x01JPEG"
        [seen] = server.seen
        assert seen.headers["Authorization"] == f"Bearer {TOKEN}"
        assert seen.query == {"mid": "7", "ext": "1"}

    def test_redirect_on_the_same_host(self, server, client):
        server.script = [html(302, {"Location": "/there"}), answer(200, b"file")]
        assert client.download(server.url + "/here") == b"file"
        assert [seen.path for seen in server.seen] == ["/here", "/there"]

    def test_the_token_does_not_follow_a_redirect_to_strangers(self, server, client):
        with ScriptedServer() as stranger:
            server.script = [html(302, {"Location": stranger.url + "/x"})]
            with pytest.raises(errors.RequestError):
                client.download(server.url + "/here")
            assert stranger.seen == []

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com/file",
            "http://lookaside.fbsbx.com/file",
            "https://fbsbx.com.example.com/file",
            "https://notfbsbx.com/file",
            "https://user@example.com/file",
            "file:///etc/passwd",
            "",
            "http://169.254.169.254/latest",
            "http://[",
            None,
        ],
    )
    def test_other_hosts_get_nothing(self, url, client):
        with pytest.raises(errors.RequestError):
            client.download(url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example\\@lookaside.fbsbx.com/file",
            "https://evil.example\\.lookaside.fbsbx.com/file",
            "https://evil.example%5C@lookaside.fbsbx.com/file",
            "https://evil.example%2F.fbsbx.com/file",
            "https://evil.example%00.fbsbx.com/file",
            "https://evil.example#@lookaside.fbsbx.com/file",
            "https://evil.example?@lookaside.fbsbx.com/file",
            "https://user@lookaside.fbsbx.com/file",
            "https://user:word@lookaside.fbsbx.com/file",
            "https://@lookaside.fbsbx.com/file",
            "https://lookaside.fbsbx.com:8443/file",
            "https://lookaside.fbsbx.com:0/file",
            "https://lookaside.fbsbx.com:99999/file",
            "https://lookaside.fbsbx.com:x/file",
            "https://lookaside.fbsbx.com./file",
            "https://.fbsbx.com/file",
            "https://-.fbsbx.com/file",
            "https:lookaside.fbsbx.com/file",
            "https:/lookaside.fbsbx.com/file",
            "//lookaside.fbsbx.com/file",
            "ftp://lookaside.fbsbx.com/file",
            "https://lookaside.fbsbx.com\t/file",
            " https://lookaside.fbsbx.com/file",
            "https://lookaside.fbsbx.com/file\r\nX: y",
            "https://lookaside.fbsbx.com\x00/file",
            "https://evil.example\u3002fbsbx.com/file",
            "https://evil.example\uff0flookaside.fbsbx.com/file",
            "https://evil.example\u2100.fbsbx.com/file",
            "https://ｌookaside.fbsbx.com/file",
            "https://xn--evil-lookaside.fbsbx.com/file",
            "https://[::1]/file",
            "https://[fbsbx.com]/file",
            "https://2130706433/file",
            "https://0x7f.1/file",
            "https://127.0.0.1/file",
            "https://lookaside.fbsbx.com/" + "x" * 9000,
            ["https://lookaside.fbsbx.com/file"],
        ],
    )
    def test_addresses_that_programs_read_differently_get_nothing(self, url, client):
        """S9: nothing is connected to, so our token goes nowhere."""
        with pytest.raises(errors.RequestError):
            client.download(url)

    @pytest.mark.parametrize(
        "location",
        [
            "https://evil.example\\@lookaside.fbsbx.com/file",
            "//evil.example/file",
            "\\\\evil.example/file",
            "https:\\\\evil.example",
            "http://lookaside.fbsbx.com/file",
        ],
    )
    def test_redirects_are_read_as_strictly(self, location, server, client):
        """S9: also by redirect."""
        server.script = [html(302, {"Location": location})]
        with pytest.raises(errors.RequestError):
            client.download(server.url + "/here")
        assert len(server.seen) == 1

    def test_a_redirect_to_no_address_is_an_error_of_ours(self, server, client):
        """S9: what requests makes of such an answer does not break the job."""
        server.script = [html(302, {"Location": "http://["})]
        with pytest.raises(errors.TransientError):
            client.download(server.url + "/here")

    def test_addresses_of_whatsapp_as_it_gives_them(self):
        """S9: what WhatsApp hands out still passes, and is connected to as it stands."""
        hosts = media_client.MEDIA_HOSTS
        given = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=ATt_-~x"
        assert media_address.checked(given, "https://graph.facebook.com", hosts) == given
        for url, built in (
            ("HTTPS://Lookaside.FBSBX.com:443/a%20b?x=%2F#part", "https://lookaside.fbsbx.com/a%20b?x=%2F"),
            (
                "https://mmg.whatsapp.net/v/t62.7118-24/1_n.enc?ccb=11-4",
                "https://mmg.whatsapp.net/v/t62.7118-24/1_n.enc?ccb=11-4",
            ),
            ("https://graph.facebook.com", "https://graph.facebook.com/"),
        ):
            assert media_address.checked(url, "https://graph.facebook.com", hosts) == built
        own = "http://127.0.0.1:8095"
        assert media_address.checked(own + "/a", own, hosts) == own + "/a"
        with pytest.raises(media_address.Refused):
            media_address.checked("http://127.0.0.1:8096/a", own, hosts)

    def test_circles_end(self, server, client):
        server.script = [html(302, {"Location": "/again"})]
        with pytest.raises(errors.TransientError):
            client.download(server.url + "/again")
        assert len(server.seen) == 4

    def test_too_large(self, server, client):
        server.script = [answer(200, b"x" * 1000)]
        assert len(client.download(server.url, limit=1000)) == 1000
        with pytest.raises(errors.PermanentError) as caught:
            client.download(server.url, limit=999)
        assert caught.value.slug == "media_too_large"

    @pytest.mark.parametrize("status", [404, 410, 500, 503])
    def test_another_address_may_help(self, status, server, client):
        server.script = [html(status)]
        with pytest.raises(errors.TransientError) as caught:
            client.download(server.url)
        assert caught.value.http_status == status

    def test_an_answer_without_file(self, server, client):
        server.script = [answer(206, {"id": "7"})]
        with pytest.raises(errors.TransientError) as caught:
            client.download(server.url)
        assert caught.value.http_status == 206

    def test_refused(self, server, client):
        server.script = [answer(401, {"error": {"code": 190}})]
        with pytest.raises(errors.ConfigurationError):
            client.download(server.url)

    def test_cut(self, server, client):
        server.script = [cut_in_the_middle]
        with pytest.raises(errors.TransientError):
            client.download(server.url)

    def test_shorter_than_announced(self, server):
        """As the versions of urllib3 behave that do not compare lengths themselves."""

        class Old(HTTPAdapter):
            def send(self, request, **_more):
                headers = {"Content-Length": "10"}
                raw = HTTPResponse(
                    io.BytesIO(b"half"),
                    headers,
                    status=200,
                    preload_content=False,
                    enforce_content_length=False,
                )
                return self.build_response(request, raw)

        session = requests.Session()
        session.mount("http://", Old())
        client = GraphClient(server.url, "v26.0", TOKEN, session=session)
        with pytest.raises(errors.TransientError) as caught:
            client.download(server.url + "/file")
        assert caught.value.slug == "media_incomplete"
        assert "4 of 10 bytes" in str(caught.value)

    def test_nothing_is_no_file(self, server, client):
        """R18: 200 with an empty body."""
        server.script = [answer(200, b"", kind="audio/ogg")]
        with pytest.raises(errors.TransientError) as caught:
            client.download(server.url)
        assert caught.value.slug == "media_incomplete"


def test_many_threads_share_kept_connections(server, client):
    server.script = [answer(200, {"messages": [{"id": "wamid.O"}]})]

    def work(_number):
        body = {"to": "+447700900123"}
        return [client.send_message(NUMBER, body).wamid for _ in range(5)]

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(work, range(16)))
    assert results == [["wamid.O"] * 5] * 16
    assert len(server.seen) == 80
    assert len({seen.connection for seen in server.seen}) <= 16


def test_bodies_to_few_addresses_from_many_threads_stay_apart(server, client):
    """What is kept of the latest address must not take along a body, a length or the place of another request."""
    server.script = [answer(200, {"messages": [{"id": "wamid.O"}]})]

    def work(number):
        address = f"{NUMBER}{number % 3}"
        for length in (0, 300, 7):
            client.send_message(address, {"to": address, "number": number, "words": "x" * length})
        client.set_app_callback(address, "https://odoo.example/hook", "word", ["messages"])

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(48)))
    sent = [seen for seen in server.seen if seen.path.endswith("/messages")]
    assert all(seen.path == f"/v26.0/{seen.json['to']}/messages" for seen in sent)
    assert sorted((seen.json["number"], len(seen.json["words"])) for seen in sent) == [
        (number, length) for number in range(48) for length in (0, 7, 300)
    ]
    for seen in server.seen:
        headers = {name.lower(): value for name, value in seen.headers.items()}
        assert headers["content-length"] == str(len(seen.body))
        assert headers["content-type"] == "application/json"
        assert headers["authorization"] == f"Bearer {TOKEN}"


def test_another_address_is_prepared_anew_and_the_same_one_is_not(server, client):
    server.script = [answer(200, {"messages": [{"id": "wamid.O"}]})]
    prepared, prepare = [], client._session.prepare_request
    client._session.prepare_request = lambda request: prepared.append(request.url) or prepare(request)
    for number in (NUMBER, NUMBER, NUMBER, "7", "7"):
        client.send_message(number, {"to": "+447700900123"})
    assert prepared == [f"{server.url}/v26.0/{number}/messages" for number in (NUMBER, "7")]
    assert len(server.seen) == 5


def test_proxies_of_the_environment_are_used(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    client = GraphClient("http://graph.example", "v26.0", TOKEN)
    client.number(NUMBER)
    assert server.seen[0].path == f"/v26.0/{NUMBER}"
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    client = GraphClient("http://graph.example", "v26.0", TOKEN)
    with pytest.raises(errors.NotSentError):
        client.number(NUMBER)


UNKNOWN_FIELD = error(400, 100, message="(#100) Tried accessing nonexisting field (new_one) on node type (Any)")


@pytest.mark.parametrize(
    ("call", "rows"),
    [
        (lambda client: client.account(WABA), {"id": "1"}),
        (lambda client: client.number(NUMBER), {"id": "1"}),
        (lambda client: client.template("7"), {"id": "1"}),
        (lambda client: client.numbers(WABA), {"data": [{"id": "1"}]}),
        (lambda client: list(client.templates(WABA)), {"data": [{"id": "1"}]}),
    ],
)
def test_a_version_that_lacks_a_field_is_asked_for_the_few(call, rows, server, client):
    """W10: in every read that names fields of its own; and only once."""
    server.script = [UNKNOWN_FIELD, answer(200, rows)]
    assert call(client) in ({"id": "1"}, [{"id": "1"}])
    first, second = (set(seen.query["fields"].split(",")) for seen in server.seen)
    assert second < first
    server.seen.clear()
    server.script = [UNKNOWN_FIELD]
    with pytest.raises(errors.RequestError):
        call(client)
    assert len(server.seen) == 2
