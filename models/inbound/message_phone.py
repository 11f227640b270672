from odoo import api, models

from ...tools.phone import format_international, normalise, phone_key
from ...tools.webhook import people, reading
from ...tools.webhook.content import cards_of
from ...tools.webhook.events import Person


class WaInboundMessage(models.AbstractModel):
    """Customers who share their own number because we asked."""

    _inherit = "wa.inbound.message"

    @api.model
    def _link_shared_phone(self, draft):
        """Learn the phone of somebody who shared their own contact because we asked.

        Only this card says whose number it is; any other is somebody's card.
        Source: cloud-api reference §6.5, §6.7.
        """
        contact, wa_id = draft.contact, self._shared_phone(draft.item, draft.contact.country_id.code)
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
        self.env["wa.inbound.note"]._post(draft.conversation.exists() or contact.conversation_ids[:1], words)

    @api.model
    def _shared_phone(self, item, country=None):
        """Return the digits of the phone on a shared card, or None.

        A number that is no whole international one is not guessed: it would send what is
        meant for this person to somebody else.

        :param str country: ISO code of the person's country, for a number written the local way.
        """
        card = next(iter(cards_of(item.content)), {})
        phones = [entry for _i, entry in reading.mappings(card.get("phones"))]
        for entry in phones:
            if wa_id := people.wa_id(entry.get("wa_id")):
                return wa_id
        for entry in phones:
            if e164 := normalise(reading.text(entry.get("phone")), country):
                return people.wa_id(e164)
        return None
