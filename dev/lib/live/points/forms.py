"""The life of a form (flow) that is never published: made, read, refused, deleted."""

from __future__ import annotations

from typing import Any

from ..check import Check
from ..expectations import Accepted, Has, Refused
from ..point import LIKELY, SURE, Points

POINTS = Points("forms", "Forms (flows)")

STEPS = "sandbox/tests/test_flows.py::test_each_step_is_refused_with_its_own_code"


def draft(check: Check) -> str:
    """Make a form and return its id; it is deleted at the end."""
    body: dict[str, Any] = {"name": check.template_name("form"), "categories": ["OTHER"]}
    answer = check.make(
        "flow",
        body["name"],
        lambda client: client._request("POST", f"{check.waba}/flows", body=body),
        Accepted(),
        Has("id", str, private=True),
    )
    flow_id = str(answer.body["id"])
    check.player.gate.writable.append(rf"{flow_id}(/deprecate)?")
    check.judge(answer, Has("success", (True,)), Has("validation_errors", list))
    return flow_id


@POINTS.add(
    "draft",
    "A form that is made is a draft, can be read with its name, and deleted.",
    source="Meta, flows/reference/flowsapi",
    dated="2026-06",
    sure=SURE,
    holds="T12",
    tests="sandbox/tests/test_flows.py::test_a_draft_is_made sandbox/tests/test_flows.py::test_a_draft_is_deleted",
    makes=("flow",),
)
def made_and_deleted(check: Check) -> None:
    flow_id = draft(check)
    fields = {"fields": "id,name,status,categories,validation_errors"}
    check.get(flow_id, fields, Accepted(), Has("status", ("DRAFT",)), Has("name", r"wa_live_check_.+"))
    check.call(lambda client: client._request("DELETE", flow_id), Accepted(), Has("success", (True,)))
    check.get(flow_id, None, Refused(100, 33))


@POINTS.add(
    "draft-deprecated",
    "Deprecating a draft is 139003.",
    source="reference of the API 1.5; pywa",
    dated="2026-06",
    sure=LIKELY,
    holds="T12",
    tests=STEPS,
    makes=("flow",),
)
def draft_deprecated(check: Check) -> None:
    flow_id = draft(check)
    check.post(f"{flow_id}/deprecate", {}, Refused(139003))


@POINTS.add(
    "fields",
    "The further fields of a form that Meta's file lists exist.",
    source="Meta, openapi file; pywa",
    dated="2026-08",
    sure=LIKELY,
    holds="T10",
    tests="sandbox/tests/test_flows.py::test_everything_a_reader_knows_can_be_asked_for",
    makes=("flow",),
)
def fields(check: Check) -> None:
    flow_id = draft(check)
    check.each_field(flow_id, "application,updated_at,data_channel_uri,health_status,whatsapp_business_account,json_version")
