import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.redact import redact
from ..concurrency import CONFLICTS, attempt_in_halves, commit_in_halves, traceback_text
from ..cron_trigger import trigger_once

_logger = logging.getLogger(__name__)

#: Plans worked on together, in one transaction.
BATCH = 200
#: Seconds until the next try of a plan that failed for a reason of ours, by number of tries; then it is refused.
BACKOFF = (10, 60, 600, 3600)
#: Days after which the account of what was sent is deleted; the messages themselves stay.
KEEP_DAYS = 365


class WaScheduledMessage(models.Model):
    """The job: hands over what is due, and keeps for each record what came of it."""

    _inherit = "wa.scheduled.message"

    @api.model
    def _cron_process(self):
        """Work off plans that are due, oldest first. Body of a scheduled job."""
        left, seen = float("inf"), set()
        while left > 0:
            # What another worker holds is still due, and left to that one.
            ids = [id_ for id_ in self._due_ids(BATCH) if id_ not in seen]
            if not ids:
                break
            seen.update(ids)
            self.browse(ids)._work_off()
            left = self.env["ir.cron"]._commit_progress(len(ids))
        if due := self._next_due():
            trigger_once(self.env.ref("crm_whatsapp.ir_cron_wa_scheduled_message"), due)

    @api.model
    def _due_ids(self, limit):
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM wa_scheduled_message WHERE state = 'planned' AND due_at <= %s ORDER BY due_at, id LIMIT %s",
                fields.Datetime.now(),
                limit,
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _next_due(self):
        """Return when the next plan is due (naive UTC), or None."""
        [[due]] = self.env.execute_query(SQL("SELECT MIN(due_at) FROM wa_scheduled_message WHERE state = 'planned'"))
        return due

    def _work_off(self):
        """Hand over and COMMIT plans; on a conflict with another transaction, halves of them.

        What else the database breaks off (a query that takes too long) is the fault of one
        plan, and must not stop those behind it.
        """
        commit_in_halves(
            self.env,
            self,
            lambda plans: plans._lock_planned()._hand_over(),
            # Locked again: somebody else may have sent it meanwhile.
            lambda plan, error: plan._lock_planned()._postpone_all(error),
            undone_by=(psycopg2.OperationalError,),
        )

    def _lock_planned(self):
        """Lock those of these plans that are still planned, against other nodes and people who cancel."""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM wa_scheduled_message WHERE id = ANY(%s) AND state = 'planned'"
                " ORDER BY due_at, id FOR UPDATE SKIP LOCKED",
                self.ids,
            )
        )
        return self.browse([row[0] for row in rows])

    def _hand_over(self):
        """Send plans, those of one kind together; one that fails does not touch the others."""
        for group in self._grouped():
            attempt_in_halves(
                self.env,
                group,
                lambda plans: plans._send_group(),
                lambda plan, error: plan._postpone(error),
                beyond=(*CONFLICTS, psycopg2.OperationalError),
            )

    def _grouped(self):
        """Return sets of plans that differ in nothing but the record; none has a record twice."""
        groups = {}
        for plan in self:
            kind = plan._group_key()
            turn = 0
            while plan.res_id in (group := groups.setdefault((kind, turn), {})):
                turn += 1
            group[plan.res_id] = plan
        # Not self.union: that would put every plan into every group.
        return [self.browse().union(*group.values()) for group in groups.values()]

    def _group_key(self):
        """Return what plans must share to be sent together."""
        self.ensure_one()
        return (
            self.res_model, self.template_id, self.by_language, self.text, self.number_id, self.action_id, self.origin,
            self.user_id, self.by_hand, self.step_id,
        )  # fmt: skip

    def _send_group(self):
        """Send one message to the record of each plan of a group, and note what came of each."""
        owner = self._owner()
        due = owner._scheduled_due(self)
        if due and (records := due._records_to_send(owner)):
            by_record = {plan.res_id: plan for plan in due}
            sender, options = due._sending(records.env)
            outcomes = sender._send_to_records(
                records, origin=self[:1].origin, dedupe_key=lambda record: by_record[record.id].dedupe_key, **options
            )
            for outcome in outcomes:
                by_record[outcome.record.id]._note_outcome(outcome)
        owner._scheduled_settled(self)

    def _sending(self, env):
        """Return what sends these plans and how.

        :returns: ``(model with _send_to_records, keyword arguments for it)``
        """
        first = self[:1]
        options = {"number": first.number_id.with_env(env) or None}
        if first.by_language:
            options["by_language"] = True
        if first.by_hand:
            # Also if they have left since: nobody's plan gets the rights of the system by that.
            options["person"] = first.user_id
        options |= self._owner().with_env(env)._scheduled_options(first)
        if first.text:
            return env["wa.free.text"], {**options, "text": first.text}
        return first.template_id.with_env(env), options

    def _records_to_send(self, owner):
        """Return the records these plans still apply to, as whoever caused them; calls off the others.

        :param owner: model of the owner, see :meth:`_owner`.
        """
        first = self[:1]
        if not first.template_id and not first.text:
            self._cancel("template_missing")
            return None
        if first.by_hand and not first.user_id:
            self._cancel("no_longer_applies")
            return None
        user = first.user_id if first.user_id.active or first.by_hand else self.env.user
        # A rule speaks for the business; what a person chose to send is read with their rights.
        as_system = first.origin != "bulk"
        own, companies = first.company_id, user.company_ids
        allowed = [*(own if as_system else own & companies).ids, *(companies - own).ids]
        env = self.env(user=user, su=as_system, context={"allowed_company_ids": allowed, "tz": user.tz, "lang": user.lang})
        records = env[first.res_model].browse([plan.res_id for plan in self]).exists()
        gone = self.filtered(lambda plan: plan.res_id not in records.ids)
        gone._cancel("record_gone")
        going = (self - gone)._call_off_ended()
        records = records.browse(going.mapped("res_id"))
        wanted = owner._scheduled_wanted(going, records)
        going.filtered(lambda plan: plan.res_id not in wanted.ids)._cancel("no_longer_applies")
        return wanted

    def _note_outcome(self, outcome):
        """Keep what became of a plan.

        :param SendOutcome outcome: of ``wa.template._send_to_records``.
        """
        self.ensure_one()
        if outcome.status == "queued":
            vals = {"state": "queued", "message_id": outcome.message.id, "code": False, "detail": False}
            if not self.lead_id:
                vals["lead_id"] = outcome.message.lead_id.id
        elif outcome.status == "repeated":
            vals = {"state": "cancelled", "code": "sent_before"}
        else:
            vals = {"state": "refused", "code": outcome.code, "detail": outcome.detail}
        self.write(vals)
        self._owner()._scheduled_outcome(self, outcome)

    def _postpone_all(self, error):
        for plan in self:
            plan._postpone(error)

    def _postpone(self, error):
        """Keep a plan that failed for a reason of ours and try again, ever more patiently."""
        self.ensure_one()
        tries = self.attempts + 1
        _logger.warning("WhatsApp plan %s failed (try %s):\n%s", self.id, tries, traceback_text(error))
        vals = {"attempts": tries}
        if tries > len(BACKOFF):
            vals |= {"state": "refused", "code": "template_not_filled", "detail": redact(str(error))[:200]}
        else:
            vals["due_at"] = fields.Datetime.now() + timedelta(seconds=BACKOFF[tries - 1])
        self.write(vals)
        self._owner()._scheduled_settled(self)

    @api.autovacuum
    def _gc_old(self):
        """Delete what was settled a year ago; the message keeps the key, so nothing is sent again."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.search([("state", "!=", "planned"), ("due_at", "<", limit)], limit=10_000).unlink()
