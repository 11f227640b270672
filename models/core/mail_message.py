from collections import defaultdict

from odoo import fields, models
from odoo.addons.mail.tools.discuss import Store


class MailMessage(models.Model):
    """A Discuss message, with the WhatsApp facts behind it for the web client."""

    _inherit = "mail.message"

    wa_message_ids = fields.One2many("wa.message", "mail_message_id", "WhatsApp Messages")

    def _wa_leading_row(self):
        """Return the WhatsApp message whose state stands for this message; as superuser."""
        self.ensure_one()
        return self.sudo().wa_message_ids._leading()

    def _wa_store_fields(self):
        """Return direction, kind, state and error as Store attributes."""

        def of_row(name):
            return lambda message: message._wa_leading_row()[name]

        def has_row(message):
            return bool(message.sudo().wa_message_ids)

        return [
            Store.Attr("wa_direction", value=of_row("direction"), predicate=has_row),
            Store.Attr("wa_kind", value=of_row("kind"), predicate=has_row),
            Store.Attr("wa_state", value=of_row("state"), predicate=has_row),
            Store.Attr("wa_error", value=lambda message: message._wa_leading_row()._get_wait()[0], predicate=has_row),
            Store.Attr(
                "wa_is_undeliverable",
                value=lambda message: message._wa_leading_row()._is_undeliverable(),
                predicate=has_row,
            ),
            Store.Attr("wa_waits_until", value=lambda message: message._wa_leading_row()._get_wait()[1], predicate=has_row),
        ]

    def _to_store_defaults(self, target: Store.Target):
        result = super()._to_store_defaults(target)
        if target.is_internal(self.env) and "discuss.channel" in self.mapped("model"):
            result = result + self._wa_store_fields()
        return result

    def _wa_broadcast(self):
        """Send all our facts about messages to the colleagues who see their channels; for states alone see
        ``wa.message._broadcast_state``."""
        messages = self.sudo().filtered("wa_message_ids")
        attributes = messages._wa_store_fields()
        by_channel = defaultdict(list)
        for message in messages:
            values = {attribute.field_name: attribute._get_value(message) for attribute in attributes}
            by_channel[message.res_id].append({"id": message.id, **values})
        for channel in self.env["discuss.channel"].sudo().browse(by_channel):
            channel._bus_send("mail.record/insert", {"mail.message": by_channel[channel.id]}, subchannel="internal_users")

    # ---------------------------------------------------------------- reactions

    def _message_reaction(self, content, action, partner, guest, store=None):
        """A colleague's reaction to a WhatsApp message is shown to the customer.

        WhatsApp knows one reaction per side of the chat: a new one replaces what any of
        us chose before. Reactions to internal notes stay internal.

        :raises UserError: it cannot be sent; says why.
        """
        # What arrives from WhatsApp is stored by the system in somebody else's name.
        by_us = partner and partner == self.env.user.partner_id and self.env.user._is_internal()
        target = self.sudo().wa_message_ids.sorted("id")[:1]
        if not by_us or not target:
            return super()._message_reaction(content, action, partner, guest, store)
        ours = self.sudo().reaction_ids.filtered(lambda r: r.partner_id != target.partner_id)
        same = ours.filtered(lambda r: r.content == content)
        if bool(same.filtered(lambda r: r.partner_id == partner)) == (action == "add"):
            return super()._message_reaction(content, action, partner, guest, store)  # nothing changes
        target._check_can_react()
        if action == "add":
            for former in ours - same.filtered(lambda r: r.partner_id == partner):
                super()._message_reaction(former.content, "remove", former.partner_id, former.guest_id, store)
        result = super()._message_reaction(content, action, partner, guest, store)
        target._enqueue_reaction(content if action == "add" else "")
        return result

    def action_wa_retry(self):
        """Queue the failed WhatsApp messages behind these messages again."""
        self.check_access("read")
        rows = self.sudo().wa_message_ids
        rows.conversation_id.sudo(False).check_access("write")
        rows.action_retry()
