from odoo import api, models
from odoo.fields import Domain

from ...tools.phone import format_international, normalise, phone_key, plain, variants
from ..concurrency import savepoint


class WaContact(models.Model):
    """Who a contact is for the business: the customer record, found by the number or created, and the name of both.

    Their number, @username or id stands in until there is a name. A name that somebody typed is never touched, nor does
    a customer change their name with every new profile name: only a stand-in gives way (decision 68).
    """

    _inherit = "wa.contact"

    # ----------------------------------------------------------------- customer

    @api.model
    def _find_partners(self, wa_id: str) -> models.BaseModel:
        """Return every partner with this number in any spelling, best match first.

        People before companies, then the oldest record: the same answer each time.
        """
        return self._find_partners_of([f"+{variant}" for variant in variants(wa_id)])

    @api.model
    def _find_partners_of(self, numbers: list[str]) -> models.BaseModel:
        """Return the customers with one of these numbers (``+…``), best match first; nobody of us is one."""
        if not numbers:
            return self.env["res.partner"]
        partners = self.env["res.partner"].search([("phone_sanitized", "in", numbers)], order="is_company, id")
        return partners - partners._wa_ours()

    def _is_sibling(self, other: models.BaseModel) -> bool:
        """Tell whether another company's contact is this person: by the user id, where both have one, else by phone."""
        if self.bsuid and other.bsuid:
            return self.bsuid == other.bsuid
        return bool(self.phone_key) and self.phone_key == other.phone_key

    def _link_partner(self, company: models.BaseModel, match_phone: bool = True) -> None:
        """Attach the partner this contact belongs to, or create one.

        :param match_phone: False when the number is known to have changed hands.
        """
        self.ensure_one()
        if match_phone:
            self._link_partners(company)
        else:
            self.write({"partner_id": self._create_partners(company).id})

    def _link_partners(self, company: models.BaseModel, names: dict[int, str] | None = None) -> None:
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

    def _match_partners(self, company: models.BaseModel) -> dict[int, models.BaseModel]:
        """Return ``{contact id: partner}`` for contacts whose phone a partner of the company has.

        People before companies, then the oldest record, as in :meth:`_find_partners`.
        """
        of_number = {f"+{variant}": contact.id for contact in self.filtered("wa_id") for variant in variants(contact.wa_id)}
        found: dict[int, models.BaseModel] = {}
        for partner in self._find_partners_of(list(of_number)):
            if partner.company_id in (company, company.browse()):
                found.setdefault(of_number[partner.phone_sanitized], partner)
        return found | self.filtered(lambda contact: contact.id not in found)._match_siblings()

    def _match_siblings(self) -> dict[int, models.BaseModel]:
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

    def _relink_partner(self, company: models.BaseModel) -> None:
        """Give a contact whose partner was deleted, or became a colleague, a customer again: it has just written."""
        self.ensure_one()
        if not self.partner_id or self.partner_id._wa_ours():
            self._link_partner(company)

    def _part_from_partner(self) -> None:
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

    def _create_partners(self, company: models.BaseModel, names: dict[int, str] | None = None) -> models.BaseModel:
        """Create a partner for each of these contacts; in their order."""
        named = {id_: {"name": name} for id_, name in (names or {}).items() if name}
        return (
            self.env["res.partner"]
            .with_company(company)
            .create([contact._prepare_partner_vals(company) | named.get(contact.id, {}) for contact in self])
        )

    def _prepare_partner_vals(self, company: models.BaseModel) -> dict:
        """Return the values of the partner made for an unknown person (hook)."""
        self.ensure_one()
        return {
            "name": self._get_label(),
            "phone": format_international(self.wa_id) if self.wa_id else False,
            "country_id": self.country_id.id,
            "wa_is_source": True,
            "company_id": False,
        }

    # --------------------------------------------------------------------- name

    def _stand_ins(self) -> frozenset[str]:
        """Return what stands for a name of these contacts where there is none: keys of phones, @usernames, ids."""
        found = set()
        for contact in self:
            found |= {contact.phone_key, contact.bsuid, contact.username and f"@{contact.username.lstrip('@')}"}
        return frozenset(filter(None, found))

    @api.model
    def _is_stand_in(self, name: str | None, stand_ins: frozenset[str], country: str | None = None) -> bool:
        """Tell whether a name is none: empty, an id, or a number however it is written.

        :param stand_ins: see :meth:`_stand_ins`
        :param country: ISO code for a number written the local way
        """
        text = plain(name)
        if not text or not stand_ins.isdisjoint((text, name)):
            return True
        if any(c.isalpha() for c in text):
            return False
        return phone_key(text) in stand_ins or phone_key(normalise(text, country) or "") in stand_ins

    def _take_name(self, stand_ins: frozenset[str], name: str | None = None) -> None:
        """Let customer, open leads and threads bear the name we know now, where they bear a stand-in.

        :param stand_ins: what stood for the name so far, see :meth:`_stand_ins`
        :param name: default: the best name of the contact itself
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

    def _name_leads(self, stand_ins: frozenset[str], label: str) -> None:
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

    def _retitle(self, stand_ins: frozenset[str] = frozenset(), former_names: frozenset[str] = frozenset()) -> None:
        """Call the threads like their customer where they still bear a stand-in or a former name of the customer."""
        for contact in self.sudo():
            name, known = contact.display_name, stand_ins | contact._stand_ins()
            for channel in contact.conversation_ids.channel_id:
                is_ours = channel.name in former_names or self._is_stand_in(channel.name, known, contact.country_id.code)
                if is_ours and channel.name != name:
                    channel.name = name
