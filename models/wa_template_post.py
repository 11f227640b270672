from dataclasses import dataclass

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ..tools.graph.errors import InvalidMessage
from ..tools.markup import plain
from .wa_message import PRIORITY_AUTOMATION, PRIORITY_BULK, PRIORITY_PERSON
from .wa_post import Post

#: Where a message stands in the queue, by who wants it sent.
PRIORITY_OF_ORIGIN = {
    "manual": PRIORITY_PERSON,
    "automation": PRIORITY_AUTOMATION,
    "bulk": PRIORITY_BULK,
}


@dataclass(eq=False)
class SendOutcome:
    """What came of sending a template to one record."""

    record: models.BaseModel
    #: ``queued``, ``repeated`` (was queued before with the same key) or ``refused``
    status: str
    #: For ``refused``: a code of the catalogue ``wa.failure`` and the sentence.
    code: str = ""
    reason: str = ""
    #: For ``queued``: where it goes and what it says.
    post: Post = None
    message: models.BaseModel = None


class WaTemplate(models.Model):
    """Sending a template: every path (wizard, server action, rule) ends here."""

    _inherit = "wa.template"

    def _send_to_records(self, records, number=None, origin="automation", overrides=None, dedupe_key=None):
        """Queue this template for each record; one that cannot be sent never stops the others.

        :param records: records of any model with a partner or a phone number.
        :param number: ``wa.number`` to send from; default: where the customer's
            conversation is, else the team's or company's number.
        :param str origin: ``manual``, ``automation`` or ``bulk``.
        :param dict overrides: values a person typed, see ``_get_values``.
        :param dedupe_key: function record -> str; with the same key nothing is sent twice.
        :returns: list of :class:`SendOutcome`, in the order of the records.
        """
        self.ensure_one()
        keys = {record: dedupe_key(record) if dedupe_key else None for record in records}
        used = self.env["wa.message"]._used_keys(keys.values())
        outcomes = []
        for record in records:
            if keys[record] in used:
                outcomes.append(SendOutcome(record, "repeated"))
                continue
            try:
                conversation = self._find_conversation(record, number)
                outcome = (
                    self._prepare(conversation, record, origin, overrides, keys[record])
                    if isinstance(conversation, models.BaseModel)
                    else self._refuse(record, conversation)
                )
            except UserError as error:
                outcome = SendOutcome(record, "refused", "message_invalid", str(error))
            outcomes.append(outcome)
        return self._finish(outcomes, origin)

    def _send_in_conversation(self, conversation, record, origin, overrides=None):
        """Queue this template in a conversation, filled from a record (or an empty set).

        :returns: :class:`SendOutcome`
        """
        self.ensure_one()
        [outcome] = self._finish([self._prepare(conversation, record, origin, overrides)], origin)
        return outcome

    def _find_conversation(self, record, number):
        """Return the conversation in which a record's customer is written to, or a refusal code."""
        number, contact = record._wa_find_target(self, number)
        if not number:
            return "number_missing"
        if not contact:
            return "no_recipient"
        conversation, is_new = self.env["wa.conversation"].sudo()._ensure(number, contact)
        if is_new:
            conversation._adopt(record)
        return conversation

    def _prepare(self, conversation, record, origin, overrides=None, dedupe_key=None):
        """Ask the gate and fill the template; nothing is written yet.

        :returns: :class:`SendOutcome`, with a ``post`` unless refused
        """
        conversation = conversation.sudo()
        decision = self.env["wa.gate"]._decide(conversation, "template", self)
        if decision.verdict == "refused":
            return self._refuse(record, decision.code)
        language = conversation.partner_id.lang
        filler = self.with_context(lang=language) if language else self
        filled_from = record.with_context(lang=language) if language else record
        values, missing = filler._get_values(filled_from, overrides)
        if missing:
            return self._refuse(record, "template_incomplete", ", ".join(missing.mapped("name")))
        try:
            components = self._build_components(values)
        except InvalidMessage as error:
            return self._refuse(record, error.rule, error.detail)
        preview = self._render(values)
        lead = record if record._name == "crm.lead" else conversation.lead_id
        row = self.env["wa.message"]._outgoing_vals(
            "template",
            {
                "name": self.name,
                "language": self.language,
                "components": components,
                "text": preview.text,
            },
            template_id=self.id,
            origin=origin,
            priority=PRIORITY_OF_ORIGIN[origin],
            preview=plain(preview.text, 200),
            lead_id=lead.id,
            dedupe_key=dedupe_key,
            next_attempt_at=decision.when or False,
        )
        post = Post(conversation, self._card_html(preview), self.env.user.partner_id, row)
        return SendOutcome(record, "queued", post=post)

    def _finish(self, outcomes, origin):
        """Write all posts together, wake the senders, and tell every record what came of it."""
        queued = [outcome for outcome in outcomes if outcome.status == "queued"]
        if queued:
            posts = [outcome.post for outcome in queued]
            try:
                rows = self.env["wa.posting"]._post_all(posts)
            except UniqueViolation as error:
                # Somebody queued one of these at this very moment: done again, it is found.
                raise ConcurrencyError(str(error)) from error
            for outcome, row in zip(queued, rows, strict=True):
                outcome.message = row
                outcome.post.conversation._on_outbound(row.preview, by_person=origin == "manual")
            rows.number_id._trigger_sender()
        self._log_outcomes(outcomes, origin)
        return outcomes

    def _refuse(self, record, code, detail=None):
        return SendOutcome(record, "refused", code, self.env["wa.failure"]._sentence(code, detail))

    # ------------------------------------------------------------------ chatter

    def _log_outcomes(self, outcomes, origin):
        """Say in the chatter of each record what was sent to whom, or why nothing was.

        Messages in bulk have a list of their own; ten thousand notes help nobody.
        """
        if origin == "bulk":
            return
        bodies = {
            outcome.record.id: self._log_body(outcome, origin)
            for outcome in outcomes
            if outcome.record and outcome.status != "repeated"
        }
        records = outcomes[0].record.browse(bodies) if bodies else None
        if records and hasattr(records, "_message_log_batch"):
            records.sudo()._message_log_batch(bodies=bodies, author_id=self.env.user.partner_id.id)

    def _log_body(self, outcome, origin):
        if outcome.status == "refused":
            return self.env._(
                "WhatsApp template “%(template)s” was not sent. %(reason)s",
                template=self.name,
                reason=outcome.reason,
            )
        contact = outcome.post.conversation.contact_id
        details = {
            "template": self.name,
            "customer": contact.display_name,
            "address": contact._get_address_label(),
            "text": plain(outcome.message.content["text"]),
        }
        if origin == "manual":
            return self.env._(
                "WhatsApp template “%(template)s” sent to %(customer)s (%(address)s): %(text)s", **details
            )
        return self.env._(
            "WhatsApp template “%(template)s” sent by an automation to %(customer)s (%(address)s): %(text)s",
            **details,
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
        return self._mail_get_partners()[self.id][:1]

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
        key = account._get_portfolio_key()
        contact = partner.wa_contact_ids.filtered(lambda c: c.portfolio_key == key)[:1]
        if not contact and (e164 := record._wa_find_phone(partner)):
            contact = self.env["wa.contact"].sudo()._ensure_for_phone(account, e164, partner)
        return number, contact

    def _wa_conversations(self, partner):
        """Return the conversations of this record's customer, the latest first (hook)."""
        never = fields.Datetime.to_datetime("1970-01-01")
        return partner.wa_contact_ids.conversation_ids.sorted(
            lambda c: (c.last_message_at or never, c.id), reverse=True
        )

    def _wa_pick_number(self, account):
        """Return the number of an account to start a conversation from: the team's, else the first."""
        numbers = account.number_ids.filtered("active")
        team_field = self._fields.get("team_id")
        if team_field and team_field.comodel_name == "crm.team":
            return numbers.filtered(lambda n: n.team_id == self["team_id"])[:1] or numbers[:1]
        return numbers[:1]

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
