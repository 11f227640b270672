from collections.abc import Iterable

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.bidi import short_name
from ...tools.numbering import CODES
from ...tools.phone import format_international, phone_key
from ...tools.webhook.events import Person
from ..account.wa_account import UNKNOWN_PORTFOLIO
from ..concurrency import retry_lost_race
from .contact_lookup import ContactLookup


class WaContact(models.Model):
    """Which contact somebody is: found by their keys or created; further ids, new numbers, two who are one."""

    _inherit = "wa.contact"

    # --------------------------------------------------------- webhooks: found or created

    @api.model
    def _find(self, portfolio_key: str, person: Person) -> models.BaseModel:
        """Return the known contact of a webhook person, or an empty set.

        Order of keys: BSUID, then phone in any of its spellings. A phone whose
        contact carries another BSUID is *not* a match: the number has a new owner.

        :param portfolio_key: scope of BSUIDs, see ``wa.account._get_portfolio_key``.
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
    def _find_by_phone(self, portfolio_key: str, wa_id: str) -> models.BaseModel:
        """Return the contact owning a phone, whichever variant of it was written."""
        return self.search([("portfolio_key", "=", portfolio_key), ("phone_key", "=", phone_key(wa_id))], limit=1)

    @api.model
    def _lookup(self, account: models.BaseModel, persons: list[Person]) -> ContactLookup:
        """Return a :class:`ContactLookup` that knows these people with two queries in all."""
        return ContactLookup(self, account, persons)

    @api.model
    def _ensure(self, account: models.BaseModel, person: Person) -> tuple[models.BaseModel, bool]:
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
    def _create_for_persons(self, account: models.BaseModel, persons: list[Person]) -> models.BaseModel:
        """Create the contacts of webhook persons nobody knows yet, with their partners, together.

        :param persons: each somebody else; see :meth:`ContactLookup.add_strangers`.
        """
        key = account._get_portfolio_key()
        contacts = self.create([self._prepare_vals(key, person) for person in persons])
        contacts._link_partners(account.company_id)
        return contacts

    @api.model
    def _prepare_vals(self, portfolio_key: str, person: Person) -> dict:
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

    # ------------------------------------------------ we write first: found or created

    @api.model
    def _ensure_for_records(
        self, account: models.BaseModel, records: Iterable, partners: dict[int, models.BaseModel], create: bool = True
    ) -> dict[int, models.BaseModel]:
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
        # A colleague who tries it out with their own phone gets a customer of their own.
        ours = self.env["res.partner"].union(*(partners[id_] for id_ in phones))._wa_ours()
        known = self._ensure_by_phone(key, [(wa_id, partners[id_] - ours) for id_, wa_id in phones.items()], create)
        if create:
            for record_id, wa_id in phones.items():
                contact = known[phone_key(wa_id)]
                if not contact.partner_id and partners[record_id] - ours:
                    # Known only because of a consent, or its customer was deleted.
                    contact.partner_id = partners[record_id]
            reached = self.union(*(known[phone_key(wa_id)] for wa_id in phones.values()))
            by_id = {record.id: record for record in records}
            names = {known[phone_key(wa_id)].id: by_id[id_]._wa_person_name() for id_, wa_id in phones.items()}
            reached.filtered(lambda contact: not contact.partner_id)._link_partners(account.company_id, names)
        return result | {record_id: known[phone_key(wa_id)] for record_id, wa_id in phones.items()}

    @api.model
    def _ensure_for_phones(
        self, account: models.BaseModel, partners: dict[str, models.BaseModel]
    ) -> dict[str, models.BaseModel]:
        """Return the contacts of people who agreed to something before they ever wrote.

        No customer is made for them: that is for whoever talks to them.

        :param dict partners: ``{E.164 number: res.partner, may be empty}``
        :returns: ``{E.164 number: wa.contact}``
        """
        ours = self.env["res.partner"].union(*partners.values())._wa_ours()
        people = [(e164.lstrip("+"), partner - ours) for e164, partner in partners.items()]
        known = self._ensure_by_phone(account._get_portfolio_key(), people)
        return {e164: known[phone_key(e164)] for e164 in partners}

    @api.model
    def _ensure_by_phone(
        self, key: str, people: list[tuple[str, models.BaseModel]], create: bool = True
    ) -> dict[str, models.BaseModel]:
        """Return ``{phone key: wa.contact}`` of people in one scope, created together where missing.

        :param people: ``(wa_id, res.partner of a new contact, may be empty)``; of two spellings of one number the first counts.
        :param create: False: missing ones are only thought up (``new()``).
        :raises ConcurrencyError: somebody else creates one of them at this moment.
        """
        by_key: dict[str, tuple[str, models.BaseModel]] = {}
        for wa_id, partner in people:
            by_key.setdefault(phone_key(wa_id), (wa_id, partner))
        known = {
            contact.phone_key: contact
            for contact in self.search([("portfolio_key", "=", key), ("phone_key", "in", list(by_key))])
        }
        vals_list = [
            {
                "portfolio_key": key,
                "partner_id": partner.id,
                "country_id": self._country_for(wa_id),
                **self._phone_vals(wa_id),
            }
            for phone, (wa_id, partner) in by_key.items()
            if phone not in known
        ]
        if not create:
            return known | {vals["phone_key"]: self.new(vals) for vals in vals_list}
        with retry_lost_race():
            created = self.create(vals_list)
        return known | {contact.phone_key: contact for contact in created}

    @api.model
    def _of_record(self, record: models.BaseModel, company: models.BaseModel) -> models.BaseModel:
        """Return the contacts a record is about, made from its phone where there are none yet.

        :param record: lead or partner, as superuser
        :param company: ``res.company`` to which the consent is given
        :returns: an empty set if there is no usable phone or no WhatsApp account
        """
        contacts = record._wa_consent_contacts()[record.id].filtered(lambda contact: contact.company_id == company)
        accounts = self.env["wa.account"].sudo().search([("company_id", "=", company.id)])
        phone = record._wa_find_phone(record._wa_partner())
        seen = set()
        for account in accounts:
            key = account._get_portfolio_key()
            if key not in seen and phone and key not in contacts.mapped("portfolio_key"):
                contacts |= self._ensure_for_phones(account, {phone: record._wa_partner()})[phone]
            seen.add(key)
        return contacts

    # ------------------------------------------------- what WhatsApp says later

    def _update_identity(self, person: Person) -> None:
        """Complete this contact with what a later webhook says about the person.

        When WhatsApp names a BSUID and a phone together, they are one person. If we
        know the two ids as two contacts, those are joined, with a note to people.
        """
        self.ensure_one()
        vals, stand_ins = {}, self._stand_ins()
        if person.bsuid and not self.bsuid:
            self._merge(self._find(self.portfolio_key, Person(bsuid=person.bsuid)))
            vals["bsuid"] = person.bsuid
        if person.wa_id and self.wa_id != person.wa_id and person.bsuid in (None, self.bsuid or person.bsuid):
            other = self._find_by_phone(self.portfolio_key, person.wa_id) - self
            if other and (other.bsuid or not person.bsuid):
                # Somebody else, as far as we know: nobody's number is taken away.
                pass
            else:
                self._merge(other)
                vals.update(self._phone_vals(person.wa_id))
        if person.parent_bsuid and self.parent_bsuid != person.parent_bsuid:
            vals["parent_bsuid"] = person.parent_bsuid
        if person.username and self.username != person.username:
            vals["username"] = person.username
        name = short_name(person.name)
        if name and self.profile_name != name:
            vals["profile_name"] = name
        if not self.country_id and (person.bsuid or person.wa_id):
            vals["country_id"] = self._country_for(person.bsuid or person.wa_id)
        if vals:
            self.write(vals)
            if vals.get("wa_id") and self.partner_id and not self.partner_id.phone:
                self.partner_id.phone = format_international(person.wa_id)
            if vals.keys() & {"profile_name", "username"}:
                self._take_name(stand_ins)

    def _merge(self, other: models.BaseModel) -> None:
        """Take over everything of another contact that turned out to be this person: what was said, agreed and decided.

        The customers (partners) of both stay two records; each gets a note, and the
        one we knew before WhatsApp is kept on the contact.
        """
        self.ensure_one()
        if not other or other == self:
            return
        other.sudo().consent_ids.write({"contact_id": self.id})
        self.env["wa.conversation"]._move_all(other, self)
        partners, stand_ins = self.partner_id | other.partner_id, (self | other)._stand_ins()
        note = self.env._(
            "WhatsApp: %(one)s and %(two)s are the same person. Their conversations were joined.",
            one=self._get_address_label(),
            two=other._get_address_label(),
        )
        former_names = frozenset(filter(None, partners.mapped("name")))
        customer = (partners - partners._wa_ours()).sorted(
            lambda p: (p.wa_is_source, self._is_stand_in(p.name, stand_ins, self.country_id.code), p.id)
        )[:1]
        self.write({"partner_id": customer.id})
        vals = {
            **{name: self[name] or other[name] for name in ("parent_bsuid", "username", "profile_name")},
            "is_unreachable": False,
            "opted_out_marketing": self.opted_out_marketing or other.opted_out_marketing,
            **self._merged_block(other),
        }
        if not self.wa_id:
            vals |= self._phone_vals(other.wa_id)
        if not self.bsuid:
            vals["bsuid"] = other.bsuid
        other.unlink()
        # The ids must be free in the database before they move.
        self.env.flush_all()
        self.write(vals)
        self._take_name(stand_ins)
        self._retitle(stand_ins, former_names)
        partners._message_log_batch(bodies=dict.fromkeys(partners.ids, note))

    def _merged_block(self, other: models.BaseModel) -> dict:
        """Return the values that block one person of two contacts: blocked if one of them was."""
        if self.is_blocked or not other.is_blocked:
            return {}
        return {name: other[name] for name in ("is_blocked", "blocked_at", "blocked_after_id")}

    def _release_phone(self) -> None:
        """Take the phone away from contacts whose number now belongs to somebody else."""
        for contact in self:
            if contact.bsuid:
                contact.write({"wa_id": False, "phone_key": False})
        # The number must be free in the database before its new owner is inserted.
        self.flush_recordset()

    def _rekey(self, person: Person) -> models.BaseModel:
        """Give this contact the ids WhatsApp assigned after a change of number.

        Webhooks come in any order: when the person has already written with the new
        BSUID, they are two contacts here, which are joined, with a note to people. A
        *phone* that belongs to another contact is not taken: numbers change hands, and
        two people are never merged silently.

        :returns: the contact this person is now
        """
        self.ensure_one()
        former, former_wa_id, stand_ins = self._get_address_label(), self.wa_id, self._stand_ins()
        already = self._find(self.portfolio_key, Person(bsuid=person.bsuid)) if person.bsuid else self.browse()
        if already and already != self:
            already._merge(self)
            if already.wa_id == former_wa_id and former_wa_id != person.wa_id:
                already.write(self._phone_vals(None))
            return already._rekey(person)
        vals = {}
        if person.bsuid:
            vals["bsuid"] = person.bsuid
        if person.wa_id:
            if not (self._find_by_phone(self.portfolio_key, person.wa_id) - self):
                vals.update(self._phone_vals(person.wa_id))
        elif vals.get("bsuid") not in (None, self.bsuid):
            # A new id means a new number that we are not told: the old one is somebody else's soon.
            vals.update(self._phone_vals(None))
        vals = {name: value for name, value in vals.items() if self[name] != value}
        self.write(vals)
        if vals:
            self._take_name(stand_ins)
        if self.partner_id and vals:
            self.partner_id._message_log(
                body=self.env._(
                    "WhatsApp: the customer changed from %(former)s to %(now)s.",
                    former=former,
                    now=self._get_address_label(),
                )
            )
        return self

    # ------------------------------------------------------------------- scopes and keys

    @api.model
    def _is_unknown_portfolio(self, key: str) -> bool:
        """Tell whether a scope stands for an account of which Meta has not told the portfolio yet."""
        return key.partition("/")[2].startswith(UNKNOWN_PORTFOLIO)

    @api.model
    def _move_portfolio(self, former_key: str, new_key: str) -> None:
        """Re-scope the contacts of an account once Meta says which portfolio it belongs to.

        A contact whose id is already known there stays as it is: its next message
        finds the known one. Whoever is known there brings along what they said before: as copies, so that the
        conversations of the contact that stays behind keep their proof.
        """
        if not self._is_unknown_portfolio(former_key):
            return
        for contact in self.search([("portfolio_key", "=", former_key)]):
            person = Person(bsuid=contact.bsuid or None, wa_id=contact.wa_id or None)
            if not self._find(new_key, person):
                contact.portfolio_key = new_key
        for contact in self.search([("portfolio_key", "=", former_key), ("consent_ids", "!=", False)]):
            known = self._find_by_phone(new_key, contact.wa_id) if contact.wa_id else self.browse()
            if known:
                contact.sudo().consent_ids._copy_to(known)

    @api.model
    def _divide_by_company(self) -> None:
        """Give each company a contact of its own where one still serves several; see decision 67."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT c.id, u.company_id
                  FROM wa_contact c
                  JOIN (SELECT contact_id, company_id FROM wa_conversation
                         UNION SELECT contact_id, company_id FROM wa_consent) u ON u.contact_id = c.id
                 WHERE u.company_id != c.company_id
                """
            )
        )
        for contact_id, company_id in rows:
            contact, company = self.browse(contact_id), self.env["res.company"].browse(company_id)
            own = contact.copy({"portfolio_key": f"{company_id}/{contact.portfolio_key.partition('/')[2]}"})
            contact.conversation_ids.filtered(lambda c, company=company: c.company_id == company).contact_id = own
            contact.sudo().consent_ids.filtered(lambda c, company=company: c.company_id == company).contact_id = own
            refusals = self.env["wa.refusal"].sudo()
            refusals.search([("contact_id", "=", contact_id), ("company_id", "=", company_id)]).contact_id = own
            if own.partner_id.company_id not in (company, company.browse()):
                own._part_from_partner()

    @api.model
    def _renew_phone_keys(self) -> None:
        """Store the keys of numbers anew whose spellings were not known as one person's before.

        Contacts that meet under one key are joined. Where WhatsApp gave both a BSUID, they
        are two people, and the number is whose who wrote last.
        """
        affected = self.search(Domain.OR([Domain("wa_id", "=like", f"{code}%") for code in CODES]))
        for contact in affected.filtered(lambda c: c.phone_key != phone_key(c.wa_id)):
            if contact.exists():
                contact._renew_phone_key()

    def _renew_phone_key(self) -> None:
        """Store one contact's key anew; see :meth:`_renew_phone_keys`."""
        twin = self._find_by_phone(self.portfolio_key, self.wa_id) - self
        if not twin:
            self.phone_key = phone_key(self.wa_id)
            return
        never = fields.Datetime.to_datetime("1970-01-01")
        latest, earlier = (self | twin).sorted(
            lambda c: (max(filter(None, c.conversation_ids.mapped("last_inbound_at")), default=never), c.id), reverse=True
        )
        if latest.bsuid and earlier.bsuid:
            earlier._release_phone()
        else:
            # Answers go to the id that wrote.
            wa_id, kept = latest.wa_id, min(self, twin, key=lambda c: c.id)
            kept._merge(latest if kept == earlier else earlier)
            latest = kept
            latest.wa_id = wa_id
        latest.phone_key = phone_key(latest.wa_id)
