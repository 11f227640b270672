"""``/{phone_number_id}/block_users``: whom a business does not want to hear from.

A person who is blocked cannot write to the number, nor is anything delivered to them. Source: Meta, ``block-users``
(21 May 2026). Which code a single failure has is not on that page; widely read are 131047 for somebody who has not written
within 24 hours and 131026 for a number without WhatsApp, which is what this answers.
"""

from aiohttp import web

from . import rules_recipient, rules_window
from .errors import GraphError, missing
from .graph_fields import page, with_links

LIST_MAX, CALL_MAX = 64_000, 1_000


def block(call):
    """``POST``: block people; those that cannot be are told one by one, with 139100 for the whole."""
    return change(call, "added_users", check_new, lambda number, customer, now: number.blocked.setdefault(customer.id, now))


def unblock(call):
    """``DELETE``: take people off the list; nobody has to have written lately for that."""
    return change(call, "removed_users", lambda *_: None, lambda number, customer, now: number.blocked.pop(customer.id, None))


def change(call, done_name, check, apply):
    """Walk through the people of a call."""
    number, now = call.record, call.world.now()
    done, failed = [], []
    for one in people(call):
        who = {"input": next(iter(one.values()))}
        try:
            customer = find(call.world, number, one)
            who.update(ids(call.world, number, customer, one))
            check(call.world, number, customer, now)
        except GraphError as error:
            failed.append({**who, "errors": [as_item(error)]})
            continue
        apply(number, customer, now)
        done.append(who)
    users = {done_name: done, **({"failed_users": failed} if failed else {})}
    out = {"messaging_product": "whatsapp", "block_users": users}
    if not failed:
        return out
    problem = GraphError(139100, "Some users could not be processed; the list of failed users says why.")
    call.server.journal.refused[problem.code] += 1
    return web.json_response({**out, **problem.envelope()}, status=problem.http)


def people(call):
    """Return the entries of a call, each ``{"user": …}`` or ``{"user_id": …}``."""
    if call.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    given = call.get("block_users")
    if not isinstance(given, list) or not given:
        raise missing("block_users")
    if len(given) > CALL_MAX:
        raise GraphError(100, message=f"(#100) Param block_users must have at most {CALL_MAX} entries.")
    for one in given:
        if not isinstance(one, dict) or len(one) != 1 or not isinstance(one.get("user", one.get("user_id")), str):
            raise GraphError(100, message="(#100) Param block_users must have objects with either user or user_id.")
    return given


def find(world, number, one):
    """Return the customer an entry names, or raise."""
    if "user_id" in one:
        customer = world.by_bsuid.get(one["user_id"])
        if customer is None or world.bsuid_for(customer, number) != one["user_id"]:
            raise rules_recipient.foreign_bsuid()
        return customer
    customer = world.find_phone(one["user"].lstrip("+")) or world.find_phone(
        rules_recipient.normalise(one["user"], number.digits)
    )
    if customer is None:
        raise GraphError(131026, "This phone number is not a WhatsApp phone number.")
    return customer


def check_new(world, number, customer, now):
    """Raise unless a person can be blocked: they wrote within 24 hours, and the list has room."""
    if customer.id in number.blocked:
        return
    if not rules_window.is_open(world.thread(number.phone_number_id, customer.id).window_from, now):
        raise GraphError(131047, "Only people who wrote to this number within the last 24 hours can be blocked.")
    if len(number.blocked) >= LIST_MAX:
        raise GraphError(139101, f"The list has its {LIST_MAX} entries.")


def ids(world, number, customer, one):
    """Return how an answer names a person: by phone when the call did, and by BSUID always."""
    found = {"user_id": world.bsuid_for(customer, number)}
    return {"wa_id": customer.wa_id, **found} if "user" in one else found


def as_item(error):
    """Return a refusal as it stands beside one person."""
    item = {"message": error.message, "code": error.code}
    return {**item, "error_data": {"details": error.details}} if error.details else item


def list_blocked(call):
    """``GET``: who is on the list."""
    world, number = call.world, call.record
    found = [world.customers[uid] for uid in number.blocked if uid in world.customers]
    part, paging = page(found, call.body, lambda one: f"QVF{one.id}")
    data = [
        {
            "messaging_product": "whatsapp",
            **({} if one.hidden_phone else {"wa_id": one.wa_id}),
            "user_id": world.bsuid_for(one, number),
        }
        for one in part
    ]
    return {"data": data, **with_links(call, paging)}
