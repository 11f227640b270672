from dataclasses import dataclass

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.graph.errors import InvalidMessage
from ..tools.markup import plain
from .discuss_channel import WaPost
from .wa_message import PRIORITY_AUTOMATION, PRIORITY_PERSON


@dataclass(frozen=True)
class SendOutcome:
    """What came of sending a template to one record."""

    record: models.BaseModel
    #: ``queued``, ``repeated`` (was queued before with the same key) or ``refused``
    status: str
    #: For ``refused``: a code of the catalogue ``wa.failure`` and the sentence.
    code: str = ""
    reason: str = ""
    message: models.BaseModel = None


class WaTemplate(models.Model):
    """Sending a template: every path (wizard, server action, rule) ends here."""

    _inherit = "wa.template"

    def _send_to_records(self, records, number=None, origin="automation", overrides=None, dedupe_key=None):
        """Queue this template for each record; one that cannot be sent never stops the others.

        :param records: records of any model with a partner or a phone number.
        :param number: ``wa.number`` to send from; default: where the customer's
            conversation is, else the team's or company's number.
        :param str origin: ``manual`` or ``automation``.
        :param dict overrides: values a person typed, see ``_get_values``.
        :param dedupe_key: function record -> str; with the same key nothing is sent twice.
        :returns: list of :class:`SendOutcome`, in the order of the records.
        """
        self.ensure_one()
        outcomes = []
        for record in records:
            try:
                with self.env.cr.savepoint():
                    outcome = self._send_to_record(
                        record, number, origin, overrides, dedupe_key(record) if dedupe_key else None
                    )
            except UserError as error:
                outcome = SendOutcome(record, "refused", "message_invalid", str(error))
            if outcome.status == "refused":
                self._log_refusal(outcome)
            outcomes.append(outcome)
        return outcomes

    def _send_to_record(self, record, number, origin, overrides, dedupe_key):
        if dedupe_key and self.env["wa.message"].sudo().search_count(
            [("dedupe_key", "=", dedupe_key)], limit=1
        ):
            return SendOutcome(record, "repeated")
        number, contact = record._wa_find_target(self, number)
        if not number:
            return self._refuse(record, "number_missing")
        if not contact:
            return self._refuse(record, "no_recipient")
        conversation, is_new = self.env["wa.conversation"].sudo()._ensure(number, contact)
        if is_new:
            conversation._adopt(record)
        return self._send_in_conversation(conversation, record, origin, overrides, dedupe_key)

    def _send_in_conversation(self, conversation, record, origin, overrides=None, dedupe_key=None):
        """Ask the gate, fill the template from a record, show it in the thread and queue it.

        :param record: what fills the variables; may be an empty recordset.
        :returns: :class:`SendOutcome`
        """
        self.ensure_one()
        conversation = conversation.sudo()
        decision = self.env["wa.gate"]._decide(conversation, "template", self)
        if decision.verdict == "refused":
            return self._refuse(record, decision.code)
        language = conversation.partner_id.lang
        filler = self.with_context(lang=language) if language else self
        values, missing = filler._get_values(record.with_env(filler.env), overrides)
        if missing:
            return self._refuse(record, "template_incomplete", ", ".join(missing.mapped("name")))
        try:
            components = self._build_components(values)
        except InvalidMessage as error:
            return self._refuse(record, "message_invalid", str(error))
        text = self._render(values).text
        lead = record if record._name == "crm.lead" else conversation.lead_id
        message = conversation.channel_id.sudo()._wa_post(
            WaPost(
                "out",
                "template",
                {
                    "name": self.name,
                    "language": self.language,
                    "components": components,
                    "text": text,
                },
                {
                    "template_id": self.id,
                    "origin": origin,
                    "priority": PRIORITY_PERSON if origin == "manual" else PRIORITY_AUTOMATION,
                    "preview": plain(text),
                    "lead_id": lead.id,
                    "dedupe_key": dedupe_key,
                    "next_attempt_at": decision.when or False,
                },
            ),
            body=self._render_card(values),
            author_id=self.env.user.partner_id.id,
        )
        conversation._on_outbound(plain(text), by_person=origin == "manual")
        self._log_queued(record, conversation, text, origin)
        return SendOutcome(record, "queued", message=message.sudo().wa_message_ids)

    # ---------------------------------------------------------------- outcomes

    def _refuse(self, record, code, detail=None):
        sentence = self.env["wa.failure"]._sentence(code)
        return SendOutcome(record, "refused", code, f"{sentence} ({detail})" if detail else sentence)

    def _log_refusal(self, outcome):
        """Say in the record's chatter why nothing was sent."""
        if hasattr(outcome.record, "_message_log"):
            outcome.record.sudo()._message_log(
                body=self.env._(
                    "WhatsApp template “%(template)s” was not sent. %(reason)s",
                    template=self.name,
                    reason=outcome.reason,
                )
            )

    def _log_queued(self, record, conversation, text, origin):
        """Say in the record's chatter what was sent, to whom, and on whose behalf."""
        if not record or not hasattr(record, "_message_log"):
            return
        sentence = (
            self.env._("WhatsApp template “%(template)s” sent to %(customer)s (%(address)s): %(text)s")
            if origin == "manual"
            else self.env._(
                "WhatsApp template “%(template)s” sent by an automation to %(customer)s (%(address)s): %(text)s"
            )
        )
        record.sudo()._message_log(
            body=sentence
            % {
                "template": self.name,
                "customer": conversation.contact_id.display_name,
                "address": conversation.contact_id._get_address_label(),
                "text": plain(text),
            },
            author_id=self.env.user.partner_id.id,
        )


