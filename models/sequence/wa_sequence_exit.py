from odoo import api, fields, models

from ..concurrency import savepoint


class WaSequenceRun(models.Model):
    """What ends a sequence, at once when it happens and looked at again before each step, and how it goes on."""

    _inherit = "wa.sequence.run"

    @api.model
    def _under_way(self, leads):
        """Return the runs under way of leads; costs nothing while there are no sequences."""
        if not leads.ids or not self.env["wa.sequence"]._exist():
            return self.sudo().browse()
        return self.sudo().search([("lead_id", "in", leads.ids), ("state", "=", "running")])

    def _due_exits(self):
        """Return ``{code: runs}`` for which the sequence ends as things are now."""
        found, answers = {}, None
        running = self.sudo().filtered(lambda run: run.state == "running")
        opted_out = running._opted_out()
        for run in running:
            code = run.sequence_id._exit_of(run.lead_id, run.stage_id)
            if not code and run in opted_out and run.sequence_id.exit_on_opt_out:
                code = "sequence_opted_out"
            if not code and run.sequence_id.exit_on_reply:
                answers = running._answers() if answers is None else answers
                code = "sequence_replied" if run._ends_by(answers[run]) else None
            if code:
                found[code] = found.get(code, self.browse().sudo()) | run
        return found

    def _opted_out(self):
        """Return the runs of whose coming steps the customer wants none."""
        stopped = self.sudo().browse()
        for sequence, runs in self.grouped("sequence_id").items():
            _reachable, unwanted = sequence._people(runs.lead_id)
            stopped |= runs.filtered(
                lambda run, unwanted=unwanted: run._coming_steps()._are_unwanted(unwanted.get(run.lead_id.id, ()))
            )
        return stopped

    def _leave_if_due(self, codes):
        """Have those leave for whom the sequence ends for one of these reasons."""
        for code, runs in self._due_exits().items():
            if code in codes:
                runs._leave(code)

    @api.model
    def _on_customer_messages(self, messages):
        """Customers wrote: end what ends on that, with one query for all of them.

        :param messages: ``wa.message`` that were received just now.
        """
        if not messages or not self.env["wa.sequence"]._exist():
            return
        by_conversation = self._of_conversations(messages.conversation_id)
        ended = self.sudo().browse()
        for conversation, own in messages.grouped("conversation_id").items():
            for run in by_conversation.get(conversation.id, ()):
                news = own.filtered(lambda message, run=run: message.sent_at > run.started_at)
                if run.sequence_id.exit_on_reply and run._ends_by(news):
                    ended |= run
        if ended:
            # What fails here is looked at again before the next step is sent.
            with savepoint(self.env, f"sequences were not ended by an answer (runs {ended.ids})"):
                ended._leave("sequence_replied")

    @api.model
    def _on_opt_out(self, conversations):
        """The people of these conversations want fewer messages than before (also for other addons to call)."""
        if conversations and self.env["wa.sequence"]._exist():
            runs = self.sudo().union(*self._of_conversations(conversations).values())
            if runs:
                with savepoint(self.env, f"sequences were not ended by an opt-out (runs {runs.ids})"):
                    runs._leave_if_due(("sequence_opted_out",))

    def _move_to(self, lead):
        """Take the runs of merged leads to the lead that stays; where it has one itself, they end."""
        own = self.sudo().search([("lead_id", "=", lead.id)]).sequence_id
        for run in self.sudo().sorted(lambda run: (run.state != "running", run.id)):
            if run.sequence_id in own:
                run._leave("sequence_merged")
            else:
                run.lead_id = lead
                own |= run.sequence_id

    # ------------------------------------------------- as owner of planned messages

    @api.model
    def _scheduled_due(self, plans):
        """Steps are looked at again when they are due: has the sequence ended for somebody, is the condition met?"""
        lost = plans.filtered(lambda plan: not plan.run_id or not plan.step_id)
        lost._cancel("record_gone")
        lost.run_id._plan_next()
        due = self._without_exits(plans.filtered(lambda plan: plan.state == "planned"))
        return self._with_condition_met(due)

    @api.model
    def _without_exits(self, plans):
        """Have those leave their sequence for whom it ends; returns the plans of the others."""
        for code, own in plans.run_id._due_exits().items():
            own._leave(code)
        # Left before, and this plan was not called off: sent to nobody.
        plans.filtered(lambda plan: plan.state == "planned" and plan.run_id.state != "running")._cancel("no_longer_applies")
        return plans.filtered(lambda plan: plan.state == "planned")

    @api.model
    def _with_condition_met(self, plans):
        """Call off the steps whose condition is not met; returns the others."""
        step = plans.step_id
        if not step or step.condition == "always":
            return plans
        met = step._met(plans.run_id, plans.run_id._answers())
        missed = plans.filtered(lambda plan: plan.run_id not in met)
        if step.otherwise == "end":
            # The plan gets the same reason.
            missed.run_id._leave("sequence_condition", "done")
        missed._cancel("sequence_condition")
        return plans - missed

    @api.model
    def _scheduled_options(self, plan):
        """From which number its messages go is the sequence's to say."""
        return {"policy": plan.step_id.sequence_id._policy()} if plan.step_id else {}

    @api.model
    def _scheduled_minds(self, plan, code):
        """A sequence says itself which ends of a lead are its own."""
        sequence = plan.run_id.sequence_id
        if sequence and code in ("lead_lost", "record_archived"):
            return sequence.exit_on_lost
        if sequence and code == "lead_won":
            return sequence.exit_on_won
        return True

    @api.model
    def _scheduled_outcome(self, plan, outcome):
        """Where a step was sent, the answer is awaited."""
        if plan.run_id and outcome.status == "queued":
            plan.run_id.conversation_id = outcome.message.conversation_id

    @api.model
    def _scheduled_settled(self, plans):
        """Note steps that are settled, and plan what comes next of their sequences."""
        settled = plans.filtered(
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


class WaSequenceStep(models.Model):
    """Which consent a step needs."""

    _inherit = "wa.sequence.step"

    def _purpose(self):
        """Return ``marketing`` or ``service``: what the customer has to want for this step to be sent."""
        self.ensure_one()
        return "marketing" if self.sudo().template_id.category == "MARKETING" else "service"

    def _are_unwanted(self, purposes):
        """Tell whether the customer wants none of these steps; one that is still wanted is reason to go on.

        :param purposes: those the customer wants nothing of, see ``wa.conversation._wa_unwanted``.
        """
        return bool(self) and bool(purposes) and all(step._purpose() in purposes for step in self)
