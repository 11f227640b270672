from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.graph.text import split_text
from ..tools.markup import from_html, plain, to_html


def is_wa(channel):
    """Tell whether a channel is a WhatsApp conversation (a Store predicate)."""
    return channel.channel_type == "wa"


class DiscussChannel(models.Model):
    """A conversation as a Discuss channel: what is posted here as a comment leaves."""

    _inherit = "discuss.channel"

    channel_type = fields.Selection(
        selection_add=[("wa", "WhatsApp")], ondelete={"wa": "cascade"}
    )
    wa_conversation_ids = fields.One2many("wa.conversation", "channel_id", "WhatsApp Conversation")

    # ------------------------------------------------------------ constraints

    @api.constrains("uuid", "channel_type")
    def _check_wa_no_invitation(self):
        """Conversations have no invitation link: ``/chat/<id>/<uuid>`` admits strangers."""
        if any(channel.channel_type == "wa" and channel.uuid for channel in self):
            raise ValidationError(self.env._("WhatsApp conversations cannot have an invitation link."))

    # ------------------------------------------------------------------ access

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Posting into a conversation writes to a customer: reading it is not enough.

        Core lets whoever reads a channel post to it (``_mail_post_access``).
        """
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == "create":
            for channel in self.filtered(is_wa):
                operations[channel] = "write"
        return operations

    def _types_allowing_unfollow(self):
        return [*super()._types_allowing_unfollow(), "wa"]

    def _add_members(self, *, guests=None, partners=None, users=None, post_joined_message=True, **kwargs):
        """People join a conversation silently: the customer's thread is no place for notices."""
        if self.filtered(is_wa):
            post_joined_message = False
        return super()._add_members(
            guests=guests,
            partners=partners,
            users=users,
            post_joined_message=post_joined_message,
            **kwargs,
        )

    # ----------------------------------------------------------------- posting

    def _wa_conversation(self):
        """Return the conversation of this channel, or an empty set; as superuser."""
        self.ensure_one()
        return self.sudo().wa_conversation_ids[:1]

    def message_post(self, *, message_type="notification", **kwargs):
        """Ask the gate before a colleague's comment becomes a WhatsApp message.

        :raises UserError: the message may not leave; says why and what to do.
        """
        if self.channel_type == "wa" and self._wa_is_outgoing(message_type, kwargs):
            repeated = self._wa_find_repeated()
            if repeated:
                return repeated
            self._wa_check_reply(kwargs)
            # Shown the way the customer will see it: WhatsApp markup rendered, the rest as text.
            kwargs["body"] = Markup(to_html(from_html(kwargs.get("body") or "").strip()))  # noqa: S704 (escaped by to_html)
        return super().message_post(message_type=message_type, **kwargs)

    @api.model
    def _wa_is_outgoing(self, message_type, post_vals):
        """Tell whether a post goes to the customer: a comment that is no internal note."""
        if message_type != "comment":
            return False
        if subtype_id := post_vals.get("subtype_id"):
            return not self.env["mail.message.subtype"].browse(subtype_id).sudo().internal
        if xmlid := post_vals.get("subtype_xmlid"):
            subtype = self.env.ref(xmlid, raise_if_not_found=False)
            return bool(subtype) and not subtype.sudo().internal
        return False

    def _wa_check_reply(self, post_vals):
        """Raise unless this free reply may leave now."""
        if self.env.user._is_public() or self.env.user.share:
            raise AccessError(self.env._("Only colleagues can answer on WhatsApp."))
        conversation = self._wa_conversation()
        if post_vals.get("attachment_ids") or post_vals.get("attachments"):
            raise UserError(
                self.env._("Files cannot be sent over WhatsApp yet. Remove the file and send the text.")
            )
        if not from_html(post_vals.get("body") or "").strip():
            raise UserError(self.env._("Write a message first: WhatsApp does not carry empty ones."))
        self.env["wa.gate"]._check(conversation, "free")

    def _wa_client_key(self):
        """Return a key for one press of the send button in one browser, or None.

        Our composer puts a random token into the request; when the browser, the
        network or an impatient person repeats it, the token is the same.
        """
        token = self.env.context.get("wa_post_token")
        if not isinstance(token, str) or not 8 <= len(token) <= 64:
            return None
        return f"chat:{self.id}:{self.env.uid}:{token}"

    def _wa_find_repeated(self):
        """Return the message that this very request has posted before, or an empty set."""
        key = self._wa_client_key()
        row = key and self.env["wa.message"].sudo().search([("dedupe_key", "=", f"{key}:0")], limit=1)
        return row.mail_message_id if row else self.env["mail.message"]

    def _message_post_after_hook(self, message, msg_vals):
        """Queue what was posted, in the same transaction."""
        if self.channel_type == "wa" and self._wa_is_outgoing(message.message_type, msg_vals):
            self._wa_enqueue_reply(message)
        return super()._message_post_after_hook(message, msg_vals)

    def _wa_enqueue_reply(self, message):
        """Queue a colleague's reply; texts over WhatsApp's limit become several messages."""
        conversation = self._wa_conversation()
        text = from_html(message.body).strip()
        quoted = message.parent_id.sudo().wa_message_ids[:1]
        key = self._wa_client_key()
        for index, part in enumerate(split_text(text)):
            self.env["wa.message"]._enqueue(
                conversation,
                "text",
                {"body": part},
                mail_message_id=message.id,
                origin="chat",
                preview=plain(part),
                quoted_id=quoted.id if index == 0 else False,
                dedupe_key=key and f"{key}:{index}",
            )
        conversation._on_outbound(plain(text), by_person=True)
        if not conversation.user_id:
            conversation.user_id = self.env.user

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        result = super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        if self.channel_type == "wa":
            # The payload of core is for every member, so it carries nothing internal.
            message._wa_broadcast()
        return result

    def _check_can_update_message_content(self, message):
        if message.model == "discuss.channel" and message.sudo().wa_message_ids:
            raise UserError(self.env._("A WhatsApp message cannot be changed after it was sent."))
        return super()._check_can_update_message_content(message)

    def _notify_by_web_push_prepare_payload(self, message, msg_vals=False, force_record_name=False):
        payload = super()._notify_by_web_push_prepare_payload(
            message, msg_vals=msg_vals, force_record_name=force_record_name
        )
        if self.channel_type == "wa":
            payload["title"] = self.name
        return payload

    # ------------------------------------------------------------------- store

    @api.model
    def _wa_store_attributes(self, getters):
        """Return Store attributes that read the conversation behind a channel."""

        def of_conversation(getter):
            return lambda channel: getter(channel._wa_conversation())

        return [
            Store.Attr(name, value=of_conversation(getter), predicate=is_wa)
            for name, getter in getters.items()
        ]

    def _wa_activity_store_fields(self):
        """Return what every customer message may change on open screens."""
        return self._wa_store_attributes(
            {
                "wa_window_until": lambda c: fields.Datetime.to_string(c.window_until) or False,
                "wa_blocked": lambda c: self.env["wa.gate"]._explain(c, "free"),
                "wa_state": lambda c: c.state,
                "wa_lead_id": lambda c: c.lead_id.id,
                "wa_lead_name": lambda c: c.lead_id.name,
            }
        )

    def _wa_store_fields(self):
        """Return what colleagues' clients know about a conversation."""

        def of_conversation(getter):
            return lambda channel: getter(channel._wa_conversation())

        return [
            *self._wa_activity_store_fields(),
            *self._wa_store_attributes(
                {
                    "wa_conversation_id": lambda c: c.id,
                    "wa_number_name": lambda c: c.number_id.display_name,
                }
            ),
            Store.One(
                "wa_partner_id",
                ["avatar_128", "name"],
                value=of_conversation(lambda c: c.partner_id),
                predicate=is_wa,
                sudo=True,
            ),
            Store.One(
                "wa_user_id",
                [Store.One("partner_id", ["avatar_128", "name"])],
                value=of_conversation(lambda c: c.user_id),
                predicate=is_wa,
                sudo=True,
            ),
        ]

    def _to_store_defaults(self, target: Store.Target):
        result = super()._to_store_defaults(target)
        if target.is_internal(self.env):
            result = result + self._wa_store_fields()
        return result

    def _wa_broadcast(self):
        """Send the state of conversations to the colleagues who have them open."""
        for channel in self:
            Store(bus_channel=channel, bus_subchannel="internal_users").add(
                channel, channel._wa_store_fields()
            ).bus_send()

    # ----------------------------------------------------------------- actions

    def action_wa_send_template(self):
        """Return the action that opens the template wizard for this conversation."""
        self.ensure_one()
        self.check_access("write")
        return self._wa_conversation().sudo(False).action_send_template()
