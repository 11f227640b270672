"""Control API, the customers' side: who they are, what they write, tap, read and change."""

import gc

from . import payloads
from .button_actions import tap
from .control_errors import ControlError, whole
from .graph_media import belongs_to, store
from .rules_recipient import normalise
from .views import customer_view, message_view, thread_view

BULK_MAX = 50_000
#: What a customer's message may be, and the kinds that come without content of their own.
KINDS = (
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "button",
    "order",
    "unsupported",
    "edit",
    "revoke",
)


def find(server, request):
    """Return the customer a path names."""
    customer = server.world.customers.get(request.match_info["id"])
    if customer is None:
        raise ControlError("This customer does not exist.", 404)
    return customer


def number_of(server, phone_number_id=None):
    """Return a business number; the first one when none is named."""
    numbers = server.world.numbers
    if phone_number_id is None:
        return next(iter(numbers.values()))
    if phone_number_id not in numbers:
        raise ControlError(f"There is no business number {phone_number_id}.", 404)
    return numbers[phone_number_id]


def list_customers(server, request, body):
    """People, the latest active first; ``q`` searches name, number and username, ``limit`` cuts (default all)."""
    world = server.world
    active = {}
    for (_, customer_id), thread in world.threads.items():
        at, unread = active.get(customer_id, (0, 0))
        active[customer_id] = max(at, thread.last_at), unread + thread.unread
    words = request.query.get("q", "").lower().lstrip("+@")
    found = [
        one
        for one in world.customers.values()
        if not words or any(words in text for text in (one.name.lower(), one.wa_id, one.username or ""))
    ]
    found.sort(key=lambda one: active.get(one.id, (0, 0))[0], reverse=True)
    limit = whole(request, "limit", len(found))
    rows = [
        {**customer_view(world, one), "last_at": active.get(one.id, (0, 0))[0], "unread": active.get(one.id, (0, 0))[1]}
        for one in found[:limit]
    ]
    return {"customers": rows, "total": len(found)}


def add_customer(server, request, body):
    """Add a person; one who has that phone or username already is updated."""
    if not str(body.get("name") or "").strip():
        raise ControlError("A customer needs a name.")
    unknown = set(body) - {"name", "phone", "username", "hidden_phone", "country"}
    if unknown:
        raise ControlError(f"Unknown fields: {', '.join(sorted(unknown))}.")
    values = {key: value for key, value in body.items() if value not in (None, "")}
    if values.get("phone") and not str(values["phone"]).strip().startswith("+"):
        raise ControlError("Write the phone number with + and country code.")
    customer, created = server.world.add_customer(**values)
    out = {**customer_view(server.world, customer), "created": created}
    server.hub.tell("customer", out)
    return out


def add_many(server, request, body):
    """Add ``count`` people at once (for benches); names are ``prefix`` and a number."""
    try:
        count = int(body.get("count", 0))
    except (TypeError, ValueError):
        count = 0
    if not 1 <= count <= BULK_MAX:
        raise ControlError(f"count must be 1 to {BULK_MAX}.")
    prefix, hidden = str(body.get("prefix") or "Customer"), bool(body.get("hidden_phone"))
    world, out = server.world, []
    phones = None if hidden else world.free_us_phones()
    for index in range(1, count + 1):
        values = {"username": f"{prefix.lower().replace(' ', '.')}.{index}", "country": "US"} if hidden else {}
        phone = None if hidden else "+" + next(phones, "")
        if phone == "+":
            raise ControlError("No more fictional phone numbers are left; use hidden_phone.")
        customer, _ = world.add_customer(f"{prefix} {index}", phone=phone, hidden_phone=hidden, **values)
        if body.get("window"):
            world.thread(number_of(server).phone_number_id, customer.id).window_from = world.now()
        out.append({"id": customer.id, "name": customer.name, "wa_id": customer.wa_id, "bsuid": world.bsuid(customer)})
    server.hub.tell("reset", {})
    # These stay: walking through them again and again would stop the clock for a twentieth of a second each time.
    gc.collect()
    gc.freeze()
    return {"customers": out}


def read_customer(server, request, body):
    """One person with the list of chats, one for each business number."""
    customer = find(server, request)
    world = server.world
    threads = [thread_view(world, world.thread(one, customer.id)) for one in world.numbers]
    return {**customer_view(world, customer), "threads": threads}


def change_customer(server, request, body):
    """Change a person: name, username, hidden_phone, online, read_receipts, blocked, marketing, new_device."""
    customer, world = find(server, request), server.world
    for name in ("name", "hidden_phone", "read_receipts"):
        if name in body:
            setattr(customer, name, body[name])
    if "username" in body:
        world.rename(customer, body["username"] or None)
    if "blocked" in body:
        number = number_of(server, body.get("phone_number_id"))
        (customer.blocked.add if body["blocked"] else customer.blocked.discard)(number.phone_number_id)
    if body.get("new_device"):
        customer.installs += 1
    if body.get("online") is True:
        server.traffic.come_online(customer)
    elif body.get("online") is False:
        customer.online = False
    if body.get("marketing") in ("stop", "resume"):
        prefer(server, customer, body["marketing"], number_of(server, body.get("phone_number_id")))
    out = customer_view(world, customer)
    server.hub.tell("customer", out)
    return out


def prefer(server, customer, value, number):
    """The person stops or resumes marketing from this business."""
    world = server.world
    customer.marketing_stopped = value == "stop"
    visible = world.phone_visible(customer, world.thread(number.phone_number_id, customer.id))
    server.traffic.publish(
        "user_preferences",
        payloads.preference(number, customer, world.bsuid_for(customer, number), value, world.now(), visible),
        number.waba_id,
        number,
    )


