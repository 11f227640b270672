from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

#: Records looked at before the list is called too long to try out; sending has no limit.
TRIED_OUT = 2000


class WaTemplateSendMany(models.TransientModel):
    """Send a template to the records chosen in a list: see who gets it and who does not, then plan it."""

    _name = "wa.template.send.many"
    _description = "Send a WhatsApp Template to Many"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    account_ids = fields.Many2many("wa.account", compute="_compute_account_ids")
    template_id = fields.Many2one(
        "wa.template",
        required=True,
        domain="[('status', '=', 'APPROVED'), ('account_id', 'in', account_ids), ('model', 'in', (res_model, False))]",
    )
    category = fields.Selection(related="template_id.category")
    by_language = fields.Boolean("In Each Customer's Language", default=True)
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    allowed_count = fields.Integer(compute="_compute_summary")
    record_count = fields.Integer(compute="_compute_record_count")
    position = fields.Integer("Recipient", default=1, help="Which of the chosen records the preview shows.")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    preview_name = fields.Char(compute="_compute_preview")
    preview_problem = fields.Char(compute="_compute_preview")
    preview_doubts = fields.Char(compute="_compute_preview")

    @api.model
    def _action_for(self, records):
        """Return the action that opens the wizard for several records."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_template_send_many_action")
        action["context"] = {"default_res_model": records._name, "default_res_ids": records.ids}
        return action

    # ------------------------------------------------------------------ compute

    @api.depends("res_model", "res_ids")
    def _compute_account_ids(self):
        """Offer the accounts of the records' companies; records without one are open to all of them."""
        for wizard in self:
            companies = self.env.companies
            if wizard.res_model and "company_id" in self.env[wizard.res_model]._fields:
                records = wizard._records()
                own = records.sudo().mapped("company_id")
                if own._name == "res.company" and all(record["company_id"] for record in records.sudo()):
                    companies &= own
            wizard.account_ids = self.env["wa.account"].sudo().search([("company_id", "in", companies.ids)])

    @api.depends("res_ids")
    def _compute_record_count(self):
        for wizard in self:
            wizard.record_count = len(wizard.res_ids or ())

    @api.depends("template_id", "by_language")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = False
            wizard.allowed_count = 0
            if not wizard.template_id:
                continue
            records = wizard._records()
            outcomes = wizard.template_id._dry_run(records[:TRIED_OUT], origin="bulk", by_language=wizard.by_language)
            allowed = [outcome for outcome in outcomes if outcome.status == "queued"]
            wizard.allowed_count = len(allowed)
            wizard.summary = wizard._summarise(len(records), outcomes)

    @api.depends("template_id", "by_language", "position")
    def _compute_preview(self):
        """Show what one of the chosen gets, or why they get nothing."""
        for wizard in self:
            wizard.preview = wizard.preview_name = wizard.preview_problem = wizard.preview_doubts = False
            records = wizard._records() if wizard.template_id else None
            if not records:
                continue
            record = records[min(max(wizard.position, 1), len(records)) - 1]
            [outcome] = wizard.template_id._dry_run(record, origin="bulk", by_language=wizard.by_language)
            wizard.preview_name = record.display_name
            if outcome.status == "queued":
                wizard.preview = outcome.post.body
                wizard.preview_doubts = ", ".join(outcome.doubts)
            else:
                wizard.preview_problem = outcome.reason

    @api.model
    def _summarise(self, count, outcomes):
        allowed = [outcome for outcome in outcomes if outcome.status == "queued"]
        lines = [self.env._("%(allowed)s of %(count)s get it.", allowed=len(allowed), count=len(outcomes))]
        if count > len(outcomes):
            lines.append(self.env._("Only the first %s were tried out.", len(outcomes)))
        if doubtful := [outcome for outcome in allowed if outcome.doubts]:
            labels = dict.fromkeys(label for outcome in doubtful for label in outcome.doubts)
            lines.append(
                self.env._(
                    "For %(count)s of them this looks empty, as zero does: %(variables)s.",
                    count=len(doubtful),
                    variables=", ".join(labels),
                )
            )
        reasons = Counter(outcome.reason for outcome in outcomes if outcome.status == "refused")
        return Markup("<p>%s</p><ul>%s</ul>") % (
            " ".join(lines),
            Markup().join(Markup("<li>%s: %s</li>") % (number, reason) for reason, number in reasons.most_common()),
        )

    # ------------------------------------------------------------------ actions

    def _records(self):
        self.ensure_one()
        records = self.env[self.res_model].browse(self.res_ids or ()).exists()
        records.check_access("read")
        return records

    def action_send(self):
        """Plan the template for all records, and show what becomes of each.

        :raises UserError: nobody would get it.
        """
        self.ensure_one()
        records = self._records()
        reach = self.env["wa.reach"]
        reach._check_records(reach._person(), records)
        if not self.allowed_count:
            raise UserError(self.env._("Nobody of those you chose can get this template; the reasons are listed above."))
        plans = (
            self.env["wa.scheduled.message"]
            .sudo()
            ._plan(
                records,
                origin="bulk",
                template=self.template_id,
                by_language=self.by_language,
                by_hand=True,
                # A second press of the button sends nothing twice.
                key=lambda record: f"many:{self.id}:{record._name}:{record.id}",
            )
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_scheduled_message_action")
        return {**action, "domain": [("id", "in", plans.ids)], "target": "current"}
