from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo import api, models
from odoo.exceptions import UserError

from ...tools import placeholders
from ...tools.simulated_clock import SimulatedClock
from ..outbox.wa_sending import SendOutcome
from . import occurrences
from .trigger_occurrences import LIMIT, Found, TriggerOccurrence
from .used_keys import used_by

#: What may be rehearsed, by model.
SUBJECTS = ("base.automation", "ir.actions.server", "wa.sequence")


@dataclass(eq=False)
class Result:
    """What one message would have become."""

    record: models.BaseModel
    #: When the rule would have been triggered, and when the message would have left (naive UTC).
    at: datetime
    when: datetime
    #: ``get``, ``later``, ``before`` (was sent, or would have been, already) or ``not``
    outcome: str
    code: str = ""
    detail: str = ""
    #: The language variant; empty for free text.
    template: models.BaseModel | None = None
    category: str = ""
    conversation: models.BaseModel | None = None
    text: str = ""
    #: A sentence without a code: on what it depends, or why not.
    note: str = ""
    #: The field paths it is filled from.
    paths: frozenset[str] = frozenset()


@dataclass(eq=False)
class DryRun:
    """What came of a dry run; screens call it a rehearsal."""

    results: list[Result]
    how: str
    is_cut: bool = False
    unknown: list[str] | None = None
    #: Why the subject would not run at all as it is; "" if nothing is wrong.
    problem: str = ""


