import pytz

from odoo import api, models

from ...tools.gate import BY_PERSON
from ...tools.phone import country_of
from ...tools.quiet import quiet_until
from ...tools.timezones import possible_zones, zones_of_phone


class WaGate(models.AbstractModel):
    """Facts about Meta's restrictions, the customer's country and the time at their place."""

    _inherit = "wa.gate"

    @api.model
    def _fact_values(self, conversation, kind, template=None, now=None, origin="chat", message=None):
        values = super()._fact_values(conversation, kind, template, now, origin, message)
        conversation = conversation.sudo()
        contact, account = conversation.contact_id, conversation.number_id.account_id
        rules = contact._get_country_rules(account.company_id)
        kinds = {rule.what for rule in rules}
        values.update(
            blocked=contact.is_blocked,
            restrictions=account._get_restrictions(values["now"]),
            is_country_forbidden="no_business" in kinds,
            is_marketing_country_forbidden="no_marketing" in kinds,
        )
        if origin not in BY_PERSON:
            values["quiet_until"] = self._get_quiet_until(contact, account, rules, values["now"])
        return values

    @api.model
    def _get_quiet_until(self, contact, account, rules, now):
        """Return until when it is quiet at the customer's place (naive UTC), or None.

        A country's own hours come before the account's.

        :param rules: list of ``CountryRule`` of the contact.
        """
        own = [rule.quiet_hours for rule in rules if rule.quiet_hours]
        if not own and not account.has_quiet_hours:
            return None
        hours = own[0] if own else account._get_quiet_hours()
        zones = contact._get_zones() or [pytz.timezone(account.company_id.partner_id.tz or "UTC")]
        return quiet_until(hours, zones, now)


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
