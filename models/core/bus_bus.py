from collections.abc import Iterable

from odoo import api, models
from odoo.addons.bus.models.bus import channel_with_db


class BusBus(models.Model):
    """Live updates of conversations reach only those who may read them at that moment.

    Odoo decides what a browser hears when it subscribes. Who is taken out of a team
    afterwards, loses the group, the company or the conversation, would hear it for as long
    as the window is open, or as a browser that is not ours keeps the line. Source:
    bus/websocket.py ``_dispatch_bus_notifications``.
    """

    _inherit = "bus.bus"

    @api.model
    def _poll(self, channels, last=0, ignore_ids=None):
        """Leave out conversations that the user may not read (any more), and have their windows closed."""
        lost = self._wa_lost(channels)
        if not lost:
            return super()._poll(channels, last, ignore_ids)
        kept = [channel for channel in channels if self._wa_channel_id(channel) not in lost]
        # Not a row of the bus: it bears the id of what the browser knows already, and comes first.
        seen = max([last, *(ignore_ids or ())])
        return [{"id": seen, "message": self._wa_closing(lost)}, *super()._poll(kept, last, ignore_ids)]

    @api.model
    def _wa_channel_id(self, channel) -> int | None:
        """Return the id of the Discuss channel that a channel of the bus is about, or None."""
        parts = channel_with_db(self.env.cr.dbname, channel)
        if isinstance(parts, (tuple, list)) and len(parts) > 2 and parts[1] == "discuss.channel":
            return parts[2]
        return None

    @api.model
    def _wa_lost(self, channels: Iterable) -> set[int]:
        """Return the ids of conversations among channels of the bus that the user may not read; two queries."""
        ids = {self._wa_channel_id(channel) for channel in channels} - {None}
        if not ids:
            return set()
        model, domain = self.env["discuss.channel"].with_context(active_test=False), [("channel_type", "=", "wa")]
        conversations = set(model.sudo().search([*domain, ("id", "in", list(ids))]).ids)
        if not conversations or not (self.env.uid and self.env.user.active):
            return conversations
        return conversations - set(model.sudo(False).search([*domain, ("id", "in", list(conversations))]).ids)

    @api.model
    def _wa_closing(self, ids: Iterable[int]) -> dict:
        """Return the message at which the web client closes these conversations and stops to listen."""
        gone = [{"id": id_, "close_chat_window": True, "isLocallyPinned": False} for id_ in sorted(ids)]
        return {"type": "mail.record/insert", "payload": {"discuss.channel": gone}}
