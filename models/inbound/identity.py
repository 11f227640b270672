from odoo import api, fields, models

from ...tools.webhook.events import Person
from ...tools.window import from_timestamp


class WaInboundIdentity(models.AbstractModel):
    """A customer changed their number, so WhatsApp gave them a new id."""

    _name = "wa.inbound.identity"
    _description = "WhatsApp Inbound: Identity Changes"

    @api.model
    def _handle(self, event, item):
        """Re-key the contact of the person, keeping history and partner.

        :param event: ``wa.event`` it came in.
        :param IdentityEvent item: new ids and what is known of the old ones.
        Source: cloud-api reference §5.4 and §6.7.
        """
        number = self.env["wa.inbound.message"]._find_number(event, item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        if item.change not in ("user_changed_number", "user_changed_user_id", "user_id_update"):
            return [f"identity change not handled yet: {item.change}"]
        contacts = self.env["wa.contact"]
        former = Person(bsuid=item.previous_bsuid, wa_id=item.previous_wa_id)
        contact = contacts._find(number.account_id._get_portfolio_key(), former)
        if not contact:
            return [f"{item.change} of a person we do not know"]
        contact._rekey(item.person)
        return []


class WaInboundPreference(models.AbstractModel):
    """A customer stopped or resumed marketing messages inside WhatsApp."""

    _name = "wa.inbound.preference"
    _description = "WhatsApp Inbound: Preferences"

    @api.model
    def _handle(self, event, item):
        """Keep the wish of the customer; the gate obeys it.

        :param PreferenceEvent item: category and value. Source: cloud-api reference §5.9.
        """
        number = self.env["wa.inbound.message"]._find_number(event, item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        if item.category != "marketing_messages" or item.value not in ("stop", "resume"):
            return [f"preference not handled yet: {item.category} {item.value}"]
        contact, _new = self.env["wa.contact"]._ensure(number.account_id, item.person)
        said_at = from_timestamp(item.timestamp) or fields.Datetime.now()
        if not contact.marketing_preference_at or contact.marketing_preference_at <= said_at:
            # Webhooks come in any order: the latest word of the customer counts.
            contact.write(
                {"opted_out_marketing": item.value == "stop", "marketing_preference_at": said_at}
            )
        return []
