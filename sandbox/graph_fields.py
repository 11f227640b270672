"""``fields=`` of Graph reads: which fields come back, and the refusal of fields that do not exist."""

from .errors import GraphError


def names(text):
    """Return the top-level names of a ``fields`` parameter: ``id,a.limit(3){x,y}`` gives ``id`` and ``a``."""
    out, depth, name = [], 0, ""
    for char in text + ",":
        if char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
        elif char == "," and depth == 0:
            if name.split(".")[0].strip():
                out.append(name.split(".")[0].strip())
            name = ""
        elif depth == 0:
            name += char
    return out


def listed(text):
    """Return the words of a parameter that takes several: ``A,B`` or ``["A","B"]``."""
    return [word for word in (part.strip(' "[]') for part in str(text).split(",")) if word]


def pick(record, wanted, default, known, node_type):
    """Return the wanted part of a record; ``id`` always comes along.

    :param record: every field that has a value.
    :param wanted: the ``fields`` parameter, or None for the default fields.
    :param known: fields that exist although this record may have no value for them.
    """
    if not wanted:
        return {key: record[key] for key in default if key in record}
    chosen = names(wanted)
    for name in chosen:
        if name not in record and name not in known:
            raise GraphError(100, message=f"(#100) Tried accessing nonexisting field ({name[:60]}) on node type ({node_type})")
    out = {name: record[name] for name in chosen if name in record}
    out["id"] = record["id"]
    return out


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
    url = call.request.url.with_query(
        {key: value for key, value in call.params.items() if key not in ("after", "before", "access_token")}
    )
    base = call.server.base_url.rstrip("/")
    for name, side in (("next", "after"), ("previous", "before")):
        if paging.pop(name, None):
            paging[name] = base + str(url.update_query({side: paging["cursors"][side]}).relative())
    return {"paging": as_switched(paging, call.server.switches.paging)}


def as_switched(paging, way):
    """Return ``paging`` as some edges give it: cursors only inside the addresses, or not even there.

    :param way: the switch ``paging``.
    """
    if way == "cursors":
        return paging
    links = {name: paging[name] for name in ("next", "previous") if name in paging}
    return links if way == "next" else {name: address.split("?")[0] for name, address in links.items()}
