from odoo import api, models

from ...tools.redact import redact


class WaInboundNotice(models.AbstractModel):
    """News about accounts and numbers, and everything nobody handles yet: kept and listed."""

    _name = "wa.inbound.notice"
    _description = "WhatsApp Inbound: Notices and Unknown Fields"

    @api.model
    def _handle(self, event, item):
        """Return a note for the event; its body keeps the content.

        :param item: ``NoticeEvent``, ``UnknownEvent`` or any event without a handler.
        """
        name = getattr(item, "field", "") or type(item).__name__
        return [f"not handled yet: {redact(name)}"]
