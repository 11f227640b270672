from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..cron_trigger import trigger_once

STATES = [
    ("planned", "Planned"),
    ("queued", "Handed over"),
    ("refused", "Not sent"),
    ("cancelled", "Cancelled"),
]
#: What plans messages, by their origin; each implements ``wa.scheduled.owner``.
OWNERS = {"automation": "ir.actions.server", "sequence": "wa.sequence.run", "bulk": "wa.scheduled.owner"}
#: Where a transaction remembers when its plans are due.
DUE_MOMENTS = "wa.scheduled.message.due"


class WaScheduledMessage(models.Model):
    """One message that something other than a person's click wants sent to one record.

    Rules, sequences and lists only write down here what is to be sent to whom and when:
    one row, in the transaction of the change that caused it. A job asks the gate, fills
    the template and hands the message to the outbox when its time has come, so that
    whatever is wrong with one record neither slows down nor breaks the change. The row
    stays as the account of what came of it.
    """

    _name = "wa.scheduled.message"
    _description = "Planned WhatsApp Message"
    _order = "due_at desc, id desc"
    _rec_name = "record_name"

    res_model = fields.Char("Kind of Record", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    record_name = fields.Char("About", compute="_compute_record_name", search="_search_record_name")
    lead_id = fields.Many2one("crm.lead", readonly=True, index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="cascade")
    template_id = fields.Many2one("wa.template", readonly=True, index="btree_not_null", ondelete="set null")
    text = fields.Text(readonly=True, help="Instead of a template: what is written while the customer's window is open.")
    by_language = fields.Boolean(readonly=True, help="In the customer's language, where the template exists in it.")
    number_id = fields.Many2one("wa.number", "Send From", readonly=True, ondelete="set null")
    action_id = fields.Many2one("ir.actions.server", "Rule", readonly=True, index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one("res.users", "In the Name Of", readonly=True, ondelete="set null")
    origin = fields.Selection(
        [("automation", "Automation"), ("sequence", "Sequence"), ("bulk", "Sent to many")], required=True, readonly=True
    )
    by_hand = fields.Boolean(
        "Planned by a Person", readonly=True, help="Goes only to customers whom this person may write to, then as now."
    )
    ended_then = fields.Char(
        readonly=True, help="What held for the record when this was planned: of that, nothing calls it off later."
    )
    planned_at = fields.Datetime("Planned", required=True, readonly=True)
    due_at = fields.Datetime("Due", required=True, readonly=True, index=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="planned", index=True)
    code = fields.Selection("_selection_code", "Why", readonly=True)
    detail = fields.Char(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    message_id = fields.Many2one("wa.message", readonly=True, index="btree_not_null", ondelete="set null")
    run_id = fields.Many2one("wa.sequence.run", "Sequence", readonly=True, index="btree_not_null", ondelete="set null")
    step_id = fields.Many2one("wa.sequence.step", readonly=True, index="btree_not_null", ondelete="set null")
    message_state = fields.Selection(related="message_id.state", string="Delivery")
    attempts = fields.Integer(readonly=True)
    dedupe_key = fields.Char(readonly=True, help="Planned or sent at most once with this key.")

    # What was refused or called off uses up no key: it may be planned again.
    _dedupe_uniq = models.UniqueIndex("(dedupe_key) WHERE state IN ('planned', 'queued')")
    _due_idx = models.Index("(due_at, id) WHERE state = 'planned'")
    _record_idx = models.Index("(res_model, res_id)")

    # ------------------------------------------------------------------ compute

    @api.model
    def _selection_code(self):
        return self.env["wa.failure"]._selection()

    @api.depends("res_model", "res_id")
    def _compute_record_name(self):
        for plan in self:
            record = plan._record()
            plan.record_name = record.sudo().display_name if record else self.env._("A record that was deleted")

    @api.model
    def _search_record_name(self, operator, value):
        """Find plans by the names and phones of what they are about, among the records one may see."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        models = {model: self.env.get(model) for [model] in self.sudo()._read_group([], ["res_model"])}
        return Domain.OR(
            Domain("res_model", "=", model) & Domain("res_id", "in", records._search(Domain("display_name", operator, value)))
            for model, records in models.items()
            if records is not None and records.has_access("read")
        )

    @api.depends("code", "detail")
    @api.depends_context("lang")
    def _compute_reason(self):
        for plan in self:
            plan.reason = self.env["wa.failure"]._sentence(plan.code, plan.detail) if plan.code else False

    # ----------------------------------------------------------------- planning

    @api.model
    def _plan(self, records, *, origin, template=None, text=None, key=None, due_at=None, **extra):
        """Write down that these records get a message, each at most once with its key.

        One INSERT whatever the number of records, and nothing is looked at but whether they are
        still open: it costs the caller's transaction well under a millisecond each.

        :param records: records of one model, with a customer or a phone.
        :param str origin: ``automation``, ``sequence`` or ``bulk``.
        :param template: ``wa.template`` to send; or
        :param str text: free text, which leaves only while the customer's window is open.
        :param key: function record -> str; None: no limit.
        :param datetime due_at: naive UTC; now if not given.
        :param extra: further columns (``action_id``, ``number_id``, …): one value for all, or a function record -> value, as
            ``due_at`` may be.
        :returns: the new ``wa.scheduled.message`` records; what was planned before is not among them
        """
        if not records:
            return self.browse()
        now = fields.Datetime.now()
        shared = {
            "res_model": records._name,
            "template_id": template.id if template else None,
            "text": text or None,
            "company_id": (template.sudo().company_id.id if template else None) or self.env.company.id,
            "origin": origin,
            "user_id": self.env.uid,
            "planned_at": now,
            "due_at": due_at or now,
            "state": "planned",
            "attempts": 0,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
            **extra,
        }
        endings = records._wa_endings()
        rows = [
            (
                record.id,
                ",".join(endings[record.id]) or None,
                record.id if record._name == "crm.lead" else None,
                key(record) if key else None,
                *(value(record) if callable(value) else value for value in shared.values()),
            )
            for record in records
        ]
        columns = ", ".join(("res_id", "ended_then", "lead_id", "dedupe_key", *shared))
        found = execute_values(
            self.env.cr._obj,
            f"""
            INSERT INTO wa_scheduled_message ({columns}) VALUES %s
                ON CONFLICT (dedupe_key) WHERE state IN ('planned', 'queued') DO NOTHING
         RETURNING id
            """,  # noqa: S608 - only column names of our own
            rows,
            page_size=len(rows),
            fetch=True,
        )
        planned = self.browse([row[0] for row in found])
        if planned:
            self.env["crm.lead"].invalidate_model(["wa_scheduled_message_ids"], flush=False)
            due = 4 + list(shared).index("due_at")
            self._wake(min(row[due] for row in rows))
        return planned

    @api.model
    def _wake(self, due_at):
        """Have the job run when something is due; once for all that a transaction plans."""
        moments = self.env.cr.precommit.data.setdefault(DUE_MOMENTS, set())
        if not moments:
            self.env.cr.precommit.add(self._trigger_job)
        moments.add(due_at)

    @api.model
    def _trigger_job(self):
        moments = self.env.cr.precommit.data.pop(DUE_MOMENTS, None)
        if moments:
            trigger_once(self.env.ref("crm_whatsapp.ir_cron_wa_scheduled_message"), min(moments))

    # ----------------------------------------------------------------- business

    def _record(self):
        """Return the record this is about, or None when it is gone."""
        self.ensure_one()
        model = self.env.get(self.res_model)
        record = model.browse(self.res_id).exists() if model is not None and self.res_id else None
        return record or None

    def _owner(self):
        """Return the model of what planned these messages of one origin: it says what is particular about them.

        See ``wa.scheduled.owner``; whatever else plans messages is added to ``OWNERS`` (hook).
        """
        return self.env[OWNERS.get(self[:1].origin, "wa.scheduled.owner")]

    def _by_owner(self):
        """Yield ``(model of the owner, its plans)``."""
        for plans in self.grouped("origin").values():
            yield plans._owner(), plans

    def _cancel(self, code):
        """Call off what is still planned, and keep why; the owner hears of all of these, and may plan what comes next."""
        self.filtered(lambda plan: plan.state == "planned").sudo().write({"state": "cancelled", "code": code})
        for owner, plans in self.sudo()._by_owner():
            owner._scheduled_settled(plans)

    # --------------------------------------------------------------------- crud

    def write(self, vals):
        """What was planned and what came of it is nobody's to rewrite."""
        if not self.env.su:
            raise AccessError(self.env._("A planned message can be cancelled, not changed."))
        return super().write(vals)

    # ------------------------------------------------------------------ actions

    def action_cancel(self):
        """Call off planned messages."""
        self.check_access("read")
        self._cancel("cancelled_by_person")

    def action_send_now(self):
        """Have planned messages go out without waiting for their time.

        :raises AccessError: the record is not the user's: whoever sends reaches only whom they may.
        """
        self.check_access("read")
        reach = self.env["wa.reach"]
        for plan in self:
            if record := plan._record():
                reach._check_records(reach._person(), record)
        now = fields.Datetime.now()
        planned = self.filtered(lambda plan: plan.state == "planned").sudo()
        planned.write({"due_at": now})
        if planned:
            self._wake(now)

    def action_open_record(self):
        """Open what this message is about.

        :raises UserError: it was deleted.
        """
        self.ensure_one()
        record = self._record()
        if not record:
            raise UserError(self.env._("This record was deleted."))
        return {"type": "ir.actions.act_window", "res_model": record._name, "res_id": record.id, "views": [[False, "form"]]}
