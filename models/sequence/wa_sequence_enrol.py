from psycopg2.extras import execute_values

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class WaSequence(models.Model):
    """Adding leads: who may be in, each at most once."""

    _inherit = "wa.sequence"

    def _check_startable(self):
        """Make sure there is something to send.

        :raises UserError: archived, or without steps.
        """
        self.ensure_one()
        if not self.active:
            raise UserError(self.env._("The sequence “%s” is archived.", self.name))
        if not self.step_ids:
            raise UserError(self.env._("The sequence “%s” has no steps yet. Add the first one.", self.name))

    def _enrol(self, leads, person=None):
        """Add leads, and plan the first step of each, for the current user.

        :param leads: ``crm.lead``; those that may not be in stop nobody else.
        :param person: ``res.users`` who adds them by hand: only those they may write to (``wa.reach``).
        :returns: ``(new wa.sequence.run records, {lead: why not, in a sentence})``
        :raises UserError: archived, or without steps.
        """
        self.ensure_one()
        self._check_startable()
        refused = self._refusals(leads, person=person)
        fresh = leads.filtered(lambda lead: lead not in refused)
        runs = self._insert_runs(fresh, bool(person))
        if missed := fresh - runs.lead_id:
            # Somebody else added these at this very moment.
            refused |= dict.fromkeys(missed, self.env["wa.failure"]._sentence("sequence_already"))
        runs._plan_next()
        return runs, refused

    def _insert_runs(self, leads, by_hand):
        """PostgreSQL decides who is in already, also when two add the same lead at once."""
        runs = self.env["wa.sequence.run"].sudo()
        if not leads:
            return runs
        now, uid = fields.Datetime.now(), self.env.uid
        self.env.flush_all()
        found = execute_values(
            self.env.cr._obj,
            """
            INSERT INTO wa_sequence_run (
                sequence_id, company_id, lead_id, stage_id, user_id, by_hand, state, started_at, last_at, round,
                create_uid, create_date, write_uid, write_date)
            VALUES %s ON CONFLICT (sequence_id, lead_id) DO NOTHING RETURNING id
            """,
            [
                (self.id, self.company_id.id, lead.id, lead.sudo().stage_id.id or None, uid, by_hand, "running", now, now,
                 1, uid, now, uid, now)
                for lead in leads
            ],
            page_size=len(leads),
            fetch=True,
        )  # fmt: skip
        self.invalidate_recordset(["run_ids"], flush=False)
        self.env["crm.lead"].invalidate_model(["wa_sequence_run_ids"], flush=False)
        return runs.browse([row[0] for row in found])

    def _refusals(self, leads, again=False, person=None):
        """Return ``{lead: why it may not be added, in a sentence}``; the number of queries does not grow with them.

        :param bool again: do not mind that they were in it before.
        :param person: ``res.users`` who adds them by hand, see :meth:`_enrol`.
        """
        self.ensure_one()
        codes, known = {}, self.env["wa.sequence.run"].sudo()
        if not again:
            known = known.search([("sequence_id", "=", self.id), ("lead_id", "in", leads.ids)])
        known_ids = set(known.lead_id.ids)
        reachable, unwanted = self._people(leads)
        out_of_reach = self._out_of_reach(person, leads)
        steps = self.sudo().step_ids
        for lead in leads.sudo():
            if lead.id in known_ids:
                codes[lead.id] = "sequence_already"
            elif lead._wa_is_of_other_company(self.company_id):
                codes[lead.id] = "other_company"
            elif self.team_id and lead.team_id != self.team_id:
                codes[lead.id] = "sequence_other_team"
            elif code := self._exit_of(lead) or out_of_reach.get(lead.id):
                codes[lead.id] = code
            elif self.exit_on_opt_out and steps._are_unwanted(unwanted.get(lead.id, ())):
                codes[lead.id] = "sequence_opted_out"
            elif lead.id not in reachable and not lead._wa_find_phone(lead.partner_id):
                codes[lead.id] = "no_recipient"
        sentences = {code: self.env["wa.failure"]._sentence(code) for code in set(codes.values())}
        return {lead: sentences[codes[lead.id]] for lead in leads if lead.id in codes}

    def _out_of_reach(self, person, leads):
        """Return why a person may not have these leads written to, ``{lead id: code}``: as for the first message."""
        step = self.sudo()._ordered_steps()[:1]
        if not person or not step:
            return {}
        number = self.sudo().number_id if self.number_policy == "fixed" else None
        targets = step.template_id._routes(leads.sudo(), number, self._policy(), create=False)
        return self.env["wa.reach"]._out_of_reach(person, leads, targets)

    def _exit_of(self, lead, stage_before=None):
        """Return the code of what ends the sequence for a lead as it is now, or None.

        :param stage_before: the stage in which it was added, if it is in.
        """
        self.ensure_one()
        if self.exit_on_won and lead.won_status == "won":
            return "sequence_closed"
        if self.exit_on_lost and (lead.won_status == "lost" or not lead.active):
            return "sequence_closed"
        if lead.stage_id in self.exit_stage_ids:
            return "sequence_stage"
        if self.exit_on_stage_left and stage_before and lead.stage_id != stage_before:
            return "sequence_stage"
        return None

    def _people(self, leads):
        """Return ``(ids of leads with a conversation, {lead id: purposes its customer wants nothing of})``."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id, c.id FROM crm_lead l JOIN wa_conversation c ON c.lead_id = l.id WHERE l.id = ANY(%(ids)s)
                UNION
                SELECT l.id, c.id FROM crm_lead l JOIN wa_conversation c ON c.partner_id = l.partner_id
                 WHERE l.id = ANY(%(ids)s)
                """,
                ids=leads.ids,
            )
        )
        conversations = self.env["wa.conversation"].sudo().browse({conversation_id for _lead_id, conversation_id in rows})
        by_conversation = {conversation.id: conversation._wa_unwanted() for conversation in conversations}
        unwanted = {}
        for lead_id, conversation_id in rows:
            unwanted.setdefault(lead_id, set()).update(by_conversation[conversation_id])
        return set(unwanted), unwanted
