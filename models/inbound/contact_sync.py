from odoo import api, models

from ...tools.bidi import short_name
from ...tools.webhook.events import ContactSyncEvent


class WaInboundContactSync(models.AbstractModel):
    """Coexistence: the phone book of the business's phone.

    It completes people we already talk to. It makes no customers of everybody else in
    somebody's phone: private contacts stay private.
    """

    _name = "wa.inbound.contact.sync"
    _description = "WhatsApp Inbound: Phone Book"

    @api.model
    def _handle(self, event: models.BaseModel, item: ContactSyncEvent) -> list[str]:
        """Learn ids and name of a person we know.

        :param item: Source: cloud-api reference §5.6.
        """
        number = self.env["wa.inbound.message"]._find_number(event, item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        contact = self.env["wa.contact"]._find(number.account_id._get_portfolio_key(), item.person)
        if not contact:
            return [f"phone book: {item.action or 'change'} of somebody who has not written yet; nothing is kept"]
        if item.action != "add":
            return [f"phone book: {item.action}; the conversation stays"]
        # The business's own name for somebody is better than the one they gave themselves.
        stand_ins = contact._stand_ins() | {(contact.partner_id.wa_is_source and contact.profile_name) or ""}
        contact._update_identity(item.person)
        if name := short_name(item.person.name):
            contact._take_name(stand_ins, name)
        return []
