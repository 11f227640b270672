import re

from markupsafe import Markup

from odoo import api, models
from odoo.tools.misc import format_amount, format_date, format_datetime

from ..tools.bidi import one_line
from ..tools.markup import plain, to_html

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


class WaTemplate(models.Model):
    """Filling a template from a record, and showing it the way the customer will see it.

    Values are a dictionary ``{(component, button_index, name): text}``.
    """

    _inherit = "wa.template"

    # ------------------------------------------------------------------- values

    def _get_values(self, record, overrides=None):
        """Return what fills the variables for a record.

        :param record: record of the template's model; read with the rights of the
            current user.
        :param dict overrides: values a person typed, same keys.
        :returns: ``(values, missing)``; ``missing`` are the ``wa.template.parameter``
            records for which there is neither a value nor a fallback.
        """
        self.ensure_one()
        values, missing = {}, self.env["wa.template.parameter"]
        for parameter in self.parameter_ids:
            key = parameter._key()
            text = one_line((overrides or {}).get(key) or "")
            if not text and parameter.field_path and record and record._name == self.model:
                text = one_line(self._format_path(record, parameter.field_path))
            text = text or one_line(parameter.fallback or "")
            if text:
                values[key] = text
            else:
                missing |= parameter
        return values, missing

    def _get_example_values(self):
        """Return the examples the template was approved with, for previews without a record."""
        self.ensure_one()
        return {p._key(): p.example or f"{{{{{p.name}}}}}" for p in self.parameter_ids}

    @api.model
    def _format_path(self, record, path):
        """Return the value at a dotted field path as text for a person; "" when empty.

        Amounts come with their currency, dates in the language of the context.
        """
        *steps, last = path.split(".")
        for step in steps:
            record = record[step][:1]
        if not record:
            return ""
        field, value = record._fields[last], record[last]
        if field.type in ("integer", "float", "monetary"):
            return self._format_number(record, field, value)
        if not value:
            return ""
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "datetime":
            return format_datetime(self.env, value, dt_format="short")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "html":
            return plain(Markup(value).striptags())
        return str(value)

    @api.model
    def _format_number(self, record, field, value):
        if field.type == "monetary":
            currency = record[field.get_currency_field(record)] or self.env.company.currency_id
            return format_amount(self.env, value, currency)
        if field.type == "float":
            digits = field.get_digits(self.env)
            return self.env["ir.qweb.field.float"].value_to_html(value, {"precision": (digits or (0, 2))[1]})
        return str(value)

    # ---------------------------------------------------------------- rendering

    @api.model
    def _substitute(self, text, component, values, button_index=0):
        """Put values where the variables are; nothing is evaluated."""
        return VARIABLE.sub(
            lambda match: values.get((component, button_index, match.group(1)), match.group(0)), text or ""
        )

    def _render_text(self, values):
        """Return the filled body as the customer reads it (WhatsApp markup)."""
        self.ensure_one()
        return self._substitute(self.body, "body", values)

    def _render_card(self, values):
        """Return the filled template as HTML for the thread: header, body, footer, buttons."""
        self.ensure_one()
        parts = []
        if self.header_text:
            header = one_line(self._substitute(self.header_text, "header", values))
            parts.append(Markup('<div class="o_wa_card_header"><b>%s</b></div>') % header)
        elif self.header_format:
            parts.append(Markup('<div class="o_wa_card_header">[%s]</div>') % self.header_format.lower())
        parts.append(Markup('<div class="o_wa_card_body">%s</div>') % Markup(to_html(self._render_text(values))))
        if self.footer:
            parts.append(Markup('<div class="o_wa_card_footer"><small>%s</small></div>') % self.footer)
        parts += [Markup('<div class="o_wa_card_button">%s</div>') % b.text for b in self.button_ids]
        return Markup('<div class="o_wa_card">%s</div>') % Markup().join(parts)


class WaTemplateParameter(models.Model):
    """The key a variable has among the values."""

    _inherit = "wa.template.parameter"

    def _key(self):
        """Return ``(component, button_index, name)``."""
        self.ensure_one()
        return (self.component, self.button_index if self.component == "button" else 0, self.name)
