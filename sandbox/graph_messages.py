"""``POST /{phone_number_id}/messages``: sending, marking as read, typing.

Source: Meta, ``messages/send-messages``, ``messages/mark-message-as-read``, ``typing-indicators``.
"""

import time

from . import (
    reports,
    rules_calls,
    rules_media,
    rules_message,
    rules_parameters,
    rules_recipient,
    rules_throttle,
    rules_window,
)
from .errors import GraphError, invalid, missing
from .records import Message

THIRTY_DAYS = 30 * 24 * 3600
#: Template statuses that may not be sent, and Meta's code for each; all others are 132001.
UNSENDABLE = {"PAUSED": 132015, "DISABLED": 132016}


def send(call):
    """Send a message, or mark one as read."""
    body = call.body
    if "status" in body:
        return mark_read(call)
    number, world = call.record, call.world
    kind = rules_message.check_envelope(body)
    if number.status not in ("CONNECTED", "FLAGGED", "RATE_LIMITED"):
        raise GraphError(133010, f"The number is {number.status}.")
    throttle(call, number)
    message = Message(
        wamid="",
        phone_number_id=number.phone_number_id,
        customer_id="",
        direction="out",
        type=kind,
        content=body[kind],
        at=world.now(),
        status="accepted",
        callback_data=body.get("biz_opaque_callback_data"),
    )
    if kind == "template":
        files = apply_template(call, number, message)
    else:
        shop = world.shop(number.waba_id) if kind == "interactive" else None
        files = rules_message.check_content(kind, body[kind], shop, message.at)
    reports.check_account(world.accounts[number.waba_id], message.category if kind == "template" else "reply", message.at)
    rules_calls.check_sender(message, number)
    check_ids(world, number, files)
    how, value = rules_recipient.target(body)
    if body.get("recipient_type") == "group":
        raise GraphError(131041, "The group does not exist or this number is not a member of it.")
    if how == "recipient" and message.category == "authentication":
        raise GraphError(131062, "Authentication templates need a phone number as recipient.")
    word = template_status(call.server.switches, message)
    if word not in (None, "accepted"):
        message.status = "held"
    customer = find_customer(call, number, how, value)
    message.sent_by = how
    if customer is None:
        nobody = GraphError(131026, "The recipient's phone number is not a WhatsApp phone number.")
        return send_to_nobody(call, number, value, message, refuse(call, nobody), word)
    message.customer_id = customer.id
    failures = [
        postponed(call, check_files, world, files),
        postponed(call, check_person, call, number, customer, message),
        reaction_problem(world, customer, body[kind]) if kind == "reaction" else None,
        identity_problem(world, customer, body),
    ]
    ordered = list(faults(call, files))
    attach_context(world, customer, message, body.get("context"))
    message.wamid = world.next_wamid()
    failure = next((one for one in (*ordered, *failures) if one is not None), None)
    call.server.traffic.accept(message, failure, [file for file in files if file.link])
    return answer(world, how, value, customer, message, body, word)


def refuse(call, problem):
    """Return a refusal that comes by status in this world (switch ``async_errors``), else raise it.

    Both ways are documented and seen; a client has to draw the same conclusions from either.
    """
    if problem.code not in call.server.switches.async_errors:
        raise problem
    return problem


def postponed(call, check, *arguments):
    """Run a check; return its refusal where :func:`refuse` says that it comes by status."""
    try:
        check(*arguments)
    except GraphError as problem:
        return refuse(call, problem)
    return None


def faults(call, files):
    """Return the failures that were ordered for this message."""
    if not call.server.faults.waiting:
        return
    fault = call.server.faults.take(call.label, "message")
    if fault is not None:
        problem = GraphError(fault.code)
        yield refuse(call, problem) if fault.kind == "refused" else problem
    if any(file.link for file in files) and call.server.faults.take(call.label, "link") is not None:
        # A link is looked at after the answer, in every world.
        yield GraphError(131053, "Downloading media from weblink failed with http code 404")


