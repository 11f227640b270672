from odoo import api, models

from ...tools.phone import format_international, variants, wa_id_to_e164


class WaContact(models.Model):
    """Who a contact is for the business: its partner, found by the number or created."""

    _inherit = "wa.contact"

    @api.model
    def _find_partners(self, wa_id):
        """Return every partner with this number in any spelling, best match first.

        People before companies, then the oldest record: the same answer each time.
        """
        return self._find_partners_of([wa_id_to_e164(variant) for variant in variants(wa_id)])

    @api.model
    def _find_partners_of(self, numbers):
        """Return the customers with one of these numbers (``+…``), best match first; nobody of us is one."""
        if not numbers:
            return self.env["res.partner"]
        partners = self.env["res.partner"].search([("phone_sanitized", "in", numbers)], order="is_company, id")
        return partners - partners._wa_ours()

    def _is_sibling(self, other):
        """Tell whether another company's contact is this person: by the user id, where both have one, else by phone."""
        if self.bsuid and other.bsuid:
            return self.bsuid == other.bsuid
        return bool(self.phone_key) and self.phone_key == other.phone_key

    def _link_partner(self, company, match_phone=True):
        """Attach the partner this contact belongs to, or create one.

        :param bool match_phone: False when the number is known to have changed hands.
        """
        self.ensure_one()
        if match_phone:
            self._link_partners(company)
        else:
            self.partner_id = self._create_partners(company)

    def _link_partners(self, company, names=None):
        """Attach the partner each of these contacts belongs to, or create it; for all at once.

        :param dict names: ``{contact id: name}`` that people gave them elsewhere, for new partners
        """
        found = self._match_partners(company)
        strangers = self.filtered(lambda contact: contact.id not in found)
        found |= dict(zip(strangers.ids, strangers._create_partners(company, names), strict=True))
        # Read for all at once; the constraint asks for each.
        self.env["res.partner"].browse([partner.id for partner in found.values()])._wa_ours()
        for contact in self:
            contact.partner_id = found[contact.id]

    def _match_partners(self, company):
        """Return ``{contact id: partner}`` for contacts whose phone a partner of the company has.

        People before companies, then the oldest record, as in :meth:`_find_partners`.
        """
        of_number = {
            wa_id_to_e164(variant): contact.id for contact in self.filtered("wa_id") for variant in variants(contact.wa_id)
        }
        found = {}
        for partner in self._find_partners_of(list(of_number)):
            if partner.company_id in (company, company.browse()):
                found.setdefault(of_number[partner.phone_sanitized], partner)
        return found | self.filtered(lambda contact: contact.id not in found)._match_siblings()

    def _match_siblings(self):
        """Return ``{contact id: partner}`` for people whom another company of the portfolio knows as a partner of all.

        Partners of that company itself are nobody else's.
        """
        found = {}
        for key, contacts in self.grouped("portfolio_key").items():
            if not (keys := self.env["wa.account"]._sibling_keys(key)):
                continue
            siblings = self.search(
                [
                    ("portfolio_key", "in", keys),
                    ("partner_id", "!=", False),
                    ("partner_id.company_id", "=", False),
                    "|",
                    ("bsuid", "in", [bsuid for bsuid in contacts.mapped("bsuid") if bsuid]),
                    ("phone_key", "in", [phone for phone in contacts.mapped("phone_key") if phone]),
                ],
                order="id",
            )
            for contact in contacts:
                partners = siblings.filtered(contact._is_sibling).partner_id
                if customers := partners - partners._wa_ours():
                    found[contact.id] = customers[:1]
        return found

    def _relink_partner(self, company):
        """Give a contact whose partner was deleted, or became a colleague, a customer again: it has just written."""
        self.ensure_one()
        if not self.partner_id or self.partner_id._wa_ours():
            self._link_partner(company)

    def _part_from_partner(self):
        """Give contacts whose customer has become another company's a customer of their own, and their leads too."""
        for contact in self:
            former, company = contact.partner_id, contact.company_id
            contact.partner_id = False
            contact._link_partner(company)
            contact._retitle(former_names=frozenset([former.name]))
            leads = contact.conversation_ids.lead_id.filtered(
                lambda lead, former=former, company=company: lead.partner_id == former and lead.company_id == company
            )
            leads.partner_id = contact.partner_id

    def _create_partners(self, company, names=None):
        """Create a partner for each of these contacts; in their order."""
        named = {id_: {"name": name} for id_, name in (names or {}).items() if name}
        return (
            self.env["res.partner"]
            .with_company(company)
            .create([contact._prepare_partner_vals(company) | named.get(contact.id, {}) for contact in self])
        )

    def _prepare_partner_vals(self, company):
        """Return the values of the partner made for an unknown person (hook)."""
        self.ensure_one()
        return {
            "name": self._get_label(),
            "phone": format_international(self.wa_id) if self.wa_id else False,
            "country_id": self.country_id.id,
            "wa_is_source": True,
            "company_id": False,
        }
