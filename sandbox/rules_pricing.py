"""The ``pricing`` object of a status, as it stands since 1 October 2026.

Source: Meta, ``pricing`` and ``pricing/non-template-messages``. No amounts: Meta does not send any either.
"""

FREE_SERVICE_PER_MONTH = 1000


def pricing(category, free_entry, service_delivered):
    """Return the ``pricing`` object for one message.

    :param category: ``service`` for anything but a template, else the template's category.
    :param free_entry: the conversation started from an ad and its 72 free hours run.
    :param service_delivered: service messages this number had delivered this month before this one.
    """
    category = category.lower()
    if free_entry:
        kind, category = "free_entry_point", "referral_conversion"
    elif category == "service" and service_delivered < FREE_SERVICE_PER_MONTH:
        kind = "free_customer_service"
    else:
        kind = "regular"
    return {"billable": kind == "regular", "pricing_model": "PMP", "type": kind, "category": category}
