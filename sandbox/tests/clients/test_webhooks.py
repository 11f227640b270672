"""Webhooks of every kind go through the readers of pywa and kapso: signed, understood, with and without a phone number."""

import known
import pytest
from sandbox_site import APP, NUMBER, SECRET, WABA
from webhook_samples import MESSAGES, TEMPLATE_CHANGES


@pytest.fixture
def read_by_kapso(node):
    """kapso's reader: checks the signature, then reads."""

    def read(hook):
        raw = hook["raw"].decode()
        given = {"appSecret": SECRET, "rawBody": raw, "signatureHeader": hook["headers"]["X-Hub-Signature-256"]}
        assert node.call("kapsoServer", "verifySignature", given) is True
        assert node.call("kapsoServer", "verifySignature", {**given, "rawBody": raw + " "}) is False
        return node.call("kapsoServer", "normalizeWebhook", hook["body"])

    return read


@pytest.mark.parametrize("phone", ["with phone", "without phone"])
@pytest.mark.parametrize("what", MESSAGES)
def test_messages_of_customers(ground, reader, read_by_kapso, touched, what, phone):
    hidden = {"hidden_phone": True, "username": "ada.l"} if phone == "without phone" else {}
    customer = ground.writer(**hidden)
    write, kind, of_class, check = MESSAGES[what]
    seen = not hidden or what == "phone number asked for"  # who hands it out shows it
    write(ground, customer)
    newest = [one.wamid for one in ground.world.messages.values() if one.direction == "in"][-1]
    hook = ground.hooks(lambda field, value: value.get("messages", [{}])[0].get("id") == newest)[0]
    with known.judged("pywa", f"read {what}"):
        update = reader.read(hook)
        assert type(update).__name__ == of_class
        assert check(update), update
        sender = update.from_user
        assert (sender.bsuid, sender.name) == (customer["bsuid"], "Ada")
        assert sender.wa_id == (customer["wa_id"] if seen else None)
        touched.read.add(("pywa", f"messages/{kind}"))
    read = read_by_kapso(hook)
    message = read["messages"][0]
    assert (message["type"], message["fromUserId"], message["kapso"]["direction"]) == (kind, customer["bsuid"], "inbound")
    assert read["phoneNumberId"] == NUMBER
    assert read["contacts"][0]["userId"] == customer["bsuid"]
    assert ("from" in message) == seen
    touched.read.add(("kapso", f"messages/{kind}"))


@pytest.mark.parametrize("phone", ["with phone", "without phone"])
@pytest.mark.parametrize("status", ["sent", "delivered", "read", "played", "failed"])
def test_statuses(ground, wa, reader, read_by_kapso, touched, status, phone):
    hidden = {"hidden_phone": True, "username": "ada.l"} if phone == "without phone" else {}
    customer = ground.writer(**hidden)
    sent = wa.send_text(customer["bsuid"], "Hello", tracker="t-1")
    ground.hooks(lambda field, value: value.get("statuses", [{}])[0].get("status") == "delivered")
    ground.control("POST", f"messages/{sent.id.replace('/', '%2F')}/status", {"status": status, "code": 131026})
    hook = ground.hooks(lambda field, value: value.get("statuses", [{}])[0].get("status") == status)[0]
    with known.judged("pywa", "failed status" if status == "failed" else f"status {status}"):
        update = reader.read(hook)
        assert (update.id, update.status.value, update.tracker) == (sent.id, status, "t-1")
        assert update.from_user.bsuid == customer["bsuid"]
        touched.read.add(("pywa", f"status/{status}"))
    read = read_by_kapso(hook)["statuses"][0]
    assert (read["id"], read["status"], read["bizOpaqueCallbackData"]) == (sent.id, status, "t-1")
    assert read["recipientUserId"] == customer["bsuid"]
    touched.read.add(("kapso", f"status/{status}"))


@pytest.mark.parametrize("phone", ["with phone", "without phone"])
def test_a_new_phone_number(ground, reader, touched, phone):
    customer = ground.writer(**({"hidden_phone": True} if phone == "without phone" else {}))
    ground.control("POST", f"customers/{customer['id']}/identity", {"phone": "+12025550175"})
    hook = ground.hooks(lambda field, value: value.get("messages", [{}])[0].get("type") == "system")[0]
    with known.judged("pywa", f"new phone number {phone}"):
        update = reader.read(hook)
        assert type(update).__name__ == "PhoneNumberChange"
        assert update.sys_type.value == "user_changed_number"
        touched.read.add(("pywa", "messages/system"))


