from odoo import api, fields, models
from odoo.exceptions import UserError

#: What makes it this variable of the text.
PLACE = {"key", "component", "button_index", "name", "kind"}


class WaTemplateParameter(models.Model):
    """One variable of a template, and where its value comes from."""

    _name = "wa.template.parameter"
    _description = "WhatsApp Template Variable"
    _inherit = ["wa.value.source"]
    _order = "component, button_index, sequence, id"

    template_id = fields.Many2one("wa.template", required=True, index=True, ondelete="cascade")
    model = fields.Char(related="template_id.model", string="Model Name")
    sequence = fields.Integer()
    component = fields.Selection(
        [
            ("header", "Header"),
            ("body", "Body"),
            ("button", "Button"),
            ("limited_time_offer", "Offer"),
        ],
        required=True,
        default="body",
    )
    button_index = fields.Integer(help="Position among all buttons, from 0.")
    name = fields.Char("Variable", required=True, help="1, 2, … or a name, without the braces.")
    key = fields.Char(
        compute="_compute_key", store=True, readonly=False, help="The name of the value, as in body.1 or button.0."
    )
    kind = fields.Selection([("text", "Text"), ("media", "File")], default="text", required=True)
    example = fields.Char()
    _key_uniq = models.Constraint("UNIQUE(template_id, key)", "A variable appears once.")

    @api.depends("component", "button_index", "name")
    def _compute_key(self):
        for parameter in self:
            last = parameter.button_index if parameter.component == "button" else parameter.name
            parameter.key = f"{parameter.component}.{last}"

    @api.constrains("field_path", "template_id")
    def _check_field_path(self):
        """Refuse a path that leads to no field, or to one its author may not read, while that person is here."""
        self._check_own_paths()

    # --------------------------------------------------------------------- crud

    def write(self, vals):
        """What fills a variable, and its example, may be changed at any time; which variable it is, not while it is sent.

        :raises UserError: the text that is sent needs it.
        """
        if not self.env.su:
            self.filtered(lambda p: any(p[name] != vals[name] for name in PLACE & vals.keys()))._check_not_sent()
        return super().write(vals)

    def unlink(self):
        """Variables of the text that is sent while a change is being made stay until that is handed in.

        :raises UserError: the text that is sent needs it.
        """
        if not self.env.su:
            self._check_not_sent()
        return super().unlink()

    def _check_not_sent(self):
        for template in self.template_id.filtered("reopened_at"):
            approved = template._approved_keys()
            needed = self.filtered(lambda p, t=template, keys=approved: p.template_id == t and p.key in keys)
            if needed:
                raise UserError(
                    self.env._(
                        "The approved text, which is sent until you submit the change, has the variable %s. Leave it as it "
                        "is: it goes by itself if the new text does not have it.",
                        ", ".join(f"{{{{{parameter.name}}}}}" for parameter in needed),
                    )
                )

    def _value_model(self):
        return self.template_id.model_id.model
