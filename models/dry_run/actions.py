from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .trigger_occurrences import LIMIT, Found, TriggerOccurrence

#: How far the moment in a key may be from the moment in the history: the length of a slow transaction.
TOLERANCE = timedelta(hours=1)


class IrActionsServer(models.Model):
    """What an action would have sent on given occurrences, and what it sent before."""

    _inherit = "ir.actions.server"

    def _wa_dry_run_actions(self):
        return self.filtered(lambda action: action.state == "wa_template")

    def _wa_trigger_occurrences(self, start, end):
        """Return the records this action could have been run on in a period (``Found``)."""
        self.ensure_one()
        model = self.env[self.sudo().model_id.model].with_context(active_test=False)
        model.check_access("read")
        if self.sudo().usage == "ir_cron":
            return self._wa_trigger_occurrences_of_job(model.with_context(active_test=True), end)
        found = self.env["base.automation"]._wa_changed(model, Domain.TRUE, start, end)
        found.how = self.env._("All records created or changed in the period: this action has no conditions of its own.")
        return found

    def _wa_trigger_occurrences_of_job(self, model, end):
        """Return the records a scheduled job would send to if it ran now, or at the end of the period."""
        at = min(fields.Datetime.now(), end - timedelta(seconds=1))
        records = model.search(self.sudo()._wa_scheduled_domain(), limit=LIMIT + 1)
        return Found.of(
            [TriggerOccurrence(record, at) for record in records],
            self.env._("Records this job finds today, as if it ran once."),
        )

    def _wa_delay_left(self):
        """Return how long a message waits after its rule was triggered (``timedelta``)."""
        if self.wa_delay <= 0:
            return timedelta()
        return timedelta(**{self.wa_delay_unit or "hours": self.wa_delay})

    def _wa_used_by(self, occurrences):
        """Return the keys of these occurrences, and those whose message was planned or sent before.

        :returns: ``(keys, used)``: ``{occurrence: key or None}`` and the set of occurrences
        """
        self.ensure_one()
        if self.wa_repeat == "always":
            return dict.fromkeys(occurrences), set()
        taken = self._wa_taken_keys()
        keys, used = {}, set()
        stays = defaultdict(list)
        for occurrence in occurrences:
            if self.wa_repeat == "stage" and occurrence.stage_id and "stage_id" in occurrence.record._fields:
                # The history knows the moment only nearly, so the key is compared nearly.
                keys[occurrence] = (occurrence.record.id, occurrence.stage_id, occurrence.at)
                stays[occurrence.record.id, occurrence.stage_id].append(occurrence)
            else:
                keys[occurrence] = self._wa_dedupe_key(occurrence.record.sudo())
                if keys[occurrence] in taken:
                    used.add(occurrence)
        for moment, place in self._wa_taken_stays(taken):
            near = [stay for stay in stays.get(place, ()) if abs(stay.at - moment) <= TOLERANCE]
            if near:
                used.add(min(near, key=lambda stay: abs(stay.at - moment)))
        return keys, used

    def _wa_taken_keys(self):
        """Return all keys of this action that are used up: something is planned, or was sent."""
        prefix = f"action:{self.id}:%"
        self.env["wa.message"].flush_model(["dedupe_key"])
        self.env["wa.scheduled.message"].flush_model(["dedupe_key", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT dedupe_key FROM wa_message WHERE dedupe_key LIKE %(prefix)s
                 UNION
                SELECT dedupe_key FROM wa_scheduled_message WHERE dedupe_key LIKE %(prefix)s AND state IN ('planned', 'queued')
                """,
                prefix=prefix,
            )
        )
        return {key for (key,) in rows}

    def _wa_taken_stays(self, taken):
        """Yield ``(moment, (record id, stage id))`` of the keys that name a stay in a stage."""
        for key in taken:
            parts = key.split(":", 5)
            if len(parts) == 6 and parts[4].isdigit() and parts[5]:
                yield fields.Datetime.to_datetime(parts[5][:19]), (int(parts[3]), int(parts[4]))

    # ------------------------------------------------------------------ actions

    def action_wa_dry_run(self):
        """Open the rehearsal of this action, or of the rule it belongs to. Managers only.

        :raises AccessError: by somebody else.
        """
        self.ensure_one()
        self.env["wa.dry.run.rights"]._check()
        return self.env["wa.dry.run"]._open(self.sudo().base_automation_id.with_env(self.env) or self)


class IrCron(models.Model):
    """The form of a scheduled job is that of its action, buttons included."""

    _inherit = "ir.cron"

    def action_wa_dry_run(self):
        """Open the rehearsal of what this job sends. Managers only.

        :raises AccessError: by somebody else.
        """
        self.ensure_one()
        return self.ir_actions_server_id.action_wa_dry_run()
