from odoo import fields, models


class WaScheduledMessage(models.Model):
    """A planned message that is a step of a sequence: looked at again when due, followed by the next."""

    _inherit = "wa.scheduled.message"

    run_id = fields.Many2one("wa.sequence.run", "Sequence", readonly=True, index="btree_not_null", ondelete="set null")
    step_id = fields.Many2one("wa.sequence.step", readonly=True, index="btree_not_null", ondelete="set null")

    def _is_for(self, step, due):
        """Tell whether this plan is what would be planned for a step now.

        :param datetime due: naive UTC
        """
        self.ensure_one()
        sequence = step.sequence_id
        number = sequence.number_id if sequence.number_policy == "fixed" else sequence.number_id.browse()
        return (self.step_id, self.template_id, self.due_at, self.by_language, self.number_id) == (
            step, step.template_id, due, sequence.by_language, number,
        )  # fmt: skip

    # ------------------------------------------------------------------ sending

    def _group_key(self):
        return (*super()._group_key(), self.step_id)

    def _sending(self, env):
        sender, options = super()._sending(env)
        if self[:1].step_id:
            options["policy"] = self[:1].step_id.sequence_id._policy()
        return sender, options

    def _send_group(self):
        result = super()._send_group()
        self._go_on()
        return result

    def _records_to_send(self):
        if self[:1].origin != "sequence":
            return super()._records_to_send()
        lost = self.filtered(lambda plan: not plan.run_id or not plan.step_id)
        lost._cancel("record_gone")
        lost.run_id._plan_next()
        wanted = self.filtered(lambda plan: plan.state == "planned")._without_exits()._with_condition_met()
        return super(WaScheduledMessage, wanted)._records_to_send() if wanted else None

    def _without_exits(self):
        """Have those leave their sequence for whom it ends; returns the plans of the others."""
        runs = self.run_id
        for code, own in runs._due_exits().items():
            own._leave(code)
        # Left before, and this plan was not called off: sent to nobody.
        self.filtered(lambda plan: plan.state == "planned" and plan.run_id.state != "running")._cancel("no_longer_applies")
        return self.filtered(lambda plan: plan.state == "planned")

    def _with_condition_met(self):
        """Call off the steps whose condition is not met; returns the others."""
        step = self.step_id
        if not step or step.condition == "always":
            return self
        met = step._met(self.run_id, self.run_id._answers())
        missed = self.filtered(lambda plan: plan.run_id not in met)
        if step.otherwise == "end":
            # The plan gets the same reason.
            missed.run_id._leave("sequence_condition", "done")
        missed._cancel("sequence_condition")
        return self - missed

    def _note_outcome(self, outcome):
        result = super()._note_outcome(outcome)
        if self.run_id and outcome.status == "queued":
            self.run_id.conversation_id = outcome.message.conversation_id
        return result

    def _minds(self, code):
        """A sequence says itself which ends of a lead are its own."""
        sequence = self.run_id.sequence_id
        if sequence and code in ("lead_lost", "record_archived"):
            return sequence.exit_on_lost
        if sequence and code == "lead_won":
            return sequence.exit_on_won
        return super()._minds(code)

    # ----------------------------------------------------------------- going on

    def _cancel(self, code):
        result = super()._cancel(code)
        self.sudo()._go_on()
        return result

    def _postpone(self, error):
        result = super()._postpone(error)
        self._go_on()
        return result

    def _go_on(self):
        """Note steps that are settled, and plan what comes next of their sequences."""
        settled = self.filtered(
            lambda plan: (
                plan.run_id.state == "running"
                and plan.state != "planned"
                and plan.step_id not in plan.run_id.done_step_ids
                and plan.dedupe_key == plan.run_id._step_key(plan.step_id)
            )
        )
        if not settled:
            return
        now = fields.Datetime.now()
        moments = {}
        for plan in settled:
            # Whoever calls off a message early does not bring forward those after it.
            at = max(now, plan.due_at) if plan.code == "cancelled_by_person" else now
            moments.setdefault((plan.step_id, at), self.env["wa.sequence.run"])
            moments[plan.step_id, at] |= plan.run_id
        for (step, at), runs in moments.items():
            runs._settle(step, at)
        failed = settled.filtered(lambda plan: plan.state == "refused" and plan.run_id.sequence_id.on_refused == "end")
        failed.run_id._leave("sequence_refused")
        (settled - failed).run_id._plan_next()
