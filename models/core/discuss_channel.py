from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import email_normalize

from ...tools.markup import from_html, to_html
from ..discuss.vouching import is_vouched, vouched
from ..media.converter import find_converter

#: What people may change through a channel itself: who is in it, with the members' own checks.
EDITABLE = {"channel_member_ids", "channel_partner_ids"}
#: How a line looks that the addon itself writes into a thread.
THIN = Markup('<span class="o_wa_note">%s</span>')


def is_wa(channel):
    """Tell whether a channel is a WhatsApp conversation (a Store predicate)."""
    return channel.channel_type == "wa"


class DiscussChannel(models.Model):
    """A conversation as a Discuss channel: what is posted here as a comment leaves.

    How a post becomes WhatsApp messages stands in ``wa.channel.reply.mixin``; what else can be sent, our public
    API, in ``wa.channel.interactive.mixin`` (both in ``models/discuss/``).

    The channel is made, changed and kept by the system. Core lets every member write any field: archiving the
    channel would hide the customer from everybody, deleting it would take the outbox along. And core notifies every
    member: that would push the customer's words to the phone of somebody who has lost access and is still listed.
    Nobody but colleagues with access to WhatsApp is told about a conversation.
    """

    _name = "discuss.channel"
    _inherit = ["discuss.channel", "wa.channel.reply.mixin", "wa.channel.interactive.mixin"]

    channel_type = fields.Selection(selection_add=[("wa", "WhatsApp")], ondelete={"wa": "cascade"})
    wa_conversation_ids = fields.One2many("wa.conversation", "channel_id", "WhatsApp Conversation")

    # ------------------------------------------------------------- constraints

    @api.constrains("uuid", "channel_type")
    def _check_wa_no_invitation(self):
        """Conversations have no invitation link: ``/chat/<id>/<uuid>`` admits strangers."""
        if any(channel.channel_type == "wa" and channel.uuid for channel in self):
            raise ValidationError(self.env._("WhatsApp conversations cannot have an invitation link."))

    # -------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse channels of this type by hand, whatever way the type was given.

        :raises AccessError: without a conversation behind it, nothing would leave.
        """
        channels = super().create(vals_list)
        if not self.env.su and any(map(is_wa, channels)):
            raise AccessError(self.env._("WhatsApp conversations start with a message, not by hand."))
        return channels

    def write(self, vals):
        """Let people change the members of a conversation and nothing else of its channel.

        :raises AccessError: something else was to be changed.
        """
        if not self.env.su and vals.keys() - EDITABLE and any(map(is_wa, self.sudo())):
            raise AccessError(self.env._("The channel of a WhatsApp conversation cannot be changed by hand."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_wa_conversation(self):
        """Keep what was sent and received: without it a customer gets a message twice."""
        if self.sudo().wa_conversation_ids:
            raise UserError(
                self.env._(
                    "WhatsApp conversations cannot be deleted: they hold what was sent and received. "
                    "Close the conversation instead."
                )
            )

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

    def _wa_conversation(self):
        """Return the conversation of this channel, or an empty set; as superuser.

        Never more than one (``_channel_uniq``). Not a slice: it would no longer be read
        together with the conversations of the other channels of a page.
        """
        self.ensure_one()
        return self.sudo().wa_conversation_ids

    # ----------------------------------------------------------------- members

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

    def _action_unfollow(self, partner=None, guest=None, post_leave_message=True):
        """People leave a conversation as silently as they join it."""
        if self.channel_type == "wa":
            post_leave_message = False
        return super()._action_unfollow(partner=partner, guest=guest, post_leave_message=post_leave_message)

    # ----------------------------------------------------------------- posting

    def message_post(self, *, message_type="notification", **kwargs):
        """Ask the gate before a colleague's comment becomes a WhatsApp message, then queue it.

        :raises UserError: the message may not leave; says why and what to do.
        """
        if self.channel_type != "wa" or is_vouched():
            return super().message_post(message_type=message_type, **kwargs)
        if not self._wa_is_outgoing(message_type, kwargs):
            kwargs = self._wa_as_note(message_type, kwargs)
            poster: models.BaseModel = self._wa_email_writer(kwargs) if message_type == "email" else self
            return super(DiscussChannel, poster).message_post(message_type=message_type, **kwargs)
        if repeated := self._wa_find_repeated():
            return repeated
        self._wa_check_sender()
        text = from_html(kwargs.pop("body", None) or "").strip()
        files = self._wa_prepare_files(kwargs.pop("attachment_ids", None), kwargs.pop("attachments", None))
        if not text and not files:
            raise UserError(self.env._("Write a message first: WhatsApp does not carry empty ones."))
        # Shown the way the customer will see it: WhatsApp markup rendered, the rest as text.
        with vouched(reply_in=self.id):
            message = super().message_post(
                message_type=message_type,
                body=Markup(to_html(text)),  # noqa: S704 (escaped by to_html)
                attachment_ids=[file.shown.id for file in files],
                **kwargs,
            )
        message = message.with_env(self.env)
        self._wa_enqueue_reply(message, text, files)
        message._wa_broadcast()
        return message

    def _check_can_update_message_content(self, message):
        if message.model == "discuss.channel" and message.sudo().wa_message_ids:
            raise UserError(self.env._("A WhatsApp message cannot be changed after it was sent."))
        return super()._check_can_update_message_content(message)

    # ----------------------------------------------------- what the addon says

    def _wa_note(self, words, author):
        """Show a thin line of the addon itself: nobody's message, not unread, not sent.

        :param str words: plain text or Markup.
        :param author: ``res.partner`` it is about.
        :returns: ``mail.message``
        """
        with vouched():
            message = self.sudo().message_post(
                body=THIN % words,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
                author_id=author.id,
            )
        return message.with_env(self.env)

    def _wa_log(self, words, author):
        """Write a thin line into many conversations at once; open windows show it when they are opened again.

        :param dict words: ``{channel id: plain text or Markup}``
        """
        bodies = {id_: THIN % line for id_, line in words.items()}
        with vouched():
            self.sudo()._message_log_batch(bodies, author_id=author.id)

    # ------------------------------------------------------- answers by e-mail

    def _wa_find_email_writer(self, email):
        """Return the colleague with this address who may write in this conversation, or an empty set.

        Whoever hands mails to Odoo as a program may speak for the sender; a person who calls
        the gateway over RPC speaks for nobody but themselves.

        :param str email: the sender as the mail has it.
        """
        self.ensure_one()
        address, users = email_normalize(email or ""), self.env["res.users"].sudo()
        found = address and users.search([("email_normalized", "=", address), ("share", "=", False)])
        caller = self.env.user
        if found and not (caller._is_superuser() or caller._is_system()):
            found &= caller.sudo()
        return self._wa_who_may_write(found or users)[:1]

    def _wa_email_writer(self, post_vals):
        """Return this channel as the colleague posts in it whose e-mail the gateway brings.

        The gateway posts everything as OdooBot in the sender's name.

        :raises AccessError: the author may not write here; routing sends such mails back before.
        """
        author = self.env["res.partner"].sudo().browse(post_vals.get("author_id") or self.env.user.partner_id.id)
        if self.env.uid != SUPERUSER_ID or author == self.env.user.partner_id:
            return self
        writer = self._wa_who_may_write(author.user_ids)[:1]
        if not writer:
            raise AccessError(self.env._("You may not write in this WhatsApp conversation."))
        return self.with_user(writer).sudo()

    def _wa_who_may_write(self, users):
        """Return those of some users who are colleagues with a right to write in this conversation."""
        return users.filtered(lambda user: user.active and not user.share and self.with_user(user).has_access("write"))

    # ----------------------------------------------------------- notifications

    def _get_allowed_message_partner_ids(self, partner_ids):
        """Whoever is mentioned may read the message, so only colleagues can be."""
        allowed = super()._get_allowed_message_partner_ids(partner_ids)
        return self._wa_only_colleagues(allowed) if self.channel_type == "wa" else allowed

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if self.channel_type == "wa":
            colleagues = self._wa_only_colleagues([recipient["id"] for recipient in recipients])
            recipients = [recipient for recipient in recipients if recipient["id"] in colleagues]
        return recipients

    def _notify_thread_with_out_of_office(self, message, recipients_data, msg_vals=False, **kwargs):
        """Nobody's absence answers by itself: it would stand in the thread as said to the customer."""
        if self.channel_type == "wa":
            return self.env["mail.message"]
        return super()._notify_thread_with_out_of_office(message, recipients_data, msg_vals=msg_vals, **kwargs)

    def _wa_only_colleagues(self, partner_ids):
        """Return those partner ids that are users with access to WhatsApp in the conversation's company."""
        partners, company = self.env["res.partner"].browse(partner_ids), self._wa_conversation().company_id
        return partners.filtered(lambda partner: partner._wa_is_colleague(company)).ids

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
