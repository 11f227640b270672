"""``fields=`` of Graph reads: which fields come back, fields within fields, and the refusal of what does not exist.

``id,phone_numbers.limit(2){id,status}`` names three things for each field: the name, what it is called with, and what
of it is wanted. An edge may be read as a field; it then answers as the edge does.
Source: Meta, ``docs/graph-api/guides/field-expansion``.
"""

import re
from dataclasses import dataclass, field

from yarl import URL

from .errors import GraphError

NAME = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*")
CALL = re.compile(r"\.\s*([A-Za-z_]+)\s*\(")


@dataclass
class Wanted:
    """One field that was asked for."""

    name: str
    #: What it is called with: ``limit(2)`` is ``{"limit": "2"}``.
    called: dict = field(default_factory=dict)
    #: The text between its braces, or None.
    inner: str | None = None


def parse(text):
    """Return the :class:`Wanted` of a ``fields`` parameter, in order.

    :raise GraphError: 2500 for text that is no list of fields.
    """
    out, at, text = [], 0, str(text)
    while at < len(text):
        match = NAME.match(text, at)
        if not match:
            raise syntax_error(text, at)
        one, at = Wanted(match[1]), match.end()
        while call := CALL.match(text, at):
            one.called[call[1]], at = closed(text, call.end(), "()")
        if at < len(text) and text[at] == "{":
            one.inner, at = closed(text, at + 1, "{}")
        out.append(one)
        while at < len(text) and text[at] == " ":
            at += 1
        if at < len(text) and text[at] != ",":
            raise syntax_error(text, at)
        at += 1
    return out


def closed(text, start, pair):
    """Return ``(what stands up to the closing bracket, where it goes on)``; ``start`` is behind the opening one."""
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == pair[0]) - (text[at] == pair[1])
        if depth == 0:
            return text[start:at], at + 1
    raise syntax_error(text, len(text))


def syntax_error(text, at):
    """Return Graph's answer for ``fields`` that cannot be read (code 2500)."""
    found = f'instead of "{text[at]}"' if at < len(text) else "before the end"
    return GraphError(2500, message=f'Syntax error "Expected a field {found}." at character {at}: {text[:100]}')


def listed(text):
    """Return the words of a parameter that takes several: ``A,B`` or ``["A","B"]``."""
    return [word for word in (part.strip(' "[]') for part in str(text).split(",")) if word]


def pick(record, wanted, default, known, node_type, edges=None):
    """Return the wanted part of a record; ``id`` always comes along.

    :param record: every field that has a value.
    :param wanted: the ``fields`` parameter, or None for the default fields.
    :param known: fields that exist although this record may have no value for them.
    :param edges: ``{name: reads it}`` for edges that may be read as fields; called with ``(limits, fields)``: what the
        edge's own address would carry, and the text between the braces.
    """
    if not wanted:
        return {key: record[key] for key in default if key in record}
    out, edges = {}, edges or {}
    for one in parse(wanted):
        if one.name in edges:
            out[one.name] = edges[one.name](one.called, one.inner)
        elif one.name in record:
            out[one.name] = within(record[one.name], one.inner)
        elif one.name not in known:
            raise GraphError(
                100, message=f"(#100) Tried accessing nonexisting field ({one.name[:60]}) on node type ({node_type})"
            )
    out["id"] = record["id"]
    return out


def within(value, inner):
    """Return what is wanted of an object, or of each object of a list; all of it when nothing is said."""
    if not inner:
        return value
    if isinstance(value, list):
        return [within(item, inner) for item in value]
    if not isinstance(value, dict):
        return value
    asked = {one.name: one.inner for one in parse(inner)}
    return {name: within(part, asked.get(name)) for name, part in value.items() if name in asked or name == "id"}


def page(items, params, cursor_of):
    """Return one page of a list with Meta's cursors.

    :param cursor_of: gives the opaque cursor of an item.
    :raise GraphError: 131059 for a cursor that is not in the list.
    """
    try:
        limit = max(1, min(int(params.get("limit", 25)), 1000))
    except ValueError:
        raise GraphError(100, message="(#100) Param limit must be an integer") from None
    start, end = 0, len(items)
    cursors = {cursor_of(item): index for index, item in enumerate(items)}
    for name in ("after", "before"):
        if params.get(name) and params[name] not in cursors:
            raise GraphError(131059, "The cursor is invalid; start the listing anew without a cursor.")
    if params.get("after"):
        start = cursors[params["after"]] + 1
    elif params.get("before"):
        end = cursors[params["before"]]
        start = max(0, end - limit)
    part = items[start : min(start + limit, end)]
    if not part:
        return part, None
    paging = {"cursors": {"before": cursor_of(part[0]), "after": cursor_of(part[-1])}}
    if start + len(part) < len(items):
        paging["next"] = True
    if start > 0:
        paging["previous"] = True
    return part, paging


def with_links(call, paging):
    """Turn the ``next`` and ``previous`` marks into full addresses, without the token."""
    if not paging:
        return {}
    path = "/".join(part for part in ("", call.part, call.node, call.edge) if part is not None)
    url = URL.build(path=path).with_query(
        {key: value for key, value in call.params.items() if key not in ("after", "before", "access_token")}
    )
    base = call.server.base_url.rstrip("/")
    for name, side in (("next", "after"), ("previous", "before")):
        if paging.pop(name, None):
            paging[name] = base + str(url.update_query({side: paging["cursors"][side]}))
    return {"paging": as_switched(paging, call.server.switches.paging)}


def as_switched(paging, way):
    """Return ``paging`` as some edges give it: cursors only inside the addresses, or not even there.

    :param way: the switch ``paging``.
    """
    if way == "cursors":
        return paging
    links = {name: paging[name] for name in ("next", "previous") if name in paging}
    return links if way == "next" else {name: address.split("?")[0] for name, address in links.items()}
