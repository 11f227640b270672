"""Every code the stand-in can answer becomes an error of its own in the clients, with all that Meta says about it."""

import known
import pytest
from node_client import NodeError
from pywa import errors
from sandbox_site import NUMBER

from sandbox.errors import CODES

#: Code -> pywa's class for it.
CLASSES = {
    code: kind
    for group in errors.WhatsAppError.__subclasses__()
    for kind in group.__subclasses__()
    for code in kind.__error_codes__ or ()
}


@pytest.mark.parametrize("code", sorted(CODES))
def test_clients_know_the_code(ground, wa, kapso, touched, code):
    customer = ground.writer()
    ground.switch(fault={"kind": "error", "code": code, "times": 2, "match": "/messages"})
    with pytest.raises(errors.WhatsAppError) as caught:
        wa.send_text(customer["bsuid"], "Hello")
    problem = caught.value
    assert (problem.code, problem.status_code) == (code, CODES[code][0])
    assert problem.type
    assert problem.fbtrace_id
    assert CODES[code][1] in problem.message
    assert type(problem) is CLASSES.get(code, errors.WhatsAppError)
    with pytest.raises(NodeError) as caught:
        kapso("messages.sendText", {"phoneNumberId": NUMBER, "recipient": customer["bsuid"], "body": "Hello"})
    fields = caught.value.fields
    assert (fields["name"], fields["code"], fields["httpStatus"]) == ("GraphApiError", code, CODES[code][0])
    assert fields["category"]
    assert fields["retry"]["action"]
    touched.errors.update({("pywa", code), ("kapso", code)})


@pytest.mark.parametrize("code", sorted({131026, 131047, 131049, 131050, 131053, 131056, 130472, 131042, 131048}))
def test_pywa_reads_a_failure_that_comes_later(ground, wa, reader, code):
    customer = ground.writer()
    ground.switch(fault={"kind": "failed", "code": code})
    sent = wa.send_text(customer["bsuid"], "Hello", tracker="t-9")
    hook = ground.hooks(lambda field, value: value.get("statuses", [{}])[0].get("status") == "failed")[0]
    with known.judged("pywa", "failed status"):
        update = reader.read(hook)
        assert (update.id, update.status.value, update.tracker) == (sent.id, "failed", "t-9")
        assert update.error.code == code
        assert update.error.details


@pytest.mark.parametrize("kind", ["500", "503", "429"])
def test_clients_read_trouble_at_metas(ground, wa, kind):
    customer = ground.writer()
    ground.switch(fault={"kind": kind, "match": "/messages"})
    with pytest.raises(errors.WhatsAppError) as caught:
        wa.send_text(customer["bsuid"], "Hello")
    assert caught.value.status_code == int(kind)


def test_pywa_survives_a_web_page_for_an_answer(ground, wa):
    customer = ground.writer()
    ground.switch(fault={"kind": "html", "match": "/messages"})
    with pytest.raises(errors.WhatsAppError) as caught:
        wa.send_text(customer["bsuid"], "Hello")
    assert caught.value.code == 502
