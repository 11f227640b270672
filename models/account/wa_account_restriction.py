from odoo import api, fields, models

from ...tools.gate import RESTRICTIONS
from .meta_words import meta_word


class WaAccount(models.Model):
    """What WhatsApp does not allow an account for now: several things at once, each with its own end."""

    _inherit = "wa.account"

    restrictions = fields.Json(
        readonly=True, copy=False, help="Meta's word for each restriction, and until when; empty: until it says otherwise."
    )
    restriction_note = fields.Char("Restricted", compute="_compute_restriction_note")

    @api.depends("restrictions")
    @api.depends_context("lang", "tz")
    def _compute_restriction_note(self):
        now = fields.Datetime.now()
        for account in self:
            parts = []
            for name in sorted(account._get_restrictions(now, known_only=False)):
                until = fields.Datetime.to_datetime(account.restrictions[name])
                moment = until and fields.Datetime.context_timestamp(account, until)
                words = meta_word(self.env, name)
                parts.append(f"{words} ({moment:%Y-%m-%d %H:%M})" if moment else words)
            account.restriction_note = ", ".join(parts) or False

    def _get_restrictions(self, now, known_only=True):
        """Return Meta's words for what this account may not do now, as a frozenset.

        :param datetime now: naive UTC; what has run out by then does not count.
        :param bool known_only: only those the gate knows the meaning of.
        """
        self.ensure_one()
        moment = fields.Datetime.to_string(now)
        return frozenset(
            name
            for name, until in (self.restrictions or {}).items()
            if (not until or until > moment) and (name in RESTRICTIONS or not known_only)
        )

    def _add_restrictions(self, ends, is_late=False):
        """Return the field values after WhatsApp named restrictions.

        Those it named before run on until their end; one without an end holds only as
        long as WhatsApp goes on naming it, because nothing else would ever lift it.

        :param dict ends: ``{Meta's word: end as naive UTC, or None}``
        :param bool is_late: WhatsApp has said something newer since: that stays.
        """
        self.ensure_one()
        now = fields.Datetime.to_string(fields.Datetime.now())
        known = (self.restrictions or {}).items()
        kept = {name: until for name, until in known if (until and until > now) or (is_late and not until)}
        named = {name: fields.Datetime.to_string(end) if end else False for name, end in ends.items()}
        restrictions = named | kept if is_late else kept | named
        latest = max((until for until in restrictions.values() if until), default=False)
        return {
            "restrictions": restrictions or False,
            "restriction": ", ".join(restrictions) or False,
            "restricted_until": latest,
        }

    def action_lift_restrictions(self):
        """Forget what WhatsApp restricted: a person saw in WhatsApp Manager that it is over."""
        self.check_access("write")
        self.sudo().write(self._no_restrictions())
        self.number_ids._trigger_sender()
        self._sync_problems()

    @api.model
    def _no_restrictions(self):
        return {"restrictions": False, "restriction": False, "restricted_until": False}
