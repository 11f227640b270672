from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.phone_search import exact, needles
from ..core.phone_search import index_parts_of_numbers


class WaContact(models.Model):
    """Contacts and conversations are found by everything people know of a customer: name, @username, phone."""

    _inherit = "wa.contact"

    phone_search = fields.Char("Phone", store=False, search="_search_phone_search")

    def init(self):
        """Index parts of numbers for ``like``; the ORM's own trigram index is for ``ilike`` of words."""
        for name in ("wa_id", "phone_key"):
            index_parts_of_numbers(self, name)
        return super().init()

    @api.model
    def _search_phone_search(self, operator, value):
        """Find contacts by (a part of) their number, however it is written.

        Negative operators are inverted by the framework. Source: odoo/orm/domains.py
        ``_optimize_field_search_method``.
        """
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        country = self.env.company.country_id.code
        if operator == "in":
            if False in value or "" in value:
                # "Is (not) set", alone or among values.
                rest = [term for term in value if term]
                return Domain("wa_id", "=", False) | (Domain(self._search_phone_search("in", rest)) if rest else Domain.FALSE)
            found = [number for term in value for number in exact(str(term), country)]
            return Domain("phone_key", "in", found) | Domain("wa_id", "in", found)
        if not operator.endswith("like"):
            return NotImplemented
        return self._phone_domain(value) or Domain.FALSE

    @api.model
    def _phone_domain(self, term):
        """Return the domain of contacts with this (part of a) number, or None if it is no number."""
        found = needles(term if isinstance(term, str) else "", self.env.company.country_id.code)
        if not found:
            return None
        return Domain.OR(Domain(name, "like", needle) for needle in found for name in ("phone_key", "wa_id"))

    @api.model
    def _search_display_name(self, operator, value):
        """Find contacts by what is shown of them, and by what they are called elsewhere.

        A contact has no field with its name: it shows the customer's, else the profile's,
        the @username, the number, the id.
        """
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in":
            return Domain.OR(self._named_domain("=", term) for term in value)
        if operator.endswith("like") and not value:
            return Domain.TRUE
        return self._named_domain(operator, value)

    @api.model
    def _named_domain(self, operator, value):
        """Return the domain of contacts whose name, @username, id or number compares so with ``value``."""
        if not isinstance(value, str) or not value:
            return Domain.FALSE  # everybody shows something
        plain = value.removeprefix("@")
        domains = [Domain("partner_id.display_name", operator, value)]
        domains += [Domain(name, operator, value) for name in ("profile_name", "bsuid")]
        domains += [Domain("username", operator, name) for name in {plain, f"@{plain}"}]
        if operator == "=":
            domains.append(Domain(self._search_phone_search("in", [value])))
        elif operator in ("like", "ilike") and (by_phone := self._phone_domain(value)):
            domains.append(by_phone)
        return Domain.OR(domains)


class WaConversation(models.Model):
    """A conversation is called like its contact, and found like it."""

    _inherit = "wa.conversation"

    phone_search = fields.Char("Phone", store=False, search="_search_phone_search")

    @api.model
    def _search_phone_search(self, operator, value):
        return Domain("contact_id.phone_search", operator, value)

    @api.model
    def _search_display_name(self, operator, value):
        return Domain("contact_id.display_name", operator, value)
