from collections import defaultdict
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError

from ..discuss.message_fields import MessageBody, ThreadReference
from ..discuss.vouching import are_made_together, take_voucher, vouched
from .discuss_channel import is_wa

#: Who said what to whom, and when.
FACTS = {
    "author_id",
    "author_guest_id",
    "date",
    "email_from",
    "is_internal",
    "message_type",
    "model",
    "parent_id",
    "res_id",
    "subtype_id",
}
#: What is said: a person may correct their own notes.
CONTENT = {"attachment_ids", "body", "subject"}
#: A note is dated by when it is written; clocks of one system differ less.
DATED_NOW = timedelta(minutes=1)
#: A message that took longer to arrive says so, lest people wonder why it stands below newer ones.
LATE = timedelta(minutes=10)


class MailMessage(models.Model):
    """A Discuss message, with the WhatsApp facts behind it for the web client.

    What stands in a conversation is what was said there: every road of Odoo's ``mail`` ends here,
    posts, notifications, composers, e-mails, activities, imports, copies. Most of them write with
    higher rights (``sudo``) for people who were not asked for their own, so it does not count here
    whether rights are checked. This addon answers for what it writes itself (``vouching``); anything
    else is looked at as what the *user* does (decision 44).
    """

    _inherit = "mail.message"

    wa_message_ids = fields.One2many("wa.message", "mail_message_id", "WhatsApp Messages")
    res_id = ThreadReference()
    body = MessageBody()

    # ------------------------------------------------------------------- guard

    @api.model_create_multi
    def create(self, vals_list):
        """Let people add notes of their own where they may write, and replies that the gate let through.

        :raises AccessError: no right to this conversation, somebody else's words, or words that look
            sent and never leave.
        """
        voucher = take_voucher()
        messages = super().create(vals_list)
        if voucher is None or voucher.reply_in:
            messages._wa_check_new(voucher and voucher.reply_in)
        return messages

    def write(self, vals):
        """Keep sent and received messages as they are.

        :raises AccessError: it is no note of one's own, or more than its content was to be changed.
        """
        # The e-mail that tells colleagues about a message gives it its subject, with higher rights.
        content = CONTENT - {"subject"} if self.env.su else CONTENT
        if not vals.keys() & (FACTS | content) or self._wa_is_system():
            return super().write(vals)
        for message in self._wa_in_conversations():
            if vals.keys() & FACTS or not message._wa_is_own_note(self.env.user):
                self._wa_refuse_change()
        result = super().write(vals)
        if {"model", "res_id"} & vals.keys() and self._wa_in_conversations():
            self._wa_refuse_change()
        return result

    def unlink(self):
        """Keep sent and received messages.

        :raises AccessError: it is no note of one's own.
        """
        if not self._wa_is_system():
            for message in self._wa_in_conversations():
                if not message._wa_is_own_note(self.env.user):
                    self._wa_refuse_change()
        return super().unlink()

    def _wa_is_system(self):
        """Tell whether a change is this addon's own or a job's: nobody gets there with OdooBot's hands."""
        voucher = take_voucher()
        return bool(voucher and not voucher.reply_in) or self.env.uid == SUPERUSER_ID

    def _wa_in_conversations(self):
        """Return those of these messages that stand in conversations; as superuser."""
        messages = self.sudo().filtered(lambda m: m.model == "discuss.channel" and m.res_id)
        if not messages:
            return messages
        channels = self.env["discuss.channel"].sudo().browse(set(messages.mapped("res_id"))).exists()
        ids = set(channels.filtered(is_wa).ids)
        return messages.filtered(lambda m: m.res_id in ids)

    def _wa_check_new(self, reply_in):
        """Refuse new messages that the user may not put into conversations.

        :param reply_in: id of the channel in which one reply to the customer is allowed, or None.
        """
        posted = self._wa_in_conversations()
        if not posted:
            return
        user = self.env.user
        for message in posted:
            place = (message.model, message.res_id)
            parent = message.parent_id
            if (
                not (message._wa_is_note() or message.res_id == reply_in)
                or message.author_id != user.partner_id
                or message.author_guest_id
                or (parent and (parent.model, parent.res_id) != place)
            ):
                self._wa_refuse_change()
        channels = self.env["discuss.channel"].browse(set(posted.mapped("res_id"))).with_user(user)
        if channels._filtered_access("write") != channels:
            raise AccessError(self.env._("You may not write in this WhatsApp conversation."))
        posted._wa_sign(user.partner_id)

    def _wa_sign(self, author):
        """Give messages the author's own address, and now as their date: both could have been made up."""
        now = fields.Datetime.now()
        wrong = self.filtered(lambda m: m.email_from != author.email_formatted or abs(m.date - now) > DATED_NOW)
        if wrong:
            with vouched():
                wrong.write({"email_from": author.email_formatted, "date": now})

    def _wa_is_note(self):
        """Tell whether a message is shown as an internal note; other internal kinds look like something sent."""
        return self.subtype_id.id == self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")

    def _wa_is_own_note(self, user):
        return self.author_id == user.partner_id and self._wa_is_note() and not self.wa_message_ids

    def _wa_refuse_change(self):
        raise AccessError(self.env._("What was said in a WhatsApp conversation cannot be changed or made up."))

    def _invalidate_documents(self, model=None, res_id=None):
        """Messages that are made together are forgotten by their threads together."""
        if are_made_together():
            return None
        return super()._invalidate_documents(model, res_id)

    # ------------------------------------------------------------------- store

    def _wa_leading_row(self):
        """Return the WhatsApp message whose state stands for this message; as superuser."""
        self.ensure_one()
        return self.sudo().wa_message_ids._leading()

    def _wa_store_fields(self):
        """Return what colleagues see of the WhatsApp message behind it, as Store attributes."""

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

    # --------------------------------------------------------------- reactions

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

    # ----------------------------------------------------------------- actions

    def action_wa_retry(self):
        """Queue the failed WhatsApp messages behind these messages again."""
        self.check_access("read")
        rows = self.sudo().wa_message_ids
        rows.conversation_id.sudo(False).check_access("write")
        rows.action_retry()

    def action_wa_media_retry(self):
        """Fetch the failed files of these messages again."""
        self.check_access("read")
        rows = self.sudo().wa_message_ids
        rows.conversation_id.sudo(False).check_access("write")
        rows.media_ids.filtered(lambda media: media._is_missing()).action_retry()
