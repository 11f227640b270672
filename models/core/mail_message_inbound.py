from datetime import timedelta

from odoo import fields, models
from odoo.addons.mail.tools.discuss import Store

#: A message that took longer to arrive says so, lest people wonder why it stands below newer ones.
LATE = timedelta(minutes=10)


class MailMessage(models.Model):
    """Files and changes of received messages, for the web client."""

    _inherit = "mail.message"

    def _wa_store_fields(self):
        """Add the files, whether the message was changed later, and what wrote it."""

        def has_row(message):
            return bool(message.sudo().wa_message_ids)

        return [
            *super()._wa_store_fields(),
            Store.Attr("wa_media", value=lambda m: m._wa_media_data(), predicate=has_row),
            Store.Attr("wa_changed", value=lambda m: m._wa_changed(), predicate=has_row),
            Store.Attr("wa_came_at", value=lambda m: m._wa_came_at(), predicate=has_row),
            Store.Attr("wa_origin", value=lambda m: m._wa_leading_row().origin, predicate=has_row),
        ]

    def _wa_media_data(self):
        """Return the files of this message as the web client shows them."""
        return [
            {
                "id": media.id,
                # One that was here and is gone can be fetched again like one that never came.
                "state": "failed" if media._is_missing() else media.state,
                "kind": media.kind,
                "voice": media.is_voice,
                "animated": media.is_animated,
                "error": media.state == "failed" and media.error_text,
            }
            for media in self.sudo().wa_message_ids.media_ids
        ]

    def _wa_changed(self):
        """Tell what the author did to it later: ``"edited"``, ``"deleted"`` or False."""
        row = self._wa_leading_row()
        return (row.deleted_at and "deleted") or (row.edited_at and "edited") or False

    def _wa_came_at(self):
        """Return when a customer's message came (UTC, as text) that was written long before, else False."""
        row = self._wa_leading_row()
        if row.direction != "in" or row.is_history or not row.sent_at or not row.create_date:
            return False
        came = row.create_date.replace(microsecond=0)
        return fields.Datetime.to_string(came) if came - row.sent_at > LATE else False

    def _wa_broadcast_content(self, *names):
        """Show a changed body or new files to everybody who has the conversation open.

        :param names: fields of the message: ``body``, ``attachment_ids``.
        """
        for message in self.sudo():
            store = Store(bus_channel=message._bus_channel())
            wanted = [name for name in names if name != "attachment_ids"]
            if "attachment_ids" in names:
                wanted.append(
                    Store.Many(
                        "attachment_ids",
                        sort="id",
                        dynamic_fields=lambda m, store=store: m._get_store_attachment_fields(store.target),
                        sudo=True,
                    )
                )
            store.add(message, wanted).bus_send()
        self._wa_broadcast()

    def action_wa_media_retry(self):
        """Fetch the failed files of these messages again."""
        self.check_access("read")
        rows = self.sudo().wa_message_ids
        rows.conversation_id.sudo(False).check_access("write")
        rows.media_ids.filtered(lambda media: media._is_missing()).action_retry()
