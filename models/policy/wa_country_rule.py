from __future__ import annotations

from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...tools.phone import digits, plain, variants
from ...tools.quiet import QuietHours


class CountryRule(NamedTuple):
    """One rule without a database, kept between requests."""

    what: str
    country: str
    prefix: str
    company_id: int
    quiet_hours: QuietHours | None


class WaCountryRule(models.Model):
    """What may not be sent to people of a country, or only at other hours.

    Meta publishes no list that a machine could read, and the lists change: they are
    data, with the page they come from, and managers correct them.
    """

    _name = "wa.country.rule"
    _description = "WhatsApp Country Rule"
    _inherit = ["wa.quiet.mixin", "wa.cached.mixin", "wa.shared.mixin"]
    _order = "what, country_id, phone_prefix, id"
    _rec_names_search = ["country_id", "phone_prefix"]

    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", index=True, ondelete="cascade")
    phone_prefix = fields.Char(
        "Numbers Starting With",
        help="Country code and the digits after it, to mean a part of a country. Empty: the whole country.",
    )
    what = fields.Selection(
        [
            ("no_business", "No messages from businesses"),
            ("no_marketing", "No marketing"),
            ("quiet_hours", "Own quiet hours"),
        ],
        "Rule",
        required=True,
        default="no_marketing",
    )
    source_url = fields.Char("Source", help="Page on which this is written.")
    note = fields.Text()

    _where_check = models.Constraint(
        "CHECK(country_id IS NOT NULL OR phone_prefix IS NOT NULL)",
        "Choose a country or enter how its phone numbers start.",
    )

    @api.depends("country_id", "phone_prefix", "what")
    def _compute_display_name(self):
        what = dict(self._fields["what"]._description_selection(self.env))
        for rule in self:
            place = rule.country_id.name or (rule.phone_prefix and f"+{rule.phone_prefix}") or ""
            rule.display_name = f"{place}: {what.get(rule.what, '')}"

    @api.constrains("quiet_from", "quiet_to")
    def _check_quiet_hours(self):
        self._check_quiet_times()

    @api.constrains("phone_prefix")
    def _check_phone_prefix(self):
        for rule in self:
            if rule.phone_prefix and digits(rule.phone_prefix) != rule.phone_prefix:
                raise ValidationError(
                    self.env._("“%s”: enter only digits, beginning with the country code.", rule.phone_prefix)
                )

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean(vals))

    @api.model
    def _clean(self, vals):
        """A pasted ``+7 978`` is meant as ``7978``; other words are left for the constraint to name."""
        prefix = vals.get("phone_prefix")
        if not prefix:
            return vals
        bare = "".join(c for c in plain(prefix) if c not in "+ -()")
        return {**vals, "phone_prefix": bare or False}

    # ----------------------------------------------------------------- business

    @api.model
    @ormcache()
    def _all(self) -> tuple[CountryRule, ...]:
        """Return every active rule as :class:`CountryRule`, the narrower ones first."""
        rules = [
            CountryRule(
                rule.what,
                rule.country_id.code or "",
                rule.phone_prefix or "",
                rule.company_id.id or 0,
                rule._get_quiet_hours() if rule.what == "quiet_hours" else None,
            )
            for rule in self.sudo().search([])
        ]
        return tuple(sorted(rules, key=lambda rule: (-rule.company_id, -len(rule.prefix))))

    @api.model
    def _for(self, country: str, wa_id: str | None, company: models.BaseModel) -> list[CountryRule]:
        """Return the rules for somebody.

        :param str country: ISO code of the phone, else of the BSUID.
        :param str wa_id: digits, or None when the phone is not known.
        :param company: ``res.company`` that wants to write.
        :returns: list of :class:`CountryRule`
        """
        return [
            rule
            for rule in self._all()
            if rule.company_id in (0, company.id)
            and rule.country in ("", country)
            and (not rule.prefix or any(spelling.startswith(rule.prefix) for spelling in variants(wa_id)))
        ]
