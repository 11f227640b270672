from __future__ import annotations

import threading
import time

from odoo import api, fields, models
from odoo.tools import SQL

#: Refused requests that one process writes down at once; after that, one write a second holds all that came.
BURST = 25
_buckets = {}
_buckets_lock = threading.Lock()


def _to_write(key, is_ours):
    """Return ``(refused, refused and about us)`` to write down now, or None: later, together with others.

    Strangers decide how often this is asked, so how often it is written must not follow.
    """
    with _buckets_lock:
        tokens, since, count, ours = _buckets.get(key, (BURST, time.monotonic(), 0, 0))
        now = time.monotonic()
        tokens = min(BURST, tokens + now - since)
        count, ours = count + 1, ours + is_ours
        if tokens < 1:
            _buckets[key] = (tokens, now, count, ours)
            return None
        _buckets[key] = (tokens - 1, now, 0, 0)
        return count, ours


class WaWebhookHealth(models.Model):
    """How many webhook requests of an account were refused.

    A row of its own because strangers can make it change: their noise must not
    lock the account, which the sender and administrators write to. What names one of our
    accounts and is not signed with our secret is counted as a series of its own: that is
    what WhatsApp sends when the app secret changed. Anybody can knock with something else.
    """

    _name = "wa.webhook.health"
    _description = "WhatsApp Webhook Health"
    _rec_name = "account_id"

    account_id = fields.Many2one("wa.account", required=True, ondelete="cascade")
    refused_count = fields.Integer(readonly=True, default=0)
    last_refused_at = fields.Datetime(readonly=True)
    series_count = fields.Integer(readonly=True, default=0, help="Refused in a row that name an account of ours.")
    series_last_at = fields.Datetime(readonly=True)
    series_event_uid = fields.Integer(
        readonly=True, default=0, help="The newest webhook there was at that moment: one with a higher id came since."
    )

    _account_uniq = models.Constraint("UNIQUE(account_id)", "One row per account.")

    @api.model
    def _count_refused(self, account_id: int, body: bytes = b"") -> None:
        """Count one refused request; skipped when another request counts right now.

        :param bytes body: as it came, of nobody knows whom.
        """
        ours = self._names_us(account_id, body)
        found = _to_write((self.env.cr.dbname, account_id), ours)
        if found is None:
            return
        count, ours = found
        self.env.cr.execute(
            SQL(
                """
                UPDATE wa_webhook_health h
                   SET refused_count = COALESCE(refused_count, 0) + %(count)s,
                       last_refused_at = %(now)s,
                       series_count = CASE
                           WHEN %(ours)s = 0 THEN series_count
                           WHEN EXISTS (SELECT 1 FROM wa_webhook_event e
                                         WHERE e.account_id = h.account_id AND e.id > h.series_event_uid) THEN %(ours)s
                           ELSE COALESCE(series_count, 0) + %(ours)s END,
                       series_last_at = CASE WHEN %(ours)s = 0 THEN series_last_at ELSE %(now)s END,
                       series_event_uid = CASE WHEN %(ours)s = 0 THEN series_event_uid
                                               ELSE COALESCE((SELECT MAX(id) FROM wa_webhook_event), 0) END
                 WHERE id = (SELECT id FROM wa_webhook_health
                              WHERE account_id = %(account)s FOR UPDATE SKIP LOCKED)
                """,
                count=count,
                ours=ours,
                now=fields.Datetime.now(),
                account=account_id,
            )
        )

    @api.model
    def _names_us(self, account_id: int, body: bytes) -> bool:
        """Tell whether a body names this account, or another one of the same app: nobody outside knows these ids."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT other.waba_id FROM wa_account own
                  JOIN wa_account other ON other.id = own.id OR other.app_id = own.app_id
                 WHERE own.id = %s
                """,
                account_id,
            )
        )
        return any(f'"{waba_id}"'.encode() in body for [waba_id] in rows)

    @api.model
    def _forget_series(self, accounts: models.BaseModel) -> None:
        """Begin anew: the secret was entered again, or proved right."""
        self.sudo().search([("account_id", "in", accounts.ids), ("series_count", ">", 0)]).series_count = 0
