from datetime import datetime, tzinfo

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

from ...tools.graph.results import SendResult
from ...tools.phone import country_of, format_international, phone_key, variants
from ...tools.phone_search import exact, needles
from ...tools.timezones import possible_zones, zones_of_phone
from ..concurrency import lock_fresh
from ..mixins.wa_consent_holder import STATES, most_cautious
from ..number_index import index_parts_of_numbers


class WaContact(models.Model):
    """One person as Meta identifies them in one business portfolio, for one company.

    Companies that share a portfolio each have their own: customer, block and consents of
    one are not the other's. Since 2026 a customer may have no phone number that we can see: the
    business-scoped user id (BSUID) is the first key, ``wa_id`` the second. The
    partner is who this is for the business; several contacts may be one partner
    (work phone, private phone).

    Here: what is known of the person, how they are found, called and reached, what they agreed to, whether the
    business blocks them. Which contact somebody *is* stands in ``wa_contact_identity.py``, their customer record and
    its name in ``wa_contact_partner.py``.
    """

    _name = "wa.contact"
    _inherit = ["wa.defaults.mixin"]
    _description = "WhatsApp Contact"
    _order = "id desc"

    portfolio_key = fields.Char(required=True, readonly=True, help="Company and portfolio, see wa.account.")
    # Follows from the scope. Not computed: core would think up each of ten thousand contacts once more for it.
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    bsuid = fields.Char("WhatsApp User ID", readonly=True)
    parent_bsuid = fields.Char("Parent WhatsApp User ID", readonly=True)
    wa_id = fields.Char("WhatsApp Phone", readonly=True, help="Digits, as WhatsApp writes them.")
    phone_key = fields.Char(readonly=True, help="The spelling all variants of one number share (Brazil, Mexico, Argentina).")
    dialled = fields.Char(
        "Written to As",
        readonly=True,
        help="The spelling of this number that WhatsApp accepted, where it refused the one above (test numbers).",
    )
    username = fields.Char(readonly=True, index="trigram")
    profile_name = fields.Char(readonly=True, index="trigram")
    country_id = fields.Many2one("res.country", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index=True,
        ondelete="set null",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    other_partner_ids = fields.Many2many(
        "res.partner",
        string="Others With This Number",
        compute="_compute_other_partner_ids",
        help="Customers that share the phone number. Change the customer above if the choice was wrong.",
    )
    conversation_ids = fields.One2many("wa.conversation", "contact_id", "Conversations")
    is_unreachable = fields.Boolean(readonly=True, help="WhatsApp reported that messages cannot be delivered to this person.")
    hold_until = fields.Datetime(readonly=True, help="WhatsApp asks not to send this person marketing before.")
    opted_out_marketing = fields.Boolean("Stopped Marketing", readonly=True)
    marketing_preference_at = fields.Datetime(readonly=True, help="When the customer last stopped or resumed marketing.")
    consent_ids = fields.One2many("wa.consent", "contact_id", "Consents", readonly=True)
    consent_service = fields.Selection(STATES, "Service", compute="_compute_consents", compute_sudo=True)
    consent_marketing = fields.Selection(STATES, "Marketing", compute="_compute_consents", compute_sudo=True)
    is_blacklisted = fields.Boolean(
        compute="_compute_is_blacklisted",
        compute_sudo=True,
        help="On Odoo's blacklist, and not only because of what they said over WhatsApp: that is known more exactly.",
    )
    is_blocked = fields.Boolean(
        "Blocked",
        readonly=True,
        help="A manager decided so: nothing is sent to this person, and what they write is kept without telling anybody.",
    )
    blocked_at = fields.Datetime("Blocked Since", readonly=True)
    blocked_after_id = fields.Integer(readonly=True, help="The last message before: what came since is shown when it ends.")
    phone_search = fields.Char("Phone", store=False, search="_search_phone_search")

    _bsuid_uniq = models.Constraint("UNIQUE(portfolio_key, bsuid)", "This WhatsApp user is already known.")
    _wa_id_uniq = models.Constraint("UNIQUE(portfolio_key, wa_id)", "This WhatsApp number is already known.")
    _phone_key_uniq = models.Constraint(
        "UNIQUE(portfolio_key, phone_key)", "This WhatsApp number is already known in another spelling."
    )
    _identity_check = models.Constraint(
        "CHECK(bsuid IS NOT NULL OR wa_id IS NOT NULL)",
        "A WhatsApp contact needs a phone number or a WhatsApp user id.",
    )

    def init(self):
        """Index parts of numbers for ``like``; the ORM's own trigram index is for ``ilike`` of words."""
        for name in ("wa_id", "phone_key"):
            index_parts_of_numbers(self, name)
        return super().init()

    # ------------------------------------------------------------------ compute

    @api.depends("partner_id.name", "profile_name", "username", "wa_id", "bsuid")
    def _compute_display_name(self):
        for contact in self:
            # Whoever may see a contact may see its name, whatever rules there are about partners.
            contact.display_name = contact.sudo().partner_id.name or contact._get_label()

    def _compute_other_partner_ids(self):
        for contact in self:
            contact.other_partner_ids = (
                contact._find_partners(contact.wa_id) - contact.partner_id if contact.wa_id else self.env["res.partner"]
            )

    @api.depends("consent_ids")
    @api.depends_context("allowed_company_ids")
    def _compute_consents(self):
        latest = self.env["wa.consent"]._latest(self._origin)
        companies = set(self.env.companies.ids)
        for contact in self:
            words = latest.get(contact._origin.id, {}).items()
            for purpose in ("service", "marketing"):
                contact[f"consent_{purpose}"] = most_cautious(
                    word.action for (company, _number, about), word in words if about == purpose and company in companies
                )

    @api.depends("wa_id")
    def _compute_is_blacklisted(self):
        numbers = {contact: contact._blacklist_numbers() for contact in self}
        listed = self.env["phone.blacklist"]._wa_listed({number for own in numbers.values() for number in own})
        for contact in self:
            contact.is_blacklisted = not listed.isdisjoint(numbers[contact])

    # ------------------------------------------------------------------- search

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
    def _phone_domain(self, term: object) -> Domain | None:
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
    def _named_domain(self, operator: str, value: object) -> Domain:
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

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever was erased and comes back keeps what they had refused."""
        contacts = super().create([{**vals, "company_id": self._company_of(vals.get("portfolio_key"))} for vals in vals_list])
        self.env["wa.suppression"]._apply(contacts)
        return contacts

    def write(self, vals):
        """People choose the customer; everything else is WhatsApp's to say."""
        if not self.env.su and vals.keys() - {"partner_id"}:
            raise AccessError(
                self.env._("Only the customer of a WhatsApp contact can be changed; the rest comes from WhatsApp.")
            )
        if "phone_key" in vals:
            # Another number: how the former one was to be written says nothing about it.
            self.filtered(lambda one: one.dialled and one.phone_key != vals["phone_key"]).dialled = False
        by_hand = not self.env.su and "partner_id" in vals
        if by_hand:
            self._check_customer(self.env["res.partner"].browse(vals["partner_id"] or ()))
        former_names = {contact: contact.display_name for contact in self} if by_hand else {}
        result = super().write(vals)
        for contact, name in former_names.items():
            contact._retitle(former_names=frozenset([name]))
        if vals.get("bsuid") or vals.get("phone_key"):
            self.env["wa.suppression"]._apply(self)
        if vals.get("opted_out_marketing"):
            self.env["wa.sequence.run"]._on_opt_out(self.sudo().conversation_ids)
        return result

    @api.constrains("partner_id")
    def _check_partner_is_customer(self):
        """Nobody of us is the customer: what the customer writes would stand under that name."""
        if ours := self.partner_id._wa_ours():
            raise ValidationError(
                self.env._(
                    "%s is one of us, a colleague or the company itself, and cannot be a WhatsApp customer: what the "
                    "customer writes would stand under that name. Choose or create another contact.",
                    ours[0].sudo().display_name,
                )
            )

    def _check_customer(self, partner):
        """Refuse another company's customer.

        :raises UserError: says whose it is not.
        """
        partner.check_access("read")
        company = partner.sudo().company_id
        if company and self.sudo().filtered(lambda contact: contact.company_id != company):
            raise UserError(
                self.env._(
                    "“%s” is a customer of another company. Choose one of the company this contact writes to.",
                    partner.display_name,
                )
            )

    # ------------------------------------------------------------------ actions

    def action_erase(self):
        """Ask once more, then erase this person: an administrator's right."""
        self.ensure_one()
        return self.env["wa.erase"]._action_for(self, self.partner_id)

    def action_open_wa_consents(self):
        """Open the history of what this person agreed to and took back."""
        self.ensure_one()
        return self.env["wa.consent"]._action_history(self, self)

    def action_block(self):
        """Send nothing to these people from now on, whatever they agreed to, and leave nobody waiting for an answer to them.

        What waits to be sent is refused when its turn comes. Meta has a list of its own (``/block_users``), which also
        keeps people from writing to us and takes only those who wrote in the last 24 hours: that one is left alone.
        """
        words = self.env._("%s blocked this customer: nothing is sent to them any more.", self.env.user.name)
        changed = self._check_block().filtered(lambda contact: not contact.is_blocked)
        now = fields.Datetime.now()
        for contact in changed:
            last = self.env["wa.message"].sudo().search([("conversation_id", "in", contact.conversation_ids.ids)], limit=1)
            contact.write({"is_blocked": True, "blocked_at": now, "blocked_after_id": last.id})
        changed.conversation_ids.filtered("waiting_since").waiting_since = False
        changed._read_by_all()
        changed._tell_block(dict.fromkeys(changed.conversation_ids, words))

    def action_unblock(self):
        """Allow sending to these people again, and show what they wrote meanwhile."""
        changed = self._check_block().filtered("is_blocked")
        words = {conversation: changed._words_unblocked() for conversation in changed.conversation_ids}
        for contact in changed:
            rows = (
                self.env["wa.message"]
                .sudo()
                .search(
                    [
                        ("conversation_id", "in", contact.conversation_ids.ids),
                        ("is_from_blocked", "=", True),
                        ("id", ">", contact.blocked_after_id),
                    ]
                )
            )
            for conversation, own in rows.grouped("conversation_id").items():
                conversation._catch_up(own)
                words[conversation] = changed._words_unblocked(len(own))
        changed.write({"is_blocked": False, "blocked_at": False, "blocked_after_id": 0})
        changed._tell_block(words)

    # ---------------------------------------------- what they are called, where they are

    def _get_label(self) -> str:
        """Return the best name we have without the partner: profile, @username, phone, id."""
        self.ensure_one()
        return (
            self.profile_name
            or (self.username and f"@{self.username.lstrip('@')}")
            or (self.wa_id and format_international(self.wa_id))
            or self.bsuid
            or ""
        )

    def _get_address_label(self) -> str:
        """Return what the messages go to, for people: phone, else @username, else id."""
        self.ensure_one()
        return (
            (self.wa_id and format_international(self.wa_id))
            or (self.username and f"@{self.username.lstrip('@')}")
            or self.bsuid
        )

    @api.model
    def _company_of(self, key: str | None) -> int | bool:
        """Return the id of the company of a scope, see ``wa.account._get_portfolio_key``, or False."""
        company_id, slash, _portfolio = (key or "").partition("/")
        return int(company_id) if slash else False

    @api.model
    def _phone_vals(self, wa_id: str | None) -> dict[str, str | bool]:
        """Return the values of a number and of the key all its spellings share."""
        return {"wa_id": wa_id or False, "phone_key": phone_key(wa_id) if wa_id else False}

    @api.model
    def _country_for(self, identity: str | None) -> int | bool:
        """Return the id of the country a BSUID or phone belongs to, or False."""
        code = country_of(identity) if identity else None
        return self._country_ids().get(code, False)

    @api.model
    @ormcache()
    def _country_ids(self) -> dict[str, int]:
        return {country.code: country.id for country in self.env["res.country"].sudo().search([])}

    def _get_country_code(self) -> str | None:
        """Return the ISO code of the phone's country (in North America by area code), else the id's, or None."""
        self.ensure_one()
        return country_of(self.wa_id or self.bsuid) or self.country_id.code or None

    def _get_country_rules(self, company: models.BaseModel) -> list:
        """Return the ``CountryRule`` objects that apply to this person."""
        self.ensure_one()
        return self.env["wa.country.rule"]._for(self._get_country_code(), self.wa_id or None, company)

    def _get_zones(self) -> list[tzinfo]:
        """Return the time zones this person may live in, as ``tzinfo``; empty when nothing is known."""
        self.ensure_one()
        country = pytz.country_timezones.get(self._get_country_code() or "", ())
        names = possible_zones(self.partner_id.tz or None, zones_of_phone(self.wa_id or None), country)
        return [pytz.timezone(name) for name in names if name in pytz.all_timezones_set]

    # ------------------------------------------------------- whether and how to reach them

    def _get_recipient(self) -> dict[str, str]:
        """Return ``{"wa_id": …}`` or ``{"bsuid": …}``: whom a message is addressed to.

        Policy: phone when known, else BSUID; never both. Source: cloud-api reference §2.1.
        """
        self.ensure_one()
        return {"wa_id": self.dialled or self.wa_id} if self.wa_id else {"bsuid": self.bsuid}

    def _hold(self, until: datetime) -> None:
        """Send no marketing to this person for some time: WhatsApp wants them left alone (131049).

        :param until: naive UTC; never shortens what holds already, and the past holds nobody.
        """
        self.ensure_one()
        lock_fresh(self.sudo(), "hold_until")
        if until > fields.Datetime.now() and (not self.hold_until or until > self.hold_until):
            self.sudo().hold_until = until

    def _learn_spelling(self, result: SendResult) -> None:
        """Learn from an accepted message how this person's number is to be written.

        Meta's own spelling becomes that of the contact (Brazil, Mexico). Not so where a test number
        wanted another one than webhooks carry: that is remembered beside it, and who the person is stays.
        """
        lock_fresh(self, "dialled", "wa_id", "phone_key")
        if result.dialled and phone_key(result.dialled) == self.phone_key:
            dialled = result.dialled if result.dialled != self.wa_id else False
            if self.dialled != dialled:
                self.dialled = dialled
        elif result.wa_id and self.wa_id and self.wa_id != result.wa_id:
            if self.dialled and phone_key(result.wa_id) == self.phone_key:
                return
            if not (self._find_by_phone(self.portfolio_key, result.wa_id) - self):
                self.write(self._phone_vals(result.wa_id))

    def _consent_state(self, purpose: str, company: models.BaseModel, number: models.BaseModel | None = None) -> str:
        """Return ``granted``, ``withdrawn`` or ``none`` of one contact, also without a conversation.

        :param str purpose: ``service`` or ``marketing``
        :param company: ``res.company`` that wants to write
        :param number: ``wa.number`` it would write from; None: what holds for all its numbers
        """
        self.ensure_one()
        consents = self.env["wa.consent"]
        latest = consents._latest(self).get(self.id, {})
        return consents._state(latest, company, number or self.env["wa.number"], purpose)

    def _blacklist_numbers(self) -> list[str]:
        """Return every spelling (``+…``) under which this person may be on Odoo's blacklist, today's first."""
        return [f"+{variant}" for variant in variants(self.wa_id)]

    def _wa_told_contacts(self) -> models.BaseModel:
        """Return whose consents a screen that shows these contacts is told about."""
        return self.sudo()

    def _check_block(self) -> models.BaseModel:
        """Return these contacts as superuser.

        :raises AccessError: only managers decide whom the business blocks.
        """
        if not self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_manager"):
            raise AccessError(self.env._("Only managers of WhatsApp may block customers. Ask your team lead."))
        self.check_access("write")
        return self.sudo()

    def _read_by_all(self) -> None:
        """Leave nothing of these people unread: what comes from them is not to be looked at any more."""
        for channel in self.conversation_ids.channel_id.sudo():
            last = (
                self.env["mail.message"]
                .sudo()
                .search([("model", "=", "discuss.channel"), ("res_id", "=", channel.id)], order="id desc", limit=1)
            )
            for member in channel.channel_member_ids if last else ():
                member._mark_as_read(last.id)

    def _words_unblocked(self, count: int = 0) -> str:
        if not count:
            return self.env._("%s unblocked this customer.", self.env.user.name)
        return self.env._(
            "%(name)s unblocked this customer. Messages that came meanwhile: %(count)s. They stand above.",
            name=self.env.user.name,
            count=count,
        )

    def _tell_block(self, words: dict[models.BaseModel, str]) -> None:
        """Say in the threads, among colleagues, what was decided.

        :param dict words: ``{wa.conversation: text}``
        """
        for conversation, line in words.items():
            conversation.channel_id._wa_note(line, self.env.user.partner_id)
        self.conversation_ids._broadcast()
