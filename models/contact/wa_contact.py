from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import ormcache

from ...tools.bidi import one_line
from ...tools.phone import country_of, format_international, phone_key, variants, wa_id_to_e164
from ...tools.webhook.events import Person
from ..wa_race import retry_lost_race


class WaContact(models.Model):
    """One person as Meta identifies them in one business portfolio.

    Since 2026 a customer may have no phone number that we can see: the
    business-scoped user id (BSUID) is the first key, ``wa_id`` the second. The
    partner is who this is for the business; several contacts may be one partner
    (work phone, private phone).
    """

    _name = "wa.contact"
    _description = "WhatsApp Contact"
    _order = "id desc"

    portfolio_key = fields.Char(required=True, readonly=True)
    bsuid = fields.Char("WhatsApp User ID", readonly=True)
    parent_bsuid = fields.Char("Parent WhatsApp User ID", readonly=True)
    wa_id = fields.Char("WhatsApp Phone", readonly=True, help="Digits, as WhatsApp writes them.")
    phone_key = fields.Char(
        readonly=True, help="The spelling all variants of one number share (Brazil, Mexico, Argentina)."
    )
    username = fields.Char(readonly=True)
    profile_name = fields.Char(readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", index=True, ondelete="set null")
    other_partner_ids = fields.Many2many(
        "res.partner",
        string="Others With This Number",
        compute="_compute_other_partner_ids",
        help="Customers that share the phone number. Change the customer above if the choice was wrong.",
    )
    conversation_ids = fields.One2many("wa.conversation", "contact_id", "Conversations")
    is_unreachable = fields.Boolean(
        readonly=True, help="WhatsApp reported that messages cannot be delivered to this person."
    )
    hold_until = fields.Datetime(
        readonly=True, help="WhatsApp asks not to send this person marketing before."
    )
    opted_out_marketing = fields.Boolean("Stopped Marketing", readonly=True)
    marketing_preference_at = fields.Datetime(
        readonly=True, help="When the customer last stopped or resumed marketing."
    )

    _bsuid_uniq = models.Constraint(
        "UNIQUE(portfolio_key, bsuid)", "This WhatsApp user is already known."
    )
    _wa_id_uniq = models.Constraint(
        "UNIQUE(portfolio_key, wa_id)", "This WhatsApp number is already known."
    )
    _phone_key_uniq = models.Constraint(
        "UNIQUE(portfolio_key, phone_key)", "This WhatsApp number is already known in another spelling."
    )
    _identity_check = models.Constraint(
        "CHECK(bsuid IS NOT NULL OR wa_id IS NOT NULL)",
        "A WhatsApp contact needs a phone number or a WhatsApp user id.",
    )

    # ------------------------------------------------------------------ compute

    @api.depends("partner_id.name", "profile_name", "username", "wa_id", "bsuid")
    def _compute_display_name(self):
        for contact in self:
            contact.display_name = contact.partner_id.name or contact._get_label()

    def _compute_other_partner_ids(self):
        for contact in self:
            contact.other_partner_ids = (
                contact._find_partners(contact.wa_id) - contact.partner_id
                if contact.wa_id
                else self.env["res.partner"]
            )

    def _get_label(self):
        """Return the best name we have without the partner: profile, @username, phone, id."""
        self.ensure_one()
        return (
            self.profile_name
            or (self.username and f"@{self.username.lstrip('@')}")
            or (self.wa_id and format_international(self.wa_id))
            or self.bsuid
            or ""
        )

    def _get_address_label(self):
        """Return what the messages go to, for people: phone, else @username, else id."""
        self.ensure_one()
        return (
            (self.wa_id and format_international(self.wa_id))
            or (self.username and f"@{self.username.lstrip('@')}")
            or self.bsuid
        )

    # --------------------------------------------------------------------- crud

    def write(self, vals):
        """People choose the customer; everything else is WhatsApp's to say."""
        if not self.env.su and vals.keys() - {"partner_id"}:
            raise AccessError(
                self.env._("Only the customer of a WhatsApp contact can be changed; the rest comes from WhatsApp.")
            )
        return super().write(vals)

    # ----------------------------------------------------------------- matching

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
            contact = self.search(
                [("portfolio_key", "=", portfolio_key), ("bsuid", "=", person.bsuid)], limit=1
            )
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
        return self.search(
            [("portfolio_key", "=", portfolio_key), ("phone_key", "=", phone_key(wa_id))], limit=1
        )

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
            contact._learn(person)
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
            "profile_name": one_line(person.name) or False,
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
        vals_list = [
            {
                "portfolio_key": key,
                "partner_id": partner.id,
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
                if not contact.partner_id and partners[record_id]:
                    # Known only because of a consent, or its customer was deleted.
                    contact.partner_id = partners[record_id]
            reached = self.union(*(known[phone_key(wa_id)] for wa_id in phones.values()))
            reached.filtered(lambda contact: not contact.partner_id)._link_partners(account.company_id)
        return result | {record_id: known[phone_key(wa_id)] for record_id, wa_id in phones.items()}

    def _learn(self, person):
        """Complete this contact with what a later webhook says about the person.

        When WhatsApp names a BSUID and a phone together, they are one person. If we
        know the two ids as two contacts, those are joined, with a note to people.
        """
        self.ensure_one()
        vals = {}
        if person.bsuid and not self.bsuid:
            self._join(self._find(self.portfolio_key, Person(bsuid=person.bsuid)))
            vals["bsuid"] = person.bsuid
        if person.wa_id and self.wa_id != person.wa_id and person.bsuid in (None, self.bsuid or person.bsuid):
            other = self._find_by_phone(self.portfolio_key, person.wa_id) - self
            if other and (other.bsuid or not person.bsuid):
                # Somebody else, as far as we know: nobody's number is taken away.
                pass
            else:
                self._join(other)
                vals.update(self._phone_vals(person.wa_id))
        if person.parent_bsuid and self.parent_bsuid != person.parent_bsuid:
            vals["parent_bsuid"] = person.parent_bsuid
        if person.username and self.username != person.username:
            vals["username"] = person.username
        name = one_line(person.name)
        if name and self.profile_name != name:
            vals["profile_name"] = name
        if not self.country_id and (person.bsuid or person.wa_id):
            vals["country_id"] = self._country_for(person.bsuid or person.wa_id)
        if vals:
            self.write(vals)
            if vals.get("wa_id") and self.partner_id and not self.partner_id.phone:
                self.partner_id.phone = format_international(person.wa_id)

    def _join(self, other):
        """Take over the conversations of another contact that turned out to be this person.

        The customers (partners) of both stay two records; each gets a note, and the
        one we knew before WhatsApp is kept on the contact.
        """
        self.ensure_one()
        if not other or other == self:
            return
        self.env["wa.conversation"]._move_all(other, self)
        partners = self.partner_id | other.partner_id
        note = self.env._(
            "WhatsApp: %(one)s and %(two)s are the same person. Their conversations were joined.",
            one=self._get_address_label(),
            two=other._get_address_label(),
        )
        self.partner_id = partners.sorted(lambda p: (p.wa_is_source, p.id))[:1]
        vals = {
            "is_unreachable": False,
            "opted_out_marketing": self.opted_out_marketing or other.opted_out_marketing,
        }
        if not self.wa_id:
            vals |= self._phone_vals(other.wa_id)
        if not self.bsuid:
            vals["bsuid"] = other.bsuid
        other.unlink()
        # The ids must be free in the database before they move.
        self.env.flush_all()
        self.write(vals)
        partners._message_log_batch(bodies=dict.fromkeys(partners.ids, note))

    def _release_phone(self):
        """Take the phone away from contacts whose number now belongs to somebody else."""
        for contact in self:
            if contact.bsuid:
                contact.write({"wa_id": False, "phone_key": False})
        # The number must be free in the database before its new owner is inserted.
        self.flush_recordset()

    def _rekey(self, person):
        """Give this contact the ids WhatsApp assigned after a change of number.

        Webhooks come in any order: when the person has already written with the new
        BSUID, they are two contacts here, which are joined, with a note to people. A
        *phone* that belongs to another contact is not taken: numbers change hands, and
        two people are never merged silently.

        :returns: the contact this person is now
        """
        self.ensure_one()
        former, former_wa_id = self._get_address_label(), self.wa_id
        already = self._find(self.portfolio_key, Person(bsuid=person.bsuid)) if person.bsuid else self.browse()
        if already and already != self:
            already._join(self)
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
        if self.partner_id and vals:
            self.partner_id._message_log(
                body=self.env._(
                    "WhatsApp: the customer changed from %(former)s to %(now)s.",
                    former=former,
                    now=self._get_address_label(),
                )
            )
        return self

    @api.model
    def _move_portfolio(self, former_key, new_key):
        """Re-scope the contacts of an account once Meta says which portfolio it belongs to.

        A contact whose id is already known there stays as it is: its next message
        finds the known one.
        """
        if not former_key.startswith("waba:"):
            return
        for contact in self.search([("portfolio_key", "=", former_key)]):
            person = Person(bsuid=contact.bsuid or None, wa_id=contact.wa_id or None)
            if not self._find(new_key, person):
                contact.portfolio_key = new_key

    @api.model
    def _phone_vals(self, wa_id):
        return {"wa_id": wa_id or False, "phone_key": phone_key(wa_id) if wa_id else False}

    @api.model
    def _country_for(self, identity):
        """Return the id of the country a BSUID or phone belongs to, or False."""
        code = country_of(identity) if identity else None
        return self._country_ids().get(code, False)

    @api.model
    @ormcache()
    def _country_ids(self):
        return {country.code: country.id for country in self.env["res.country"].sudo().search([])}

    # ----------------------------------------------------------------- partners

    @api.model
    def _find_partners(self, wa_id):
        """Return every partner with this number in any spelling, best match first.

        People before companies, then the oldest record: the same answer each time.
        """
        return self._find_partners_of([wa_id_to_e164(variant) for variant in variants(wa_id)])

    @api.model
    def _find_partners_of(self, numbers):
        """Return the partners with one of these numbers (``+…``), best match first."""
        if not numbers:
            return self.env["res.partner"]
        return self.env["res.partner"].search([("phone_sanitized", "in", numbers)], order="is_company, id")

    def _link_partner(self, company, match_phone=True):
        """Attach the partner this contact belongs to, or create one.

        :param bool match_phone: False when the number is known to have changed hands.
        """
        self.ensure_one()
        if match_phone:
            self._link_partners(company)
        else:
            self.partner_id = self._create_partners(company)

    def _link_partners(self, company):
        """Attach the partner each of these contacts belongs to, or create it; for all at once."""
        found = self._match_partners(company)
        strangers = self.filtered(lambda contact: contact.id not in found)
        found |= dict(zip(strangers.ids, strangers._create_partners(company), strict=True))
        for contact in self:
            contact.partner_id = found[contact.id]

    def _match_partners(self, company):
        """Return ``{contact id: partner}`` for contacts whose phone a partner of the company has.

        People before companies, then the oldest record, as in :meth:`_find_partners`.
        """
        of_number = {
            wa_id_to_e164(variant): contact.id
            for contact in self.filtered("wa_id")
            for variant in variants(contact.wa_id)
        }
        found = {}
        for partner in self._find_partners_of(list(of_number)):
            if partner.company_id in (company, company.browse()):
                found.setdefault(of_number[partner.phone_sanitized], partner)
        return found

    def _relink_partner(self, company):
        """Give a contact whose partner was deleted a customer again: it has just written."""
        self.ensure_one()
        if not self.partner_id:
            self._link_partner(company)

    def _create_partners(self, company):
        """Create a partner for each of these contacts; in their order."""
        return (
            self.env["res.partner"]
            .with_company(company)
            .create([contact._prepare_partner_vals(company) for contact in self])
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

    # ----------------------------------------------------------------- business

    def _get_recipient(self):
        """Return ``{"wa_id": …}`` or ``{"bsuid": …}``: whom a message is addressed to.

        Policy: phone when known, else BSUID; never both. Source: cloud-api reference §2.1.
        """
        self.ensure_one()
        return {"wa_id": self.wa_id} if self.wa_id else {"bsuid": self.bsuid}


class ContactLookup:
    """The contacts of many webhook persons of one account, found together.

    Same order of keys as :meth:`WaContact._find`: BSUID, then phone; a phone whose
    contact carries another BSUID is no match.
    """

    def __init__(self, contacts, account, persons):
        self._contacts, self._account = contacts, account
        self._by_bsuid, self._by_phone = {}, {}
        key = account._get_portfolio_key()
        bsuids = [person.bsuid for person in persons if person.bsuid]
        phones = [phone_key(person.wa_id) for person in persons if person.wa_id]
        found = contacts.search(
            [("portfolio_key", "=", key), "|", ("bsuid", "in", bsuids), ("phone_key", "in", phones)]
        )
        for contact in found:
            self._remember(contact)

    def _remember(self, contact):
        if contact.bsuid:
            self._by_bsuid[contact.bsuid] = contact
        if contact.phone_key:
            self._by_phone[contact.phone_key] = contact

    def find(self, person):
        """Return the contact of a person as known by now, or None."""
        contact = self._by_bsuid.get(person.bsuid) if person.bsuid else None
        if not contact and person.wa_id:
            contact = self._by_phone.get(phone_key(person.wa_id))
            if contact and person.bsuid and contact.bsuid and contact.bsuid != person.bsuid:
                contact = None
        return contact

    def add_strangers(self, persons):
        """Create the contacts of those nobody knows, together; returns them.

        Left to :meth:`ensure`, one by one: whoever shares an id with a known contact, or
        with somebody else among these.
        """
        strangers = {}
        for person in persons:
            strangers.setdefault((person.bsuid or None, phone_key(person.wa_id) or None), person)
        uses = Counter(id_ for ids in strangers for id_ in ids if id_)
        created = self._contacts._create_for_persons(
            self._account,
            [
                person
                for (bsuid, phone), person in strangers.items()
                if (bsuid or phone)
                and bsuid not in self._by_bsuid
                and phone not in self._by_phone
                and max(uses[bsuid], uses[phone]) == 1
            ],
        )
        for contact in created:
            self._remember(contact)
        return created

    def ensure(self, person):
        """Return ``(contact, is_new)``, completed with what is new about the person."""
        contact = self.find(person)
        if contact:
            contact._learn(person)
            contact._relink_partner(self._account.company_id)
            is_new = False
        else:
            contact, is_new = self._contacts._ensure(self._account, person)
        self._remember(contact)
        return contact, is_new
