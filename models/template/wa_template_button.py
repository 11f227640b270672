from odoo import fields, models


class WaTemplateButton(models.Model):
    """One button of a template; ``type`` is Meta's word, unknown ones included."""

    _name = "wa.template.button"
    _description = "WhatsApp Template Button"
    _order = "sequence, id"
    _rec_name = "text"

    template_id = fields.Many2one("wa.template", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    type = fields.Char(required=True, default="QUICK_REPLY")
    text = fields.Char("Label", required=True)
    url = fields.Char()
    phone_number = fields.Char()

    def _prepare_definition(self):
        """Return the button as it is handed in for review. Source: cloud-api reference §7.2."""
        self.ensure_one()
        definition = {"type": self.type, "text": self.text}
        if self.type == "URL":
            definition["url"] = self.url
        elif self.type == "PHONE_NUMBER":
            definition["phone_number"] = self.phone_number
        return definition
