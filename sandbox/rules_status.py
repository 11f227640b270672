"""The life of a message's status, seen from Meta's side.

Source: Meta, ``webhooks/reference/messages/status``.
"""

ORDER = ("accepted", "sent", "delivered", "read", "played")
RANK = {name: rank for rank, name in enumerate(ORDER)}

#: Kinds for which only ``sent`` is ever reported.
SENT_ONLY = frozenset({"reaction"})


def may_follow(old, new):
    """Tell whether Meta would report ``new`` for a message last reported as ``old``."""
    if old == "failed":
        return False
    if new == "failed":
        return RANK[old] <= RANK["sent"]
    return RANK[new] > RANK[old]


def steps_to_read(old, skip_delivered):
    """Return the statuses still to report when the customer looks at the message.

    ``delivered`` may be left out when the chat was open: ``read`` implies it.
    """
    out = []
    if RANK[old] < RANK["sent"]:
        out.append("sent")
    if RANK[old] < RANK["delivered"] and not skip_delivered:
        out.append("delivered")
    if RANK[old] < RANK["read"]:
        out.append("read")
    return out
