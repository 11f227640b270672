import re

from odoo import models

#: What a browser that shows the consents of a record asks to be told: ``wa_consent.crm.lead_12``.
CHANNEL = re.compile(r"wa_consent\.(crm\.lead|res\.partner|wa\.contact|wa\.conversation)_(\d{1,18})")


class IrWebsocket(models.AbstractModel):
    """Whoever may read a record is told when its customer agrees to something or takes it back."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        kept, wanted = [], {}
        for channel in channels:
            match = CHANNEL.fullmatch(channel) if isinstance(channel, str) else None
            if match:
                wanted.setdefault(match[1], set()).add(int(match[2]))
            else:
                kept.append(channel)
        contacts = self._wa_consent_contacts(wanted) if wanted else ()
        return super()._build_bus_channel_list([*kept, *((contact, "consents") for contact in contacts)])

    def _wa_consent_contacts(self, wanted: dict[str, set[int]]) -> models.BaseModel:
        """Return whose consents a browser may be told about.

        :param dict wanted: ``{model: ids of records it shows}``
        :returns: ``wa.contact`` records, as superuser
        """
        contacts = self.env["wa.contact"].sudo()
        if not self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_user"):
            return contacts
        for name, ids in wanted.items():
            records = self.env[name].with_context(active_test=False).search([("id", "in", list(ids))])
            contacts |= records._wa_told_contacts()
        return contacts
