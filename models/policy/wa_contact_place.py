import pytz

from odoo import models

from ...tools.phone import country_of
from ...tools.timezones import possible_zones, zones_of_phone


class WaContact(models.Model):
    """Where a customer is, as far as number, id and record tell."""

    _inherit = "wa.contact"

    def _get_country_code(self):
        """Return the ISO code of the phone's country (in North America by area code), else the id's, or None."""
        self.ensure_one()
        return country_of(self.wa_id or self.bsuid) or self.country_id.code or None

    def _get_country_rules(self, company):
        """Return the ``CountryRule`` objects that apply to this person."""
        self.ensure_one()
        return self.env["wa.country.rule"]._for(self._get_country_code(), self.wa_id or None, company)

    def _get_zones(self):
        """Return the time zones this person may live in, as ``tzinfo``; empty when nothing is known."""
        self.ensure_one()
        country = pytz.country_timezones.get(self._get_country_code() or "", ())
        names = possible_zones(self.partner_id.tz or None, zones_of_phone(self.wa_id or None), country)
        return [pytz.timezone(name) for name in names if name in pytz.all_timezones_set]
