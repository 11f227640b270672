from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import ormcache

from ...tools.phone import country_of, format_international, phone_key
from ..concurrency import lock_fresh


class WaContact(models.Model):
    """One person as Meta identifies them in one business portfolio, for one company.

    Companies that share a portfolio each have their own: customer, block and consents of
    one are not the other's. Since 2026 a customer may have no phone number that we can see: the
    business-scoped user id (BSUID) is the first key, ``wa_id`` the second. The
    partner is who this is for the business; several contacts may be one partner
    (work phone, private phone).
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

    _bsuid_uniq = models.Constraint("UNIQUE(portfolio_key, bsuid)", "This WhatsApp user is already known.")
    _wa_id_uniq = models.Constraint("UNIQUE(portfolio_key, wa_id)", "This WhatsApp number is already known.")
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
            # Whoever may see a contact may see its name, whatever rules there are about partners.
            contact.display_name = contact.sudo().partner_id.name or contact._get_label()

    def _compute_other_partner_ids(self):
        for contact in self:
            contact.other_partner_ids = (
                contact._find_partners(contact.wa_id) - contact.partner_id if contact.wa_id else self.env["res.partner"]
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

    # ----------------------------------------------------------------- matching

    @api.model
    def _company_of(self, key):
        """Return the id of the company of a scope, see ``wa.account._get_portfolio_key``, or False."""
        company_id, slash, _portfolio = (key or "").partition("/")
        return int(company_id) if slash else False

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

    # ------------------------------------------------------------------ actions

    def action_erase(self):
        """Ask once more, then erase this person: an administrator's right."""
        self.ensure_one()
        return self.env["wa.erase"]._action_for(self, self.partner_id)

    # ----------------------------------------------------------------- business

    def _get_recipient(self):
        """Return ``{"wa_id": …}`` or ``{"bsuid": …}``: whom a message is addressed to.

        Policy: phone when known, else BSUID; never both. Source: cloud-api reference §2.1.
        """
        self.ensure_one()
        return {"wa_id": self.dialled or self.wa_id} if self.wa_id else {"bsuid": self.bsuid}

    def _hold(self, until):
        """Send no marketing to this person for some time: WhatsApp wants them left alone (131049).

        :param datetime until: naive UTC; never shortens what holds already, and the past holds nobody.
        """
        self.ensure_one()
        lock_fresh(self.sudo(), "hold_until")
        if until > fields.Datetime.now() and (not self.hold_until or until > self.hold_until):
            self.sudo().hold_until = until

    def _learn_spelling(self, result):
        """Learn from an accepted message how this person's number is to be written.

        Meta's own spelling becomes that of the contact (Brazil, Mexico). Not so where a test number
        wanted another one than webhooks carry: that is remembered beside it, and who the person is stays.

        :param SendResult result: of ``tools.graph.results``.
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
