from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg2 import Error as DatabaseError
from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools.gc import disabling_gc
from odoo.tools.misc import split_every

from ...tools.frequency import Frequency
from ...tools.markup import plain
from ...tools.simulated_clock import SimulatedClock
from ...tools.template_memory import TemplateMemory
from ..concurrency import traceback_text
from ..discuss.wa_discuss_writer import DiscussPost
from ..message.wa_message import PRIORITY_AUTOMATION, PRIORITY_BULK, PRIORITY_PERSON

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
class SendRun:
    """What holds for all records of one call."""

    #: ``manual``, ``automation``, ``sequence`` or ``bulk``.
    origin: str = "automation"
    #: What the recipients got lately; None: looked up for each, where it matters.
    frequency: Frequency | None = None
    #: Of a dry run, which writes nothing: when each record's message would leave.
    clock: SimulatedClock | None = None
    is_dry: bool = False
    #: What a template reads of itself once for all of them.
    memory: TemplateMemory = field(default_factory=TemplateMemory)

    def moment(self, record: models.BaseModel) -> datetime | None:
        """Return as of when the gate is asked (naive UTC); None: as of now."""
        return self.clock.at(record) if self.clock else None


@dataclass(eq=False)
class SendOutcome:
    """What came, or would come, of sending something to one record."""

    record: models.BaseModel
    #: ``queued``, ``repeated`` (was queued before with the same key) or ``refused``
    status: str
    #: For ``refused``: a code of the catalogue ``wa.failure``, its facts, and the sentence.
    code: str = ""
    detail: str = ""
    reason: str = ""
    #: ``wa.conversation``, if one was found.
    conversation: models.BaseModel = None
    #: For ``queued``: the language variant that was taken, where it goes, when, and what it says.
    template: models.BaseModel = None
    later: str = ""
    #: Labels of variables whose values say nothing, as zero does, and that ask to be warned of it.
    doubts: tuple[str, ...] = ()
    post: DiscussPost = None  # type: ignore[assignment]  # there whenever it is ``queued``
    message: models.BaseModel = None


