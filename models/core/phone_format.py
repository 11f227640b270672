from odoo import api, models
from odoo.tools import SQL

from ...tools.numbering import RENUMBERED
from ...tools.phone import modernise


class Base(models.AbstractModel):
    """Numbers that people still have as they were written before their country changed them."""

    _inherit = "base"

    def _phone_format_number(self, number, country, force_format="E164", raise_exception=False):
        """Read a number in its former spelling as today's, where core takes it for none.

        Without it customers of Benin or Ivory Coast whose number was typed before the
        change have no number at all, and are strangers when they write.
        """
        found = super()._phone_format_number(number, country, force_format=force_format)
        if not found and number and (now := modernise(number, country.code)):
            found = super()._phone_format_number(now, country, force_format=force_format)
        if not found and raise_exception:
            return super()._phone_format_number(number, country, force_format=force_format, raise_exception=True)
        return found

    @api.model
    def _wa_renew_former_numbers(self):
        """Read again the numbers of this model that were written before a change of numbering."""
        field = self._fields.get("phone_sanitized")
        if field is None or not field.store or "phone" not in self._fields:
            return
        codes = "|".join(RENUMBERED)
        countries = self.env["res.country"].sudo().search([("phone_code", "in", [int(code) for code in RENUMBERED])])
        own_country = "country_id" in self._fields and self._fields["country_id"].store
        local = SQL("OR country_id = ANY(%s)", countries.ids) if own_country else SQL("")
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE phone_sanitized IS NULL AND phone IS NOT NULL AND (phone ~ %s %s)",
                SQL.identifier(self._table),
                rf"^\s*(\+|00)\s*({codes})",
                local,
            )
        )
        self.env.add_to_compute(field, self.browse([row[0] for row in rows]))
        self.flush_model(["phone_sanitized"])
