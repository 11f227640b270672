from odoo import api, fields, models

from ...tools.graph.template_definition import VARIABLE

#: Kinds of buttons that can be drafted here: of the others WhatsApp asks for more than we can say.
DRAFTED = [
    ("QUICK_REPLY", "Quick reply"),
    ("URL", "Open a web address"),
    ("PHONE_NUMBER", "Call a number"),
    ("COPY_CODE", "Copy a code"),
]
#: Meta's limits, in characters. Source: cloud-api reference §7.2.
LABEL_LIMIT, ADDRESS_LIMIT, PHONE_LIMIT = 25, 2000, 20


class WaTemplateButton(models.Model):
    """One button of a template; ``type`` is Meta's word, unknown ones included."""

    _name = "wa.template.button"
    _description = "WhatsApp Template Button"
    _order = "sequence, id"
    _rec_name = "text"

    template_id = fields.Many2one("wa.template", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    type = fields.Char("WhatsApp Type", required=True, default="QUICK_REPLY", help="Meta's word.")
    drafted_type = fields.Selection(
        DRAFTED, "Type", compute="_compute_drafted_type", inverse="_inverse_drafted_type", help="What a tap does."
    )
    text = fields.Char("Label", required=True, help="At most 25 characters.")
    url = fields.Char("Web Address", help="May end with one variable: https://shop.example/order/{{1}}")
    phone_number = fields.Char()
    example = fields.Char(
        "Sample",
        help="For WhatsApp's reviewers: what the address looks like with its variable filled in, or the code to copy.",
    )

    @api.depends("type")
    def _compute_drafted_type(self):
        for button in self:
            button.drafted_type = button.type if button.type in dict(DRAFTED) else False

    def _inverse_drafted_type(self):
        for button in self.filtered("drafted_type"):
            button.type = button.drafted_type

    @api.constrains("text", "url", "phone_number")
    def _check_lengths(self):
        """Refuse what is too long for WhatsApp; nothing is cut."""
        for button in self.filtered(lambda b: not b.template_id.template_uid or b.template_id.is_edited):
            template = button.template_id
            template._check_length(self.env._("Label of a button"), button.text, LABEL_LIMIT)
            template._check_length(self.env._("Web address of a button"), button.url, ADDRESS_LIMIT)
            template._check_length(self.env._("Phone number of a button"), button.phone_number, PHONE_LIMIT)

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Buttons are reviewed with their template."""
        if not self.env.su:
            ids = {vals["template_id"] for vals in vals_list if vals.get("template_id")}
            self._check_templates(self.env["wa.template"].browse(ids))
        return super().create(vals_list)

    def write(self, vals):
        """Buttons are reviewed with their template."""
        if not self.env.su:
            self._check_templates(self.template_id)
        return super().write(vals)

    def unlink(self):
        """Buttons are reviewed with their template."""
        if not self.env.su:
            self._check_templates(self.template_id)
        return super().unlink()

    @api.model
    def _check_templates(self, templates):
        """Refuse to change a button of a template whose content is fixed; remember changes of rejected ones.

        :raises AccessError: WhatsApp knows the content.
        """
        if any(templates.sudo().mapped("is_fixed")):
            templates._refuse_verdict()
        templates._mark_edited()

    # ----------------------------------------------------------------- business

    def _sample_address(self):
        """Return the sample of an address with a variable as a whole address; "" when there is none.

        Whoever writes only the end of it means the end.
        """
        self.ensure_one()
        sample = (self.example or "").strip()
        if not sample or sample.startswith(("http://", "https://")):
            return sample
        return f"{(self.url or '').partition('{{')[0]}{sample}"

    def _draft_problems(self):
        """Yield what keeps this button from being handed in, a sentence each."""
        self.ensure_one()
        known = [b for part in self.template_id.components or () for b in part.get("buttons") or () if isinstance(b, dict)]
        is_known = any(str(raw.get("type", "")).upper() == self.type and raw.get("text") == self.text for raw in known)
        if self.type not in dict(DRAFTED) and not is_known:
            yield self.env._(
                "The button “%s” is of a kind that cannot be drafted here. Choose another type, or create the template in "
                "WhatsApp Manager.",
                self.text,
            )
        elif self.type == "URL":
            yield from self._address_problems()
        elif self.type == "PHONE_NUMBER" and not self.phone_number:
            yield self.env._("The button “%s” needs a phone number.", self.text)
        elif self.type == "COPY_CODE" and not self.example:
            yield self.env._("The button that copies a code needs a sample of the code.")

    def _address_problems(self):
        """Yield what is wrong with a web address and its variable."""
        address = self.url or ""
        if not address.startswith(("http://", "https://")):
            yield self.env._("The button “%s” needs a web address that begins with https://.", self.text)
        elif "{{" in address or "}}" in address:
            if VARIABLE.sub("", address, count=1) + "{{1}}" != address:
                yield self.env._(
                    "The address of the button “%(label)s” may have one variable, {{1}}, at its very end: %(address)s",
                    label=self.text,
                    address=address,
                )
            elif not self.example:
                yield self.env._(
                    "Give a sample for the address of the button “%(label)s” on the tab “Buttons”: what %(address)s looks "
                    "like with the variable filled in.",
                    label=self.text,
                    address=address,
                )
            elif not self._sample_address().startswith(address.partition("{{")[0]):
                yield self.env._(
                    "The sample of the button “%(label)s” has to begin like its address: %(address)s",
                    label=self.text,
                    address=address,
                )

    def _prepare_definition(self, known=()):
        """Return the button as it is handed in for review. Source: cloud-api reference §7.2.

        :param known: buttons as WhatsApp has them, for kinds that cannot be drafted here.
        """
        self.ensure_one()
        if self.type not in dict(DRAFTED):
            same = [raw for raw in known if str(raw.get("type", "")).upper() == self.type and raw.get("text") == self.text]
            return dict(same[0]) if same else {"type": self.type, "text": self.text}
        if self.type == "COPY_CODE":
            return {"type": self.type, "example": self.example or ""}
        definition = {"type": self.type, "text": self.text}
        if self.type == "URL":
            definition["url"] = self.url
            if "{{" in (self.url or "") and self.example:
                definition["example"] = [self._sample_address()]
        elif self.type == "PHONE_NUMBER":
            definition["phone_number"] = self.phone_number
        return definition
