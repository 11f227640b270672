import logging

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.status import reached
from ..concurrency import commit_in_halves
from ..cron_trigger import trigger_once

_logger = logging.getLogger(__name__)

#: Messages whose rules run in one transaction.
BATCH = 50


class WaMessage(models.Model):
    """Rules about statuses: noted where a state changes, run by a job of their own.

    States change in the sender, where a result that is lost would leave a message in
    doubt, and thousands of times a second when reports come in. Neither waits for rules:
    they only note the state before the change, and only if some rule asks for it. The
    note and what the rule did go in one transaction, so that it is done once.
    """

    _inherit = "wa.message"

    rules_from = fields.Char(
        "Rules Wait Since State", readonly=True, copy=False, help="The state before the changes rules still have to see."
    )
    _rules_idx = models.Index("(id) WHERE rules_from IS NOT NULL")

    # ------------------------------------------------------------------- noting

    @api.model
    def _states_for_rules(self, message_ids):
        """Return ``{id: state}`` before a change, for :meth:`_note_for_rules`; empty when no rule asks."""
        if not self.env["base.automation"]._wa_statuses():
            return {}
        return {message.id: message.state for message in self.browse(message_ids)}

    @api.model
    def _note_for_rules(self, former):
        """Note that states rose, for the rules that wait for what they reached.

        :param dict former: ``{id: state before}``
        """
        wanted = self.env["base.automation"]._wa_statuses()
        if not wanted or not former:
            return
        rows = [
            (message.id, former[message.id])
            for message in self.browse(former)
            if not wanted.isdisjoint(reached(former[message.id], message.state))
        ]
        if not rows:
            return
        self.flush_model(["rules_from"])
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
        self.browse([row[0] for row in rows]).invalidate_recordset(["rules_from"], flush=False)
        trigger_once(self.env.ref("crm_whatsapp.ir_cron_wa_rule"), fields.Datetime.now())

    # ------------------------------------------------------------------ running

    @api.model
    def _cron_run_rules(self):
        """Run the rules about statuses that were noted. Body of a scheduled job."""
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
            messages, last = self.browse([row[0] for row in rows]), rows[-1][0]
            messages._run_noted_rules()
            left = self.env["ir.cron"]._commit_progress(len(messages))

    def _run_noted_rules(self):
        """Run and COMMIT; on a conflict with another transaction, halves of them."""
        commit_in_halves(
            self.env,
            self,
            lambda messages: self.env["wa.rule"]._on_status(messages._take_notes()),
            lambda message, error: _logger.warning(
                "WhatsApp message %s: its rules wait for the next run: %s", message.id, error
            ),
        )

    def _take_notes(self):
        """Lock and clear the notes of these messages; returns ``{wa.message: state before}``."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE wa_message m SET rules_from = NULL
                  FROM (SELECT id, rules_from FROM wa_message
                         WHERE id = ANY(%s) AND rules_from IS NOT NULL
                         ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) taken
                 WHERE m.id = taken.id RETURNING taken.id, taken.rules_from
                """,
                self.ids,
            )
        )
        messages = self.browse(sorted(row[0] for row in rows))
        messages.invalidate_recordset(["rules_from"], flush=False)
        former = dict(rows)
        return {message: former[message.id] for message in messages}