class Base(models.AbstractModel):
    """Any record with a customer can be written to over WhatsApp."""

    _inherit = "base"

    @api.model
    def _wa_phone_fields(self):
        """Return the names of the fields that hold a phone number (hook)."""
        return self._phone_get_number_fields() if hasattr(self, "_phone_get_number_fields") else []

    def _wa_partner(self):
        """Return the customer of this record, or an empty set."""
        self.ensure_one()
        if self._name == "res.partner":
            return self
        return self._mail_get_partners()[self.id][:1] if hasattr(self, "_mail_get_partners") else self.env["res.partner"]

    def _wa_find_target(self, template, number=None):
        """Return who gets a template for this record, and from which of our numbers.

        An existing conversation wins over a phone number, and the number in
        which the customer already writes wins over the team's.

        :param template: ``wa.template``, whose account limits the choice.
        :param number: ``wa.number`` if the caller insists on one.
        :returns: ``(wa.number, wa.contact)``, either may be empty.
        """
        self.ensure_one()
        record = self.sudo()
        account = template.account_id.sudo()
        partner = record._wa_partner()
        conversations = record._wa_conversations(partner).filtered(
            lambda c: c.account_id == account and (not number or c.number_id == number)
        )
        if conversations:
            return conversations[0].number_id, conversations[0].contact_id
        number = number or record._wa_pick_number(account)
        if not number or number.account_id != account:
            return self.env["wa.number"], self.env["wa.contact"]
        contact = partner.wa_contact_ids.filtered(lambda c: c.portfolio_key == account._get_portfolio_key())[:1]
        if not contact and (e164 := record._wa_find_phone(partner)):
            contact = self.env["wa.contact"].sudo()._ensure_for_phone(account, e164, partner)
        return number, contact

    def _wa_conversations(self, partner):
        """Return the conversations of this record's customer, the latest first (hook)."""
        return partner.wa_contact_ids.conversation_ids.sorted("last_message_at", reverse=True)

    def _wa_pick_number(self, account):
        """Return the number of an account to start a conversation from."""
        numbers = account.number_ids.filtered("active")
        team = self["team_id"] if "team_id" in self._fields and self._fields["team_id"].comodel_name == "crm.team" else None
        return (numbers.filtered(lambda n: n.team_id == team) if team else numbers)[:1] or numbers[:1]

    def _wa_find_phone(self, partner):
        """Return the phone number of the record or its customer as ``+…``, or None."""
        for record in (self, partner):
            if not record or not hasattr(record, "_phone_format"):
                continue
            for field_name in record._wa_phone_fields():
                number = record._phone_format(fname=field_name, force_format="E164")
                if number and number.startswith("+"):
                    return number
        return None
