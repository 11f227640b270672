from odoo import models
from odoo.tools import SQL

#: Reasons that end a sequence without anything being wrong with what was handed over before.
ONLY_WHAT_FOLLOWS = ("sequence_refused", "sequence_condition")


class WaMessage(models.Model):
    """A planned message that was handed over and still waits, for the morning or its turn: is it still wanted?"""

    _inherit = "wa.message"

    def _withdraw_unwanted(self):
        """Call off what is overtaken by events; the gate does not know what a message was for.

        Somebody who answers at night ends the sequence at once, so its next message must
        not come in the morning; nor a reminder for whoever has answered since.

        :returns: the other messages
        """
        own = self.filtered(lambda message: message.origin in ("automation", "sequence"))
        if not own:
            return self
        self.env.flush_all()
        withdrawn = self.browse()
        for message_id, dispatch_id, code in self.env.execute_query(self._unwanted_query(own)):
            message = self.browse(message_id)
            message._withdraw(self.env["wa.scheduled.message"].browse(dispatch_id), code)
            withdrawn |= message
        return self - withdrawn

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
