from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..concurrency import when_this_ended
from .wa_failure import SENTENCES

if TYPE_CHECKING:
    from ..outbox.wa_sending import SendOutcome

#: Days for which refusals are kept: long enough to compare with the same month of last year.
KEEP_DAYS = 366
BATCH = 5000

#: Columns that name records -> their table. A record of a transaction that was undone is left out.
RECORDS = {
    "number_id": "wa_number",
    "account_id": "wa_account",
    "company_id": "res_company",
    "conversation_id": "wa_conversation",
    "contact_id": "wa_contact",
    "template_id": "wa_template",
    "lead_id": "crm_lead",
    "user_id": "res_users",
}


class WaRefusal(models.Model):
    """One message that was not sent because the gate, or what comes before it, said no.

    Only rows are added. Who refuses by an error undoes the transaction; then the row
    is written by another one afterwards (:meth:`_count_surely`).
    """

    _name = "wa.refusal"
    _description = "Refused WhatsApp Message"
    _order = "id desc"
    _rec_name = "code"

    create_date = fields.Datetime("Date", readonly=True, index=True)
    code = fields.Selection("_selection_code", "Reason", required=True, readonly=True, index=True)
    next_step = fields.Char(compute="_compute_next_step")
    detail = fields.Char(readonly=True)
    kind = fields.Selection([("free", "Free message"), ("template", "Template")], "Message", required=True, readonly=True)
    origin = fields.Selection("_selection_origin", readonly=True)
    number_id = fields.Many2one("wa.number", readonly=True, ondelete="cascade")
    account_id = fields.Many2one("wa.account", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="cascade")
    conversation_id = fields.Many2one("wa.conversation", readonly=True, ondelete="cascade", index="btree_not_null")
    contact_id = fields.Many2one("wa.contact", readonly=True, ondelete="cascade", index="btree_not_null")
    template_id = fields.Many2one("wa.template", readonly=True, ondelete="set null", index="btree_not_null")
    lead_id = fields.Many2one("crm.lead", readonly=True, ondelete="set null", index="btree_not_null")
    user_id = fields.Many2one("res.users", "By", readonly=True, ondelete="set null")

    # ------------------------------------------------------------------ compute

    @api.model
    def _selection_code(self):
        """Every reason of the catalogue with its sentence: what lists and graphs show."""
        return [(slug, self.env._(what)) for slug, (what, _then) in SENTENCES.items()]

    @api.model
    def _selection_origin(self):
        return self.env["wa.message"]._fields["origin"]._description_selection(self.env)

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_next_step(self):
        for refusal in self:
            refusal.next_step = self.env["wa.failure"]._parts(refusal.code)[1]

    # ----------------------------------------------------------------- business

    @api.model
    def _vals(
        self,
        code: str | int,
        kind: str,
        origin: str,
        conversation: models.BaseModel | None = None,
        template: models.BaseModel | None = None,
        **more: Any,
    ) -> dict:
        """Return the values of a refusal.

        :param str code: a slug of ``wa.failure``, or Meta's number.
        :param str kind: ``free`` or ``template``.
        :param str origin: who wanted it sent, as ``wa.message.origin``.
        :param conversation: ``wa.conversation``; empty if there was none yet.
        :param more: further values (``lead_id``, ``user_id``, ``detail``).
        """
        conversation = (conversation or self.env["wa.conversation"]).sudo()
        template = (template or self.env["wa.template"]).sudo()
        account = conversation.account_id or template.account_id
        company = account.company_id or self.env.company
        return {
            "code": self.env["wa.failure"]._slug(code),
            "kind": kind,
            "origin": origin,
            "number_id": conversation.number_id.id,
            "account_id": account.id,
            "company_id": company.id,
            "conversation_id": conversation.id,
            "contact_id": conversation.contact_id.id,
            "template_id": template.id,
            "lead_id": conversation.lead_id.id,
            "user_id": self.env.uid,
            **more,
        }

    @api.model
    def _count(self, vals_list: list[dict]) -> models.BaseModel:
        """Add refusals in this transaction."""
        return self.sudo().create(vals_list) if vals_list else self.browse()

    @api.model
    def _count_surely(self, vals_list: list[dict]) -> None:
        """Add refusals whatever becomes of this transaction: an error is about to undo it."""
        if not vals_list:
            return
        queries = [self._insert_query(dict(vals)) for vals in vals_list]

        def write(cr):
            for query in queries:
                cr.execute(query)

        when_this_ended(self.env, write, f"{len(queries)} refusals could not be counted")

    @api.model
    def _insert_query(self, vals: dict) -> SQL:
        """Return the INSERT of one refusal; records that do not exist (any more) stay empty."""
        columns, values = (
            ["create_uid", "create_date"],
            [
                SQL("(SELECT id FROM res_users WHERE id = %s)", vals["user_id"]),
                SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
            ],
        )
        for name, value in vals.items():
            columns.append(name)
            if name in RECORDS:
                values.append(SQL("(SELECT id FROM %s WHERE id = %s)", SQL.identifier(RECORDS[name]), value or None))
            else:
                values.append(SQL("%s", value or None))
        return SQL(
            "INSERT INTO wa_refusal (%s) VALUES (%s)",
            SQL(", ").join(SQL.identifier(name) for name in columns),
            SQL(", ").join(values),
        )

    @api.model
    def _count_outcomes(self, sent: models.BaseModel, outcomes: list[SendOutcome], origin: str) -> None:
        """Count what could not be sent to records.

        A person's wizard turns it into an error, so that one is written surely.

        :param sent: ``wa.template``, or ``wa.free.text``.
        :param outcomes: list of ``SendOutcome``
        """
        template = sent if sent._name == "wa.template" else None
        vals_list = [
            self._vals(
                outcome.code,
                "template" if template else "free",
                origin,
                outcome.conversation,
                template,
                **({"lead_id": outcome.record.id} if outcome.record and outcome.record._name == "crm.lead" else {}),
            )
            for outcome in outcomes
            if outcome.status == "refused"
        ]
        if origin == "manual":
            self._count_surely(vals_list)
        else:
            self._count(vals_list)

    # ---------------------------------------------------------------- retention

    @api.autovacuum
    def _gc_refusals(self):
        """Delete refusals that are older than a year.

        :returns: ``(deleted, remaining)``, so that a full table is emptied in steps.
        """
        domain = Domain("create_date", "<", fields.Datetime.now() - timedelta(days=KEEP_DAYS))
        old = self.sudo().search(domain, limit=BATCH, order="id")
        deleted = len(old)
        old.unlink()
        return deleted, self.sudo().search_count(domain, limit=BATCH) if deleted == BATCH else 0
