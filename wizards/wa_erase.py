from odoo import api, fields, models
from odoo.exceptions import UserError


class WaErase(models.TransientModel):
    """Asks an administrator once more before a person is erased, and says what will go."""

    _name = "wa.erase"
    _description = "Erase a WhatsApp Customer"

    contact_ids = fields.Many2many("wa.contact", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    with_customer = fields.Boolean(
        "Erase the customer record and all its leads, too",
        default=True,
        help="Otherwise only what came over WhatsApp goes: conversations, messages, files, and leads that a message made.",
    )
    conversation_count = fields.Integer("Conversations", compute="_compute_counts")
    message_count = fields.Integer("Messages", compute="_compute_counts")
    lead_count = fields.Integer("Leads", compute="_compute_counts")

    @api.model
    def _action_for(self, contacts, partner):
        """Return the dialog for one person.

        :param contacts: their ``wa.contact`` records; may be empty.
        :param partner: ``res.partner``; may be empty.
        """
        contacts |= self.env["wa.contact"].search([("partner_id", "=", partner.id)]) if partner else contacts
        wizard = self.create({"contact_ids": contacts.ids, "partner_id": partner.id, "with_customer": bool(partner)})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase This Person"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.depends("contact_ids", "partner_id", "with_customer")
    def _compute_counts(self):
        for wizard in self:
            conversations = wizard.contact_ids.sudo().conversation_ids
            wizard.conversation_count = len(conversations)
            wizard.message_count = self.env["wa.message"].sudo().search_count([("conversation_id", "in", conversations.ids)])
            wizard.lead_count = len(
                self.env["wa.erasure"]._leads_of(conversations, wizard.partner_id.sudo(), wizard.with_customer)
            )

    def action_erase(self):
        """Erase; shows how far it is."""
        self.ensure_one()
        contacts, partner = self.contact_ids.exists(), self.partner_id
        if not contacts and not partner:
            raise UserError(self.env._("This person was erased already."))
        erasure = self.env["wa.erasure"]._request(contacts, partner, self.with_customer and bool(partner))
        # This dialog would be the last that remembers.
        self.sudo().unlink()
        return {
            "type": "ir.actions.act_window",
            "res_model": "wa.erasure",
            "res_id": erasure.id,
            "view_mode": "form",
            # Where one came from shows a name that is gone.
            "target": "main",
        }
