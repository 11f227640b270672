import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.redact import redact
from ..concurrency import attempt, traceback_text
from .context import InboundContext, Notes

_logger = logging.getLogger(__name__)

#: How the note of an event begins whose message has no lead because something refused it.
NO_LEAD = "no lead:"


#: What was written in each conversation, in order.
ByConversation = dict[models.BaseModel, list[InboundContext]]


class WaInboundLead(models.AbstractModel):
    """What a message changes in its conversation: window, waiting, owner and lead."""

    _name = "wa.inbound.lead"
    _description = "WhatsApp Inbound: Owners and Leads"

    @api.model
    def _update_conversations(self, contexts: list[InboundContext], notes: Notes) -> dict[models.BaseModel, Exception]:
        """Window, waiting, owner and lead, once per conversation.

        Owner and lead come before the message, so that it counts as unread for the
        right person. Whatever rules of the database do to a lead, the message is shown.

        :returns: ``{wa.conversation: exception}`` where owner or lead could not be given
        """
        if not contexts:
            return {}
        by_conversation: ByConversation = defaultdict(list)
        for context in contexts:
            by_conversation[context.conversation].append(context)
        for conversation, own in by_conversation.items():
            conversation._on_inbound(own)
            self.env["wa.inbound.referral"]._keep(conversation, own)
        # Rules of customers raise anything: the culprit is found one by one.
        _done, error = attempt(self.env, lambda: self._give_owners_and_leads(by_conversation))
        return self._give_singly(by_conversation, notes) if error else {}

    @api.model
    def _owner_and_lead_steps(
        self, conversations: models.BaseModel, by_conversation: ByConversation
    ) -> tuple[Callable[[], object], ...]:
        """Return what gives conversations their owners and leads, in order: functions without arguments."""
        return (
            conversations._attach_open_lead,
            conversations._assign,
            lambda: conversations._apply_lead_policy(by_conversation),
        )

    @api.model
    def _give_owners_and_leads(self, by_conversation: ByConversation) -> None:
        """Do the steps for all together; for a customer who wrote to two of our numbers one after the other.

        The second conversation continues the lead that the first one starts. Screens are told
        once: of a lead with the message itself, of a new owner afterwards.
        """
        owners = {conversation: conversation.user_id for conversation in by_conversation}
        rounds = defaultdict(list)
        seen: Counter[models.BaseModel] = Counter()
        for conversation in by_conversation:
            customer = conversation.partner_id or conversation
            rounds[seen[customer]].append(conversation.id)
            seen[customer] += 1
        for ids in rounds.values():
            conversations = self.env["wa.conversation"].with_context(wa_no_broadcast=True).browse(ids)
            for step in self._owner_and_lead_steps(conversations, by_conversation):
                step()
        # What was made in this very transaction nobody has open yet.
        now = self.env.cr.now().replace(microsecond=0)
        for conversation, owner in owners.items():
            if conversation.user_id != owner and conversation.create_date < now:
                conversation._broadcast()

    @api.model
    def _give_singly(self, by_conversation: ByConversation, notes: Notes) -> dict[models.BaseModel, Exception]:
        """Give owners and leads one by one; what fails leaves everything else as it is.

        :returns: ``{wa.conversation: exception}``
        """
        failed: dict[models.BaseModel, Exception] = {}
        for conversation, own in by_conversation.items():
            for step in self._owner_and_lead_steps(conversation, by_conversation):
                _done, error = attempt(self.env, step)
                if error:
                    _logger.warning(
                        "WhatsApp conversation %s without owner or lead:\n%s", conversation.id, traceback_text(error)
                    )
                    failed[conversation] = error
                    for context in own:
                        notes[context.event].append(f"{NO_LEAD} {redact(str(error))[:500]}")
        return failed

    @api.model
    def _tell_without_lead(self, failed: dict[models.BaseModel, Exception]) -> None:
        """Say in the thread that a customer has no lead, once a day, to those who would look for it.

        :param failed: ``{wa.conversation: exception}``
        """
        for conversation, error in failed.items():
            told = self.env["wa.message"].search_count(
                [
                    ("conversation_id", "=", conversation.id),
                    ("event_id.note", "like", NO_LEAD),
                    ("create_date", ">", fields.Datetime.now() - timedelta(days=1)),
                ],
                limit=1,
            )
            if told:
                continue
            reason = (
                str(error)
                if isinstance(error, UserError)
                else self.env._("an automation rule or another part of this database failed")
            )
            words = self.env._(
                "No lead could be made or updated for this message: %s. An administrator finds the details "
                "under WhatsApp, Webhook Events.",
                reason.rstrip("."),
            )
            self.env["wa.inbound.note"]._post(conversation, words)