def test_a_new_user_id(ground, reader):
    customer = ground.writer()
    ground.control("POST", f"customers/{customer['id']}/identity", {})
    hook = ground.hooks(lambda field, value: value.get("messages", [{}])[0].get("type") == "system")[0]
    with known.judged("pywa", "new user id"):
        assert type(reader.read(hook)).__name__ == "PhoneNumberChange"


@pytest.mark.parametrize("phone", ["with phone", "without phone"])
@pytest.mark.parametrize("choice", ["stop", "resume"])
def test_preferences(ground, reader, touched, choice, phone):
    customer = ground.writer(**({"hidden_phone": True} if phone == "without phone" else {}))
    ground.control("POST", f"customers/{customer['id']}", {"marketing": choice})
    update = reader.read(ground.hooks(lambda field, value: field == "user_preferences")[0])
    assert (type(update).__name__, update.value.value) == ("UserMarketingPreferences", choice)
    assert update.from_user.bsuid == customer["bsuid"]
    touched.read.add(("pywa", "user_preferences"))


@pytest.mark.parametrize("change", TEMPLATE_CHANGES)
def test_changes_of_templates(ground, reader, read_by_kapso, touched, change):
    body, field, of_class, check = TEMPLATE_CHANGES[change]
    template = next(one for one in ground.world.templates.values() if one.name == "follow_up_reminder")
    ground.control("POST", f"templates/{template.id}", body)
    hook = ground.hooks(lambda given, value: given == field)[0]
    with known.judged("pywa", f"template {change}"):
        update = reader.read(hook)
        assert type(update).__name__ == of_class
        assert (update.template_id, update.template_name) == (template.id, "follow_up_reminder")
        assert check(update), update
        touched.read.add(("pywa", field))
    assert len(read_by_kapso(hook)["raw"]) == 1


@pytest.mark.parametrize("style", ["changes", "entries", "values"])
def test_several_messages_in_one_webhook(ground, reader, read_by_kapso, style):
    customer = ground.writer()
    ground.switch(batch_max=10, batch_style=style)
    ground.stage.server.dispatcher.paused = True
    for words in ("one", "two", "three"):
        ground.says(customer, words)
    ground.stage.server.dispatcher.paused = False
    ground.says(customer, "four")
    hook = ground.hooks(lambda field, value: value.get("messages", [{}])[0].get("text", {}).get("body") == "one")[0]
    assert [one["text"]["body"] for one in read_by_kapso(hook)["messages"]][:3] == ["one", "two", "three"]
    with known.judged("pywa", "several messages in one webhook"):
        before = len(reader.updates)
        reader.read(hook)
        assert [one.text for one in reader.updates[before:]][:3] == ["one", "two", "three"], "the first alone"


def test_pywa_sets_callbacks_and_passes_the_handshake(ground, wa):
    # pywa asks for an app token first, which is the text APP_ID|APP_SECRET as well.
    stage = ground.stage
    assert wa.override_waba_callback_url(stage.hook_url, stage.verify, waba_id=WABA).success
    assert wa.override_phone_callback_url(stage.hook_url, stage.verify).success
    assert wa.set_app_callback_url(int(APP), f"{APP}|{SECRET}", stage.hook_url, stage.verify, ("messages",)).success
    assert len(stage.handshakes) == 3
    for handshake in stage.handshakes:
        answer, status = wa.webhook_challenge_handler(handshake["hub.verify_token"], handshake["hub.challenge"])
        assert (answer, status) == (handshake["hub.challenge"], 200)
    assert wa.delete_phone_callback_url().success
    assert wa.delete_waba_callback_url().success


def test_pywa_refuses_what_is_not_signed_with_the_secret(ground, wa):
    ground.writer()
    hook = ground.hooks(lambda field, value: "messages" in value)[0]
    assert wa.webhook_update_validator(hook["raw"] + b" ", hook["headers"]["X-Hub-Signature-256"]) is not None
