"""Who answers for what is put into a conversation: this addon by an object, everybody else by who they are."""

#: The context key of :class:`Vouched`.
VOUCHED = "wa_vouched"


class Vouched:
    """In the context: the next message made, changed or deleted was checked by this addon.

    Good for one call: what rules of a database do in its course is looked at again. No JSON
    of a client becomes an instance.
    """

    def __init__(self, reply_in=None):
        #: Id of the channel in which the gate allowed the poster's own reply; None: anything, by anybody.
        self.reply_in = reply_in
        self.is_used = False


def vouch(records, reply_in=None):
    """Return records whose next message (``message_post``, ``create``, ``write``, ``unlink``) this addon answers for.

    :param int reply_in: only a reply of the current user in this channel; author and rights are checked as ever.
    """
    return records.with_context(**{VOUCHED: Vouched(reply_in)})


def is_vouched(env):
    """Tell whether the addon answers for what is done next with this environment."""
    mark = env.context.get(VOUCHED)
    return isinstance(mark, Vouched) and not mark.is_used


def take_voucher(env):
    """Return the :class:`Vouched` of this environment and use it up, or None."""
    if not is_vouched(env):
        return None
    env.context[VOUCHED].is_used = True
    return env.context[VOUCHED]
