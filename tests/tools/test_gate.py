"""The gate's decisions, one row per rule and per order of rules."""

from datetime import datetime, timedelta

import pytest

from tools.gate import CODES, Facts, decide

NOW = datetime(2026, 11, 23, 12, 0)
LATER = NOW + timedelta(hours=1)
FREE = {
    "kind": "free",
    "now": NOW,
    "wa_id": "447700900123",
    "window_until": LATER,
}
TEMPLATE = {
    "kind": "template",
    "now": NOW,
    "wa_id": "447700900123",
    "template_status": "APPROVED",
    "purpose": "utility",
}
MARKETING = {**TEMPLATE, "purpose": "marketing"}


@pytest.mark.parametrize(
    ("base", "change", "verdict", "code"),
    [
        (FREE, {}, "allowed", ""),
        (FREE, {"wa_id": None, "bsuid": "GB.7"}, "allowed", ""),
        (FREE, {"window_until": NOW + timedelta(seconds=1)}, "allowed", ""),
        (FREE, {"window_until": NOW}, "refused", "window_closed"),
        (FREE, {"window_until": None}, "refused", "window_closed"),
        (
            FREE,
            {"window_until": None, "free_entry_until": LATER},
            "refused",
            "window_closed",
        ),
        (FREE, {"kind": "a new kind", "window_until": None}, "refused", "window_closed"),
        (FREE, {"opted_out": True}, "allowed", ""),
        (FREE, {"wa_id": ""}, "refused", "no_recipient"),
        (FREE, {"number_ok": False}, "refused", "number_unhealthy"),
        (FREE, {"account_ok": False}, "refused", "account_unhealthy"),
        (FREE, {"reachable": False}, "refused", "recipient_unreachable"),
        (FREE, {"blocked": True}, "refused", "contact_blocked"),
        (FREE, {"number_hold_until": LATER}, "later", "number_on_hold"),
        (FREE, {"number_hold_until": NOW}, "allowed", ""),
        (FREE, {"contact_hold_until": LATER}, "allowed", ""),
        (TEMPLATE, {}, "allowed", ""),
        (TEMPLATE, {"window_until": None}, "allowed", ""),
        (TEMPLATE, {"template_status": "approved"}, "allowed", ""),
        (TEMPLATE, {"template_status": None}, "refused", "template_missing"),
        (TEMPLATE, {"template_status": "PAUSED"}, "refused", "template_paused"),
        (TEMPLATE, {"template_status": "DISABLED"}, "refused", "template_disabled"),
        (TEMPLATE, {"template_status": "PENDING"}, "refused", "template_not_approved"),
        (TEMPLATE, {"template_status": "NOVEL"}, "refused", "template_not_approved"),
        (TEMPLATE, {"opted_out": True}, "allowed", ""),
        (MARKETING, {"opted_out": True}, "refused", "opted_out"),
        (MARKETING, {"contact_hold_until": LATER}, "later", "contact_on_hold"),
        (TEMPLATE, {"contact_hold_until": LATER}, "allowed", ""),
        (
            TEMPLATE,
            {"needs_phone": True, "wa_id": None, "bsuid": "GB.7"},
            "refused",
            "phone_required",
        ),
        (TEMPLATE, {"needs_phone": True}, "allowed", ""),
        # what cannot be mended by another message is said first
        (FREE, {"window_until": None, "reachable": False}, "refused", "recipient_unreachable"),
        (FREE, {"window_until": None, "number_hold_until": LATER}, "refused", "window_closed"),
        (MARKETING, {"opted_out": True, "template_status": "PAUSED"}, "refused", "opted_out"),
    ],
)
def test_decision(base, change, verdict, code):
    decision = decide(Facts(**{**base, **change}))
    assert (decision.verdict, decision.code) == (verdict, code)
    assert decision.allowed is (verdict == "allowed")
    assert decision.when == (LATER if verdict == "later" else None)


def test_somebody_who_forgets_the_facts_is_refused():
    assert decide(Facts(kind="free", now=NOW)).code == "no_recipient"
    assert decide(Facts(kind="free", now=NOW, bsuid="GB.7")).code == "window_closed"
    assert decide(Facts(kind="template", now=NOW, bsuid="GB.7")).code == "template_missing"


def test_every_code_is_named_once():
    assert len(set(CODES)) == len(CODES) == 22
