from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.phone import variants, wa_id_to_e164
from ..consent.wa_consent import BY_CUSTOMER

#: In the context of our own additions: nobody else's wish is meant.
OURS = "wa_blacklist_ours"


class PhoneBlacklist(models.Model):
    """Odoo's list of numbers nobody may send bulk messages to: honoured, and told what customers say."""

    _name = "phone.blacklist"
    _inherit = ["phone.blacklist", "wa.facts.mixin"]

    wa_is_ours = fields.Boolean(
        "Added by WhatsApp",
        readonly=True,
        copy=False,
        help="The customer stopped marketing over WhatsApp. Allowing it there again removes the entry; "
        "one that somebody added or confirmed by hand stays.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever adds a number that is on the list already means it: it is not only ours any more."""
        entries = super().create(vals_list)
        if not isinstance(self.env.context.get(OURS), _Ours):
            entries.sudo().filtered("wa_is_ours").wa_is_ours = False
        self.env["wa.contact"].invalidate_model(["is_blacklisted"])
        return entries

    def write(self, vals):
        result = super().write(vals)
        if {"active", "number"} & vals.keys():
            self.env["wa.contact"].invalidate_model(["is_blacklisted"])
        return result

    def unlink(self):
        self.env["wa.contact"].invalidate_model(["is_blacklisted"])
        return super().unlink()

    @api.model
    def _wa_listed(self, numbers):
        """Return which numbers are on the list, and not only because of what was said over WhatsApp.

        By SQL: a search reads every number again with core's table of ranges, which takes
        longer than all else that is asked about a recipient. Source:
        phone_validation/models/phone_blacklist.py ``_search_number``.

        :param set numbers: E.164, as core stores them
        """
        self.flush_model(["active", "number", "wa_is_ours"])
        rows = self.env.execute_query(
            SQL(
                "SELECT number FROM phone_blacklist WHERE active AND wa_is_ours IS NOT TRUE AND number = ANY(%s)",
                list(numbers),
            )
        )
        return {number for (number,) in rows}

    @api.model
    def _wa_add(self, numbers, message):
        """Put numbers on the list because their owners stopped marketing.

        :param numbers: E.164
        :param str message: said on each entry
        """
        listed = set(self.sudo().search([("number", "in", list(numbers))]).mapped("number"))
        # Core raises for numbers its own table of ranges does not know yet; WhatsApp knows them.
        new = [n for n in sorted(numbers) if n not in listed and self.env.user._phone_format(number=n)]
        if new:
            entries = self.sudo().with_context(**{OURS: _Ours()})._add(new, message=message)
            entries.wa_is_ours = True

    @api.model
    def _wa_remove(self, numbers, message):
        """Take those numbers off the list again that are on it because of WhatsApp alone."""
        listed = self.sudo().search([("number", "in", list(numbers)), ("wa_is_ours", "=", True)])
        if listed:
            self.sudo()._remove(listed.mapped("number"), message=message)
            listed.wa_is_ours = False


class _Ours:
    """No JSON of a client becomes an instance."""


class WaContact(models.Model):
    """Whether people's numbers are on the blacklist, looked up for many at once."""

    _inherit = "wa.contact"

    is_blacklisted = fields.Boolean(
        compute="_compute_is_blacklisted",
        compute_sudo=True,
        help="On Odoo's blacklist, and not only because of what they said over WhatsApp: that is known more exactly.",
    )

    @api.depends("wa_id")
    def _compute_is_blacklisted(self):
        numbers = {contact: contact._blacklist_numbers() for contact in self}
        listed = self.env["phone.blacklist"]._wa_listed({number for own in numbers.values() for number in own})
        for contact in self:
            contact.is_blacklisted = not listed.isdisjoint(numbers[contact])

    def _blacklist_numbers(self):
        return [wa_id_to_e164(variant) for variant in variants(self.wa_id)] if self.wa_id else []


class WaConsent(models.Model):
    """Other channels learn what customers said over WhatsApp."""

    _inherit = "wa.consent"

    def _tell_blacklist(self):
        """Add and remove numbers of customers who stopped or allowed marketing themselves.

        Only what holds now counts: an old word that came late changes nothing.
        """
        own = self.filtered(lambda c: c.source in BY_CUSTOMER and c.purpose == "marketing" and c.contact_id.wa_id)
        latest = self._latest(own.contact_id)
        added, removed = set(), set()
        for consent in own:
            word = latest[consent.contact_id.id][consent.company_id.id, consent.number_id.id or None, "marketing"]
            if word[1] == consent.id:
                spellings = consent.contact_id._blacklist_numbers()
                # Core takes only today's spelling; an entry may be older than that.
                if consent.action == "withdrawn":
                    added.add(spellings[0])
                else:
                    removed.update(spellings)
        if added:
            self.env["phone.blacklist"]._wa_add(added, self.env._("The customer stopped marketing over WhatsApp."))
        if removed:
            self.env["phone.blacklist"]._wa_remove(removed, self.env._("The customer allowed marketing over WhatsApp again."))
        return super()._tell_blacklist()