def template_status(switches, message):
    """Return the ``message_status`` of a template, None for other messages; but ``accepted``, all mean that it waits.

    Source: Meta's openapi file lists ``accepted``, ``held_for_quality_assessment`` and ``paused``.
    """
    if message.type != "template":
        return None
    if switches.template_status is not None:
        return switches.template_status
    return "held_for_quality_assessment" if switches.pacing and message.category == "marketing" else "accepted"


def answer(world, how, value, customer, message, body, word=None):
    """Return the body of a successful send.

    :param word: ``message_status``, if the message has one.
    """
    contact = {"input": str(value)}
    bsuid = world.bsuid_for(customer, world.numbers[message.phone_number_id])
    if how == "to":
        contact["wa_id"] = customer.wa_id
        if body.get("recipient"):
            contact["user_id"] = bsuid
    else:
        contact["user_id"] = bsuid
    sent = {"id": message.wamid}
    if word is not None:
        sent["message_status"] = word
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def send_to_nobody(call, number, value, message, failure, word=None):
    """Accept a message to a phone without WhatsApp and report the failure later, as Meta often does."""
    digits = rules_recipient.normalise(value, number.digits)
    message.wamid, message.sent_by = call.world.next_wamid(), "to"
    call.server.traffic.accept_for_nobody(message, digits, failure)
    sent = {"id": message.wamid} if word is None else {"id": message.wamid, "message_status": word}
    contact = {"input": str(value), "wa_id": digits}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def throttle(call, number):
    """Raise 130429 when the number sends faster than its throughput."""
    rate = call.server.switches.throttle_mps
    if rate is None:
        rate = rules_throttle.MPS_BY_LEVEL[number.level]
    buckets, now = call.server.buckets, time.monotonic()
    bucket = buckets.get(number.phone_number_id)
    if bucket is None:
        bucket = buckets[number.phone_number_id] = rules_throttle.Bucket.full(rate, now)
    if not bucket.take(now, rate):
        raise GraphError(130429, f"Cloud API message throughput of {rate:g} messages per second has been reached.")


def find_customer(call, number, how, value):
    """Return the person a message is for, None for a phone without WhatsApp; raise 131021 or 131009."""
    world = call.world
    if how == "recipient":
        customer = world.by_bsuid.get(value)
        if customer is None or world.bsuid_for(customer, number) != value:
            raise rules_recipient.foreign_bsuid()
        if number.test_recipients is not None and rules_recipient.as_listed(customer.wa_id) not in number.test_recipients:
            raise rules_recipient.not_listed()
        return customer
    if call.server.switches.bare_wa_id and str(value) in world.by_wa_id:
        return world.by_wa_id[str(value)]
    digits = rules_recipient.normalise(value, number.digits)
    if digits == number.digits:
        raise GraphError(131021, "The recipient's phone number is the sender's own.")
    rules_recipient.check_listed(digits, number.test_recipients)
    return world.find_phone(digits)


def check_person(call, number, customer, message):
    """Raise when this person may not get this message now: window, what WhatsApp drops, pair rate."""
    world = call.world
    rules_calls.check_recipient(message, customer.country)
    if message.type != "template":
        thread = world.thread(number.phone_number_id, customer.id)
        if not rules_window.is_open(thread.window_from, message.at):
            raise GraphError(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
            )
    dropped = call.server.traffic.late_failure(message, customer)
    if dropped is not None and message.status != "held":
        raise dropped
    if call.server.switches.pair_rate:
        pairs = call.server.pairs
        key = (number.phone_number_id, customer.id)
        pair = pairs.get(key)
        if pair is None:
            pair = pairs[key] = rules_throttle.Pair()
        if not rules_throttle.allow_pair(pair, message.at):
            raise GraphError(
                131056, "Too many messages sent from this phone number to the same user in a short period of time."
            )


