"""A form that comes as Flow JSON with the template that opens it: read into the screens the phone page shows.

Source: Meta, ``flows/reference/flowjson`` (version, screens, layout, components with a name).
"""

import json
import re

from .rules_refusals import refuse
from .shapes import rows, table

VERSION = re.compile(r"[2-9]\.\d|\d{2}\.\d")
SCREEN_ID = re.compile(r"[A-Za-z_]+")


def screens_of(text):
    """Return ``[{"id", "title", "fields"}]`` of Flow JSON, as :class:`~.records.Flow` keeps them.

    :param text: the JSON as a string, as Meta wants it inside of a button.
    :raise GraphError: it is none, or has no screens that may be opened.
    """
    try:
        flow = table(json.loads(text)) if isinstance(text, str) else {}
    except ValueError:
        flow = {}
    screens = [table(one) for one in rows(flow.get("screens"))]
    if not VERSION.fullmatch(str(flow.get("version", ""))) or not screens:
        raise refuse("flow_json must be a string of Flow JSON with a version and screens.")
    ids = [str(one.get("id", "")) for one in screens]
    if len(set(ids)) != len(ids) or not all(SCREEN_ID.fullmatch(one) for one in ids):
        raise refuse("Each screen of flow_json needs an id of its own, of letters and underscores.")
    return [
        {"id": one["id"], "title": str(one.get("title", "")), "fields": fields_of(table(one.get("layout")))} for one in screens
    ]


def fields_of(part):
    """Return the fields below a part of a screen's layout, in their order."""
    found = []
    for child in map(table, rows(part.get("children"))):
        if isinstance(child.get("name"), str) and child.get("type") != "Form":
            field = {"name": child["name"], "label": str(child.get("label", child["name"]))}
            options = [str(table(one).get("title", "")) for one in rows(child.get("data-source"))]
            found.append({**field, "options": options} if options else field)
        found += fields_of(child)
    return found
