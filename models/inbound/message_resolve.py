from odoo import api, fields, models
from odoo.tools.misc import groupby

from ...tools.window import moment_of
from ..concurrency import RetryLater
from .message import InboundContext


class WaInboundMessage(models.AbstractModel):
    """Whose message it is: our number, the contact, the conversation, the message it answers."""

    _inherit = "wa.inbound.message"

    # ------------------------------------------------------------------ routing

    @api.model
    def _new_drafts(self, pairs, notes):
        """Route messages to our numbers and drop those we have; returns the new ones as drafts.

        Numbers that were archived here still receive: what was answered with 200 is kept.
        """
        numbers = {
            number.phone_number_id: number
            for number in self.env["wa.number"]
            .with_context(active_test=False)
            .search([("phone_number_id", "in", [item.phone_number_id for _event, item in pairs])])
        }
        known = {
            (row.number_id.id, row.wamid): row
            for row in self.env["wa.message"].search([("wamid", "in", [item.wamid for _event, item in pairs if item.wamid])])
        }
        drafts = []
        accounts = {account: account._sharing_app() for account in {event.account_id for event, _item in pairs}}
        for event, item in pairs:
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
                    notes[event] += self._complete(known[key], item)
                continue
            known[key] = None
            drafts.append(
                InboundContext(
                    event,
                    item,
                    number.with_company(number.company_id).with_context(active_test=True),
                    sent_at=self._sent_at(event, item),
                    preview=self._preview(item),
                )
            )
        return drafts

    @api.model
    def _find_number(self, event, item):
        """Return our number a webhook is about, among the accounts its callback speaks for."""
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
    def _sent_at(self, event, item):
        """Return when the customer sent it (naive UTC): never later than it came, and then if nobody says."""
        return moment_of(item.timestamp, min(event.received_at, fields.Datetime.now()))

    @api.model
    def _preview(self, item):
        """Return one line for lists."""
        return self.env["wa.inbound.content"]._preview(item)

    # ------------------------------------------------------------------- people

    @api.model
    def _resolve_contacts(self, drafts):
        """Find or create the contact of each draft; whoever writes is reachable."""
        contacts = self.env["wa.contact"]
        for account in {draft.number.account_id for draft in drafts}:
            own = [draft for draft in drafts if draft.number.account_id == account]
            persons = [draft.item.person for draft in own]
            lookup = contacts._lookup(account, persons)
            new = lookup.add_strangers(persons)
            for draft in own:
                draft.contact, draft.is_new_contact = lookup.ensure(draft.item.person)
                if draft.contact in new:
                    draft.is_new_contact, new = True, new - draft.contact
            for draft in own:
                # A later message may have shown that two contacts are one person.
                draft.contact = lookup.find(draft.item.person)
        for contact in {draft.contact for draft in drafts}:
            if contact.is_unreachable:
                contact.is_unreachable = False

    @api.model
    def _resolve_conversations(self, drafts):
        for company, own in groupby(drafts, lambda draft: draft.number.company_id):
            conversations = self.env["wa.conversation"].with_company(company)
            known = conversations._ensure_all([(draft.number, draft.contact) for draft in own])
            for draft in own:
                draft.conversation = known[draft.number.id, draft.contact.id]
        for conversation in {draft.conversation for draft in drafts if draft.is_from_blocked}:
            if not conversation.last_message_at:
                # Blocked before they ever wrote here: nobody's work.
                conversation.with_context(wa_no_broadcast=True).state = "closed"

    @api.model
    def _resolve_quotes(self, drafts):
        """Find the messages that are being answered, within the same conversation.

        :raises RetryLater: at an event's first try, if the answer may be to what is being sent right now.
        """
        self._find_quotes(drafts)
        unknown = [d for d in drafts if d.item.quoted_wamid and not d.quoted and d.event.attempts <= 1]
        if unknown and self._is_being_sent([draft.conversation.id for draft in unknown]):
            raise RetryLater("The message that is being answered is not written down yet.")

    @api.model
    def _find_quotes(self, drafts):
        """Note on each draft the message of its conversation that it answers, if that is here."""
        wamids = [draft.item.quoted_wamid for draft in drafts if draft.item.quoted_wamid]
        found = {
            (row.conversation_id.id, row.wamid): row
            for row in (self.env["wa.message"].search([("wamid", "in", wamids)]) if wamids else ())
        }
        for draft in drafts:
            draft.quoted = found.get((draft.conversation.id, draft.item.quoted_wamid), self.env["wa.message"])

    @api.model
    def _show_waiting_quotes(self, rows):
        """Tie answers that came before what they answer to it, now that it is here.

        :param rows: ``wa.message`` records that have just been stored
        """
        own = {(row.conversation_id.id, row.wamid): row for row in rows if row.wamid}
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
                message.write({"parent_id": original.mail_message_id.id, "body": self._body_of(row)})
                message._wa_broadcast_content("body", "parent_id")

    @api.model
    def _body_of(self, row):
        """Return the HTML of a stored message as it has to look now."""
        return self.env["wa.inbound.content"]._render(row)

    @api.model
    def _is_being_sent(self, conversation_ids):
        """Tell whether a message of these conversations has left, and WhatsApp's id of it is not committed yet.

        A customer's own program answers faster than that.
        """
        domain = [("conversation_id", "in", conversation_ids), ("state", "=", "sending"), ("wamid", "=", False)]
        return bool(self.env["wa.message"].search_count(domain, limit=1))
