from datetime import datetime

from odoo import api, models

from ...tools.bidi import one_line
from ...tools.webhook.events import PreferenceEvent
from ...tools.window import CLOCK_AHEAD, moment_of


class WaInboundPreference(models.AbstractModel):
    """A customer stopped or resumed marketing messages inside WhatsApp."""

    _name = "wa.inbound.preference"
    _description = "WhatsApp Inbound: Preferences"

    @api.model
    def _handle(self, event: models.BaseModel, item: PreferenceEvent) -> list[str]:
        """Keep the wish of the customer; the gate obeys it.

        ``signup``: the customer asked for marketing through a link of ours, which also
        takes back an earlier stop.

        :param item: category and value. Source: cloud-api reference §5.9.
        """
        number = self.env["wa.inbound.message"]._find_number(event, item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        if item.category != "marketing_messages" or item.value not in ("stop", "resume", "signup"):
            return [f"preference not handled yet: {item.category} {item.value}"]
        if not item.person.has_own_id:
            return ["preference of nobody"]
        contact, _new = self.env["wa.contact"]._ensure(number.account_id, item.person)
        said_at = moment_of(item.timestamp, event.received_at, CLOCK_AHEAD)
        self._keep(contact, number, item, said_at)
        if contact.marketing_preference_at and contact.marketing_preference_at >= said_at:
            # Webhooks come in any order: the latest word of the customer counts.
            return ["an older wish than the one we know"] if contact.marketing_preference_at > said_at else []
        contact.write({"opted_out_marketing": item.value == "stop", "marketing_preference_at": said_at})
        self.env["wa.inbound.note"]._post(contact.conversation_ids, self._words(contact, item))
        return []

    @api.model
    def _keep(self, contact: models.BaseModel, number: models.BaseModel, item: PreferenceEvent, said_at: datetime) -> None:
        """Write down a consent or its end, also when a later word is known already."""
        evidence = one_line(item.detail) or self.env._("Chosen inside WhatsApp: %s", one_line(item.value))
        if item.value == "signup":
            evidence = self.env._("Signed up inside WhatsApp, link %s", one_line(item.signup_id or "?"))
        action = "withdrawn" if item.value == "stop" else "granted"
        self.env["wa.consent"]._record_from_platform(contact, number, action, "platform", evidence, said_at)

    @api.model
    def _words(self, contact: models.BaseModel, item: PreferenceEvent) -> str:
        name = contact.display_name
        if item.value == "stop":
            return self.env._("🔕 %s stopped marketing messages in WhatsApp", name)
        if item.value == "signup":
            return self.env._(
                "🔔 %(name)s signed up for marketing messages (link %(link)s)",
                name=name,
                link=one_line(item.signup_id or "?"),
            )
        return self.env._("🔔 %s allowed marketing messages again in WhatsApp", name)
