import logging
import traceback
from dataclasses import dataclass

from psycopg2 import Error as DatabaseError
from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools.misc import split_every

from ..tools.graph.errors import InvalidMessage
from ..tools.markup import plain
from ..tools.redact import redact
from .wa_message import PRIORITY_AUTOMATION, PRIORITY_BULK, PRIORITY_PERSON
from .wa_post_files import FilePost

_logger = logging.getLogger(__name__)

#: Where a message stands in the queue, by who wants it sent.
PRIORITY_OF_ORIGIN = {
    "manual": PRIORITY_PERSON,
    "automation": PRIORITY_AUTOMATION,
    "sequence": PRIORITY_AUTOMATION,
    "bulk": PRIORITY_BULK,
}


#: Records handled together.
CHUNK = 500


@dataclass(eq=False)
class SendOutcome:
    """What came of sending a template to one record."""

    record: models.BaseModel
    #: ``queued``, ``repeated`` (was queued before with the same key) or ``refused``
    status: str
    #: For ``refused``: a code of the catalogue ``wa.failure`` and the sentence.
    code: str = ""
    reason: str = ""
    #: ``wa.conversation``, if one was found.
    conversation: models.BaseModel = None
    #: For ``queued``: where it goes and what it says.
    post: FilePost = None
    message: models.BaseModel = None


class WaTemplate(models.Model):
    """Sending a template: every path (wizard, server action, rule) ends here."""

    _inherit = "wa.template"

    def _send_to_records(self, records, number=None, origin="automation", overrides=None, dedupe_key=None):
        """Queue this template for each record; one that cannot be sent never stops the others.

        :param records: records of any model with a partner or a phone number.
        :param number: ``wa.number`` to send from; default: where the customer's
            conversation is, else the team's or company's number.
        :param str origin: ``manual``, ``automation``, ``sequence`` or ``bulk``.
        :param dict overrides: values a person typed, see ``_get_values``.
        :param dedupe_key: function record -> str; with the same key nothing is sent twice.
        :returns: list of :class:`SendOutcome`, in the order of the records.
        """
        self.ensure_one()
        outcomes = []
        for chunk in split_every(CHUNK, records.ids, records.browse):
            outcomes += self._send_to_chunk(chunk, number, origin, overrides, dedupe_key)
            if len(records) > CHUNK:
                # Ten thousand records in one transaction must not all stay in memory.
                self.env.flush_all()
                self.env.invalidate_all(flush=False)
        return outcomes

    def _send_to_chunk(self, records, number, origin, overrides, dedupe_key):
        keys = {record: dedupe_key(record) if dedupe_key else None for record in records}
        used = self.env["wa.message"]._used_keys(keys.values())
        fresh = records.filtered(lambda record: keys[record] not in used)
        targets = fresh._wa_find_conversations(self, number)
        template, frequency = self._with_frequency(targets.values())
        outcomes = []
        for record in records:
            if keys[record] in used:
                outcomes.append(SendOutcome(record, "repeated"))
                continue
            if keys[record]:
                # The same record, or one with the same key, may come twice in one call.
                used.add(keys[record])
            target = targets[record.id]
            if isinstance(target, str):
                outcomes.append(self._refuse(record, target))
                continue
            if origin == "manual" and not self._may_write_in(target):
                outcomes.append(self._refuse(record, "conversation_of_others"))
                continue
            outcome = template._prepare_safely(target, record, origin, overrides, keys[record])
            outcome.conversation = target
            if outcome.status == "queued":
                # The same customer may come again in this very call.
                frequency.add(target.sudo().contact_id.id, self._get_purpose())
            outcomes.append(outcome)
        return self._finish(outcomes, origin)

    def _with_frequency(self, targets):
        """Return this template, with what the recipients got lately at hand, and that as ``Frequency``."""
        conversations = self.env["wa.conversation"].sudo().union(
            *[target.sudo() for target in targets if not isinstance(target, str)]
        )
        gate = self.env["wa.gate"]._prefetch_frequency(conversations.contact_id, self.sudo().account_id)
        return self.with_context(**gate.env.context), gate._get_frequency()

    @api.model
    def _may_write_in(self, conversation):
        """Tell whether the current user may answer in a conversation; a new one is whoever's starts it."""
        own = conversation.sudo(False)
        return not conversation.last_message_at or self.env.su or own.has_access("write")

    def _prepare_safely(self, conversation, record, origin, overrides, dedupe_key):
        """Return what :meth:`_prepare` does; whatever it raises refuses this record and stops no other.

        A conflict in the database is not of this record: it is raised.
        """
        try:
            return self._prepare(conversation, record, origin, overrides, dedupe_key)
        except UserError as error:
            return SendOutcome(record, "refused", "message_invalid", str(error))
        except (DatabaseError, ConcurrencyError):
            raise
        except Exception as error:  # noqa: BLE001 (a field that is gone, a hook of another addon: said where people look)
            trace = redact("".join(traceback.format_exception(error)))
            _logger.warning("WhatsApp template %s could not be filled from %s:\n%s", self.id, record, trace)
            return self._refuse(record, "template_not_filled")

    def _send_in_conversation(self, conversation, record, origin, overrides=None):
        """Queue this template in a conversation, filled from a record (or an empty set).

        :returns: :class:`SendOutcome`
        """
        self.ensure_one()
        outcome = self._prepare(conversation, record, origin, overrides)
        outcome.conversation = conversation
        self._finish([outcome], origin)
        return outcome

    def _prepare(self, conversation, record, origin, overrides=None, dedupe_key=None):
        """Ask the gate and fill the template; nothing is written yet.

        :returns: :class:`SendOutcome`, with a ``post`` unless refused
        """
        conversation = conversation.sudo()
        if self.sudo().account_id != conversation.account_id:
            return self._refuse(record, "other_account")
        decision = self.env["wa.gate"]._decide(conversation, "template", self, origin=origin)
        if decision.verdict == "refused":
            return self._refuse(record, decision.code)
        language = conversation.partner_id.lang
        filler = self.with_context(lang=language) if language else self
        filled_from = record.with_context(lang=language) if language else record
        values, missing = filler._get_values(filled_from, overrides)
        if missing:
            return self._refuse(record, "template_incomplete", ", ".join(missing.mapped("name")))
        filled, files = self._take_files(conversation, values, origin)
        try:
            components = self._build_components(filled)
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
                **({"files": [file.frozen() for file in files]} if files else {}),
            },
            template_id=self.id,
            origin=origin,
            purpose=self._get_purpose(),
            priority=PRIORITY_OF_ORIGIN[origin],
            preview=plain(preview.text, 200),
            lead_id=lead.id,
            dedupe_key=dedupe_key,
            next_attempt_at=decision.when or False,
            **(self.env["wa.message"]._waiting_vals(decision) if decision.when else {}),
        )
        shown = [file.shown for file in files if file.shown.res_model == "discuss.channel"]
        post = FilePost(
            conversation,
            self._card_html(preview, values.get("header.location")),
            self.env.user.partner_id,
            row,
            attachments=self.env["ir.attachment"].union(*shown),
        )
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
        self.env["wa.refusal"]._count_outcomes(self, outcomes, origin)
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
