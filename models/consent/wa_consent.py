from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError

PURPOSES = [("service", "Service and utility"), ("marketing", "Marketing")]
ACTIONS = [("granted", "Granted"), ("withdrawn", "Withdrawn")]
SOURCES = [
    ("message", "Customer's message"),
    ("keyword", "Keyword"),
    ("link", "Link or QR code"),
    ("double_optin", "Double opt-in"),
    ("form", "Website form"),
    ("import", "Import"),
    ("person", "Colleague"),
    ("platform", "Inside WhatsApp"),
    ("error", "Reported by WhatsApp (131050)"),
    ("erasure", "Kept when data were erased"),
]
#: Of so many written down at once only those that take something back are told to open screens: nobody watches a list
#: being imported.
MANY = 100
#: What came from the customer's own WhatsApp: nobody else can have done it.
BY_CUSTOMER = ("message", "keyword", "link", "double_optin", "platform", "error")


class Word(NamedTuple):
    """What a customer said last about one purpose; of two words the later one is the greater."""

    #: Naive UTC.
    happened_at: datetime
    #: Of the ``wa.consent``; decides between words of one moment.
    id: int
    #: ``granted`` or ``withdrawn``
    action: str


#: What holds of one contact: ``{(company id, number id or None, purpose): word}``
Latest = dict[tuple[int, int | None, str], Word]


