from odoo import api, models

from ...tools.bidi import neutralise, one_line
from ...tools.phone import format_international, normalise, phone_key
from ...tools.webhook import people, reading
from ...tools.webhook.content import cards_of
from ...tools.webhook.events import IdentityEvent, MessageEvent, Person
from ...tools.window import moment_of
from .context import InboundContext

#: Changes that give the person new ids; the others only say that something is different.
REKEYING = ("user_changed_number", "customer_changed_number", "user_changed_user_id", "user_id_update")
#: The person may have a new phone or reinstalled WhatsApp: worth a look before secrets are sent.
IDENTITY_CHECKS = ("user_identity_changed", "customer_identity_changed")


class WaInboundIdentity(models.AbstractModel):
    """Who somebody is: a new number or id, a new phone, a number they shared because we asked."""

    _name = "wa.inbound.identity"
    _description = "WhatsApp Inbound: Identity Changes"

    @api.model
    def _handle(self, event: models.BaseModel, item: IdentityEvent) -> list[str]:
        """Re-key the contact of the person, keeping history and partner, and say so in the thread.

        :param event: ``wa.webhook.event`` it came in.
        :param item: new ids and what is known of the old ones.
        Source: cloud-api reference §5.4 and §6.7.
        """
        number = self.env["wa.inbound.message"]._find_number(event, item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        if item.change in IDENTITY_CHECKS:
            return self._warn(event, number, item)
        if item.change not in REKEYING:
            return self._show_unknown(event, number, item)
        contacts = self.env["wa.contact"]
        former = Person(bsuid=item.previous_bsuid, wa_id=item.previous_wa_id)
        contact = contacts._find(number.account_id._get_portfolio_key(), former)
        if not contact:
            return [f"{item.change} of a person we do not know"]
        before = contact._get_address_label()
        contact = contact._rekey(item.person)
        after = contact._get_address_label()
        if after == before:
            return [f"{item.change}: nothing new"]
        words = self.env._(
            "🔁 %(name)s changed their WhatsApp number from %(before)s to %(after)s",
            name=contact.display_name,
            before=before,
            after=after,
        )
        self.env["wa.inbound.note"]._post(contact.conversation_ids, words)
        return []

    @api.model
    def _warn(self, event: models.BaseModel, number: models.BaseModel, item: IdentityEvent) -> list[str]:
        """Tell colleagues that the customer's phone or installation is a different one."""
        contact = self.env["wa.contact"]._find(number.account_id._get_portfolio_key(), item.person)
        if not contact:
            return [f"{item.change} of a person we do not know"]
        words = self.env._(
            "🔐 %s may use a new phone or installed WhatsApp anew. "
            "Make sure whom you talk to before you send anything confidential.",
            contact.display_name,
        )
        self._tell_once(event, number, item, contact, words)
        return []

    @api.model
    def _show_unknown(self, event: models.BaseModel, number: models.BaseModel, item: IdentityEvent) -> list[str]:
        """Say in the thread what WhatsApp says about somebody, where we do not know what follows from it."""
        contact = self.env["wa.contact"]._find(number.account_id._get_portfolio_key(), item.person)
        words = one_line(item.text) or one_line(item.change)
        self._tell_once(event, number, item, contact, f"ℹ {words[:500]}")
        return [f"identity change not handled yet: {item.change}"]

    @api.model
    def _tell_once(
        self, event: models.BaseModel, number: models.BaseModel, item: IdentityEvent, contact: models.BaseModel, words: str
    ) -> None:
        """Show a line in the person's threads; processing the webhook again adds none.

        The line is a message of the kind ``system`` where the person has a thread with this number.
        """
        rows = self.env["wa.message"].sudo()
        if item.wamid and rows.search_count([("number_id", "=", number.id), ("wamid", "=", item.wamid)], limit=1):
            return
        conversations = contact.conversation_ids
        notes = self.env["wa.inbound.note"]._post(conversations, words)
        for conversation, note in zip(conversations, notes, strict=True):
            if item.wamid and conversation.number_id == number:
                rows.create(
                    {
                        "conversation_id": conversation.id,
                        "number_id": number.id,
                        "mail_message_id": note.id,
                        "direction": "in",
                        "state": "received",
                        "kind": "system",
                        "wamid": item.wamid,
                        "content": item.raw,
                        "text": neutralise(item.text) or False,
                        "preview": words[:200],
                        "event_id": event.id,
                        "sent_at": moment_of(item.timestamp, event.received_at),
                    }
                )

    # ------------------------------------------------------------ shared phones

    @api.model
    def _link_shared_phone(self, context: InboundContext) -> None:
        """Learn the phone of somebody who shared their own contact because we asked.

        Only this card says whose number it is; any other is somebody's card.
        Source: cloud-api reference §6.5, §6.7.
        """
        contact, wa_id = context.contact, self._shared_phone(context.item, context.contact.country_id.code)
        if not wa_id or contact.phone_key == phone_key(wa_id):
            return
        owner = contact._find_by_phone(contact.portfolio_key, wa_id)
        if owner and owner.bsuid:
            words = self.env._(
                "The shared number %(phone)s already belongs to %(other)s. Check whether they are the same person.",
                phone=format_international(wa_id),
                other=owner.display_name,
            )
        else:
            contact._update_identity(Person(bsuid=contact.bsuid or None, wa_id=wa_id))
            if contact.phone_key != phone_key(wa_id):
                return  # two known by their phones alone: which of them it is, nobody says
            words = self.env._("The number %s was added to this contact.", format_international(wa_id))
        self.env["wa.inbound.note"]._post(context.conversation.exists() or contact.conversation_ids[:1], words)

    @api.model
    def _shared_phone(self, item: MessageEvent, country: str | None = None) -> str | None:
        """Return the digits of the phone on a shared card, or None.

        A number that is no whole international one is not guessed: it would send what is
        meant for this person to somebody else.

        :param country: ISO code of the person's country, for a number written the local way.
        """
        card: dict = next(iter(cards_of(item.content)), {})
        phones = [entry for _i, entry in reading.mappings(card.get("phones"))]
        for entry in phones:
            if wa_id := people.wa_id(entry.get("wa_id")):
                return wa_id
        for entry in phones:
            if e164 := normalise(reading.text(entry.get("phone")), country):
                return people.wa_id(e164)
        return None
