from odoo import api, fields, models


class WaActionValue(models.Model):
    """Where a rule takes the value of one variable of its template from."""

    _name = "wa.action.value"
    _description = "Value of a WhatsApp Template in a Rule"
    _inherit = ["wa.value.source"]
    _order = "id"
    _rec_names_search = ["parameter_id"]

    action_id = fields.Many2one("ir.actions.server", required=True, index=True, ondelete="cascade")
    template_id = fields.Many2one(related="action_id.wa_template_id")
    model = fields.Char(related="action_id.model_id.model", string="Model Name")
    parameter_id = fields.Many2one(
        "wa.template.parameter",
        "Variable",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('template_id', '=', template_id)]",
    )
    label = fields.Char(related="parameter_id.label")
    value_kind = fields.Char(related="parameter_id.value_kind")
    kind = fields.Selection(related="parameter_id.kind")
    example = fields.Char(related="parameter_id.example")

    _parameter_uniq = models.Constraint("UNIQUE(action_id, parameter_id)", "Each variable has one line.")

    @api.constrains("field_path", "action_id")
    def _check_field_path(self):
        """Refuse a path that leads to no field, or to one its author may not read, while that person is here."""
        self._check_own_paths()

    def _value_model(self):
        return self.action_id.model_id.model

    def _value_kind(self):
        return self.value_kind

    def _says_something(self):
        """Tell whether a value can come from this line."""
        self.ensure_one()
        return bool(self.field_path or self.fallback or self.report_id or self.file)