class WaSending(models.AbstractModel):
    """Sending the same thing to many records: where it goes, who is left out, what they are told.

    ``wa.template`` and ``wa.free.text`` say what is sent (:meth:`_prepare`); every path
    (wizard, rule, sequence, list) goes through :meth:`_send_to_records`.

    The road of a message: ``_routes`` (to whom, from which number) → ``_prepare`` (gate, words) → ``_finish`` (shown in
    Discuss by ``wa.discuss.writer._post_all`` with its queued ``wa.message``) → ``wa.number._trigger_sender`` →
    ``wa.number._cron_send`` → ``sender.run_sender``, which tells the rest.
    """

    _name = "wa.sending"
    _description = "Sending WhatsApp Messages to Records"

    # -------------------------------------------------------------------- hooks

    def _routes(
        self, records: models.BaseModel, number: models.BaseModel | None = None, policy: str | None = None, create: bool = True
    ) -> dict[int, models.BaseModel | str]:
        """Return ``{record id: wa.conversation or refusal code}`` (hook).

        :param number: ``wa.number`` to send from, if the caller insists on one.
        :param str policy: how the number is chosen, see ``_wa_find_conversations``.
        :param bool create: make contacts and conversations that are missing; without
            it they are only thought up, and nothing is written.
        """
        raise NotImplementedError

    def _prepare(
        self,
        conversation: models.BaseModel,
        record: models.BaseModel,
        run: SendRun,
        dedupe_key: str | None = None,
        **content: Any,
    ) -> SendOutcome:
        """Ask the gate and compose the message; nothing is written yet (hook).

        :returns: :class:`SendOutcome`, with a ``post`` unless refused
        """
        raise NotImplementedError

    def _title(self) -> str:
        """Return what people call this in a sentence (hook)."""
        raise NotImplementedError

    # ------------------------------------------------------------------ sending

    def _send_to_records(
        self,
        records: models.BaseModel,
        number: models.BaseModel | None = None,
        origin: str = "automation",
        dedupe_key: Callable[[models.BaseModel], str] | None = None,
        policy: str | None = None,
        person: models.BaseModel | None = None,
        **content: Any,
    ) -> list[SendOutcome]:
        """Queue this for each record; one that cannot be sent never stops the others.

        :param records: records of any model with a customer or a phone number.
        :param number: ``wa.number`` to send from; default: where the customer's
            conversation is, else the team's or company's number.
        :param str origin: ``manual``, ``automation``, ``sequence`` or ``bulk``.
        :param dedupe_key: function record -> str; with the same key nothing is sent twice.
        :param str policy: how the number is chosen, see ``_wa_find_conversations``.
        :param person: ``res.users`` who wants it sent: reaches only whom they may (``wa.reach``); default: the
            current user, nobody if the system is at work.
        :param content: what :meth:`_prepare` needs to know besides.
        :returns: list of :class:`SendOutcome`, in the order of the records.
        """
        person, outcomes = person or self.env["wa.reach"]._person(), []
        for chunk in split_every(CHUNK, records.ids, records.browse):
            # All that is made for a chunk lives until its end: looking for what could be freed takes a tenth of the time.
            with disabling_gc():
                outcomes += self._send_to_chunk(chunk, number, origin, dedupe_key, policy, person, content)
                if len(records) > CHUNK:
                    # Ten thousand records in one transaction must not all stay in memory.
                    self.env.flush_all()
                    self.env.invalidate_all(flush=False)
        return outcomes

    def _send_to_chunk(
        self,
        records: models.BaseModel,
        number: models.BaseModel | None,
        origin: str,
        dedupe_key: Callable[[models.BaseModel], str] | None,
        policy: str | None,
        person: models.BaseModel,
        content: dict[str, Any],
    ) -> list[SendOutcome]:
        keys = {record: dedupe_key(record) if dedupe_key else None for record in records}
        used = self.env["wa.message"]._used_keys(keys.values())
        fresh = records.filtered(lambda record: keys[record] not in used)
        targets = self._routes(fresh, number, policy)
        run = SendRun(origin, self._read_frequency(targets))
        out_of_reach = self.env["wa.reach"]._out_of_reach(person, fresh, targets)
        outcomes = []
        for record in records:
            if keys[record] in used:
                outcomes.append(SendOutcome(record, "repeated"))
                continue
            if keys[record]:
                # The same record, or one with the same key, may come twice in one call.
                used.add(keys[record])
            target = targets[record.id]
            if record.id in out_of_reach:
                outcomes.append(self._refuse(record, out_of_reach[record.id]))
            elif isinstance(target, str):
                outcomes.append(self._refuse(record, target))
            else:
                outcomes.append(self._prepare_counted(target, record, run, keys[record], content))
        return self._finish(outcomes, origin)

    def _read_frequency(self, targets: dict[int, models.BaseModel | str]) -> Frequency | None:
        """Return what the recipients got lately, if that matters for what is sent (hook).

        :param targets: of :meth:`_routes`.
        """
        return None

    def _dry_run(
        self,
        records: models.BaseModel,
        number: models.BaseModel | None = None,
        origin: str = "automation",
        policy: str | None = None,
        clock: SimulatedClock | None = None,
        **content: Any,
    ) -> list[SendOutcome]:
        """Return what :meth:`_send_to_records` would do, without writing anything.

        :param clock: when each record's message would leave; now if not given.
        :returns: list of :class:`SendOutcome`, in the order of the records
        """
        person, outcomes = self.env["wa.reach"]._person(), []
        for chunk in split_every(CHUNK, records.ids, records.browse):
            targets = self._routes(chunk, number, policy, create=False)
            targets |= self.env["wa.reach"]._out_of_reach(person, chunk, targets)
            run = SendRun(origin, self._read_frequency(targets), clock, is_dry=True)
            for record in chunk:
                target = targets[record.id]
                outcomes.append(
                    self._refuse(record, target)
                    if isinstance(target, str)
                    else self._prepare_counted(target, record, run, None, content)
                )
        return outcomes

    def _prepare_counted(
        self,
        conversation: models.BaseModel,
        record: models.BaseModel,
        run: SendRun,
        dedupe_key: str | None,
        content: dict[str, Any],
    ) -> SendOutcome:
        """Return what :meth:`_prepare_safely` does; the same customer may come again in this very call."""
        outcome = self._prepare_safely(conversation, record, run, dedupe_key, content)
        outcome.conversation = conversation
        if outcome.status == "queued" and run.frequency and (purpose := outcome.post.row.get("purpose")):
            run.frequency.add(conversation.sudo().contact_id.id, purpose)
        return outcome

    def _prepare_safely(
        self,
        conversation: models.BaseModel,
        record: models.BaseModel,
        run: SendRun,
        dedupe_key: str | None,
        content: dict[str, Any],
    ) -> SendOutcome:
        """Return what :meth:`_prepare` does; whatever it raises refuses this record and stops no other.

        A conflict in the database is not of this record: it is raised.
        """
        try:
            return self._prepare(conversation, record, run, dedupe_key=dedupe_key, **content)
        except UserError as error:
            return SendOutcome(record, "refused", "message_invalid", str(error), str(error))
        except (DatabaseError, ConcurrencyError):
            raise
        except Exception as error:  # noqa: BLE001 (a field that is gone, a hook of another addon: said where people look)
            _logger.warning("WhatsApp: %s could not be filled from %s:\n%s", self._title(), record, traceback_text(error))
            return self._refuse(record, "template_not_filled")

    def _finish(self, outcomes: list[SendOutcome], origin: str) -> list[SendOutcome]:
        """Write all posts together, wake the senders, and tell every record what came of it."""
        queued = [outcome for outcome in outcomes if outcome.status == "queued"]
        if queued:
            posts = [outcome.post for outcome in queued]
            try:
                rows = self.env["wa.discuss.writer"]._post_all(posts)
            except UniqueViolation as error:
                # Somebody queued one of these at this very moment: done again, it is found.
                raise ConcurrencyError(str(error)) from error
            for outcome, row in zip(queued, rows, strict=True):
                outcome.message = row
            self.env["wa.conversation"].sudo()._on_outbound_all(
                [(post.conversation, post.row["preview"]) for post in posts], by_person=origin == "manual"
            )
            rows.number_id._trigger_sender()
        self._log_outcomes(outcomes, origin)
        self.env["wa.refusal"]._count_outcomes(self, outcomes, origin)
        return outcomes

    def _refuse(self, record: models.BaseModel, code: str, detail: str | None = None) -> SendOutcome:
        return SendOutcome(record, "refused", code, detail or "", self.env["wa.failure"]._sentence(code, detail))

    # ------------------------------------------------------------------ chatter

    def _log_outcomes(self, outcomes: list[SendOutcome], origin: str) -> None:
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

    def _log_body(self, outcome: SendOutcome, origin: str) -> str:
        if outcome.status == "refused":
            return self.env._("%(what)s was not sent. %(reason)s", what=self._title(), reason=outcome.reason)
        contact = outcome.post.conversation.contact_id
        details = {
            "what": (outcome.template or self)._title(),
            "customer": contact.display_name,
            "address": contact._get_address_label(),
            "text": plain(outcome.message.content.get("text") or outcome.message.preview or ""),
        }
        if outcome.doubts:
            details["text"] = self.env._(
                "%(text)s (Looks empty: %(variables)s)", text=details["text"], variables=", ".join(outcome.doubts)
            )
        if origin == "manual":
            return self.env._("%(what)s sent to %(customer)s (%(address)s): %(text)s", **details)
        return self.env._("%(what)s sent by an automation to %(customer)s (%(address)s): %(text)s", **details)
