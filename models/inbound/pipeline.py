"""What happens to an inbound message, from the webhook to the rules it starts: read :meth:`WaInboundMessage._handle_all`.

``message_resolve``: whose message it is. ``message_store``: how it is written down. Everything else is called by name where it
happens and stands with its feature.
"""

from collections import defaultdict

from odoo import api, models

from ...tools.redact import redact
from .context import InboundContext, Notes, Pairs


class WaInboundMessage(models.AbstractModel):
    """Customers wrote, or the business wrote on its phone: contacts, conversations, leads and Discuss messages come out of it.

    Works on many messages at once, because under load most of the time goes into
    asking the database the same things one by one.
    """

    _name = "wa.inbound.message"
    _description = "WhatsApp Inbound: Messages"

    @api.model
    def _handle_all(self, pairs: Pairs) -> Notes:
        """Store messages, each exactly once, in the order in which they were written.

        Messages of one second stay as they came: POST by POST, and in a POST by their place.

        :param pairs: ``(wa.webhook.event, MessageEvent or EchoEvent)``
        :returns: ``{wa.webhook.event: [notes]}`` about what could not be handled.
        """
        notes: Notes = defaultdict(list)

        # Whose it is. What is here already is left out.
        contexts = self._new_contexts(pairs, notes)
        if not contexts:
            return notes
        contexts.sort(key=lambda context: context.sent_at)
        self._resolve_contacts(contexts)
        self._resolve_conversations(contexts)
        shown = [context for context in contexts if context.is_message]
        self._resolve_quotes(shown)

        # What it changes in its conversation: window, waiting, owner and lead. Before the message, so that it is unread for the
        # right person.
        heard = [context for context in shown if context.is_live and not context.is_from_blocked]
        without_lead = self.env["wa.inbound.lead"]._update_conversations(heard, notes)
        self.env["wa.inbound.echo"]._update_conversations([context for context in shown if not context.is_live])

        # The message itself, in Discuss and on open screens; its files, which come later; and what waited for it.
        rows = self._post(shown)
        self._note_files(shown)
        self.env["wa.inbound.message.change"]._apply_waiting(rows)
        self._show_waiting_quotes(rows)

        # What follows from somebody having written.
        self.env["wa.sequence.run"]._on_customer_messages(rows.filtered(self._is_answer))
        without_consent = self.env["wa.inbound.consent"]._listen([context for context in shown if context.is_live])
        self._tell_without_consent(without_consent, notes)
        self.env["wa.inbound.lead"]._tell_without_lead(without_lead)

        # What is about other messages comes after them: its target may have come with it.
        changes = [context for context in contexts if context.is_change]
        self.env["wa.inbound.message.change"]._apply_all(changes, notes)
        self._take_the_rest(contexts, notes)

        # Rules come last: they see everything of it, and only of what a customer wrote now.
        started = self.env["wa.message"].union(*(context.row for context in shown + changes if context.is_live))
        for row, lines in self.env["wa.rule"]._on_received(started).items():
            notes[row.event_id] += lines
        return notes

    @api.model
    def _is_answer(self, row: models.BaseModel) -> bool:
        """Tell whether a stored message is one that ends what waits for an answer."""
        return row.direction == "in" and not row.is_history and bool(row.sent_at)

    @api.model
    def _take_the_rest(self, contexts: list[InboundContext], notes: Notes) -> None:
        """Handle what is no ordinary message: lines of WhatsApp, shared phones, kinds that nobody knows yet."""
        for context in contexts:
            item = context.item
            if context.is_thin:
                self._post_thin(context)
            elif context.is_live and item.contact_request:
                self.env["wa.inbound.identity"]._link_shared_phone(context)
            elif not context.is_change and not self.env["wa.inbound.content"]._is_supported(item):
                notes[context.event].append(f"message type not handled yet: {item.kind}")

    @api.model
    def _tell_without_consent(self, failed: dict[InboundContext, Exception], notes: Notes) -> None:
        """Say in the thread that what a customer said about consent is not on record: a person has to note it."""
        for context, error in failed.items():
            notes[context.event].append(f"consent not recorded: {redact(str(error))[:500]}")
            words = self.env._(
                "What this message says about consent could not be recorded. If the customer wants no more messages, "
                "record that by hand. An administrator finds the reason under WhatsApp, Webhook Events."
            )
            self.env["wa.inbound.note"]._post(context.conversation, words)
