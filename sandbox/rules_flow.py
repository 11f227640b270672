"""Flows as Meta keeps them: their JSON, what of it is checked, and what may be done in which state.

Source: Meta, ``flows/reference/flowjson``, ``flows/reference/flowsapi``, ``flows/reference/error-codes``. Only the frame of
the JSON is checked: version, screens, their ids and titles, a layout, the fields people fill in.
"""

import json

from .errors import GraphError
from .shapes import rows, table

VERSION = "7.3"
#: Components people fill in; everything else is shown.
INPUTS = frozenset(
    {
        "TextInput",
        "TextArea",
        "Dropdown",
        "RadioButtonsGroup",
        "CheckboxGroup",
        "ChipsSelector",
        "DatePicker",
        "CalendarPicker",
        "OptIn",
        "PhotoPicker",
        "DocumentPicker",
    }
)


def check_publish(flow):
    """Raise 139002 unless a flow can be published: a draft without faults."""
    if flow.status != "DRAFT":
        raise GraphError(139002, f"The flow is {flow.status}; only drafts can be published.")
    if faults(flow_json(flow)):
        raise GraphError(139002, "The flow JSON has validation errors.")


def check_deprecate(flow):
    """Raise 139003 unless a flow can be deprecated: it was published and is not deprecated yet."""
    if flow.status not in ("PUBLISHED", "THROTTLED", "BLOCKED"):
        raise GraphError(139003, f"The flow is {flow.status} and cannot be deprecated.")


def check_delete(flow):
    """Raise 139004 unless a flow can be deleted: only a draft can."""
    if flow.status != "DRAFT":
        raise GraphError(139004, f"The flow is {flow.status}; only drafts can be deleted.")


def check_update(flow):
    """Raise 139001 unless a flow's JSON can be replaced.

    Contested: the changelog lets flows made since November 2024 be edited after they were published. The stricter rule
    stands until it is seen live.
    """
    if flow.status != "DRAFT":
        raise GraphError(139001, f"The flow is {flow.status}; only drafts can be updated.")


def flow_json(flow):
    """Return a flow's JSON as text: what was uploaded, or made from its screens."""
    if flow.json is not None:
        return flow.json
    screens = []
    for index, screen in enumerate(flow.screens):
        is_last = index == len(flow.screens) - 1
        children = [component(one) for one in screen.get("fields", ())]
        children.append(
            {
                "type": "Footer",
                "label": "Done" if is_last else "Continue",
                "on-click-action": {"name": "complete", "payload": {}}
                if is_last
                else {"name": "navigate", "next": {"type": "screen", "name": flow.screens[index + 1]["id"]}, "payload": {}},
            }
        )
        layout = {"type": "SingleColumnLayout", "children": children}
        screens.append({"id": screen["id"], "title": screen.get("title", ""), "terminal": is_last, "layout": layout})
    return json.dumps({"version": VERSION, "screens": screens}, indent=2)


def component(field):
    """Return a field of a screen as a component."""
    if field.get("options"):
        source = [{"id": option, "title": option} for option in field["options"]]
        return {"type": "RadioButtonsGroup", "name": field["name"], "label": field["label"], "data-source": source}
    return {"type": "TextInput", "name": field["name"], "label": field["label"], "input-type": "text"}


def faults(text):
    """Return ``validation_errors`` of a flow's JSON; an empty list when it can be published."""
    try:
        data = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        return [fault("INVALID_JSON", "The flow JSON is not valid JSON.", line, "")]
    out = []
    if not isinstance(data, dict) or not isinstance(data.get("version"), str):
        out.append(fault("REQUIRED_PROPERTY_MISSING", "Property 'version' is required.", 1, "version"))
    screens = rows(table(data).get("screens"))
    if not screens:
        out.append(fault("REQUIRED_PROPERTY_MISSING", "Property 'screens' needs at least one screen.", 1, "screens"))
    for index, screen in enumerate(screens):
        path = f"screens[{index}]"
        for name, kind in (("id", str), ("title", str), ("layout", dict)):
            if not isinstance(table(screen).get(name), kind):
                out.append(fault("REQUIRED_PROPERTY_MISSING", f"Property '{name}' is required.", 1, f"{path}.{name}"))
    ids = [table(screen).get("id") for screen in screens]
    if len(ids) != len(set(map(str, ids))):
        out.append(fault("DUPLICATE_SCREEN_IDS", "Each screen needs an id of its own.", 1, "screens"))
    return out


def version_of(text):
    """Return the version a flow's JSON names, or the one we write."""
    try:
        return str(table(json.loads(text)).get("version") or VERSION)
    except ValueError:
        return VERSION


def fault(name, message, line, path):
    """Return one item of ``validation_errors``."""
    place = {"line_start": line, "line_end": line, "column_start": 1, "column_end": 1}
    pointers = [{**place, "path": path}] if path else []
    return {"error": name, "error_type": "FLOW_JSON_ERROR", "message": message, **place, "pointers": pointers}


def screens_of(text):
    """Return the screens of a valid flow JSON as :class:`~.records.Flow` keeps them."""
    return [
        {"id": one["id"], "title": one["title"], "fields": list(inputs(one["layout"]))} for one in json.loads(text)["screens"]
    ]


def inputs(part):
    """Yield the fields people fill in within a part of a layout, in order."""
    for child in rows(part.get("children")):
        if not isinstance(child, dict):
            continue
        if child.get("type") in INPUTS and child.get("name"):
            found = {"name": child["name"], "label": str(child.get("label") or child["name"])}
            options = [str(table(one).get("title")) for one in rows(child.get("data-source"))]
            yield {**found, "options": options} if options else found
        yield from inputs(child)
