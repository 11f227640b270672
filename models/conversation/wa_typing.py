from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: WhatsApp shows "typing…" for 25 seconds; renewed a little earlier. Source: Meta, "Typing indicators".
TYPING_SECONDS = 20
#: A colleague who stopped typing that long ago is not shown as typing any more.
STALE_SECONDS = 8


class WaConversation(models.Model):
    """The word "typing…" on the customer's phone while a colleague writes: a courtesy, never worth a wait."""

    _inherit = "wa.conversation"

    typing_wamid = fields.Char(readonly=True, copy=False, help="Answer that is being typed, to be shown at WhatsApp.")
    typing_at = fields.Datetime(readonly=True, copy=False)

    def _queue_typing(self):
        """Have "typing…" shown to the customer, at most every 20 seconds.

        It also marks the message that is being answered as read. A row that somebody
        else is changing is left alone: the next letter is typed soon.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if self.typing_at and self.typing_at > now - timedelta(seconds=TYPING_SECONDS):
            return
        if not self.env["wa.gate"]._decide(self, "free").allowed:
            return
        answered = self.env["wa.message"].search(
            [("conversation_id", "=", self.id), ("direction", "=", "in"), ("wamid", "!=", False)], limit=1
        )
        if not answered:
            return
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE wa_conversation SET typing_wamid = %s, typing_at = %s
                 WHERE id = (SELECT id FROM wa_conversation WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)
                """,
                answered.wamid,
                now,
                self.id,
            )
        )
        self.invalidate_recordset(["typing_wamid", "typing_at"], flush=False)
        self.number_id._trigger_sender()


class WaNumber(models.Model):
    """The sender's part of "typing…"."""

    _inherit = "wa.number"

    @api.model
    def _is_stale(self, moment):
        return moment < fields.Datetime.now() - timedelta(seconds=STALE_SECONDS)

    def _collect_typing(self):
        """Return the wamids to answer with "typing…", and forget them; what is too late is dropped."""
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                   UPDATE wa_conversation c SET typing_wamid = NULL
                     FROM (SELECT id, typing_wamid FROM wa_conversation
                            WHERE number_id = %s AND typing_wamid IS NOT NULL
                              FOR NO KEY UPDATE SKIP LOCKED) due
                    WHERE c.id = due.id
                RETURNING due.typing_wamid, c.typing_at
                """,
                self.id,
            )
        )
        return [wamid for wamid, moment in rows if not self._is_stale(moment)]
