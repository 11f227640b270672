from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.window import NOT_COUNTING, window_until

#: The context key of :class:`SimulatedClock`.
MOMENTS = "wa_dry_run_moments"


class SimulatedClock:
    """When each record's message would leave: the gate is asked as if it were then.

    An object: no JSON of a client becomes one, so nobody can move the gate's clock.
    """

    def __init__(self, by_record):
        """:param dict by_record: ``{record id: naive UTC datetime}``"""
        self._by_record = by_record
        #: The moment of the record that is looked at right now.
        self.current = None

    def turn_to(self, record):
        """Set the clock for a record."""
        self.current = self._by_record.get(record.id)


class WaSending(models.AbstractModel):
    """In a rehearsal each record has its own moment."""

    _inherit = "wa.sending"

    def _prepare_safely(self, conversation, record, origin, dedupe_key, content):
        moments = self.env.context.get(MOMENTS)
        if isinstance(moments, SimulatedClock):
            moments.turn_to(record)
        return super()._prepare_safely(conversation, record, origin, dedupe_key, content)


class WaGate(models.AbstractModel):
    """In a rehearsal night and window are those of the moment, everything else is as it is today."""

    _inherit = "wa.gate"

    @api.model
    def _facts(self, conversation, kind, template=None, now=None, *args, **kwargs):
        facts = super()._facts(conversation, kind, template, now, *args, **kwargs)
        moments = self.env.context.get(MOMENTS)
        if not isinstance(moments, SimulatedClock) or not moments.current:
            return facts
        moment, today = moments.current, fields.Datetime.now()
        quiet_until = self._quiet_at(conversation, moment)
        # A text needs the window; at night it tells whether the customer was awake.
        needs_window = kind == "free" or (quiet_until and quiet_until > moment)
        return replace(
            facts,
            now=moment,
            # No person sits behind what is rehearsed.
            origin="automation",
            window_until=self._window_at(conversation, moment) if needs_window else None,
            quiet_until=quiet_until,
            # A limit that is over by now says nothing about that rule.
            contact_hold_until=self._still(facts.contact_hold_until, today),
            number_hold_until=self._still(facts.number_hold_until, today),
        )

    @api.model
    def _still(self, until, today):
        return until if until and until > today else None

    @api.model
    def _window_at(self, conversation, moment):
        """Return until when one could write freely in a conversation, seen from a moment (naive UTC), or None."""
        if not conversation._origin.id:
            return None
        self.env["wa.message"].flush_model(["conversation_id", "direction", "kind", "mail_message_id"])
        self.env["mail.message"].flush_model(["date"])
        [[latest]] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(COALESCE(shown.date, message.create_date))
                  FROM wa_message message
             LEFT JOIN mail_message shown ON shown.id = message.mail_message_id
                 WHERE message.conversation_id = %s AND message.direction = 'in'
                   AND NOT message.kind = ANY(%s)
                   AND COALESCE(shown.date, message.create_date) <= %s
                """,
                conversation._origin.id,
                sorted(NOT_COUNTING),
                moment,
            )
        )
        return window_until(latest) if latest else None

    @api.model
    def _quiet_at(self, conversation, moment):
        """Return until when it is quiet at the customer's place at a moment (naive UTC), or None."""
        conversation = conversation.sudo()
        contact, account = conversation.contact_id, conversation.number_id.account_id
        return self._get_quiet_until(contact, account, contact._get_country_rules(account.company_id), moment)