class WaConsent(models.Model):
    """One thing a customer agreed to or took back: what, in which words, how, when, noted by whom.

    Append-only; what follows from a row is called in :meth:`_record`. What holds now is the row with the latest
    ``happened_at`` among those of the contact, purpose, company and number; the higher id decides between rows of one
    moment. Webhooks may come in any order.
    """

    _name = "wa.consent"
    _description = "WhatsApp Consent"
    _order = "happened_at desc, id desc"
    _rec_name = "evidence"

    contact_id = fields.Many2one("wa.contact", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(related="contact_id.partner_id", string="Customer", store=True, index="btree_not_null")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    number_id = fields.Many2one("wa.number", readonly=True, ondelete="cascade", help="Empty: for all numbers of the company.")
    purpose = fields.Selection(PURPOSES, required=True, readonly=True)
    action = fields.Selection(ACTIONS, required=True, readonly=True)
    source = fields.Selection(SOURCES, required=True, readonly=True)
    evidence = fields.Text("Words", required=True, readonly=True, help="What exactly was said, shown or reported.")
    place = fields.Char("Where", readonly=True, help="The page, event, list or talk in which it happened.")
    attachment_id = fields.Many2one("ir.attachment", "File", readonly=True, ondelete="restrict")
    message_id = fields.Many2one("wa.message", readonly=True, ondelete="set null", index="btree_not_null")
    link_id = fields.Many2one("wa.optin.link", readonly=True, ondelete="set null", index="btree_not_null")
    user_id = fields.Many2one("res.users", "Recorded By", readonly=True, ondelete="set null")
    happened_at = fields.Datetime("When", required=True, readonly=True)

    _state_idx = models.Index("(contact_id, purpose, happened_at DESC, id DESC)")

    # --------------------------------------------------------------------- crud

    def write(self, vals):
        """What was said stays as it was said.

        :raises AccessError: for everybody; only our own code moves rows, to contacts that are the same person.
        """
        if not self.env.su:
            self._refuse_change()
        return super().write(vals)

    def unlink(self):
        """A consent is taken back by another row, never by deleting one.

        :raises AccessError: for everybody.
        """
        if not self.env.su:
            self._refuse_change()
        return super().unlink()

    def _refuse_change(self):
        raise AccessError(
            self.env._("Consents are a record of what customers said: nobody changes or deletes them. Record a new one.")
        )

    # ----------------------------------------------------------------- business

    @api.model
    def _record(self, vals_list: list[dict]) -> models.BaseModel:
        """Write down consents and let everything that depends on them follow: the one way in.

        :param vals_list: values; ``company_id``, ``happened_at`` (naive UTC, not in the future) and ``evidence``
            are always needed.
        :returns: the rows, as superuser
        """
        consents = self.sudo()
        now = fields.Datetime.now()
        vals_list = [{**vals, "happened_at": min(vals["happened_at"].replace(microsecond=0), now)} for vals in vals_list]
        contacts = consents.contact_id.browse({vals["contact_id"] for vals in vals_list})
        conversations = consents.env["wa.conversation"].search([("contact_id", "in", contacts.ids)])
        silent = conversations.filtered(lambda c: c.consent_service == "withdrawn")
        # Of two transactions that write about the same people at once, one is undone and done again: what holds
        # now is kept on the conversations, and neither would see the other's rows.
        self.env.cr.execute(
            "UPDATE wa_conversation SET consent_service = consent_service WHERE id = ANY(%s)", [conversations.ids]
        )
        rows = consents.create(vals_list)
        silenced = conversations.filtered(lambda c: c.consent_service == "withdrawn")
        ((silent | silenced) - (silent & silenced))._broadcast()
        rows._tell_blacklist()
        decided = rows.filtered(lambda consent: consent.source != "message").contact_id
        self.env["wa.optout"]._settle_requests(conversations.filtered(lambda c: c.contact_id in decided))
        rows._tell_screens()
        withdrawn = rows.filtered(lambda consent: consent.action == "withdrawn")
        self.env["wa.sequence.run"]._on_opt_out(withdrawn.contact_id.conversation_ids)
        return rows

    @api.model
    def _record_from_platform(
        self,
        contact: models.BaseModel,
        number: models.BaseModel,
        action: str,
        source: str,
        evidence: str,
        at: datetime,
        message: models.BaseModel | None = None,
    ) -> None:
        """Write down once what WhatsApp reported about marketing to a person: a consent, or the end of one.

        ``opted_out_marketing`` of the contact stays what it is, "WhatsApp will not deliver": no row that a colleague
        writes lifts it.

        :param contact: ``wa.contact``
        :param number: ``wa.number`` it was reported for; it holds for its whole company.
        :param source: ``platform`` or ``error``
        :param at: naive UTC
        """
        vals = {
            "contact_id": contact.id,
            "company_id": number.company_id.id,
            "purpose": "marketing",
            "action": action,
            "source": source,
            "happened_at": min(at, fields.Datetime.now()),
        }
        if not self.sudo().search_count([(name, "=", value) for name, value in vals.items()], limit=1):
            self._record([{**vals, "evidence": evidence, "message_id": message.id if message else False}])

    def _tell_blacklist(self) -> None:
        """Let Odoo's other channels know: add and remove numbers of customers who stopped or allowed marketing themselves.

        Only what holds now counts: an old word that came late changes nothing.
        """
        own = self.filtered(lambda c: c.source in BY_CUSTOMER and c.purpose == "marketing" and c.contact_id.wa_id)
        latest = self._latest(own.contact_id)
        added, removed = set(), set()
        for consent in own:
            word = latest[consent.contact_id.id][consent.company_id.id, consent.number_id.id or None, "marketing"]
            if word.id == consent.id:
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

    def _tell_screens(self) -> None:
        """Tell open screens, which then read it with their own rights."""
        told = self if len(self) <= MANY else self.filtered(lambda consent: consent.action == "withdrawn")
        for contact in told.contact_id:
            self.env["bus.bus"]._sendone((contact, "consents"), "wa.consent/changed", {})

    def _copy_to(self, contact: models.BaseModel) -> None:
        """Give another contact, who is the same person, the same record of what was said."""
        for consent in self.sudo().sorted("id"):
            consent.copy({"contact_id": contact.id})

    @api.model
    def _latest(self, contacts: models.BaseModel) -> dict[int, Latest]:
        """Return what holds now for many contacts, with one query.

        :returns: ``{contact id: what holds}``; nothing for those of whom nothing is on record
        """
        found: dict[int, Latest] = {}
        if not contacts.ids:
            return found
        self.flush_model(["contact_id", "company_id", "number_id", "purpose", "action", "happened_at"])
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (contact_id, company_id, number_id, purpose)
                   contact_id, company_id, number_id, purpose, happened_at, id, action
              FROM wa_consent
             WHERE contact_id = ANY(%s)
          ORDER BY contact_id, company_id, number_id, purpose, happened_at DESC, id DESC
            """,
            [contacts.ids],
        )
        for contact, company, number, purpose, *latest in self.env.cr.fetchall():
            found.setdefault(contact, {})[company, number, purpose] = Word(*latest)
        return found

    @api.model
    def _state(self, latest: Latest, company: models.BaseModel, number: models.BaseModel, purpose: str) -> str:
        """Return ``granted``, ``withdrawn`` or ``none`` for one number of a company.

        :param latest: of one contact, see :meth:`_latest`.
        """
        scopes = {None, number.id or None}
        words = [latest[company.id, scope, purpose] for scope in scopes if (company.id, scope, purpose) in latest]
        return max(words).action if words else "none"

    # ------------------------------------------------------------------ actions

    def action_open_chat(self):
        """Open the conversation of the message that is the proof, else the contact's latest."""
        self.ensure_one()
        conversations = self.message_id.conversation_id or self.contact_id.conversation_ids[:1]
        return conversations.action_open_chat() if conversations else False

    def action_record(self):
        """Open the wizard that records a consent for what the list is about."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_consent_record_action")
        keys = ("default_res_model", "default_res_id")
        action["context"] = {key: self.env.context[key] for key in keys if self.env.context.get(key)}
        return action

    @api.model
    def _action_history(self, contacts: models.BaseModel, record: models.BaseModel) -> dict:
        """Return the action that shows the consents of contacts, newest first.

        :param record: what the button to record a new one will be about.
        """
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_consent_action")
        action.update(
            display_name=self.env._("Consents of %s", record.display_name),
            domain=[("contact_id", "in", contacts.ids)],
            context={"default_res_model": record._name, "default_res_id": record.id},
        )
        action.pop("path", None)
        return action
