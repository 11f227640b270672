from datetime import datetime

from odoo import fields, models


def trigger_once(cron: models.BaseModel, at: datetime) -> None:
    """Have a scheduled job run at a moment, unless it is to run by then anyway.

    Every call of ``ir.cron._trigger`` adds a row, and every row wakes the job: a
    worker that asks for the same moment at the end of each run would drown in them.

    :param cron: ``ir.cron`` record.
    :param at: naive UTC; a moment that has passed wakes the job at once.
    """
    cron = cron.sudo()
    now = fields.Datetime.now()
    if at <= now:
        # Without fractions of a second: with them, Odoo takes it for the future and tells nobody.
        cron._trigger()
    elif not cron.env["ir.cron.trigger"].search_count(
        [("cron_id", "=", cron.id), ("call_at", ">", now), ("call_at", "<=", at)], limit=1
    ):
        cron._trigger(at)
