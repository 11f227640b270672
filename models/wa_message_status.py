from odoo import api, models
from odoo.tools import SQL

from ..tools.failures import classify
from ..tools.status import merge
from ..tools.window import from_timestamp

#: Which moment a status records.
MOMENT_OF_STATUS = {
    "sent": "sent_at",
    "delivered": "delivered_at",
    "read": "read_at",
    "failed": "failed_at",
}


class WaMessage(models.Model):
    """Statuses from webhooks: in any order, any number of times, never backwards."""

    _inherit = "wa.message"

    @api.model
    def _apply_statuses(self, items):
        """Apply statuses in bulk.

        Messages are found by our uuid, which travels in ``biz_opaque_callback_data``
        and is known before WhatsApp has answered the send, else by wamid.

        :param items: list of ``StatusEvent``
        :returns: the items that belong to no message of ours
        """
        rows = self._match_statuses(items)
        foreign = [item for item in items if id(item) not in rows]
        todo = {}
        for item in items:
            if id(item) in rows:
                todo.setdefault(rows[id(item)], []).append(item)
        changed = self.browse()
        for message_id, own_items in todo.items():
            message = self.browse(message_id)
            if message._apply_status_list(own_items):
                changed |= message
        changed._broadcast_state()
        return foreign

    @api.model
    def _match_statuses(self, items):
        """Return ``{id(item): wa.message id}`` for the statuses of our own messages."""
        uuids = {item.uuid for item in items if item.uuid}
        wamids = {item.wamid for item in items if item.wamid}
        by_uuid, by_wamid = {}, {}
        for message_id, uuid, wamid, phone_number_id in self.env.execute_query(
            SQL(
                """
                SELECT m.id, m.uuid, m.wamid, n.phone_number_id
                  FROM wa_message m JOIN wa_number n ON n.id = m.number_id
                 WHERE m.direction = 'out' AND (m.uuid = ANY(%s) OR m.wamid = ANY(%s))
                """,
                list(uuids),
                list(wamids),
            )
        ):
            by_uuid[uuid] = message_id
            if wamid:
                by_wamid[phone_number_id, wamid] = message_id
        matches = {}
        for item in items:
            found = by_uuid.get(item.uuid) or by_wamid.get((item.phone_number_id, item.wamid))
            if found:
                matches[id(item)] = found
        return matches

    def _apply_status_list(self, items):
        """Merge several statuses of this message; True if anything that is shown changed."""
        self.ensure_one()
        new_state = self.state
        vals = {}
        for item in items:
            new_state = merge(new_state, item.status)
            if moment := MOMENT_OF_STATUS.get(item.status):
                vals[moment] = from_timestamp(item.timestamp) or False
            if item.status == "failed" and item.errors:
                error = item.errors[0]
                vals["error_code"] = str(error.code)
                vals["error_detail"] = error.details or error.message or error.title or False
            if item.pricing:
                vals["pricing"] = item.pricing
            if item.wamid and not self.wamid:
                vals["wamid"] = item.wamid
            if item.person:
                self.contact_id._learn(item.person)
        if new_state != self.state:
            vals["state"] = new_state
            if new_state != "failed" and self.error_code == "outcome_unknown":
                vals["error_code"] = vals["error_detail"] = False
        became_failed = vals.get("state") == "failed"
        if vals:
            self.write(vals)
        if became_failed:
            self._on_failed_status(items)
        return "state" in vals

    def _on_failed_status(self, items):
        """Treat a failure reported later like one in the answer: the same error, the same rules."""
        code = next((e.code for item in items for e in item.errors), None)
        self._draw_consequences(classify(code))
        if self.lead_id:
            self.lead_id._wa_log_failure(self)
