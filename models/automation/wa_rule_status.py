from __future__ import annotations

import logging
from collections.abc import Iterable

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.status import reached
from ..concurrency import commit_in_halves
from ..cron_trigger import trigger_once

_logger = logging.getLogger(__name__)

#: Messages whose rules run in one transaction.
BATCH = 50


class WaRuleStatus(models.AbstractModel):
    """Rules about statuses: noted where a state changes, run by a job of their own.

    States change in the sender, where a result that is lost would leave a message in
    doubt, and thousands of times a second when reports come in. Neither waits for rules:
    they only note the state before the change (``wa.message.rules_from``), and only if some rule asks
    for it. The note and what the rule did go in one transaction, so that it is done once.
    """

    _name = "wa.rule.status"
    _description = "Rules About WhatsApp Statuses"

    # ------------------------------------------------------------------ noting

    @api.model
    def _former_states(self, message_ids: Iterable[int]) -> dict[int, str]:
        """Return ``{id: state}`` before a change, for :meth:`_note`; empty when no rule asks."""
        if not self.env["base.automation"]._wa_statuses():
            return {}
        return {message.id: message.state for message in self.env["wa.message"].browse(message_ids)}

    @api.model
    def _note(self, former: dict[int, str]) -> None:
        """Note that states rose, for the rules that wait for what they reached.

        :param dict former: ``{id: state before}``
        """
        messages, wanted = self.env["wa.message"], self.env["base.automation"]._wa_statuses()
        if not wanted or not former:
            return
        rows = [
            (message.id, former[message.id])
            for message in messages.browse(former)
            if not wanted.isdisjoint(reached(former[message.id], message.state))
        ]
        if not rows:
            return
        messages.flush_model(["rules_from"])
        execute_values(
            self.env.cr._obj,
            """
            UPDATE wa_message m SET rules_from = v.former
              FROM (VALUES %s) AS v (id, former)
             WHERE m.id = v.id AND m.rules_from IS NULL
            """,
            rows,
            page_size=len(rows),
        )
        messages.browse([row[0] for row in rows]).invalidate_recordset(["rules_from"], flush=False)
        trigger_once(self.env.ref("crm_whatsapp.ir_cron_wa_rule"), fields.Datetime.now())

    # ----------------------------------------------------------------- running

    @api.model
    def _run_all(self) -> None:
        """Run the rules about statuses that were noted."""
        left, last = float("inf"), 0
        while left > 0:
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM wa_message WHERE rules_from IS NOT NULL AND id > %s ORDER BY id LIMIT %s",
                    last,
                    BATCH,
                )
            )
            if not rows:
                break
            messages, last = self.env["wa.message"].browse([row[0] for row in rows]), rows[-1][0]
            self._run(messages)
            left = self.env["ir.cron"]._commit_progress(len(messages))

    @api.model
    def _run(self, messages: models.BaseModel) -> None:
        """Run the noted rules of messages and COMMIT; on a conflict with another transaction, halves of them."""
        commit_in_halves(
            self.env,
            messages,
            lambda part: self.env["wa.rule"]._on_status(self._take_notes(part)),
            lambda message, error: _logger.warning(
                "WhatsApp message %s: its rules wait for the next run: %s", message.id, error
            ),
        )

    @api.model
    def _take_notes(self, messages: models.BaseModel) -> dict[models.BaseModel, str]:
        """Lock and clear the notes of messages; returns ``{wa.message: state before}``."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE wa_message m SET rules_from = NULL
                  FROM (SELECT id, rules_from FROM wa_message
                         WHERE id = ANY(%s) AND rules_from IS NOT NULL
                         ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) taken
                 WHERE m.id = taken.id RETURNING taken.id, taken.rules_from
                """,
                messages.ids,
            )
        )
        taken = messages.browse(sorted(row[0] for row in rows))
        taken.invalidate_recordset(["rules_from"], flush=False)
        former = dict(rows)
        return {message: former[message.id] for message in taken}
