"""Any JSON whatsoever: answered with events and problems, never with an exception."""

import copy
import json

import pytest
from anything import anything
from conftest import PAYLOADS
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tools.webhook import reading
from tools.webhook.events import MessageEvent, StatusEvent, UnknownEvent
from tools.webhook.parse import READERS, parse
from tools.webhook.reading import LAST_SECOND, MAX_DEPTH


def wrap(field, value):
    entry = {"id": "900000000000001", "changes": [{"field": field, "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def check(delivery):
    """What holds for every delivery: it can be stored and dated."""
    for event in delivery.events:
        text = repr(event)
        assert "\x00" not in text
        json.dumps(getattr(event, "raw", None) or getattr(event, "value", None)).encode()
        timestamp = getattr(event, "timestamp", 0)
        assert 0 <= timestamp <= LAST_SECOND
        if isinstance(event, MessageEvent):
            assert event.wamid
            assert event.kind
            event.text.encode()


@given(st.binary())
def test_any_bytes(body):
    check(parse(body))


@given(anything)
def test_any_json(value):
    check(parse(json.dumps(value)))


@given(st.sampled_from([*sorted(READERS), "calls", "holograms", ""]), anything)
def test_any_value_of_any_field(field, value):
    delivery = parse(wrap(field, value))
    check(delivery)
    assert delivery.events or delivery.problems  # something is always said


@given(
    st.sampled_from(["text", "image", "contacts", "interactive", "button", "reaction"]),
    anything,
)
def test_any_content_of_any_kind(kind, content):
    message = {"id": "wamid.X", "from": "447700900123", "type": kind, kind: content}
    delivery = parse(wrap("messages", {"messages": [message]}))
    check(delivery)
    assert [event.wamid for event in delivery.events] == ["wamid.X"]
    assert delivery.events[0].kind == kind


RECORDED = {path.stem: json.loads(path.read_text()) for path in PAYLOADS.glob("*.json")}


def paths_of(value, here=()):
    """Return the path of everything inside a JSON value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in pairs if isinstance(value, (dict, list)) else ():
        found.append((*here, key))
        if isinstance(item, (dict, list)):
            found += paths_of(item, (*here, key))
    return found


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_recorded_payload_with_one_part_broken(data):
    body = copy.deepcopy(RECORDED[data.draw(st.sampled_from(sorted(RECORDED)))])
    path = data.draw(st.sampled_from(paths_of(body)))
    target = body
    for step in path[:-1]:
        target = target[step]
    if data.draw(st.booleans()):
        target[path[-1]] = data.draw(anything)
    else:
        del target[path[-1]]
    check(parse(json.dumps(body)))


def test_a_broken_part_does_not_stop_the_others():
    good = {"id": "wamid.GOOD", "from": "447700900123", "type": "text"}
    good["text"] = {"body": "still here"}
    value = {"messages": [7, {"type": "text"}, good, None], "statuses": ["x", {}]}
    body = wrap("messages", value)
    body["entry"][0]["changes"].insert(0, "nonsense")
    body["entry"].insert(0, None)
    body["entry"].append({"id": "1"})
    delivery = parse(body)
    texts = [e.text for e in delivery.events if isinstance(e, MessageEvent)]
    assert texts == ["still here"]
    assert sum(isinstance(e, UnknownEvent) for e in delivery.events) == 2
    assert {(p.path, p.reason) for p in delivery.problems} == {
        ("entry[0]", "not_an_object"),
        ("entry[1].changes[0]", "not_an_object"),
        ("entry[1].changes[1].value.messages[0]", "not_an_object"),
        ("entry[1].changes[1].value.messages[1]", "no_id"),
        ("entry[1].changes[1].value.messages[3]", "not_an_object"),
        ("entry[1].changes[1].value.statuses[0]", "not_an_object"),
        ("entry[1].changes[1].value.statuses[1]", "no_id_or_status"),
        ("entry[2].changes", "not_a_list"),
    }


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe{}", "not_json"),
        ("{'a': 1}", "not_json"),
        (b"<html>", "not_json"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "too_deep"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b"17", "not_an_object"),
        (b"1" * 10_000, "not_json"),
    ],
)
def test_bodies_that_cannot_be_used(body, reason):
    delivery = parse(body)
    assert delivery.events == ()
    assert [problem.reason for problem in delivery.problems] == [reason]


def test_other_objects_are_named():
    delivery = parse(b'{"object":"page","entry":[]}')
    assert [p.reason for p in delivery.problems] == ["unexpected_object"]
    assert [p.reason for p in parse({}).problems] == ["unexpected_object", "not_a_list"]


def test_what_a_database_cannot_store_is_taken_out():
    message = {"id": "wamid.\x00X", "from": "447700900123", "type": "te\x00xt"}
    message["text"] = {"body": "a\x00b\ud800c👍", "k\x00": float("nan")}
    [event] = parse(json.dumps(wrap("messages", {"messages": [message]}))).events
    assert event.wamid == "wamid.X"
    assert event.kind == "text"
    assert event.text == "ab\ufffdc👍"
    assert event.content["k"] is None


def test_nesting_that_meta_never_reaches_is_the_limit():
    value = 1
    for _level in range(MAX_DEPTH - 6):
        value = [value]
    assert parse(wrap("holograms", {"deep": value})).problems == ()


def test_a_thousand_updates_in_one_post():
    statuses = [{"id": f"wamid.{n}", "status": "sent", "timestamp": "1795430410"} for n in range(1000)]
    delivery = parse(wrap("messages", {"statuses": statuses}))
    assert len({e.wamid for e in delivery.events if isinstance(e, StatusEvent)}) == 1000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1795430400", 1795430400),
        (1795430400, 1795430400),
        (1795430400.0, 1795430400),
        ("", 0),
        ("soon", 0),
        (-1, 0),
        (True, 0),
        (None, 0),
        (1795430400000, 1795430400),
        (10**20, 0),
        ("9" * 30, 0),
    ],
)
def test_time_stamps(value, expected):
    message = {"id": "wamid.X", "type": "text", "timestamp": value}
    assert parse(wrap("messages", {"messages": [message]})).events[0].timestamp == expected


def test_contacts_are_matched_by_id_and_never_by_position():
    contacts = [
        {"profile": {"name": "Wrong"}, "wa_id": "447700900456", "user_id": "GB.2"},
        {"profile": {"name": "Ada"}, "wa_id": "5511961234567", "user_id": "BR.1"},
    ]
    messages = [
        {"id": "1", "type": "text", "from": "551161234567"},  # without the ninth digit
        {"id": "2", "type": "text", "from_user_id": "BR.1"},
        {"id": "3", "type": "text", "from": "447700900456", "from_user_id": "GB.3"},
        {"id": "4", "type": "text"},
    ]
    delivery = parse(wrap("messages", {"contacts": contacts, "messages": messages}))
    people = [event.person for event in delivery.events]
    assert [p.name for p in people] == ["Ada", "Ada", "", ""]
    assert [p.bsuid for p in people] == ["BR.1", "BR.1", "GB.3", None]
    assert people[1].wa_id == "5511961234567"
    assert [p.reason for p in delivery.problems] == ["nobody"]


@pytest.mark.parametrize(
    ("field", "value", "reasons", "kinds"),
    [
        ("user_preferences", {"user_preferences": [7]}, ["not_an_object"], []),
        ("user_preferences", {}, [], ["UnknownEvent"]),
        ("smb_message_echoes", {"message_echoes": [7]}, ["not_an_object"], []),
        ("smb_message_echoes", {"message_echoes": [{}]}, ["no_id"], ["UnknownEvent"]),
        ("smb_message_echoes", {}, [], ["UnknownEvent"]),
        ("history", {}, [], ["UnknownEvent"]),
        ("smb_app_state_sync", {"state_sync": [7, {}]}, ["no_contact"] * 2, []),
        ("smb_app_state_sync", {}, [], ["UnknownEvent"]),
        ("message_template_status_update", {"event": "X"}, [], ["UnknownEvent"]),
        ("user_id_update", {"x": [{"user_id": "text"}]}, [], ["UnknownEvent"]),
        ("messages", {}, [], ["UnknownEvent"]),
    ],
)
def test_what_is_missing_in_each_field(field, value, reasons, kinds):
    delivery = parse(wrap(field, value))
    assert [problem.reason for problem in delivery.problems] == reasons
    assert [type(event).__name__ for event in delivery.events] == kinds


def test_ids_that_are_only_in_the_sentence():
    system = {"type": "user_changed_number", "body": "Ada moved from 447700900123 to x"}
    message = {"id": "1", "type": "system", "system": system}
    [event] = parse(wrap("messages", {"messages": [message]})).events
    assert (event.previous_wa_id, event.person.wa_id) == ("447700900123", None)
    system["body"] = "changed from 447700900123 to +447700900999."
    [event] = parse(wrap("messages", {"messages": [message]})).events
    assert event.person.wa_id == "447700900999"


def test_a_parent_id_finds_the_contact_unless_others_contradict():
    contact = {"parent_user_id": "GB.ENT.1", "user_id": "GB.1", "profile": {"name": "A"}}
    message = {"id": "1", "type": "text", "from_parent_user_id": "GB.ENT.1"}
    value = {"contacts": [contact, {"user_id": "GB.2"}], "messages": [message]}
    assert parse(wrap("messages", value)).events[0].person.bsuid == "GB.1"
    message["from_user_id"] = "GB.3"
    assert parse(wrap("messages", value)).events[0].person.name == ""


def test_flow_answers_that_are_already_an_object():
    reply = {"type": "nfm_reply", "nfm_reply": {"response_json": {"guests": "4"}}}
    message = {"id": "1", "type": "interactive", "interactive": reply}
    [event] = parse(wrap("messages", {"messages": [message]})).events
    assert event.payload == '{"guests": "4"}'


def test_a_number_too_long_to_print():
    message = {"id": "1", "type": "text", "text": {"body": 10**5000}}
    delivery = parse(wrap("messages", {"messages": [message]}))
    assert delivery.events[0].text == ""
    check(delivery)


def test_a_single_contact_belongs_to_a_message_without_sender():
    value = {"contacts": [{"user_id": "GB.1"}], "messages": [{"id": "1", "type": "text"}]}
    delivery = parse(wrap("messages", value))
    assert delivery.events[0].person.bsuid == "GB.1"
    assert delivery.problems == ()


def test_lists_that_are_none_are_said_beside_what_is_fine():
    status = {"id": "wamid.S", "status": "read", "timestamp": "1795430400"}
    delivery = parse(wrap("messages", {"messages": {"id": "x"}, "statuses": [status]}))
    assert [event.wamid for event in delivery.events] == ["wamid.S"]
    [problem] = delivery.problems
    assert problem.reason == "not_a_list"
    assert problem.path.endswith("value.messages")


def test_errors_beside_messages_are_not_lost():
    good = {"id": "wamid.GOOD", "from": "447700900123", "type": "text"}
    good["text"] = {"body": "Hi"}
    failures = [{"code": 130429, "title": "Rate limit hit"}]
    delivery = parse(wrap("messages", {"messages": [good], "errors": failures}))
    message, notice = delivery.events
    assert not message.errors
    assert notice.value == {"errors": failures}
    without = {"id": "wamid.X", "from": "447700900123", "type": "interactive"}
    delivery = parse(wrap("messages", {"messages": [without], "errors": failures}))
    assert [event.errors[0].code for event in delivery.events] == [130429]


def test_ids_too_long_for_an_index_stay_different_and_the_same():
    def wamid_of(wamid):
        message = {"id": wamid, "from": "447700900123", "type": "text"}
        return parse(wrap("messages", {"messages": [message]})).events[0].wamid

    long = "wamid." + "A" * 5000
    assert len(wamid_of(long)) == 512
    assert wamid_of(long) == wamid_of(long)
    assert wamid_of(long) != wamid_of(long + "B")
    assert wamid_of("wamid." + "A" * 150) == "wamid." + "A" * 150


def test_numbers_nobody_has_and_parents_alone_are_nobody():
    for ids in ({"from": "4" * 5000}, {"from_parent_user_id": "GB.ENT.1"}):
        message = {"id": "wamid.X", "type": "text", "text": {"body": "Hi"}, **ids}
        delivery = parse(wrap("messages", {"messages": [message]}))
        assert [problem.reason for problem in delivery.problems] == ["nobody"]
        assert not delivery.events[0].person.has_own_id


def test_the_one_contact_is_not_given_to_everybody_without_ids():
    contact = {"profile": {"name": "Ada"}, "wa_id": "447700900123", "user_id": "GB.7"}
    ours = {"id": "wamid.A", "from": "447700900123", "type": "text", "text": {"body": "Hi"}}
    nobody = {"id": "wamid.B", "type": "text", "text": {"body": "?"}}
    value = {"contacts": [contact], "messages": [nobody]}
    [message] = parse(wrap("messages", value)).events
    assert message.person.bsuid == "GB.7"  # who else
    value["messages"] = [ours, nobody]
    first, second = parse(wrap("messages", value)).events
    assert first.person.name == "Ada"
    assert not second.person
    status = {"id": "wamid.S", "status": "read"}
    value = {"contacts": [contact], "statuses": [status, {**status, "id": "wamid.T"}]}
    assert not any(event.person for event in parse(wrap("messages", value)).events)


@given(st.dictionaries(st.text(), anything, max_size=6))
@example({"a": 10.0**300})
def test_what_looks_clean_is_left_as_the_cleaning_would_leave_it(value):
    text = json.dumps(value)
    assert reading.load(text) == reading._clean(json.loads(text), 0)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1e999}',
        '{"a": [-1E400, "1e999"]}',
        '{"a": NaN, "b": "NaN"}',
        '{"a": "\\u0000b\\ud800"}',
        '{"a": ' + "9" * 3000 + "}",
        '{"a": "]]]}}}", "b": ' + "[" * 59 + "]" * 59 + "}",
        '{"a": "\\\\", "b": {"c\\"{": []}}',
    ],
)
def test_what_has_to_be_cleaned_is_seen_in_the_text(text):
    assert reading.load(text) == reading._clean(json.loads(text), 0)


def test_brackets_in_words_do_not_hide_what_is_nested_too_deep():
    text = '{"a": "' + "]" * 200 + '", "b": ' + "[" * 80 + "]" * 80 + "}"
    with pytest.raises(reading.Unreadable, match="too_deep"):
        reading.load(text)
