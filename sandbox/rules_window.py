"""When a business may write freely: the 24 hour customer service window.

Source: Meta, ``messages/send-messages`` (customer service windows) and ``pricing`` (free entry points).
"""

WINDOW_SECONDS = 24 * 3600
FREE_ENTRY_SECONDS = 72 * 3600

#: Kinds that do not renew the window. Whether a reaction does is not documented, so it does not here.
NOT_OPENING = frozenset({"reaction", "system", "unsupported", "edit", "revoke"})


def opens_window(kind):
    """Tell whether a customer's message of this type opens or renews the window."""
    return kind not in NOT_OPENING


def is_open(last_inbound_at, now):
    """Tell whether a free-form message may be sent.

    :param last_inbound_at: epoch seconds of the customer's newest opening message, or None.
    :param now: epoch seconds.
    """
    return last_inbound_at is not None and now - last_inbound_at < WINDOW_SECONDS


def free_entry_until(entry_at, reply_at):
    """Return until when messages are free after a click on an ad, or None.

    The business must reply within 24 hours of the entry; 72 hours then count from that reply. The window
    itself is not longer: after 24 hours only templates may be sent, only they cost nothing.
    """
    if entry_at is None or reply_at - entry_at >= WINDOW_SECONDS:
        return None
    return reply_at + FREE_ENTRY_SECONDS
