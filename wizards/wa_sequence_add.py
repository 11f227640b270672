from collections import Counter

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class WaSequenceAdd(models.TransientModel):
    """Add leads to a sequence: see what they get and who cannot be added, then add the others."""

    _name = "wa.sequence.add"
    _description = "Add Leads to a WhatsApp Sequence"

    lead_ids = fields.Json(required=True, readonly=True)
    company_ids = fields.Many2many("res.company", compute="_compute_company_ids")
    sequence_id = fields.Many2one("wa.sequence", domain="[('company_id', 'in', company_ids), ('step_ids', '!=', False)]")
    explanation = fields.Html(related="sequence_id.explanation", related_sudo=False)
    summary = fields.Html(compute="_compute_summary", sanitize=False)
    allowed_count = fields.Integer(compute="_compute_summary")

    @api.model
    def _action_for(self, leads):
        """Return the action that opens the wizard for leads."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_sequence_add_action")
        action["context"] = {"default_lead_ids": leads.ids}
        return action

    def _leads(self):
        self.ensure_one()
        leads = self.env["crm.lead"].with_context(active_test=False).browse(self.lead_ids or ()).exists()
        leads.check_access("write")
        return leads

    @api.depends("lead_ids")
    def _compute_company_ids(self):
        self.company_ids = self.env.companies

    @api.depends("sequence_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary, wizard.allowed_count = False, 0
            if wizard.sequence_id:
                leads = wizard._leads()
                refused = wizard.sequence_id._origin._refusals(leads, person=self.env["wa.reach"]._person())
                wizard.allowed_count = len(leads) - len(refused)
                wizard.summary = self._summarise(len(leads), refused)

    @api.model
    def _summarise(self, count, refused):
        if count == 1:
            text = self.env._("The lead cannot be added.") if refused else self.env._("The lead can be added.")
        else:
            text = self.env._("%(allowed)s of %(count)s leads can be added.", allowed=count - len(refused), count=count)
        if len(refused) <= 10:
            lines = [(lead.display_name, reason) for lead, reason in refused.items()]
        else:
            lines = [(number, reason) for reason, number in Counter(refused.values()).most_common()]
        items = Markup().join(Markup("<li>%s: %s</li>") % line for line in lines)
        return Markup("<p>%s</p><ul>%s</ul>") % (text, items) if items else Markup("<p>%s</p>") % text

    def action_add(self):
        """Add the leads, and say how many were.

        :raises UserError: none of them can be added; says why.
        """
        self.ensure_one()
        if not self.sequence_id:
            raise UserError(self.env._("Choose a sequence."))
        self.sequence_id.check_access("read")
        leads = self._leads()
        runs, refused = self.sequence_id._enrol(leads, self.env["wa.reach"]._person())
        if not runs:
            raise UserError("\n".join(f"{lead.display_name}: {reason}" for lead, reason in list(refused.items())[:10]))
        message = self.env._("Added to “%(name)s”: %(count)s.", name=self.sequence_id.name, count=len(runs))
        if refused:
            message += " " + self.env._("Not added: %s.", len(refused))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "warning" if refused else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
