from datetime import datetime
from typing import Any

from odoo import api, fields, models
from odoo.tools.misc import groupby

from ...tools.webhook.events import EchoEvent, MessageEvent
from ...tools.window import moment_of
from ..concurrency import RetryLater
from .context import InboundContext, Notes, Pairs


class WaInboundMessage(models.AbstractModel):
    """Whose message it is: our number, the contact, the conversation, the message it answers."""

    _inherit = "wa.inbound.message"

    # ------------------------------------------------------------------ routing

    @api.model
    def _new_contexts(self, pairs: Pairs, notes: Notes) -> list[InboundContext]:
        """Route messages to our numbers, leave out those we have, and return the new ones.

        Numbers that were archived here still receive: what was answered with 200 is kept.

        :param pairs: ``(wa.webhook.event, MessageEvent or EchoEvent)``
        """
        found = [(event, *self._message_of(item)) for event, item in pairs]
        numbers = self._numbers_of([item for _event, item, _echo in found])
        known = self._known_of([item for _event, item, _echo in found])
        accounts = {account: account._sharing_app() for account in {event.account_id for event, _item in pairs}}
        contexts = []
        for event, item, echo in found:
            number = numbers.get(item.phone_number_id)
            if not number or number.account_id not in accounts[event.account_id]:
                notes[event].append(f"unknown phone_number_id {item.phone_number_id}")
                continue
            if not item.wamid or not item.person.has_own_id:
                notes[event].append(f"message without id or sender: type {item.kind}")
                continue
            key = (number.id, item.wamid)
            if key in known:
                if known[key]:
                    notes[event] += self.env["wa.inbound.echo" if echo else "wa.inbound.message"]._complete(known[key], item)
                continue
            known[key] = None
            number = number.with_company(number.company_id).with_context(active_test=True)
            preview = self.env["wa.inbound.content"]._preview(item)
            contexts.append(InboundContext(event, item, number, self._sent_at(event, item), preview, echo))
        return contexts

    @api.model
    def _message_of(self, item: MessageEvent | EchoEvent) -> tuple[MessageEvent, EchoEvent | None]:
        """Return the message in an event, and the echo that brought it, if one did."""
        return (item.message, item) if isinstance(item, EchoEvent) else (item, None)

    @api.model
    def _numbers_of(self, items: list[MessageEvent]) -> dict[str, models.BaseModel]:
        """Return ``{phone_number_id: wa.number}``, archived ones included."""
        numbers = self.env["wa.number"].with_context(active_test=False)
        found = numbers.search([("phone_number_id", "in", [item.phone_number_id for item in items])])
        return {number.phone_number_id: number for number in found}

    @api.model
    def _known_of(self, items: list[MessageEvent]) -> dict[tuple[int, str], models.BaseModel | None]:
        """Return ``{(number id, wamid): wa.message}`` of those that are stored."""
        found = self.env["wa.message"].search([("wamid", "in", [item.wamid for item in items if item.wamid])])
        return {(row.number_id.id, row.wamid): row for row in found}

    @api.model
    def _find_number(self, event: models.BaseModel, item: Any) -> models.BaseModel:
        """Return our number a webhook is about, among the accounts its callback speaks for; empty for none.

        :param item: one of ``tools.webhook.events`` with a ``phone_number_id``
        """
        return (
            self.env["wa.number"]
            .with_context(active_test=False)
            .search(
                [
                    ("phone_number_id", "=", item.phone_number_id),
                    ("account_id", "in", event.account_id._sharing_app().ids),
                ],
                limit=1,
            )
        )

    @api.model
    def _sent_at(self, event: models.BaseModel, item: MessageEvent) -> datetime:
        """Return when the customer sent it (naive UTC): never later than it came, and then if nobody says."""
        return moment_of(item.timestamp, min(event.received_at, fields.Datetime.now()))

    # ------------------------------------------------------------------- people

    @api.model
    def _resolve_contacts(self, contexts: list[InboundContext]) -> None:
        """Find or create the contact of each context; whoever writes is reachable."""
        contacts = self.env["wa.contact"]
        for account in {context.number.account_id for context in contexts}:
            own = [context for context in contexts if context.number.account_id == account]
            persons = [context.item.person for context in own]
            lookup = contacts._lookup(account, persons)
            new = lookup.add_strangers(persons)
            for context in own:
                context.contact, context.is_new_contact = lookup.ensure(context.item.person)
                if context.contact in new:
                    context.is_new_contact, new = True, new - context.contact
            for context in own:
                # A later message may have shown that two contacts are one person.
                context.contact = lookup.find(context.item.person)
        for contact in {context.contact for context in contexts}:
            if contact.is_unreachable:
                contact.is_unreachable = False

    @api.model
    def _resolve_conversations(self, contexts: list[InboundContext]) -> None:
        """Find or open the conversation of each contact with the number it wrote to."""
        for company, own in groupby(contexts, lambda context: context.number.company_id):
            conversations = self.env["wa.conversation"].with_company(company)
            known = conversations._ensure_all([(context.number, context.contact) for context in own])
            for context in own:
                context.conversation = known[context.number.id, context.contact.id]
        for conversation in {context.conversation for context in contexts if context.is_from_blocked}:
            if not conversation.last_message_at:
                # Blocked before they ever wrote here: nobody's work.
                conversation.with_context(wa_no_broadcast=True).state = "closed"

    @api.model
    def _resolve_quotes(self, contexts: list[InboundContext]) -> None:
        """Find the messages that are being answered, within the same conversation.

        :raises RetryLater: at an event's first try, if the answer may be to what is being sent right now.
        """
        self._find_quotes(contexts)
        unknown = [c for c in contexts if c.item.quoted_wamid and not c.quoted and c.event.attempts <= 1]
        if unknown and self._is_being_sent([context.conversation.id for context in unknown]):
            raise RetryLater("The message that is being answered is not written down yet.")

    @api.model
    def _find_quotes(self, contexts: list[InboundContext]) -> None:
        """Note on each context the message of its conversation that it answers, if that is here."""
        wamids = [context.item.quoted_wamid for context in contexts if context.item.quoted_wamid]
        found = {
            (row.conversation_id.id, row.wamid): row
            for row in (self.env["wa.message"].search([("wamid", "in", wamids)]) if wamids else ())
        }
        for context in contexts:
            context.quoted = found.get((context.conversation.id, context.item.quoted_wamid), self.env["wa.message"])

    @api.model
    def _show_waiting_quotes(self, rows: models.BaseModel) -> None:
        """Tie answers that came before what they answer to it, now that it is here.

        :param rows: ``wa.message`` records that have just been stored
        """
        own = {(row.conversation_id.id, row.wamid): row for row in rows if row.wamid}
        if not own:
            return
        waiting = (
            self.env["wa.message"]
            .sudo()
            .search([("quoted_wamid", "in", [wamid for _conversation, wamid in own]), ("quoted_id", "=", False)])
        )
        for row in waiting:
            original = own.get((row.conversation_id.id, row.quoted_wamid))
            if not original or original == row:
                continue
            row.quoted_id = original
            message = row.mail_message_id.sudo()
            if message:
                message.write({"parent_id": original.mail_message_id.id, "body": self.env["wa.inbound.content"]._render(row)})
                message._wa_broadcast_content("body", "parent_id")

    @api.model
    def _is_being_sent(self, conversation_ids: list[int]) -> bool:
        """Tell whether a message of these conversations has left, and WhatsApp's id of it is not committed yet.

        A customer's own program answers faster than that.
        """
        domain = [("conversation_id", "in", conversation_ids), ("state", "=", "sending"), ("wamid", "=", False)]
        return bool(self.env["wa.message"].search_count(domain, limit=1))
