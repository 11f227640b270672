"""``health_status``: whether messages can be sent, and what stands in the way.

Source: Meta, ``support/health-status``.
"""


def health(world, waba_id, number=None):
    """Return ``health_status`` of an account or of one number."""
    entities = []
    if number is not None:
        blocked = number.status not in ("CONNECTED", "FLAGGED", "RATE_LIMITED")
        entity = {
            "entity_type": "PHONE_NUMBER",
            "id": number.phone_number_id,
            "can_send_message": "BLOCKED" if blocked else "AVAILABLE",
        }
        if blocked:
            entity["errors"] = [
                {
                    "error_code": 141000,
                    "error_description": f"The number is {number.status}.",
                    "possible_solution": "Register the number again.",
                }
            ]
        entities.append(entity)
    entities += [
        account_health(world.accounts[waba_id], world.now()),
        {"entity_type": "BUSINESS", "id": world.accounts[waba_id].portfolio_id, "can_send_message": "AVAILABLE"},
        {"entity_type": "APP", "id": world.app_id, "can_send_message": "AVAILABLE"},
    ]
    found = {item["can_send_message"] for item in entities}
    overall = next(word for word in ("BLOCKED", "LIMITED", "AVAILABLE") if word in found)
    return {"can_send_message": overall, "entities": entities}


def account_health(account, now):
    """Return how an account itself is: disabled, restricted for now, or well."""
    out = {"entity_type": "WABA", "id": account.waba_id, "can_send_message": "AVAILABLE"}
    if account.status == "DISABLED":
        error = {
            "error_code": 131031,
            "error_description": "The WhatsApp Business Account is disabled.",
            "possible_solution": "Appeal in Meta's Business Support.",
        }
        return {**out, "can_send_message": "BLOCKED", "errors": [error]}
    held = [kind for kind, end in account.restrictions.items() if end is None or end > now]
    return {**out, "can_send_message": "LIMITED", "additional_info": held} if held else out