def change_identity(server, request, body):
    """The person gets another phone number (``phone``) or only another BSUID; reported as ``system`` messages."""
    customer, world = find(server, request), server.world
    digits = normalise(body["phone"], "") if body.get("phone") else None
    if digits and world.find_phone(digits) not in (None, customer):
        raise ControlError("Somebody else has this number.", 409)
    country = customer.country
    old_wa_id, seed = world.change_phone(customer, digits)
    kind = "user_changed_number" if digits else "user_changed_user_id"
    for thread in [one for key, one in list(world.threads.items()) if key[1] == customer.id and one.messages]:
        number = world.numbers[thread.phone_number_id]
        visible = world.phone_visible(customer, thread)
        bsuid = world.bsuid_for(customer, number)
        old_bsuid = world.bsuid(customer, world.accounts[number.waba_id].portfolio_id, (country, seed))
        system = {"user_id": bsuid, "previous_user_id": old_bsuid}
        sender = {}
        if digits and visible:
            system["wa_id"], sender["from"] = digits, old_wa_id
        old, new = (old_wa_id, digits) if digits and visible else (old_bsuid, bsuid)
        value = payloads.identity_change(
            number,
            world.next_wamid(),
            world.now(),
            kind,
            f"User {customer.name} changed from {old} to {new}",
            system,
            sender,
        )
        server.traffic.publish("messages", value, number.waba_id, number)
    out = customer_view(world, customer)
    server.hub.tell("customer", out)
    return out


def read_messages(server, request, body):
    """The chat of a person with one business number, oldest first."""
    customer = find(server, request)
    number = number_of(server, request.query.get("phone_number_id"))
    thread = server.world.thread(number.phone_number_id, customer.id)
    return {**thread_view(server.world, thread), "messages": [message_view(one) for one in thread.messages]}


def write(server, request, body):
    """The person writes or taps; see ``README.md`` for the forms a body may have."""
    customer, world = find(server, request), server.world
    number = number_of(server, body.get("phone_number_id"))
    if "tap" in body:
        return tap(server, customer, body["tap"] or {})
    kind = body.get("type", "text")
    if kind not in KINDS:
        raise ControlError(f"type must be one of {', '.join(KINDS)}.")
    content = {"body": body["text"]} if isinstance(body.get("text"), str) else body.get(kind)
    if kind == "text" and not (isinstance(content, dict) and str(content.get("body") or "").strip()):
        raise ControlError("A text message needs a text.")
    if content is None and kind != "unsupported":
        raise ControlError(f"A message of type {kind} needs the object {kind}.")
    if kind == "reaction" and not isinstance(content.get("message_id"), str):
        raise ControlError("A reaction needs reaction.message_id.")
    at = None
    if body.get("ago_s") is not None:
        at = world.now() - float(body["ago_s"])
    if isinstance(content, dict) and kind in ("image", "video", "audio", "document", "sticker"):
        content = complete_media(server, kind, content, number)
    message = server.traffic.write(customer, number, kind, content, context_of(world, customer, body), body.get("referral"), at)
    return message_view(message)


def context_of(world, customer, body):
    """Return ``context`` of a message: a reply to another one, or forwarded."""
    given = body.get("context")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ControlError("context must be an object.")
    target = world.messages.get(given.get("message_id") or given.get("id"))
    if target is None:
        return {key: value for key, value in given.items() if key != "message_id"}
    return {"id": target.wamid, "author": "customer" if target.direction == "in" else "business"}


def complete_media(server, kind, content, number):
    """Return the media object as a webhook to a number carries it, with type, digest and a fresh address."""
    from .graph_media import address

    media = server.world.media.get(str(content.get("id", "")))
    if media is None:
        raise ControlError(f"Upload the file first: POST /sandbox/customers/<id>/media; then give {kind}.id.")
    belongs_to(media, number)
    out = {
        **content,
        "id": media.id,
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "url": address(server, media),
    }
    if kind == "document" and media.filename and "filename" not in out:
        out["filename"] = media.filename
    return out


async def upload(server, request, body):
    """Take a file a customer wants to send: raw bytes, type in Content-Type, ``filename`` in the query."""
    find(server, request)
    data = await request.read()
    if not data:
        raise ControlError("The file is empty.")
    media = store(
        server.world,
        request.headers.get("Content-Type", "application/octet-stream"),
        data,
        True,
        request.query.get("filename"),
    )
    return {"id": media.id, "mime_type": media.mime_type, "sha256": media.sha256, "file_size": len(data)}


def read(server, request, body):
    """The person looks at the chat (with ``played``: plays a voice note)."""
    customer = find(server, request)
    number = number_of(server, body.get("phone_number_id"))
    server.traffic.read_up_to(customer, server.world.thread(number.phone_number_id, customer.id))
    played = server.world.messages.get(body.get("played"))
    if played is not None and played.customer_id == customer.id:
        server.traffic.played(played)
    return {"ok": True}


ROUTES = (
    ("GET", "/sandbox/customers", list_customers),
    ("POST", "/sandbox/customers", add_customer),
    ("POST", "/sandbox/customers/bulk", add_many),
    ("GET", "/sandbox/customers/{id}", read_customer),
    ("POST", "/sandbox/customers/{id}", change_customer),
    ("POST", "/sandbox/customers/{id}/identity", change_identity),
    ("GET", "/sandbox/customers/{id}/messages", read_messages),
    ("POST", "/sandbox/customers/{id}/messages", write),
    ("POST", "/sandbox/customers/{id}/media", upload),
    ("POST", "/sandbox/customers/{id}/read", read),
)
