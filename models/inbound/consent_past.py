from odoo import api, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ...tools.window import NOT_COUNTING
from .consent import CONCERNS, SPOKEN

#: Contacts whose consents are recorded together.
BATCH = 1000


class WaInboundConsent(models.AbstractModel):
    """What customers said before consents were kept: the last message of each tells it."""

    _inherit = "wa.inbound.consent"

    @api.model
    def _record_past(self) -> None:
        """Put on record what follows from messages of customers of whom nothing is on record.

        Whoever wrote agreed to be answered; whose last word was a stop, stopped. What a
        phone or a history brought starts nothing, as ever.
        """
        ids = self._last_words()
        for chunk in split_every(BATCH, ids, self.env["wa.message"].sudo().browse):
            self.env["wa.consent"]._record([vals for row in chunk for vals in self._past_vals(row)])

    @api.model
    def _last_words(self) -> list[int]:
        """Return the id of the last message of each customer to each company that has no service consent of theirs."""
        self.env.flush_all()
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT ON (m.contact_id, m.company_id) m.id FROM wa_message m
                     WHERE m.direction = 'in' AND m.is_history IS NOT TRUE AND m.group_uid IS NULL
                       AND m.sent_at IS NOT NULL AND m.company_id IS NOT NULL AND m.kind != ALL(%s)
                       AND NOT EXISTS (
                           SELECT 1 FROM wa_consent c
                            WHERE c.contact_id = m.contact_id AND c.company_id = m.company_id AND c.purpose = 'service')
                  ORDER BY m.contact_id, m.company_id, m.sent_at DESC, m.id DESC
                    """,
                    sorted(NOT_COUNTING),
                )
            )
        ]

    @api.model
    def _past_vals(self, row: models.BaseModel) -> list[dict]:
        """Return the values of the consents one last message stands for."""
        meaning = self.env["wa.keyword"]._find(row.text, row.company_id) if row.kind in SPOKEN else None
        stopped = CONCERNS[meaning[1]] if meaning and meaning[0] == "optout" else ()
        said = dict.fromkeys(stopped, "withdrawn")
        if not stopped and self._plain(row.text, row.company_id, is_caption=True):
            said["service"] = "granted"
        return [
            {
                "contact_id": row.contact_id.id,
                "company_id": row.company_id.id,
                "purpose": purpose,
                "action": action,
                "source": "keyword" if action == "withdrawn" else "message",
                "evidence": row.text or row.preview or row.kind,
                "message_id": row.id,
                "happened_at": row.sent_at,
            }
            for purpose, action in said.items()
        ]
