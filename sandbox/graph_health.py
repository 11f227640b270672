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
        {"entity_type": "WABA", "id": waba_id, "can_send_message": "AVAILABLE"},
        {"entity_type": "BUSINESS", "id": world.accounts[waba_id].portfolio_id, "can_send_message": "AVAILABLE"},
        {"entity_type": "APP", "id": world.app_id, "can_send_message": "AVAILABLE"},
    ]
    overall = "BLOCKED" if any(item["can_send_message"] == "BLOCKED" for item in entities) else "AVAILABLE"
    return {"can_send_message": overall, "entities": entities}
