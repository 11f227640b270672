from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools.graph.media import CAPTION_LIMIT
from ...tools.graph.text import split_text
from ...tools.markup import from_html, plain, to_html
from ..discuss.vouching import is_vouched, vouch
from ..media.converter import find_converter

#: Kinds of files under which a text can stand.
WITH_CAPTION = ("image", "video", "document")


def is_wa(channel):
    """Tell whether a channel is a WhatsApp conversation (a Store predicate)."""
    return channel.channel_type == "wa"


class DiscussChannel(models.Model):
    """A conversation as a Discuss channel: what is posted here as a comment leaves."""

    _inherit = "discuss.channel"

    channel_type = fields.Selection(selection_add=[("wa", "WhatsApp")], ondelete={"wa": "cascade"})
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

    def _wa_join(self, user, unread_from):
        """Make a colleague, who is in none of them, a member of conversations, and show these in their Discuss.

        What core's ``_add_members`` does, for all at once: it looks for members, makes one
        and tells about it channel by channel. As the colleague: an invitation by somebody
        else pops up a toast for every new conversation.

        :param dict unread_from: ``{channel id: first unread message id}``; all of the others is unread.
        """
        channels = self.with_user(user).sudo()
        members = channels.env["discuss.channel.member"].create(
            [
                {
                    "channel_id": channel.id,
                    "partner_id": user.partner_id.id,
                    "new_message_separator": unread_from.get(channel.id, 0),
                }
                for channel in channels
            ]
        )
        # The first notification brings what all of them need: they are read in order.
        data = Store(bus_channel=user).add(channels).add(members, "unpin_dt").get_result()
        for member in members:
            member._bus_send("discuss.channel/joined", {"channel_id": member.channel_id.id, "data": data})
            data = {}
        for member in members:
            if len(member.channel_id.channel_member_ids) > 1:
                Store(bus_channel=member.channel_id).add(member.channel_id, "member_count").add(member).bus_send()

    def _subscribe_users_automatically_get_members(self):
        """Nobody is in a conversation by being in a group; core would look for each new one."""
        others = self.filtered(lambda channel: not is_wa(channel))
        return super(DiscussChannel, others)._subscribe_users_automatically_get_members()

    # ----------------------------------------------------------------- posting

    def _wa_conversation(self):
        """Return the conversation of this channel, or an empty set; as superuser.

        Never more than one (``_channel_uniq``). Not a slice: it would no longer be read
        together with the conversations of the other channels of a page.
        """
        self.ensure_one()
        return self.sudo().wa_conversation_ids

    def message_post(self, *, message_type="notification", **kwargs):
        """Ask the gate before a colleague's comment becomes a WhatsApp message, then queue it.

        :raises UserError: the message may not leave; says why and what to do.
        """
        if self.channel_type != "wa" or is_vouched(self.env):
            return super().message_post(message_type=message_type, **kwargs)
        if not self._wa_is_outgoing(message_type, kwargs):
            kwargs = self._wa_as_note(message_type, kwargs)
            poster = self._wa_email_writer(kwargs) if message_type == "email" else self
            return super(DiscussChannel, poster).message_post(message_type=message_type, **kwargs)
        if repeated := self._wa_find_repeated():
            return repeated
        self._wa_check_sender()
        text = from_html(kwargs.pop("body", None) or "").strip()
        files = self._wa_prepare_files(kwargs.pop("attachment_ids", None), kwargs.pop("attachments", None))
        if not text and not files:
            raise UserError(self.env._("Write a message first: WhatsApp does not carry empty ones."))
        # Shown the way the customer will see it: WhatsApp markup rendered, the rest as text.
        message = super(DiscussChannel, vouch(self, reply_in=self.id)).message_post(
            message_type=message_type,
            body=Markup(to_html(text)),  # noqa: S704 (escaped by to_html)
            attachment_ids=[file.shown.id for file in files],
            **kwargs,
        )
        message = message.with_env(self.env)
        self._wa_enqueue_reply(message, text, files)
        message._wa_broadcast()
        return message

    @api.model
    def _wa_is_outgoing(self, message_type, post_vals):
        """Tell whether a post goes to the customer: a comment that is no internal note."""
        return message_type == "comment" and self._wa_is_public(post_vals)

    @api.model
    def _wa_is_public(self, post_vals):
        """Tell whether a post would stand among what was said to the customer, not among the notes."""
        if subtype_id := post_vals.get("subtype_id"):
            return not self.env["mail.message.subtype"].browse(subtype_id).sudo().internal
        if xmlid := post_vals.get("subtype_xmlid"):
            subtype = self.env.ref(xmlid, raise_if_not_found=False)
            return bool(subtype) and not subtype.sudo().internal
        return False

    def _wa_as_note(self, message_type, post_vals):
        """Return the values of a post that does not leave: it stands among the notes.

        :raises UserError: it would look sent. Core's own notices (pinned, renamed) and what comes through its
            mail gateway become notes.
        """
        by_gateway = message_type == "email" and self.env.uid == SUPERUSER_ID
        if message_type != "notification" and not by_gateway and self._wa_is_public(post_vals):
            raise UserError(self.env._("Only replies and notes can be written in a WhatsApp conversation."))
        return {**post_vals, "subtype_xmlid": "mail.mt_note", "subtype_id": False}

    def _wa_check_sender(self):
        """Raise unless the current user may send something that is no template, now."""
        if self.env.user._is_public() or self.env.user.share:
            raise AccessError(self.env._("Only colleagues can answer on WhatsApp."))
        # Routes post with higher rights: what counts are the user's own.
        self.with_user(self.env.user).check_access("write")
        self.env["wa.gate"]._check(self._wa_conversation(), "free")

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

    # ------------------------------------------------------------------- files

    def _wa_prepare_files(self, attachment_ids, attachments):
        """Return what is attached to a post as files WhatsApp takes, in the order of the person.

        :param attachment_ids: ids of existing attachments.
        :param attachments: ``(name, bytes)`` or ``(name, bytes, info)`` as ``message_post`` takes them.
        :returns: list of ``SendableFile``
        :raises UserError: one of them cannot be sent.
        """
        chosen = self.env["ir.attachment"].browse(dict.fromkeys(attachment_ids or ()))
        # What is sent is copied with higher rights: look first whether the person may read it.
        chosen.sudo(False).check_access("read")
        return [
            self.env["wa.file"]._prepare(attachment, self)
            for attachment in [*chosen, *self._wa_create_attachments(attachments or ())]
        ]

    def _wa_create_attachments(self, attachments):
        values, extra = [], []
        for name, content, *info in attachments:
            raw = content.encode() if isinstance(content, str) else content
            values.append({"name": name, "raw": raw, "res_model": self._name, "res_id": self.id})
            extra.append((False, name, False, (info and info[0]) or {}))
        return self._create_attachments_for_post(values, extra) if values else ()

    def _wa_enqueue_reply(self, message, text, files):
        """Queue a colleague's reply: its text, then each file as its own message.

        A short text becomes the caption of the first file if that kind has captions. A
        text over WhatsApp's limit becomes several messages.
        """
        conversation = self._wa_conversation()
        # Of a post that left as several messages the first that WhatsApp knows.
        quoted = message.parent_id.sudo().wa_message_ids.sorted(lambda row: (not row.wamid, row.id))[:1]
        key = self._wa_client_key()
        for index, (kind, content, preview) in enumerate(self._wa_parts(text, files)):
            row = self.env["wa.message"]._enqueue(
                conversation,
                kind,
                content,
                mail_message_id=message.id,
                origin="chat",
                preview=preview,
                quoted_id=quoted.id if index == 0 else False,
                dedupe_key=key and f"{key}:{index}",
            )
            row.sudo()._adopt_files()
        self._wa_after_reply(plain(text, 200) or files[0].filename)

    @api.model
    def _wa_parts(self, text, files):
        """Yield ``(kind, content, preview)`` of the WhatsApp messages a reply consists of."""
        caption = ""
        if files and files[0].kind in WITH_CAPTION and len(text) <= CAPTION_LIMIT:
            caption = text
        else:
            for part in split_text(text):
                yield "text", {"body": part}, plain(part)
        for file in files:
            content = {"files": [file.frozen()]}
            if caption:
                content["caption"] = caption
            if file.voice:
                content["voice"] = True
            yield file.kind, content, plain(caption, 200) or file.filename
            caption = ""

    def _wa_after_reply(self, preview):
        """A person answered: nobody waits any more, and an unowned conversation is theirs.

        What a server action or a bot sends is no person's answer.
        """
        conversation = self._wa_conversation()
        by_person = not self.env.user._is_superuser()
        conversation._on_outbound(preview, by_person=by_person)
        can_own = conversation._can_own(self.env.user, conversation.company_id)
        if by_person and not conversation.user_id and can_own:
            conversation.user_id = self.env.user

    def _check_can_update_message_content(self, message):
        if message.model == "discuss.channel" and message.sudo().wa_message_ids:
            raise UserError(self.env._("A WhatsApp message cannot be changed after it was sent."))
        return super()._check_can_update_message_content(message)

    def _notify_by_web_push_prepare_payload(self, message, msg_vals=False, force_record_name=False):
        payload = super()._notify_by_web_push_prepare_payload(message, msg_vals=msg_vals, force_record_name=force_record_name)
        if self.channel_type == "wa":
            payload["title"] = self.name
        return payload

    # ------------------------------------------------------------------- store

    @api.model
    def _wa_store_attributes(self, getters):
        """Return Store attributes that read the conversation behind a channel."""

        def of_conversation(getter):
            return lambda channel: getter(channel._wa_conversation())

        return [Store.Attr(name, value=of_conversation(getter), predicate=is_wa) for name, getter in getters.items()]

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
                    "wa_can_attach": bool,
                    "wa_voice_notes": lambda _c: bool(find_converter()),
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
            Store(bus_channel=channel, bus_subchannel="internal_users").add(channel, channel._wa_store_fields()).bus_send()

    # ----------------------------------------------------------------- actions

    def action_wa_send_template(self):
        """Return the action that opens the template wizard for this conversation."""
        self.ensure_one()
        self.check_access("write")
        return self._wa_conversation().sudo(False).action_send_template()
