from odoo import api, models
from odoo.fields import Domain

from ...tools.phone import normalise, phone_key, plain
from ..concurrency import savepoint


class WaContact(models.Model):
    """What a person is called: their number, @username or id stands in until there is a name.

    A name that somebody typed is never touched, nor does a customer change their name
    with every new profile name: only a stand-in gives way (decision 68).
    """

    _inherit = "wa.contact"

    def _stand_ins(self):
        """Return what stands for a name of these contacts where there is none: keys of phones, @usernames, ids."""
        found = set()
        for contact in self:
            found |= {contact.phone_key, contact.bsuid, contact.username and f"@{contact.username.lstrip('@')}"}
        return frozenset(filter(None, found))

    @api.model
    def _is_stand_in(self, name, stand_ins, country=None):
        """Tell whether a name is none: empty, an id, or a number however it is written.

        :param frozenset stand_ins: see :meth:`_stand_ins`
        :param str country: ISO code for a number written the local way
        """
        text = plain(name)
        if not text or not stand_ins.isdisjoint((text, name)):
            return True
        if any(c.isalpha() for c in text):
            return False
        return phone_key(text) in stand_ins or phone_key(normalise(text, country) or "") in stand_ins

    def _take_name(self, stand_ins, name=None):
        """Let customer, open leads and threads bear the name we know now, where they bear a stand-in.

        :param frozenset stand_ins: what stood for the name so far, see :meth:`_stand_ins`
        :param str name: default: the best name of the contact itself
        """
        for contact in self:
            label, country = name or contact._get_label(), contact.country_id.code
            partner = contact.partner_id
            if partner and self._is_stand_in(partner.name, stand_ins, country) and partner.name != label:
                # Rules of the database may be about customers and leads; the message is kept all the same.
                with savepoint(self.env, f"customer of contact {contact.id} keeps a number for a name"):
                    partner.name = label
            label = partner.name or label
            if not self._is_stand_in(label, stand_ins, country):
                with savepoint(self.env, f"leads of contact {contact.id} keep a number for a name"):
                    contact._name_leads(stand_ins, label)
            contact._retitle(stand_ins)

    def _name_leads(self, stand_ins, label):
        """Name this contact's open leads, their person and their title, where a stand-in is there."""
        conversations, country = self.conversation_ids, self.country_id.code
        open_ones = Domain("won_status", "=", "pending") & Domain("company_id", "in", (False, self.company_id.id))
        theirs = Domain("id", "in", conversations.lead_id.ids)
        if self.partner_id:
            theirs |= Domain("partner_id", "=", self.partner_id.id)
        for lead in self.env["crm.lead"].search(open_ones & theirs):
            vals = {}
            if not self.partner_id.is_company and self._is_stand_in(lead.contact_name, stand_ins, country):
                vals["contact_name"] = label
            for before, after in conversations._lead_title_frames():
                middle = lead.name[len(before) : len(lead.name) - len(after)] if lead.name else ""
                if lead.name == f"{before}{middle}{after}" and middle and self._is_stand_in(middle, stand_ins, country):
                    vals["name"] = f"{before}{label}{after}"
            if vals:
                lead.write(vals)

    def _retitle(self, stand_ins=frozenset(), former_names=frozenset()):
        """Call the threads like their customer where they still bear a stand-in or a former name of the customer."""
        for contact in self.sudo():
            name, known = contact.display_name, stand_ins | contact._stand_ins()
            for channel in contact.conversation_ids.channel_id:
                is_ours = channel.name in former_names or self._is_stand_in(channel.name, known, contact.country_id.code)
                if is_ours and channel.name != name:
                    channel.name = name
