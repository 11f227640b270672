from odoo import api, models
from odoo.fields import Domain

from ...tools.phone_search import needles
from ..number_index import index_parts_of_numbers


class MailThreadPhone(models.AbstractModel):
    """Customers, leads and whatever else has a phone are found by it, however it is written.

    Core compares texts without their separators: it knows neither trunk zeros nor other
    scripts nor that a number may be stored with or without its country code.
    """

    _inherit = "mail.thread.phone"

    def init(self):
        """Index parts of numbers, as core does for its own columns."""
        if not self._abstract and self._auto:
            index_parts_of_numbers(self, "phone_sanitized")
        return super().init()

    @api.model
    def _wa_phone_domain(self, term) -> Domain | None:
        """Return the domain of records with this (part of a) number, or None if it is no number."""
        found = needles(term if isinstance(term, str) else "", self.env.company.country_id.code)
        if not found:
            return None
        # Numbers that core's table of ranges does not know are not sanitized: those are found as they were typed.
        as_typed = super()._search_phone_mobile_search
        return Domain.OR(
            condition
            for needle in found
            for condition in (Domain("phone_sanitized", "like", needle), Domain(as_typed("ilike", needle)))
        )

    @api.model
    def _search_phone_mobile_search(self, operator, value):
        positive = {"not ilike": "ilike", "not like": "like"}.get(operator, operator)
        by_phone = self._wa_phone_domain(value) if positive in ("like", "ilike") else None
        if by_phone is None:
            return super()._search_phone_mobile_search(operator, value)
        return by_phone if positive == operator else ~by_phone

    @api.model
    def _wa_or_by_phone(self, domain, operator, value):
        """Return a domain of names, widened by those who have this phone.

        :param domain: what ``_search_display_name`` answered to ``operator`` and ``value``.
        """
        if domain is NotImplemented or operator not in ("like", "ilike", "not like", "not ilike"):
            return domain
        by_phone = self._wa_phone_domain(value)
        if by_phone is None:
            return domain
        return Domain(domain) & ~by_phone if operator.startswith("not") else Domain(domain) | by_phone