class WaDryRunService(models.AbstractModel):
    """Runs a rule, an action or a sequence dry on the records of a period. Writes nothing at all."""

    _name = "wa.dry.run.service"
    _description = "Rehearsal of WhatsApp Messages"

    @api.model
    def _dry_run(self, subject: models.BaseModel, start: datetime, end: datetime) -> DryRun:
        """Return who would have got what, and who not and why.

        The records are those the current user may read; what they would have got is
        judged as the sending job judges it.

        :param subject: ``base.automation``, ``ir.actions.server`` or ``wa.sequence``.
        :param start: naive UTC, included.
        :param end: naive UTC, not included.
        :raises UserError: it cannot be rehearsed; says why.
        """
        if subject._name not in SUBJECTS:
            raise UserError(self.env._("This cannot be rehearsed."))
        if subject._name == "wa.sequence":
            return self._dry_run_sequence(subject, start, end)
        actions = subject.sudo()._wa_dry_run_actions()
        if not actions:
            raise UserError(self.env._("Nothing here sends WhatsApp messages. Add an action “Send WhatsApp” first."))
        found = occurrences.of_subject(subject, start, end)
        results = []
        for action in actions:
            results += self._dry_run_action(action, found.occurrences)
        results.sort(key=lambda result: (result.at, result.record.id))
        problem = "\n".join(filter(None, actions.mapped("warning")))
        return DryRun(results, found.how, found.is_cut, found.unknown, problem)

    # ------------------------------------------------------------------ actions

    def _dry_run_action(self, action: models.BaseModel, triggered: list[TriggerOccurrence]) -> list[Result]:
        """Return the results of one action, in the order of the occurrences."""
        if not (action.wa_text if action.wa_content == "text" else action.wa_template_id):
            raise UserError(self.env._("“%s” has nothing to send yet. Choose a template or write a text.", action.name))
        keys, used = used_by(action, triggered)
        delay = action._wa_waiting_time()
        outcomes = self._ask(action, [occurrence for occurrence in triggered if occurrence not in used], delay)
        paths = {*action.wa_value_ids.mapped("field_path"), *placeholders.paths(action.wa_text or "")}
        results, taken = [], set()
        for occurrence in triggered:
            when, key = occurrence.at + delay, keys[occurrence]
            if occurrence in used or (key and key in taken):
                results.append(Result(occurrence.record, occurrence.at, when, "before", "sent_before"))
            elif delay and occurrence.left_at and occurrence.left_at < when:
                results.append(Result(occurrence.record, occurrence.at, when, "not", "no_longer_applies"))
            else:
                results.append(self._result(outcomes[occurrence], occurrence.at, when, paths))
                if key and results[-1].outcome != "not":
                    taken.add(key)
        return results

    def _ask(
        self, action: models.BaseModel, triggered: list[TriggerOccurrence], delay: timedelta
    ) -> dict[TriggerOccurrence, SendOutcome]:
        """Return ``{occurrence: SendOutcome}``; a record that comes several times is asked for in turns."""
        outcomes: dict[TriggerOccurrence, SendOutcome] = {}
        turns: list[dict[int, TriggerOccurrence]] = []
        for occurrence in triggered:
            turn = next((turn for turn in turns if occurrence.record.id not in turn), None)
            if turn is None:
                turns.append(turn := {})
            turn[occurrence.record.id] = occurrence
        for turn in turns:
            clock = SimulatedClock({id_: occurrence.at + delay for id_, occurrence in turn.items()})
            env = self._job_env()
            sender, options = self._sender(action.with_env(env))
            records = env[action.model_id.model].browse(turn)
            for outcome in sender._dry_run(records, origin="automation", clock=clock, **options):
                outcomes[turn[outcome.record.id]] = outcome
        return outcomes

    def _job_env(self) -> api.Environment:
        """Return the environment in which the job sends: without the limits of a user."""
        context = {key: value for key, value in self.env.context.items() if key in ("lang", "tz", "allowed_company_ids")}
        return self.env(su=True, context=context)

    def _sender(self, action: models.BaseModel) -> tuple[models.BaseModel, dict]:
        """Return what sends an action's messages and how, as ``wa.scheduled.message`` does it."""
        options = action._wa_sending_options()
        if action.wa_number_policy == "fixed" and action.wa_number_id:
            options["number"] = action.wa_number_id
        if action.wa_content == "text":
            return self.env["wa.free.text"].with_env(action.env), {**options, "text": action.wa_text}
        return action.wa_template_id, options

    @api.model
    def _result(self, outcome: SendOutcome, at: datetime, when: datetime, paths: Iterable[str] = ()) -> Result:
        if outcome.status == "refused":
            return Result(outcome.record, at, when, "not", outcome.code, outcome.detail, outcome.template)
        row, template = outcome.post.row, outcome.template
        return Result(
            outcome.record,
            at,
            row.get("next_attempt_at") or when,
            "later" if outcome.later else "get",
            outcome.later,
            template=template,
            category=template.category if template else "TEXT",
            conversation=outcome.post.conversation,
            text=row["content"].get("text") or row["content"].get("body") or row.get("preview") or "",
            paths=frozenset(filter(None, (*paths, *(template.parameter_ids.mapped("field_path") if template else ())))),
        )

    # ---------------------------------------------------------------- sequences

    def _dry_run_sequence(self, sequence: models.BaseModel, start: datetime, end: datetime) -> DryRun:
        """Return what a sequence would send to the leads that would have entered it."""
        sequence.check_access("read")
        steps = sequence.sudo().step_ids
        if not steps:
            raise UserError(self.env._("“%s” has no steps yet. Add the first one.", sequence.name))
        found = self._entries(sequence, start, end)
        # A lead is in a sequence at most once, and gets every step.
        entries = list({entry.record.id: entry for entry in reversed(found.occurrences)}.values())[::-1]
        most = max(LIMIT // len(steps), 1)
        is_cut, entries = found.is_cut or len(entries) > most, entries[-most:]
        leads = self.env["crm.lead"].browse([entry.record.id for entry in entries])
        refused = sequence.sudo()._refusals(leads.sudo())
        refused = {lead.id: sentence for lead, sentence in refused.items()}
        results = [
            Result(entry.record, entry.at, entry.at, "not", note=refused[entry.record.id])
            for entry in entries
            if entry.record.id in refused
        ]
        plan = []
        for entry in entries:
            if entry.record.id not in refused:
                plan += sequence.sudo()._dry_run_plan(entry.record.sudo(), start=entry.at)
        results += self._dry_run_plan(plan, sequence.sudo())
        unknown = [*found.unknown, self.env._("What customers would have answered is not known: every step is shown.")]
        return DryRun(sorted(results, key=lambda r: (r.at, r.record.id)), found.how, is_cut, unknown)

    def _entries(self, sequence: models.BaseModel, start: datetime, end: datetime) -> Found:
        """Return when leads would have entered a sequence: by its own rule, or as if each new one were added."""
        if rule := sequence.sudo().automation_id.with_env(self.env):
            return occurrences.of_subject(rule, start, end)
        period = [("create_date", ">=", start), ("create_date", "<", end)]
        leads = self.env["crm.lead"].search(period, order="create_date desc, id desc", limit=LIMIT + 1)
        return Found.of(
            [TriggerOccurrence(lead, lead.create_date) for lead in leads],
            self.env._("Leads created in the period, as if each had been added at once: nothing adds leads by itself."),
        )

    @api.model
    def _dry_run_plan(self, plan: list[tuple], sequence: models.BaseModel | None = None) -> list[Result]:
        """Return the results of planned messages.

        :param plan: list of ``(lead, step, when, template)``; ``when`` is naive UTC.
        :param sequence: ``wa.sequence``, which says from where and in which language; or None.
        """
        results: list[Result] = []
        groups: dict[tuple, dict[int, datetime]] = {}
        options = {"origin": "sequence", "by_language": True}
        if sequence:
            number = sequence.number_id if sequence.number_policy == "fixed" else None
            options |= {"by_language": sequence.by_language, "policy": sequence._policy(), "number": number}
        for lead, step, when, template in plan:
            # One call for each step and turn: a lead has one moment in it.
            turn = 0
            while lead.id in (group := groups.setdefault((step, template, turn), {})):
                turn += 1
            group[lead.id] = when
        for (step, template, _turn), moments in groups.items():
            env = self._job_env()
            leads = env["crm.lead"].browse(moments)
            outcomes = template.with_env(env)._dry_run(leads, clock=SimulatedClock(moments), **options)
            for outcome in outcomes:
                result = self._result(outcome, moments[outcome.record.id], moments[outcome.record.id])
                result.note = result.note or (step and step.condition_text) or ""
                results.append(result)
        return sorted(results, key=lambda result: (result.at, result.record.id))
