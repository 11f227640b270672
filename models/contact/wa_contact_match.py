from odoo import api, models

from ...tools.bidi import short_name
from ...tools.phone import phone_key
from ..concurrency import retry_lost_race
from .contact_lookup import ContactLookup


class WaContact(models.Model):
    """Which contact a person is: found by their keys, else created."""

    _inherit = "wa.contact"

    @api.model
    def _find(self, portfolio_key, person):
        """Return the known contact of a webhook person, or an empty set.

        Order of keys: BSUID, then phone in any of its spellings. A phone whose
        contact carries another BSUID is *not* a match: the number has a new owner.

        :param str portfolio_key: scope of BSUIDs, see ``wa.account._get_portfolio_key``.
        :param Person person: ``tools.webhook.events.Person``.
        Source: cloud-api reference §6.7.
        """
        if person.bsuid:
            contact = self.search([("portfolio_key", "=", portfolio_key), ("bsuid", "=", person.bsuid)], limit=1)
            if contact:
                return contact
        if person.wa_id:
            contact = self._find_by_phone(portfolio_key, person.wa_id)
            if contact and person.bsuid and contact.bsuid and contact.bsuid != person.bsuid:
                return self.browse()
            return contact
        return self.browse()

    @api.model
    def _find_by_phone(self, portfolio_key, wa_id):
        """Return the contact owning a phone, whichever variant of it was written."""
        return self.search([("portfolio_key", "=", portfolio_key), ("phone_key", "=", phone_key(wa_id))], limit=1)

    @api.model
    def _lookup(self, account, persons):
        """Return a :class:`ContactLookup` that knows these people with two queries in all."""
        return ContactLookup(self, account, persons)

    @api.model
    def _ensure(self, account, person):
        """Return the contact of a webhook person, created with its partner if new.

        :returns: ``(contact, is_new)``
        """
        portfolio_key = account._get_portfolio_key()
        contact = self._find(portfolio_key, person)
        if contact:
            contact._update_identity(person)
            contact._relink_partner(account.company_id)
            return contact, False
        number_is_taken = False
        if person.wa_id:
            former = self._find_by_phone(portfolio_key, person.wa_id)
            if former:
                # Another person held this number before; they keep their history, not the number.
                former._release_phone()
                number_is_taken = True
        contact = self.create(self._prepare_vals(portfolio_key, person))
        contact._link_partner(account.company_id, match_phone=not number_is_taken)
        return contact, True

    @api.model
    def _create_for_persons(self, account, persons):
        """Create the contacts of webhook persons nobody knows yet, with their partners, together.

        :param persons: list of ``Person``, each somebody else; see :meth:`ContactLookup.add_strangers`.
        """
        key = account._get_portfolio_key()
        contacts = self.create([self._prepare_vals(key, person) for person in persons])
        contacts._link_partners(account.company_id)
        return contacts

    @api.model
    def _prepare_vals(self, portfolio_key, person):
        """Return the values of the contact of a webhook person (hook)."""
        return {
            "portfolio_key": portfolio_key,
            "bsuid": person.bsuid or False,
            "parent_bsuid": person.parent_bsuid or False,
            "username": person.username or False,
            "profile_name": short_name(person.name) or False,
            "country_id": self._country_for(person.bsuid or person.wa_id),
            **self._phone_vals(person.wa_id),
        }

    @api.model
    def _ensure_for_records(self, account, records, partners, create=True):
        """Return the contacts of records we want to write to first, created where missing.

        :param records: recordset or dict of records with a customer or a phone.
        :param dict partners: ``{record id: res.partner}``
        :param bool create: False: missing ones are only thought up (``new()``).
        :returns: ``{record id: wa.contact}``; records without a phone are left out
        """
        key = account._get_portfolio_key()
        result, phones = {}, {}
        for record in records:
            partner = partners[record.id]
            own = partner.wa_contact_ids.filtered(lambda c: c.portfolio_key == key)[:1]
            if own:
                result[record.id] = own
            elif e164 := record._wa_find_phone(partner):
                phones[record.id] = e164.lstrip("+")
        known = {
            contact.phone_key: contact
            for contact in self.search(
                [("portfolio_key", "=", key), ("phone_key", "in", [phone_key(p) for p in phones.values()])]
            )
        }
        missing = {}
        for record_id, wa_id in phones.items():
            if phone_key(wa_id) not in known:
                missing.setdefault(phone_key(wa_id), (wa_id, partners[record_id]))
        # A colleague who tries it out with their own phone gets a customer of their own.
        ours = set(self.env["res.partner"].union(*(partners[id_] for id_ in phones))._wa_ours().ids)
        vals_list = [
            {
                "portfolio_key": key,
                "partner_id": partner.id not in ours and partner.id,
                "country_id": self._country_for(wa_id),
                **self._phone_vals(wa_id),
            }
            for wa_id, partner in missing.values()
        ]
        if not create:
            known |= {vals["phone_key"]: self.new(vals) for vals in vals_list}
            vals_list = []
        with retry_lost_race():
            created = self.create(vals_list)
        known |= {contact.phone_key: contact for contact in created}
        if create:
            for record_id, wa_id in phones.items():
                contact = known[phone_key(wa_id)]
                if not contact.partner_id and partners[record_id] and partners[record_id].id not in ours:
                    # Known only because of a consent, or its customer was deleted.
                    contact.partner_id = partners[record_id]
            reached = self.union(*(known[phone_key(wa_id)] for wa_id in phones.values()))
            by_id = {record.id: record for record in records}
            names = {known[phone_key(wa_id)].id: by_id[id_]._wa_person_name() for id_, wa_id in phones.items()}
            reached.filtered(lambda contact: not contact.partner_id)._link_partners(account.company_id, names)
        return result | {record_id: known[phone_key(wa_id)] for record_id, wa_id in phones.items()}
