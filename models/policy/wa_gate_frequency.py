from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: The context key of :class:`Frequency`. An object: no JSON of a client becomes one.
FREQUENCY = "wa_frequency"
#: States of templates that the customer has got, or is about to get.
COUNTING = ("queued", "sending", "unknown", "sent", "delivered", "read", "played")
WAITING = ("queued", "sending")


class Frequency:
    """What templates some contacts got lately: read once, asked for each of many messages.

    What is decided meanwhile in the same transaction is added, so that one customer
    who comes twice in one call counts twice.
    """

    def __init__(self, contact_ids):
        # Of contacts that are only thought up (a rehearsal) too.
        self.contact_ids = frozenset(contact_ids)
        #: (contact id, purpose) -> {message id or None per new one: moment, or None while it waits}
        self._got = defaultdict(list)

    def add(self, contact_id, purpose, message_id=None, moment=None):
        """Count one template. ``moment``: when it left; None: it waits. No id: it is being made."""
        self._got[contact_id, purpose].append((message_id, moment))

    def forget(self, message):
        """Count a message no more that was refused now."""
        key = message.contact_id.id, message.purpose
        self._got[key] = [got for got in self._got[key] if got[0] != message.id]

    def count(self, contact_id, purpose, since, message=None):
        """Return how many templates of a purpose count against the next one.

        :param datetime since: those that left before do not count (naive UTC).
        :param message: the waiting ``wa.message`` to decide about. Of those that wait
            as well only earlier ones count: of two that are one too many the first leaves.
        """
        total = 0
        for message_id, moment in self._got[contact_id, purpose]:
            if message and message_id == message.id:
                continue
            if moment is None:
                total += not (message and message_id and message_id > message.id)
            else:
                total += moment > since
        return total


class WaGate(models.AbstractModel):
    """The fact that a customer got enough templates of a kind lately."""

    _inherit = "wa.gate"

    @api.model
    def _fact_values(self, conversation, kind, template=None, now=None, origin="chat", message=None):
        values = super()._fact_values(conversation, kind, template, now, origin, message)
        if kind == "template" and template:
            conversation = conversation.sudo()
            values["frequency_cap_reached"] = self._is_cap_reached(
                conversation.contact_id,
                conversation.number_id.account_id,
                values["purpose"],
                values["now"],
                message,
            )
        return values

    @api.model
    def _is_cap_reached(self, contact, account, purpose, now, message=None):
        """Tell whether one more template of this purpose would be too many for a contact.

        Counted over all numbers: the customer does not care from which of them it comes.
        """
        most, days = account._get_cap(purpose)
        if not most:
            return False
        frequency = self._get_frequency()
        if not frequency or contact.id not in frequency.contact_ids:
            frequency = self._read_frequency(contact, account, now)
        return frequency.count(contact.id, purpose, now - timedelta(days=days), message) >= most

    @api.model
    def _prefetch_frequency(self, contacts, accounts):
        """Return the gate with what these contacts got in its context: one query for all.

        :param contacts: ``wa.contact`` about which it will be asked next.
        :param accounts: ``wa.account`` records whose limits count.
        """
        frequency = self._read_frequency(contacts, accounts, fields.Datetime.now())
        return self.with_context(**{FREQUENCY: frequency})

    @api.model
    def _get_frequency(self):
        """Return the :class:`Frequency` of the context, or None."""
        frequency = self.env.context.get(FREQUENCY)
        return frequency if isinstance(frequency, Frequency) else None

    @api.model
    def _count_prepared(self, conversation, row):
        """Count a message that is about to be queued, for those that follow in the same call.

        :param dict row: values of the ``wa.message``.
        """
        frequency = self._get_frequency()
        if frequency and row.get("purpose"):
            frequency.add(conversation.sudo().contact_id.id, row["purpose"])

    @api.model
    def _forget_refused(self, message):
        """Count a waiting message no more that was refused, for those that follow in the same call."""
        if frequency := self._get_frequency():
            frequency.forget(message)

    @api.model
    def _read_frequency(self, contacts, accounts, now):
        frequency = Frequency(contacts._ids)
        periods = {}
        for account in accounts.sudo():
            for purpose in ("marketing", "utility"):
                most, days = account._get_cap(purpose)
                if most:
                    periods[purpose] = max(days, periods.get(purpose, 0))
        if not periods or not contacts.ids:
            return frequency
        messages = self.env["wa.message"].sudo()
        messages.flush_model(["contact_id", "purpose", "state", "sent_at", "submitted_at"])
        for contact_id, purpose, message_id, moment in self.env.execute_query(
            SQL(
                """
                SELECT contact_id, purpose, id,
                       CASE WHEN state = ANY(%(waiting)s) THEN NULL ELSE COALESCE(sent_at, submitted_at, create_date) END
                  FROM wa_message
                 WHERE contact_id = ANY(%(contacts)s) AND purpose = ANY(%(purposes)s) AND state = ANY(%(counting)s)
                   AND (state = ANY(%(waiting)s) OR COALESCE(sent_at, submitted_at, create_date) > %(since)s)
                """,
                contacts=contacts.ids,
                purposes=list(periods),
                counting=list(COUNTING),
                waiting=list(WAITING),
                since=now - timedelta(days=max(periods.values())),
            )
        ):
            frequency.add(contact_id, purpose, message_id, moment)
        return frequency


class WaMessage(models.Model):
    """What a template was for, frozen when it was queued: the template may change or go."""

    _inherit = "wa.message"

    purpose = fields.Char(readonly=True, copy=False, help="Of templates: utility, marketing, authentication.")

    _frequency_idx = models.Index("(contact_id, purpose)")
