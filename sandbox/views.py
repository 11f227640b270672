"""Records as the JSON the control API and the phone page see."""


def iso(at):
    """Return epoch seconds rounded to milliseconds."""
    return round(at, 3)


def customer_view(world, customer):
    """Return one person, phone number included: this is the person's own view."""
    return {
        "id": customer.id,
        "name": customer.name,
        "wa_id": customer.wa_id,
        "phone": "+" + customer.wa_id,
        "bsuid": world.bsuid(customer),
        "username": customer.username,
        "hidden_phone": customer.hidden_phone,
        "online": customer.online,
        "read_receipts": customer.read_receipts,
        "marketing_stopped": customer.marketing_stopped,
        "blocked": sorted(customer.blocked),
        "in_contact_book": customer.in_contact_book,
    }


def message_view(message):
    """Return one message as both sides of the chat show it."""
    out = {
        "id": message.wamid,
        "phone_number_id": message.phone_number_id,
        "customer_id": message.customer_id,
        "direction": message.direction,
        "type": message.type,
        "content": message.content,
        "text": plain(message),
        "timestamp": iso(message.at),
        "status": message.status,
        "context": message.context,
        "reactions": message.reactions,
        "errors": message.errors,
    }
    if message.card is not None:
        out["card"] = message.card
        out["template"] = message.template
    if message.direction == "out":
        out["biz_opaque_callback_data"] = message.callback_data
        out["sent_by"] = message.sent_by
        out["tapped"] = message.tapped
        out["on_phone"] = message.on_phone
    return out


def plain(message):
    """Return the words of a message on one line, for lists and tests."""
    content, kind = message.content, message.type
    if kind == "text":
        return content.get("body", "")
    if message.card is not None:
        return message.card.get("body", "")
    if kind == "button":
        return content.get("text", "")
    if kind == "interactive":
        reply = content.get(content.get("type")) if message.direction == "in" else content.get("body")
        return (reply or {}).get("title") or (reply or {}).get("text") or (reply or {}).get("body") or ""
    if kind == "location":
        return content.get("name") or f"{content.get('latitude')}, {content.get('longitude')}"
    if kind == "contacts":
        return ", ".join((one.get("name") or {}).get("formatted_name", "") for one in content)
    if kind == "order":
        return ", ".join(f"{one['quantity']} × {one['product_retailer_id']}" for one in content.get("product_items", ()))
    if isinstance(content, dict):
        return content.get("caption") or content.get("filename") or content.get("emoji") or ""
    return ""


def number_view(number):
    """Return one business number as the phone page lists it."""
    return {
        "phone_number_id": number.phone_number_id,
        "waba_id": number.waba_id,
        "display_phone_number": number.display,
        "verified_name": number.verified_name,
        "quality_rating": number.quality,
        "status": number.status,
        "name_status": number.name_status,
        "messaging_limit": number.limit,
        "throughput": number.level,
        "test_recipients": number.test_recipients,
        "override_callback_uri": number.webhook.get("override_callback_uri"),
    }


def template_view(template):
    """Return one template as the drawer lists it."""
    return {
        "id": template.id,
        "waba_id": template.waba_id,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "status": template.status,
        "quality": template.quality,
        "rejected_reason": template.rejected_reason,
    }


def thread_view(world, thread):
    """Return one chat as the phone's list of chats shows it."""
    number = world.numbers[thread.phone_number_id]
    last = thread.messages[-1] if thread.messages else None
    return {
        "phone_number_id": thread.phone_number_id,
        "name": number.verified_name,
        "display_phone_number": number.display,
        "unread": thread.unread,
        "window_from": thread.window_from,
        "typing": thread.typing_until > world.now(),
        "last": message_view(last) if last else None,
    }


def shop_view(shop):
    """Return catalogue and flows as the phone page shows them."""
    return {
        "catalog_id": shop.catalog_id,
        "products": [
            {
                "product_retailer_id": one.retailer_id,
                "name": one.name,
                "price": one.price,
                "currency": one.currency,
                "description": one.description,
            }
            for one in shop.products.values()
        ],
        "flows": [
            {
                "id": one.id,
                "name": one.name,
                "status": one.status,
                "screens": one.screens,
                "endpoint_uri": one.endpoint_uri,
            }
            for one in shop.flows.values()
        ],
    }


def delivery_view(entry):
    """Return one line of the delivery log without the body."""
    return {key: value for key, value in entry.items() if key != "body"}
