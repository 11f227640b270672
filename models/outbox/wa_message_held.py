from datetime import timedelta

from odoo import api, fields, models

#: Why an accepted message still waits: WhatsApp holds it back; it has said nothing for too long.
HELD, HELD_LONG = "held_back", "held_long"
#: Hours after which a held message counts as one of which nobody knows. Meta decides nearly all within one hour.
#: Source: cloud-api reference §7.7, template pacing.
HELD_HOURS = 24
#: Messages looked at in one run.
DOUBT_LIMIT = 1000


class WaMessage(models.Model):
    """Messages that WhatsApp accepted and holds back: they have an id there, and only a status tells the rest."""

    _inherit = "wa.message"

    @api.model
    def _doubt_held(self, number):
        """Stop waiting for the status of messages that were held back a day ago, and say so.

        They are *unknown*: a late status still settles them, and only a person sends them again.

        :returns: the messages concerned
        """
        messages = self.search(
            [
                ("number_id", "=", number.id),
                ("state", "=", "sending"),
                ("wamid", "!=", False),
                ("submitted_at", "<", fields.Datetime.now() - timedelta(hours=HELD_HOURS)),
            ],
            order="id",
            limit=DOUBT_LIMIT,
        )
        messages._lock_in_order()
        # A status may have come before the lock.
        messages.invalidate_recordset(["state"], flush=False)
        messages = messages.filtered(lambda message: message.state == "sending")
        messages.write({"state": "unknown", "error_code": HELD_LONG, "error_detail": False})
        return messages
