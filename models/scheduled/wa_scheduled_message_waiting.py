from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..outbox.results import settle

#: Messages that were handed over longer ago are looked at again before they leave.
FRESH = timedelta(minutes=1)
#: Reasons that end a sequence without anything being wrong with what was handed over before.
ONLY_WHAT_FOLLOWS = ("sequence_refused", "sequence_condition")


class WaScheduledMessage(models.Model):
    """What is overtaken by events: plans that wait for their time, and messages handed over that wait for their turn."""

    _inherit = "wa.scheduled.message"

    # ------------------------------------------------------- plans of the future

    def _endings_now(self):
        """Return ``{plan: codes}`` of what holds now and did not when it was planned, as far as the owner minds."""
        found = {}
        for model, plans in self.grouped("res_model").items():
            if model not in self.env:
                continue
            records = self.env[model].sudo().with_context(active_test=False).browse(plans.mapped("res_id")).exists()
            endings = records._wa_endings()
            for plan in plans:
                codes = [
                    code
                    for code in endings.get(plan.res_id, ())
                    if code not in (plan.ended_then or "").split(",") and plan._owner()._scheduled_minds(plan, code)
                ]
                if codes:
                    found[plan] = codes
        return found

    def _call_off_ended(self):
        """Call off plans whose record has come to an end since they were made; returns the others."""
        ended = self._endings_now()
        for plan, codes in ended.items():
            plan._cancel(codes[0])
        return self.filtered(lambda plan: plan not in ended)

    # ------------------------------------------------- messages handed over before

    @api.model
    def _call_off_overtaken(self, messages):
        """Call off queued messages that nothing wants sent any more; the gate does not know what a message was for.

        :param messages: ``wa.message`` about to leave.
        :returns: the others
        """
        return self._without_ended(self._without_unwanted(messages))

    @api.model
    def _without_unwanted(self, messages):
        """Somebody who answers at night ends the sequence at once, so its next message must not come in the morning;
        nor a reminder for whoever has answered since."""
        own = messages.filtered(lambda message: message.origin in ("automation", "sequence"))
        if not own:
            return messages
        self.env.flush_all()
        withdrawn = messages.browse()
        for message_id, plan_id, code in self.env.execute_query(self._unwanted_query(own)):
            withdrawn |= self.browse(plan_id)._withdraw(messages.browse(message_id), code)
        return messages - withdrawn

    @api.model
    def _unwanted_query(self, messages):
        return SQL(
            """
            SELECT m.id, d.id, CASE WHEN r.state IN ('left', 'cancelled') THEN r.code ELSE 'sequence_replied' END
              FROM wa_scheduled_message d
              JOIN wa_message m ON m.id = d.message_id
              JOIN wa_conversation c ON c.id = m.conversation_id
         LEFT JOIN wa_sequence_run r ON r.id = d.run_id
         LEFT JOIN wa_sequence s ON s.id = r.sequence_id
         LEFT JOIN ir_act_server a ON a.id = d.action_id
         LEFT JOIN base_automation b ON b.id = a.base_automation_id
         LEFT JOIN ir_model_fields f ON f.id = b.trg_date_id
             WHERE d.message_id = ANY(%(ids)s)
               AND (r.state IN ('left', 'cancelled') AND r.code != ALL(%(only_what_follows)s)
                    OR c.last_inbound_at > m.create_date
                       AND (r.state = 'done' AND s.exit_on_reply OR f.name = 'wa_awaiting_since'))
            """,
            ids=messages.ids,
            only_what_follows=list(ONLY_WHAT_FOLLOWS),
        )

    @api.model
    def _without_ended(self, messages):
        """What waited for the morning, or behind ten thousand others, and whose record has come to an end meanwhile."""
        since = fields.Datetime.now() - FRESH
        waited = messages.filtered(
            lambda message: message.origin in ("automation", "sequence", "bulk") and message.create_date < since
        )
        if not waited:
            return messages
        withdrawn = messages.browse()
        for plan, codes in self.sudo().search([("message_id", "in", waited.ids)])._endings_now().items():
            withdrawn |= plan._withdraw(messages.browse(plan.message_id.id), codes[0])
        return messages - withdrawn

    def _withdraw(self, message, code):
        """Call off this plan, which was handed over, with its message; returns the message.

        The owner has planned what comes next long ago, when it was handed over.
        """
        settle(message, {"state": "cancelled", "error_code": code, "error_detail": False, "next_attempt_at": False})
        self.sudo().write({"state": "cancelled", "code": code})
        return message
