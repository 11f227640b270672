"""The ``value`` objects of webhooks, and the bytes they become.

Absent means absent: a customer who hides the phone number has no ``wa_id``, no ``from`` and no ``recipient_id``.
Source: Meta, ``webhooks/reference/messages`` and its sub-pages, ``business-scoped-user-ids``.
"""

import hashlib
import hmac
import json


def encode(data):
    """Return JSON bytes spelled as Meta spells them: ``\\uXXXX`` for non-ASCII and ``\\/`` for a slash."""
    return json.dumps(data, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(secret, body):
    """Return the value of ``X-Hub-Signature-256`` over the raw bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def old_signature(secret, body):
    """Return the value of the legacy ``X-Hub-Signature``, which receivers are to ignore."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def metadata(number):
    """Return which business number a value is about: the routing key."""
    return {"display_phone_number": number.digits, "phone_number_id": number.phone_number_id}


def contact(customer, bsuid, with_phone, with_username=True, identity=None):
    """Return one item of ``contacts[]``.

    :param identity: hash of the person's identity key, where the number checks it.
    """
    profile = {"name": customer.name}
    if customer.username and with_username:
        profile["username"] = "@" + customer.username
    out = {"profile": profile}
    if with_phone:
        out["wa_id"] = customer.wa_id
    out["user_id"] = bsuid
    if identity:
        out["identity_key_hash"] = identity
    return out


def incoming(number, customer, bsuid, message, with_phone, identity=None):
    """Return the value of a ``messages`` webhook for one message a customer wrote."""
    out = {"from": customer.wa_id} if with_phone else {}
    out["from_user_id"] = bsuid
    out.update({"id": message.wamid, "timestamp": str(int(message.at)), "type": message.type})
    out.update(incoming_content(message))
    if message.context:
        out["context"] = incoming_context(number, customer, message.context, with_phone)
    if message.referral:
        out["referral"] = message.referral
    return {
        "messaging_product": "whatsapp",
        "metadata": metadata(number),
        "contacts": [contact(customer, bsuid, with_phone, identity=identity)],
        "messages": [out],
    }


def incoming_content(message):
    """Return the type object of an incoming message and what stands beside it."""
    if message.type == "unsupported":
        extra = {
            "errors": [
                {
                    "code": 131051,
                    "title": "Message type unknown",
                    "message": "Message type unknown",
                    "error_data": {"details": "Message type is currently not supported."},
                }
            ]
        }
        return {"unsupported": message.content, **extra} if message.content else extra
    if message.type == "reaction" and not message.content.get("emoji"):
        return {"reaction": {"message_id": message.content["message_id"]}}
    return {message.type: message.content}


def incoming_context(number, customer, context, with_phone):
    """Return ``context`` of a reply or of a forwarded message."""
    if "id" not in context:
        return context
    out = dict(context)
    author = out.pop("author", "business")
    if author == "business":
        return {"from": number.digits, **out}
    return {"from": customer.wa_id, **out} if with_phone else out


def status(number, customer, bsuid, message, name, at, with_phone, pricing=None, errors=None, identity=None):
    """Return the value of a ``messages`` webhook for one status of a message the business sent."""
    out = {"id": message.wamid, "status": name, "timestamp": str(int(at))}
    failed = name == "failed"
    by_phone = message.sent_by == "to"
    if by_phone or (with_phone and not failed):
        out["recipient_id"] = customer.wa_id
    if not (failed and by_phone):
        out["recipient_user_id"] = bsuid
    if identity:
        out["recipient_identity_key_hash"] = identity
    if message.callback_data is not None:
        out["biz_opaque_callback_data"] = message.callback_data
    if pricing:
        out["pricing"] = pricing
    if errors:
        out["errors"] = errors
    value = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    if not failed:
        value["contacts"] = [contact(customer, bsuid, by_phone or with_phone, with_username=name != "sent")]
    value["statuses"] = [out]
    return value


def identity_change(number, wamid, at, kind, body, system, sender):
    """Return the value of a ``system`` message about a new phone number or BSUID; it has no contacts.

    :param system: what is new and what was, ready for ``messages[].system``.
    :param sender: ``from`` and ``from_user_id`` as far as they are known.
    """
    return {
        "messaging_product": "whatsapp",
        "metadata": metadata(number),
        "messages": [
            {
                **sender,
                "id": wamid,
                "timestamp": str(int(at)),
                "type": "system",
                "system": {"type": kind, "body": body, **system},
            }
        ],
    }


def preference(number, customer, bsuid, value, at, with_phone):
    """Return the value of a ``user_preferences`` webhook; its timestamp is an integer."""
    item = {"wa_id": customer.wa_id} if with_phone else {}
    item.update(
        {
            "user_id": bsuid,
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(at),
        }
    )
    return {
        "messaging_product": "whatsapp",
        "metadata": metadata(number),
        "contacts": [contact(customer, bsuid, with_phone)],
        "user_preferences": [item],
    }


def template_id(template):
    """Return the id as webhooks spell it: a number, while the API gives a string."""
    return int(template.id)


def template_status(template, event, reason=None, other_info=None, rejection=None, disable_date=None):
    """Return the value of ``message_template_status_update``.

    :param disable_date: epoch seconds since when, or from when on, it is disabled.
    """
    value = {
        "event": event,
        "message_template_id": template_id(template),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "message_template_category": template.category,
        "reason": reason,
    }
    if other_info:
        value["other_info"] = other_info
    if rejection:
        value["rejection_info"] = rejection
    if disable_date is not None:
        value["disable_info"] = {"disable_date": int(disable_date)}
    return value


def template_components(template):
    """Return the value of ``message_template_components_update``: the words of a template after an edit."""
    parts = {part["type"]: part for part in template.components}
    value = {
        "message_template_id": template_id(template),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }
    for name, kind in (("title", "HEADER"), ("element", "BODY"), ("footer", "FOOTER")):
        if parts.get(kind, {}).get("text"):
            value[f"message_template_{name}"] = parts[kind]["text"]
    buttons = [template_button(one) for one in parts.get("BUTTONS", {}).get("buttons", ())]
    if buttons:
        value["message_template_buttons"] = buttons
    return value


def template_button(button):
    """Return one button as ``message_template_components_update`` spells it."""
    names = ("type", "text", "url", "phone_number")
    return {f"message_template_button_{name}": button[name] for name in names if button.get(name)}


def template_quality(template, previous):
    """Return the value of ``message_template_quality_update``."""
    return {
        "previous_quality_score": previous,
        "new_quality_score": template.quality,
        "message_template_id": template_id(template),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }


def template_category(template, previous):
    """Return the value of ``template_category_update`` for a change that has happened."""
    return {
        "message_template_id": template_id(template),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "previous_category": previous,
        "new_category": template.category,
    }


def body_of(updates, style="changes"):
    """Return the whole webhook object for a batch.

    :param updates: objects with ``waba_id``, ``field``, ``value`` and ``time`` (None for message fields).
    :param style: "changes" puts them under one entry per account, "entries" gives each its own entry, "values"
        merges messages and statuses of one number into common values.
    """
    if style == "values":
        updates = merged(updates)
    entries, by_waba = [], {}
    for update in updates:
        entry = by_waba.get(update.waba_id)
        if entry is None or style == "entries" or update.time is not None:
            entry = {"id": update.waba_id}
            if update.time is not None:
                entry["time"] = update.time
            else:
                by_waba[update.waba_id] = entry
            entry["changes"] = []
            entries.append(entry)
        entry["changes"].append({"value": update.value, "field": update.field})
    return {"object": "whatsapp_business_account", "entry": entries}


def merged(updates):
    """Return updates with the messages, and the statuses, of one number joined into one value each."""
    out, index = [], {}
    for update in updates:
        kind = next((key for key in ("messages", "statuses") if key in update.value), None)
        if kind is None or "contacts" not in update.value:
            out.append(update)
            continue
        key = (update.waba_id, update.value["metadata"]["phone_number_id"], kind)
        if key not in index:
            index[key] = update.copy_with({**update.value, kind: [], "contacts": []})
            out.append(index[key])
        value = index[key].value
        value[kind] += update.value[kind]
        value["contacts"] += [one for one in update.value["contacts"] if one not in value["contacts"]]
    return out
