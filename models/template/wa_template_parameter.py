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
    value_kind = fields.Char(
        default="text", required=True, readonly=True, help="What WhatsApp expects: text, image, location, coupon_code, …"
    )
    is_required = fields.Boolean(default=True, readonly=True, help="Without a value the template cannot be sent.")
    label = fields.Char(compute="_compute_label")
    hint = fields.Char("Write", compute="_compute_label", help="How the value has to be written.")

    _key_uniq = models.Constraint("UNIQUE(template_id, key)", "A variable appears once.")

    @api.depends("component", "button_index", "name")
    def _compute_key(self):
        for parameter in self:
            last = parameter.button_index if parameter.component == "button" else parameter.name
            parameter.key = f"{parameter.component}.{last}"

    @api.depends("name", "value_kind", "key", "button_index")
    @api.depends_context("lang")
    def _compute_label(self):
        words = {
            "image": self.env._("Picture above the text"),
            "video": self.env._("Video above the text"),
            "gif": self.env._("Animation above the text"),
            "document": self.env._("Document above the text"),
            "location": self.env._("Place above the text"),
            "product": self.env._("Product above the text"),
            "url_suffix": self.env._("End of the web address"),
            "code": self.env._("One-time code"),
            "coupon_code": self.env._("Code to copy"),
            "payload": self.env._("Meaning of the button"),
            "flow": self.env._("Token of the form"),
            "catalog": self.env._("Product shown on the catalogue"),
            "mpm": self.env._("Products"),
            "voice_call": self.env._("Call button"),
            "order_details": self.env._("Order"),
            "expiration": self.env._("End of the offer"),
        }
        hints = {
            "location": self.env._("latitude, longitude, name, address"),
            "product": self.env._("article number, catalogue id"),
            "expiration": self.env._("2027-01-31 18:00"),
            "mpm": self.env._("Chairs: article number, article number; Lamps: article number"),
            "order_details": "{…}",
            "voice_call": '{"ttl_minutes": 60}',
        }
        for parameter in self:
            label = words.get(parameter.value_kind, f"{{{{{parameter.name}}}}}")
            if parameter.component == "button":
                button = parameter.template_id.button_ids.sorted("sequence")[parameter.button_index :][:1]
                label = f"{label} ({button.text})" if button.text and not parameter._card_number() else label
            if card := parameter._card_number():
                label = self.env._("Card %(number)s: %(what)s", number=card, what=label)
            parameter.label = label
            parameter.hint = hints.get(parameter.value_kind, False)

    def _card_number(self):
        """Return which card of a carousel this belongs to, from 1; 0 outside of one."""
        head, _dot, rest = (self.key or "").partition(".")
        number = rest.partition(".")[0]
        return int(number) + 1 if head == "card" and number.isdigit() else 0

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

    def _value_kind(self):
        return self.value_kind
