from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.languages import choose
from ...tools.numbering import RENUMBERED
from ...tools.phone import format_international, modernise


class Base(models.AbstractModel):
    """Any record with a customer can be written to over WhatsApp: to whom, from which number, and until when that makes sense.

    Also: numbers that people still have as they were written before their country changed them.
    """

    _inherit = "base"

    # -------------------------------------------------------------------- hooks

    @api.model
    def _wa_phone_fields(self) -> list[str]:
        """Return the names of the fields that hold a phone number (hook)."""
        return self._phone_get_number_fields() if hasattr(self, "_phone_get_number_fields") else []

    def _wa_partner(self) -> models.BaseModel:
        """Return the customer of this record, or an empty set."""
        self.ensure_one()
        return self._wa_partners()[self.id]

    def _wa_partners(self) -> dict[int, models.BaseModel]:
        """Return ``{id: customer}`` of these records, an empty set where there is none (hook)."""
        if self._name == "res.partner":
            return {partner.id: partner for partner in self}
        partners = {id_: found[:1] for id_, found in self._mail_get_partners().items()}
        # Browsed together, so that what follows reads them together.
        together = self.env["res.partner"].browse({partner.id for partner in partners.values() if partner})
        by_id = {partner.id: partner for partner in together}
        return {id_: by_id.get(partner.id, partner) for id_, partner in partners.items()}

    def _wa_latest_conversations(self, partners: dict[int, models.BaseModel], domain: Domain) -> dict[int, models.BaseModel]:
        """Return ``{record id: latest conversation}`` with the customers of these records (hook).

        :param dict partners: ``{record id: res.partner}``
        :param domain: restricts the ``wa.conversation`` records that count.
        """
        ids = {partner.id for partner in partners.values() if partner}
        latest = self._wa_index_latest(domain & Domain("partner_id", "in", ids), "partner_id")
        return {id_: latest[partner.id] for id_, partner in partners.items() if partner.id in latest}

    @api.model
    def _wa_index_latest(self, domain: Domain, field_name: str) -> dict[int, models.BaseModel]:
        """Return the latest conversation of a domain for each value of a many2one field."""
        never = fields.Datetime.to_datetime("1970-01-01")
        latest: dict[int, tuple] = {}
        for conversation in self.env["wa.conversation"].sudo().search(domain):
            key = conversation[field_name].id
            known = latest.get(key)
            moment = (conversation.last_message_at or never, conversation.id)
            if known is None or moment > known[0]:
                latest[key] = (moment, conversation)
        return {key: conversation for key, (_moment, conversation) in latest.items()}

    def _wa_pick_number(self, numbers: models.BaseModel) -> models.BaseModel:
        """Return the number to start a conversation from: the team's, else the first (hook).

        :param numbers: active ``wa.number`` records of one account.
        """
        team_field = self._fields.get("team_id")
        if team_field and team_field.comodel_name == "crm.team":
            team = self["team_id"]
            return numbers.filtered(lambda n: n.team_id == team)[:1] or numbers[:1]
        return numbers[:1]

    def _wa_phone_label(self, partner: models.BaseModel) -> str:
        """Return the phone number of the record or its customer for people to read, or ""."""
        return format_international((self._wa_find_phone(partner) or "").lstrip("+"))

    def _wa_person_name(self) -> str:
        """Return the name of the person this record is about, where people wrote one, or "" (hook)."""
        return ""

    def _wa_find_phone(self, partner: models.BaseModel) -> str | None:
        """Return the phone number of the record or its customer as ``+…``, or None."""
        for record in (self, partner):
            if not record:
                continue
            if "phone_sanitized" in record._fields and (record["phone_sanitized"] or "").startswith("+"):
                return record["phone_sanitized"]
            if not hasattr(record, "_phone_format"):
                continue
            for field_name in record._wa_phone_fields():
                number = record._phone_format(fname=field_name, force_format="E164")
                if number and number.startswith("+"):
                    return number
        return None

    def _wa_endings(self) -> dict[int, list[str]]:
        """Return ``{id: codes}``: why nothing that was planned earlier should be sent for these records (hook).

        Codes of the catalogue ``wa.failure``, the one to be told first in front. What holds already when
        something is planned is no reason: a farewell to customers who were lost is meant for them.
        """
        partners = self.sudo()._wa_partners()
        has_active = "active" in self._fields
        return {
            record.id: [
                *(["record_archived"] if has_active and not record.sudo()["active"] else []),
                *(["customer_archived"] if partners[record.id] and not partners[record.id].sudo().active else []),
            ]
            for record in self
        }

    # ------------------------------------------------------------------ finding

    def _wa_is_of_other_company(self, company: models.BaseModel) -> bool:
        """Tell whether this record belongs to a company, and that is another one."""
        field = self._fields.get("company_id")
        if field is None or field.comodel_name != "res.company":
            return False
        return bool(self["company_id"]) and self["company_id"] != company

    def _wa_find_conversations(
        self, account: models.BaseModel, number: models.BaseModel = None, policy: str | None = None, create: bool = True
    ) -> dict[int, models.BaseModel | str]:
        """Return the conversation in which each record's customer is written to.

        An existing conversation wins over a phone number, and the number in
        which the customer already writes wins over the team's. What is missing
        (contacts, conversations) is created for all records together.

        :param account: ``wa.account``, which limits the choice.
        :param number: ``wa.number`` if the caller insists on one.
        :param str policy: ``team``: only the number of the record's team;
            ``language``: a number that is meant for the customer's language, if there
            is one; else as described above.
        :param bool create: False: what is missing is only thought up (``new()``).
        :returns: ``{record id: wa.conversation or refusal code}``
        """
        account = account.sudo()
        found: dict[int, models.BaseModel | str] = {}
        for own_number, records in self.sudo()._wa_by_number(account, number, policy).items():
            if own_number is None:
                found |= dict.fromkeys(records.ids, "number_missing")
            else:
                found |= self.browse(records.ids)._wa_conversations_from(account, own_number, create)
        return found

    def _wa_by_number(
        self, account: models.BaseModel, number: models.BaseModel | None, policy: str | None
    ) -> dict[models.BaseModel | None, models.BaseModel]:
        """Return ``{wa.number: records}``; an empty number leaves the choice open, None means there is none."""
        groups: dict[models.BaseModel | None, models.BaseModel] = {}
        if number or policy not in ("team", "language"):
            return {number or self.env["wa.number"]: self}
        numbers = account.number_ids.filtered("active")
        partners = self._wa_partners() if policy == "language" else {}
        for record in self:
            if policy == "team":
                team = record["team_id"] if "team_id" in record._fields else None
                chosen = numbers.filtered(lambda n, team=team: team and n.team_id == team)[:1] or None
            else:
                code = choose(partners[record.id].lang, numbers.lang_ids.mapped("code"))
                chosen = numbers.filtered(lambda n, code=code: code and code in n.lang_ids.mapped("code"))[:1]
            groups[chosen] = groups.get(chosen, self.browse()) | record
        return groups

    def _wa_conversations_from(
        self, account: models.BaseModel, number: models.BaseModel, create: bool
    ) -> dict[int, models.BaseModel | str]:
        """Return the conversations with the customers of these records, held with one number or any (empty)."""
        partners = self.sudo()._wa_partners()
        domain = Domain("account_id", "=", account.id)
        if number:
            domain &= Domain("number_id", "=", number.id)
        found, wanted = self.sudo()._wa_latest_conversations(partners, domain), {}
        # One company does not write in another's name, nor learns about its customers.
        foreign = self.sudo().filtered(lambda record: record._wa_is_of_other_company(account.company_id))
        found |= dict.fromkeys(foreign.ids, "other_company")
        numbers = account.number_ids.filtered("active")
        for record in self.sudo():
            if record.id in found:
                continue
            own_number = number or record._wa_pick_number(numbers)
            if not own_number or own_number.account_id != account:
                found[record.id] = "number_missing"
            else:
                wanted[record] = own_number
        contacts = self.env["wa.contact"].sudo()._ensure_for_records(account, wanted, partners, create)
        pairs = {}
        for record, own_number in wanted.items():
            contact = contacts.get(record.id)
            if contact:
                pairs[record.id] = (own_number, contact)
            else:
                found[record.id] = "no_recipient"
        conversations = self.env["wa.conversation"].sudo()
        return found | conversations._ensure_for_records(self.browse(pairs), pairs, create)

    # ------------------------------------------------------------------ numbers

    def _phone_format_number(self, number, country, force_format="E164", raise_exception=False):
        """Read a number in its former spelling as today's, where core takes it for none.

        Without it customers of Benin or Ivory Coast whose number was typed before the
        change have no number at all, and are strangers when they write.
        """
        found = super()._phone_format_number(number, country, force_format=force_format)
        if not found and number and (now := modernise(number, country.code)):
            found = super()._phone_format_number(now, country, force_format=force_format)
        if not found and raise_exception:
            return super()._phone_format_number(number, country, force_format=force_format, raise_exception=True)
        return found

    @api.model
    def _wa_renew_former_numbers(self) -> None:
        """Read again the numbers of this model that were written before a change of numbering."""
        field = self._fields.get("phone_sanitized")
        if field is None or not field.store or "phone" not in self._fields:
            return
        codes = "|".join(RENUMBERED)
        countries = self.env["res.country"].sudo().search([("phone_code", "in", [int(code) for code in RENUMBERED])])
        own_country = "country_id" in self._fields and self._fields["country_id"].store
        local = SQL("OR country_id = ANY(%s)", countries.ids) if own_country else SQL("")
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE phone_sanitized IS NULL AND phone IS NOT NULL AND (phone ~ %s %s)",
                SQL.identifier(self._table),
                rf"^\s*(\+|00)\s*({codes})",
                local,
            )
        )
        self.env.add_to_compute(field, self.browse([row[0] for row in rows]))
        self.flush_model(["phone_sanitized"])
