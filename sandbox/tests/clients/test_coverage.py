"""Everything the stand-in has is touched by a client, or listed with the reason why not. Runs last, and over all tests only."""

import re
from pathlib import Path

import known
import pytest

import sandbox
from sandbox import control_customers, graph, rules_interactive, rules_message, rules_template, rules_template_buttons
from sandbox.errors import CODES

#: What the phone page is told, not the business.
LIVE = {"message", "unread", "typing", "customer", "template", "switches", "clock", "callback", "reset", "delivery"}


def sends():
    """Return all that can be sent, as the record of what was touched calls it."""
    plain = [kind for kind in rules_message.TYPES if kind not in ("interactive", "template")]
    by = [f"{kind} by {how}" for kind in rules_message.MEDIA_TYPES for how in ("id", "link")]
    return [*plain, *by, "reaction removed", "read", "typing", *(f"interactive/{kind}" for kind in rules_interactive.KINDS)]


def parts():
    """Return all kinds of part a template may have."""
    components = [kind for kind in rules_template.COMPONENTS if kind != "HEADER"]
    headers = [f"HEADER {kind}" for kind in rules_template.HEADER_FORMATS]
    return [*components, *headers, *(f"BUTTON {kind}" for kind in rules_template_buttons.BUTTON_TOP)]


def fields():
    """Return the fields of webhooks that the stand-in reports by itself, as its source names them."""
    text = "".join(file.read_text() for file in sorted(Path(sandbox.__file__).parent.glob("*.py")))
    return sorted(set(re.findall(r'(?:publish|tell)\([^"()]*"([a-z_]+)"', text)) - {"messages"} - LIVE)


@pytest.fixture(scope="module", autouse=True)
def whole(request):
    """The record says something only when all tests of the folder ran."""
    here = Path(__file__).parent
    files = {Path(str(item.path)).name for item in request.session.items}
    if files != {file.name for file in here.glob("test_*.py")} or request.config.option.keyword:
        pytest.skip("only a part of the tests ran")


def judge(wanted, touched, excused):
    """Compare what there is with what was touched and with what is excused."""
    reached = {what for _client, what in touched}
    missing = [one for one in wanted if one not in reached and one not in excused]
    assert not missing, f"No client touched {missing}: add a call, or an entry with its reason to known.py"
    stale = [one for one in excused if one in reached or one not in wanted]
    assert not stale, f"Take out of known.py what is touched, or is no more: {stale}"


def test_every_call_of_the_graph_api(touched):
    judge(list(graph.ROUTES), touched.routes, known.ROUTES_WITHOUT_CLIENT)


def test_every_kind_of_message(touched):
    judge(sends(), touched.sent, known.SENDS_WITHOUT_CLIENT)


@pytest.mark.parametrize("client", ["pywa", "kapso", "meta"])
def test_every_client_sends(touched, client):
    assert len({what for one, what in touched.sent if one == client}) > 10


def test_every_part_of_a_template(touched):
    judge(parts(), touched.created, known.PARTS_WITHOUT_CLIENT)
    sent = {(client, what.removeprefix("template/")) for client, what in touched.sent if what.startswith("template/")}
    judge(parts(), sent, known.PARTS_NOT_SENT)


def test_every_code(touched):
    for client in ("pywa", "kapso"):
        judge(list(CODES), {one for one in touched.errors if one[0] == client}, {})


def test_every_kind_of_webhook(touched):
    wanted = [*(f"messages/{kind}" for kind in (*control_customers.KINDS, "system")), *fields()]
    wanted += [f"status/{status}" for status in ("sent", "delivered", "read", "played", "failed")]
    judge(wanted, touched.read, known.WEBHOOKS_WITHOUT_CLIENT)


def test_every_known_fault_still_shows():
    assert not known.not_met(), "Take these out of known.py"
    assert all(len(one.reason) > 30 for one in known.FAULTS)
