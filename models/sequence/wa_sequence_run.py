from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [("running", "Under way"), ("done", "Done"), ("left", "Left"), ("cancelled", "Taken out")]


class WaSequenceRun(models.Model):
    """One lead in one sequence: how far it is, and why it ended.

    It is kept for ever, so that nobody gets the same sequence twice by mistake. While it
    is under way exactly one message is planned, its next step.
    """

    _name = "wa.sequence.run"
    _inherit = ["wa.scheduled.owner"]
    _description = "Lead in a WhatsApp Sequence"
    _order = "id desc"
    _rec_name = "sequence_id"

    sequence_id = fields.Many2one("wa.sequence", required=True, readonly=True, index=True, ondelete="restrict")
    lead_id = fields.Many2one("crm.lead", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", "Added By", readonly=True, ondelete="set null")
    by_hand = fields.Boolean(
        "Added by a Person", readonly=True, help="Its messages go only to customers whom this person may write to."
    )
    stage_id = fields.Many2one("crm.stage", "Stage When Added", readonly=True, ondelete="set null")
    state = fields.Selection(STATES, required=True, readonly=True, default="running", index=True)
    code = fields.Selection("_selection_code", "Why", readonly=True)
    reason = fields.Char(compute="_compute_reason")
    started_at = fields.Datetime("Added", required=True, readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    last_at = fields.Datetime("Last Step", required=True, readonly=True, help="What the wait of the next step is counted from.")
    # How often it was started: part of the key with which a step is sent once.
    round = fields.Integer(default=1, required=True, readonly=True)
    done_step_ids = fields.Many2many("wa.sequence.step", string="Steps Done", readonly=True)
    conversation_id = fields.Many2one(
        "wa.conversation", readonly=True, index="btree_not_null", ondelete="set null", help="Where the last step was sent."
    )
    scheduled_message_ids = fields.One2many("wa.scheduled.message", "run_id", "Messages", readonly=True)
    next_step_id = fields.Many2one("wa.sequence.step", compute="_compute_next")
    next_at = fields.Datetime("Next Message", compute="_compute_next")

    _lead_uniq = models.Constraint("UNIQUE(sequence_id, lead_id)", "A lead is in a sequence at most once.")
    _running_idx = models.Index("(lead_id) WHERE state = 'running'")

    # ------------------------------------------------------------------ compute

    @api.model
    def _selection_code(self):
        return self.env["wa.failure"]._selection()

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_reason(self):
        for run in self:
            run.reason = self.env["wa.failure"]._sentence(run.code) if run.code else False

    @api.depends("scheduled_message_ids.state", "scheduled_message_ids.due_at")
    def _compute_next(self):
        planned = self._planned()
        for run in self:
            plan = planned.get(run.id, self.env["wa.scheduled.message"])
            run.next_step_id = plan.step_id
            run.next_at = plan.due_at

    def _planned(self):
        """Return ``{run id: wa.scheduled.message}``: the next message of each, as far as one is planned."""
        found = self.env["wa.scheduled.message"].sudo().search([("run_id", "in", self.ids), ("state", "=", "planned")])
        return {plan.run_id.id: plan for plan in found}

    # ----------------------------------------------------------------- planning

    def _coming_steps(self):
        """Return the steps that are not done yet, in their order now."""
        self.ensure_one()
        return self.sequence_id._ordered_steps() - self.done_step_ids

    def _step_key(self, step):
        """Return the key with which a step is planned and sent once."""
        self.ensure_one()
        return f"sequence:{self.id}:{self.round}:{step.id}"

    def _plan_next(self):
        """Have exactly the next step planned of each run that is under way; one without any is done."""
        running = self.sudo().filtered(lambda run: run.state == "running")
        planned, wanted = running._planned(), {}
        stale, done = self.env["wa.scheduled.message"].sudo(), self.browse().sudo()
        for run in running:
            current = planned.get(run.id)
            step = run._coming_steps()[:1]
            if not step:
                done |= run
            due = step._due_after(run.last_at) if step else None
            if current and self._is_planned_as(current, step, due):
                continue
            if current:
                stale |= current
            if step:
                wanted.setdefault((step, run.user_id, run.by_hand), {})[run.lead_id.id] = (run, due)
        # Nothing came of these: another plan stands in their place.
        stale.unlink()
        done.write({"state": "done", "ended_at": fields.Datetime.now()})
        for (step, user, by_hand), by_lead in wanted.items():
            self._plan_step(step, user, by_hand, by_lead)

    @api.model
    def _is_planned_as(self, plan, step, due):
        """Tell whether a plan is what would be planned for a step now.

        :param datetime due: naive UTC
        """
        sequence = step.sequence_id
        number = sequence.number_id if sequence.number_policy == "fixed" else sequence.number_id.browse()
        return (plan.step_id, plan.template_id, plan.due_at, plan.by_language, plan.number_id) == (
            step, step.template_id, due, sequence.by_language, number,
        )  # fmt: skip

    @api.model
    def _plan_step(self, step, user, by_hand, by_lead):
        """Plan one step for many leads.

        :param dict by_lead: ``{lead id: (run, due)}``
        """
        sequence = step.sequence_id
        self.env["wa.scheduled.message"].sudo()._plan(
            self.env["crm.lead"].browse(by_lead),
            origin="sequence",
            template=step.template_id,
            key=lambda lead: by_lead[lead.id][0]._step_key(step),
            due_at=lambda lead: by_lead[lead.id][1],
            by_language=sequence.by_language,
            number_id=sequence.number_id.id if sequence.number_policy == "fixed" and sequence.number_id else None,
            user_id=user.id or self.env.uid,
            by_hand=by_hand,
            run_id=lambda lead: by_lead[lead.id][0].id,
            step_id=step.id,
        )
        self.env["wa.sequence.run"].invalidate_model(["scheduled_message_ids", "next_step_id", "next_at"], flush=False)
        self.env["crm.lead"].invalidate_model(["wa_sequence_plan"], flush=False)

    def _settle(self, step, at):
        """Note that a step was sent, refused, skipped or called off; the next counts from then.

        :param datetime at: naive UTC
        """
        self.write({"done_step_ids": [Command.link(step.id)], "last_at": at})

    def _leave(self, code, state="left"):
        """End runs that are under way: nothing more is sent.

        :param str code: why, of the catalogue of reasons.
        :param str state: ``left`` by a rule of the sequence, ``cancelled`` by a person, or ``done``.
        """
        runs = self.sudo().filtered(lambda run: run.state == "running")
        if not runs:
            return
        runs.write({"state": state, "code": code, "ended_at": fields.Datetime.now()})
        self.env["wa.scheduled.message"].sudo().search([("run_id", "in", runs.ids), ("state", "=", "planned")])._cancel(code)
        reason = self.env["wa.failure"]._sentence(code)
        for sequence, own in runs.grouped("sequence_id").items():
            text = self.env._("WhatsApp sequence “%(name)s” has ended. %(reason)s", name=sequence.name, reason=reason)
            own.lead_id._message_log_batch(bodies=dict.fromkeys(own.lead_id.ids, text))

    def _forecast(self):
        """Return when the coming steps are due, if nothing happens: ``[(step, naive UTC)]``."""
        self.ensure_one()
        if self.state != "running":
            return []
        planned = self.sudo()._planned().get(self.id)
        base, moments = self.last_at, []
        for step in self.sudo()._coming_steps():
            is_planned = planned and planned.step_id == step
            base = planned.due_at if is_planned else max(step._due_after(base), fields.Datetime.now())
            moments.append((step, base))
        return moments

    # -------------------------------------------------------- for a lead's page

    def _describe(self):
        """Return what the page of a lead shows of this run; moments are naive UTC in ISO format."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        run = self.sudo()
        return {
            "id": self.id,
            "name": run.sequence_id.name,
            "state": self.state,
            "state_label": states[self.state],
            "reason": self.reason or "",
            "started_at": fields.Datetime.to_string(self.started_at),
            "can_steer": self.lead_id.has_access("write"),
            "can_start_again": self.state != "running"
            and run.sequence_id.active
            and self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_manager"),
            "steps": [*run._describe_past(), *run._describe_coming()],
        }

    def _describe_past(self):
        past = self.scheduled_message_ids.filtered(lambda plan: plan.state != "planned").sorted("id")
        return [
            {
                "key": f"plan{plan.id}",
                "what": plan.template_id.display_name or "",
                "when": fields.Datetime.to_string(plan.message_id.sent_at or plan.due_at),
                "state": "failed" if plan.message_state == "failed" else plan.state,
                "reason": (plan.message_id.error_text or plan.reason) or "",
            }
            for plan in past
        ]

    def _describe_coming(self):
        return [
            {
                "key": f"step{step.id}",
                "step_id": step.id,
                "what": step.template_id.display_name,
                "when": fields.Datetime.to_string(when),
                "state": "planned",
                "condition": step.condition_text or "",
                "reason": "",
            }
            for step, when in self._forecast()
        ]

    # ------------------------------------------------------------------ actions

    def _check_may_steer(self):
        """Make sure that the user may change the leads these runs are about.

        :raises AccessError: not theirs.
        """
        self.check_access("read")
        self.lead_id.check_access("write")

    def action_leave(self):
        """Take leads out of their sequences."""
        self._check_may_steer()
        self._leave("sequence_left_by_person", "cancelled")

    def action_skip_step(self, step_id):
        """Call off one coming step; the sequence goes on with the one after it.

        :param int step_id: of a step that is not done yet.
        """
        self.ensure_one()
        self._check_may_steer()
        run = self.sudo()
        step = run._coming_steps().filtered(lambda step: step.id == step_id)
        if run.state != "running" or not step:
            raise UserError(self.env._("This message is not planned any more."))
        planned = run._planned().get(run.id)
        if planned and planned.step_id == step:
            planned.action_cancel()
        else:
            run.done_step_ids += step
            run._plan_next()
        self.env["crm.lead"].invalidate_model(["wa_sequence_plan"], flush=False)

    def action_start_again(self):
        """Begin sequences that have ended once more from the first step, on a manager's word.

        :raises UserError: one is under way, or could not be started.
        """
        self._check_may_steer()
        person = self.env["wa.reach"]._person()
        if not self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_manager"):
            raise AccessError(self.env._("Only managers send somebody a whole sequence again."))
        for run in self.sudo():
            if run.state == "running":
                raise UserError(self.env._("“%s” is under way for this lead.", run.sequence_id.name))
            run.sequence_id._check_startable()
            if refusal := run.sequence_id._refusals(run.lead_id, again=True, person=person).get(run.lead_id):
                raise UserError(refusal)
            now = fields.Datetime.now()
            run.write(
                {
                    "state": "running",
                    "code": False,
                    "round": run.round + 1,
                    "done_step_ids": [Command.clear()],
                    "started_at": now,
                    "last_at": now,
                    "ended_at": False,
                    "stage_id": run.lead_id.stage_id.id,
                    "user_id": self.env.uid,
                    "by_hand": bool(person),
                }
            )
            run._plan_next()

    def action_open_lead(self):
        """Open the lead."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": "crm.lead", "res_id": self.lead_id.id, "views": [[False, "form"]]}
