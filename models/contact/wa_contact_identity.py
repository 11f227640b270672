from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.bidi import short_name
from ...tools.numbering import CODES
from ...tools.phone import format_international, phone_key
from ...tools.webhook.events import Person
from ..account.wa_account import UNKNOWN_PORTFOLIO


class WaContact(models.Model):
    """What WhatsApp says later about who a contact is: further ids, new numbers, two who are one."""

    _inherit = "wa.contact"

    def _update_identity(self, person):
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

    def _merge(self, other):
        """Take over the conversations of another contact that turned out to be this person.

        The customers (partners) of both stay two records; each gets a note, and the
        one we knew before WhatsApp is kept on the contact.
        """
        self.ensure_one()
        if not other or other == self:
            return
        self.env["wa.conversation"]._move_all(other, self)
        partners, stand_ins = self.partner_id | other.partner_id, (self | other)._stand_ins()
        note = self.env._(
            "WhatsApp: %(one)s and %(two)s are the same person. Their conversations were joined.",
            one=self._get_address_label(),
            two=other._get_address_label(),
        )
        former_names = frozenset(filter(None, partners.mapped("name")))
        self.partner_id = (partners - partners._wa_ours()).sorted(
            lambda p: (p.wa_is_source, self._is_stand_in(p.name, stand_ins, self.country_id.code), p.id)
        )[:1]
        vals = {
            **{name: self[name] or other[name] for name in ("parent_bsuid", "username", "profile_name")},
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
        self._take_name(stand_ins)
        self._retitle(stand_ins, former_names)
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

    @api.model
    def _is_unknown_portfolio(self, key):
        """Tell whether a scope stands for an account of which Meta has not told the portfolio yet."""
        return key.partition("/")[2].startswith(UNKNOWN_PORTFOLIO)

    @api.model
    def _move_portfolio(self, former_key, new_key):
        """Re-scope the contacts of an account once Meta says which portfolio it belongs to.

        A contact whose id is already known there stays as it is: its next message
        finds the known one.
        """
        if not self._is_unknown_portfolio(former_key):
            return
        for contact in self.search([("portfolio_key", "=", former_key)]):
            person = Person(bsuid=contact.bsuid or None, wa_id=contact.wa_id or None)
            if not self._find(new_key, person):
                contact.portfolio_key = new_key

    @api.model
    def _divide_by_company(self):
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
    def _renew_phone_keys(self):
        """Store the keys of numbers anew whose spellings were not known as one person's before.

        Contacts that meet under one key are joined. Where WhatsApp gave both a BSUID, they
        are two people, and the number is whose who wrote last.
        """
        affected = self.search(Domain.OR([Domain("wa_id", "=like", f"{code}%") for code in CODES]))
        for contact in affected.filtered(lambda c: c.phone_key != phone_key(c.wa_id)):
            if contact.exists():
                contact._renew_phone_key()

    def _renew_phone_key(self):
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
