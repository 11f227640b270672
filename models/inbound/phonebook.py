from odoo import api, models

from ...tools.bidi import short_name


class WaInboundPhonebook(models.AbstractModel):
    """Coexistence: the phone book of the business's phone.

    It completes people we already talk to. It makes no customers of everybody else in
    somebody's phone: private contacts stay private.
    """

    _name = "wa.inbound.phonebook"
    _description = "WhatsApp Inbound: Phone Book"

    @api.model
    def _handle(self, event, item):
        """Learn ids and name of a person we know.

        :param ContactSyncEvent item: Source: cloud-api reference §5.6.
        """
        number = self.env["wa.inbound.message"]._find_number(event, item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        contact = self.env["wa.contact"]._find(number.account_id._get_portfolio_key(), item.person)
        if not contact:
            return [f"phone book: {item.action or 'change'} of somebody who has not written yet; nothing is kept"]
        if item.action != "add":
            return [f"phone book: {item.action}; the conversation stays"]
        partner, name = contact.partner_id, short_name(item.person.name)
        is_placeholder = partner.wa_is_source and partner.name in (
            contact.profile_name, contact._get_address_label(), contact._get_label()
        )
        contact._learn(item.person)
        if name and is_placeholder:
            # The business's own name for somebody is better than the one they gave themselves.
            partner.name = name
        return []