def apply_template(call, number, message):
    """Check a template send and give the message its card and category; return the files it uses."""
    world, content = call.world, message.content
    if not isinstance(content, dict) or not isinstance(content.get("name"), str):
        raise missing("template['name']")
    language = content.get("language")
    if not isinstance(language, dict) or not isinstance(language.get("code"), str):
        raise missing("template['language']['code']")
    template = world.by_template.get((number.waba_id, content["name"], language["code"]))
    if template is not None and template.status in UNSENDABLE:
        raise GraphError(
            UNSENDABLE[template.status], f"template {template.name} in {template.language} is {template.status.lower()}"
        )
    if template is None or template.status != "APPROVED":
        raise GraphError(132001, f"template name ({content['name'][:80]}) does not exist in {language['code'][:20]}")
    card, files = rules_parameters.fill(
        template.components,
        content.get("components", []),
        template.parameter_format == "NAMED",
        call.version,
        world.now(),
        world.shop(number.waba_id),
    )
    message.card, message.category = card, template.category.lower()
    message.template = {"name": template.name, "language": template.language, "category": template.category}
    return files


def check_ids(world, number, files):
    """Raise unless every file that is named by its id is there and was uploaded for this very number.

    Meta's words speak of the account; whether another number's upload would do is not known (decision 0081).
    """
    for file in files:
        if file.media_id is None:
            continue
        media = world.media.get(file.media_id)
        if (
            media is None
            or media.from_customer
            or number.phone_number_id not in media.numbers
            or rules_media.is_expired(media.at, False, world.now())
        ):
            raise rules_media.unknown_file(file)


def check_files(world, files):
    """Raise unless every uploaded file fits its use; those named by a link are looked at later."""
    for file in files:
        if file.media_id is not None:
            media = world.media[file.media_id]
            rules_media.check_use(file.kind, media.mime_type, media.data)


def identity_problem(world, customer, body):
    """Return the failure when the person's identity key is no longer the one the business knows; always by status."""
    given = body.get("recipient_identity_key_hash")
    if given is None or given == world.identity_hash(customer):
        return None
    return GraphError(137000, "The recipient's identity key hash does not match.")


def reaction_problem(world, customer, content):
    """Return the failure of a reaction to a message that cannot take one, or None; Meta says so afterwards."""
    target = world.messages.get(content["message_id"])
    if (
        target is None
        or target.customer_id != customer.id
        or target.type == "reaction"
        or world.now() - target.at > THIRTY_DAYS
    ):
        return GraphError(131009, "The message to react to does not exist, is a reaction or is older than 30 days.")
    return None


def attach_context(world, customer, message, context):
    """Quote a message; no bubble appears for an unknown one, for templates or reactions."""
    if context is None:
        return
    if message.type == "reaction":
        raise invalid("A reaction cannot quote a message.")
    target = world.messages.get(context["message_id"])
    if target is not None and target.customer_id == customer.id and message.type != "template":
        message.context = {"id": target.wamid, "author": "customer" if target.direction == "in" else "business"}


def mark_read(call):
    """Mark a customer's message and all before it as read; perhaps show "typing"."""
    body, world = call.body, call.world
    if body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if body["status"] != "read":
        raise GraphError(100, message="(#100) Param status must be one of {READ}.")
    if not isinstance(body.get("message_id"), str):
        raise missing("message_id")
    typing = body.get("typing_indicator")
    if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
        raise invalid("typing_indicator['type'] must be text.")
    message = world.messages.get(body["message_id"])
    if (
        message is None
        or message.direction != "in"
        or world.now() - message.at > THIRTY_DAYS
        or message.phone_number_id != call.record.phone_number_id
    ):
        raise invalid("The message does not exist, is older than 30 days or was not sent to this number.")
    call.server.traffic.business_read(message, typing is not None)
    return {"success": True}
