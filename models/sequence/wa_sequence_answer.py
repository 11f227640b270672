import re

from odoo import api, models
from odoo.tools import SQL

from ..inbound.context import EFFECTS, THIN


class WaSequenceRun(models.Model):
    """What the customer of a run answered."""

    _inherit = "wa.sequence.run"

    @api.model
    def _pairs_sql(self, condition):
        """Return SQL of ``(run, conversation)``: where the customer of a lead under way writes to us.

        The lead's own conversations, those with its customer, and the one we last wrote in.

        :param SQL condition: on the run ``r`` and the conversation ``c``.
        """
        return SQL(
            """
            SELECT r.id AS run_id, c.id AS conversation_id FROM wa_sequence_run r
              JOIN wa_conversation c ON c.lead_id = r.lead_id
             WHERE r.state = 'running' AND %(condition)s
            UNION
            SELECT r.id, c.id FROM wa_sequence_run r
              JOIN crm_lead l ON l.id = r.lead_id
              JOIN wa_conversation c ON c.partner_id = l.partner_id
             WHERE r.state = 'running' AND %(condition)s
            UNION
            SELECT r.id, c.id FROM wa_sequence_run r
              JOIN wa_conversation c ON c.id = r.conversation_id
             WHERE r.state = 'running' AND %(condition)s
            """,
            condition=condition,
        )

    @api.model
    def _of_conversations(self, conversations):
        """Return ``{conversation id: runs under way}`` of the people in these conversations, with one query."""
        self.env.flush_all()
        found = {}
        for run_id, conversation_id in self.env.execute_query(self._pairs_sql(SQL("c.id = ANY(%s)", conversations.ids))):
            found.setdefault(conversation_id, []).append(run_id)
        return {key: self.sudo().browse(ids) for key, ids in found.items()}

    def _answers(self):
        """Return ``{run: wa.message}``: what customers wrote since they were added, oldest first."""
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.run_id, m.id FROM (%s) p
                  JOIN wa_sequence_run r ON r.id = p.run_id
                  JOIN wa_message m ON m.conversation_id = p.conversation_id
                 WHERE m.direction = 'in' AND m.sent_at > r.started_at
                   AND m.is_history IS NOT TRUE AND m.kind != ALL(%s)
                 ORDER BY m.id
                """,
                self._pairs_sql(SQL("r.id = ANY(%s)", self.ids)),
                [*EFFECTS, *THIN],
            )
        )
        found: dict[int, tuple[int, ...]] = dict.fromkeys(self.ids, ())
        for run_id, message_id in rows:
            found[run_id] += (message_id,)
        messages = self.env["wa.message"].sudo()
        return {run: messages.browse(found[run.id]) for run in self}

    def _ends_by(self, messages):
        """Tell whether one of these messages is an answer that no coming step waits for."""
        self.ensure_one()
        waiting = self._coming_steps().filtered(lambda step: step.condition in ("button", "keyword"))
        return any(not any(step._is_answered_by(self, message) for step in waiting) for message in messages)


class WaSequenceStep(models.Model):
    """Whether the condition of a step is met."""

    _inherit = "wa.sequence.step"

    def _is_answered_by(self, run, message):
        """Tell whether a customer's message is the tap or the word this step waits for."""
        self.ensure_one()
        if self.condition == "button":
            return self._is_tapped_by(run, message)
        if self.condition == "keyword":
            text = (message.text or "").casefold()
            return any(re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text) for word in self._words())
        return False

    def _is_tapped_by(self, run, message):
        """A tap counts by the place of its button: its label is in the customer's language."""
        quoted = message.quoted_id
        head, _colon, step_id = (quoted.dedupe_key or "").rpartition(":")
        if message.kind != "button" or head != f"sequence:{run.id}:{run.round}":
            return False
        sent = quoted.template_id
        step = self.browse(int(step_id)).exists()
        base = step.template_id or sent
        if self.button_template_id and self.button_template_id not in (base, sent):
            return False
        labels = sent.button_ids.mapped("text")
        own = base.button_ids.mapped("text")
        place = labels.index(message.text) if message.text in labels else -1
        label = own[place] if 0 <= place < len(own) else message.text
        return (label or "").strip().casefold() == (self.button_text or "").strip().casefold()

    def _met(self, runs, answers):
        """Return those runs for which the condition of this step is met now.

        :param dict answers: see ``_answers``.
        """
        self.ensure_one()
        if self.condition == "always":
            return runs
        if self.condition == "domain":
            leads = self.env["crm.lead"].sudo().with_context(active_test=False)
            domain = self._parse_domain(self.condition_domain) & self._parse_domain(str([("id", "in", runs.lead_id.ids)]))
            fitting = leads.search(domain)
            return runs.filtered(lambda run: run.lead_id.id in fitting.ids)
        if self.condition == "no_answer":
            return runs.filtered(lambda run: not any(m.sent_at > run.last_at for m in answers[run]))
        return runs.filtered(lambda run: any(self._is_answered_by(run, m) for m in answers[run]))
