from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.addons.mail.tools.discuss import Store

from .trusted_html import TrustedHtml
from .vouching import made_together, vouched


@dataclass(eq=False)
class DiscussPost:
    """One WhatsApp message, of either direction, to be shown in its conversation."""

    conversation: models.BaseModel
    body: str
    #: ``res.partner``: the customer, or who wrote for us.
    author: models.BaseModel
    #: Values of the ``wa.message``, without conversation, number and Discuss message.
    row: dict[str, Any]
    #: ``wa.message`` being answered; may be empty.
    quoted: models.BaseModel | None = None
    #: When it was written (naive UTC), if not now.
    date: datetime | None = None
    #: Nobody is alerted and nothing becomes unread: it was read where it was written.
    silent: bool = False
    #: Part of the past: also does not move the conversation up.
    is_import: bool = False
    #: ``ir.attachment`` that it shows; None or empty: no files.
    attachments: models.BaseModel | None = None


class WaDiscussWriter(models.AbstractModel):
    """Brings many WhatsApp messages into Discuss at once, and tells open screens.

    The same result as ``message_post`` one by one (a test compares them), with the
    database asked once for all: ``message_post`` on its own manages about twenty
    messages a second.
    """

    _name = "wa.discuss.writer"
    _description = "WhatsApp Messages Into Discuss"

    @api.model
    def _post_all(self, posts: list[DiscussPost]) -> models.BaseModel:
        """Create the Discuss messages and ``wa.message`` rows of the posts.

        :param posts: list of :class:`DiscussPost`, in order.
        :returns: ``wa.message`` records, in the same order
        """
        messages = self._create_messages(posts)
        rows = self._create_rows(posts, messages)
        quiet = [(post, message) for post, message in zip(posts, messages, strict=True) if post.silent]
        if quiet:
            self._keep_read(quiet)
        news = [(post, message) for post, message in zip(posts, messages, strict=True) if not post.is_import]
        if news:
            posts = [post for post, _message in news]
            messages = self.env["mail.message"].sudo().browse([message.id for _post, message in news])
            self._touch_channels(posts)
            self._mark_own_as_seen(posts, messages)
            if heard := self._heard(news):
                posts = [post for post, _message in heard]
                messages = messages.browse([message.id for _post, message in heard])
                self._notify_browsers(posts, messages)
                self._notify_devices(posts, messages)
        return rows

    @api.model
    def _heard(self, news: list[tuple[DiscussPost, models.BaseModel]]) -> list[tuple[DiscussPost, models.BaseModel]]:
        """Leave out messages to many in conversations that nobody has in their Discuss.

        :param news: ``[(post, mail.message)]``
        """
        bulk = [post.conversation.channel_id.id for post, _message in news if post.row.get("origin") == "bulk"]
        if not bulk:
            return news
        members = self.env["discuss.channel.member"].sudo().search_fetch([("channel_id", "in", bulk)], ["channel_id"])
        unheard = set(bulk) - set(members.channel_id.ids)
        return [pair for pair in news if pair[0].conversation.channel_id.id not in unheard]

    @api.model
    def _keep_read(self, quiet: list[tuple[DiscussPost, models.BaseModel]]) -> None:
        """Keep conversations read for those who had read everything before these messages.

        :param quiet: ``[(post, mail.message)]`` of silent posts.
        """
        spans: dict[int, tuple[int, int]] = {}
        for post, message in quiet:
            first, last = spans.get(post.conversation.channel_id.id, (message.id, message.id))
            spans[post.conversation.channel_id.id] = (min(first, message.id), max(last, message.id))
        self.env.flush_all()
        execute_values(
            self.env.cr._obj,
            """
            UPDATE discuss_channel_member m
               SET new_message_separator = v.last + 1
              FROM (VALUES %s) AS v (channel, first, last)
             WHERE m.channel_id = v.channel AND m.new_message_separator <= v.last
               AND NOT EXISTS (
                   SELECT 1 FROM mail_message n
                    WHERE n.model = 'discuss.channel' AND n.res_id = m.channel_id
                      AND n.id >= m.new_message_separator AND n.id < v.first
                      AND n.message_type NOT IN ('notification', 'user_notification'))
            """,
            [(channel, first, last) for channel, (first, last) in spans.items()],
        )
        self.env["discuss.channel.member"].invalidate_model(["new_message_separator", "message_unread_counter"])

    @api.model
    def _create_messages(self, posts: list[DiscussPost]) -> models.BaseModel:
        self._forget_messages(posts)
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        trusted = [str(post.body) for post in posts if isinstance(post.body, TrustedHtml)]
        with vouched(), made_together(trusted):
            messages = self.env["mail.message"].sudo().create([self._message_vals(post, subtype_id) for post in posts])
        for post, message in zip(posts, messages, strict=True):
            if post.attachments:
                self._attach_files(message, post.attachments)
        return messages

    @api.model
    def _message_vals(self, post: DiscussPost, subtype_id: int) -> dict[str, Any]:
        return {
            "model": "discuss.channel",
            "res_id": post.conversation.channel_id.id,
            "author_id": post.author.id,
            "email_from": False,
            "reply_to": False,
            "body": post.body,
            "message_type": "comment",
            **({"date": post.date} if post.date else {}),
            "subtype_id": subtype_id,
            "parent_id": post.quoted.mail_message_id.id if post.quoted else False,
            "record_company_id": post.conversation.company_id.id,
        }

    @api.model
    def _attach_files(self, message: models.BaseModel, attachments: models.BaseModel) -> None:
        """Show files with a message; they belong to the conversation from now on."""
        attachments.sudo().filtered(lambda a: not a.res_id).write({"res_model": "discuss.channel", "res_id": message.res_id})
        with vouched():
            message.attachment_ids = attachments

    @api.model
    def _forget_messages(self, posts: list[DiscussPost]) -> None:
        """Drop what the channels' lists of messages hold in memory, once for all.

        Core does it for each message on its own, and completes every list before.
        """
        inverses = self.env.registry.field_inverses[self.env["mail.message"]._fields["res_id"]]
        lists = [field.name for field in inverses if field.model_name == "discuss.channel"]
        channels = self.env["discuss.channel"].browse([post.conversation.channel_id.id for post in posts])
        channels.invalidate_recordset([*lists, "message_needaction", "message_needaction_counter"])

    @api.model
    def _create_rows(self, posts: list[DiscussPost], messages: models.BaseModel) -> models.BaseModel:
        return (
            self.env["wa.message"]
            .sudo()
            .create(
                [
                    {
                        "conversation_id": post.conversation.id,
                        "number_id": post.conversation.number_id.id,
                        # Given, so that they are not computed one by one.
                        "contact_id": post.conversation.contact_id.id,
                        "company_id": post.conversation.company_id.id,
                        "mail_message_id": message.id,
                        "quoted_id": post.quoted.id if post.quoted else False,
                        **post.row,
                    }
                    for post, message in zip(posts, messages, strict=True)
                ]
            )
        )

    @api.model
    def _mark_own_as_seen(self, posts: list[DiscussPost], messages: models.BaseModel) -> None:
        """What a colleague sends does not count as unread for themselves."""
        partner = self.env.user.partner_id
        own = {
            post.conversation.channel_id.id: message
            for post, message in zip(posts, messages, strict=True)
            if post.author == partner
        }
        members = (
            self.env["discuss.channel.member"].sudo().search([("channel_id", "in", list(own)), ("partner_id", "=", partner.id)])
        )
        for member in members:
            message = own[member.channel_id.id]
            member._set_last_seen_message(message, notify=False)
            member._set_new_message_separator(message.id + 1)

    @api.model
    def _touch_channels(self, posts: list[DiscussPost]) -> None:
        """Move the conversations up in everybody's list and pin them again.

        By SQL: ``discuss.channel.write`` compares and broadcasts every channel on
        its own; the new moment travels with ``_notify_browsers``. One that was made in
        this very transaction has just got its moment, and nobody has it in a list yet.
        """
        channels = self.env["discuss.channel"].browse(list({post.conversation.channel_id.id for post in posts}))
        channels.flush_recordset(["last_interest_dt"])
        self.env.cr.execute(
            "UPDATE discuss_channel SET last_interest_dt = %s WHERE id = ANY(%s) AND create_date < %s",
            [fields.Datetime.now(), channels.ids, self.env.cr.now()],
        )
        channels.invalidate_recordset(["last_interest_dt"], flush=False)

    @api.model
    def _notify_browsers(self, posts: list[DiscussPost], messages: models.BaseModel) -> None:
        """Send each new message to the browsers that show its channel.

        Two notifications as ``discuss.channel._notify_thread`` makes them: the
        message for all members, our facts for colleagues only.
        """
        channels = messages.env["discuss.channel"].browse([post.conversation.channel_id.id for post in posts])
        public = self._split_by_message(Store(bus_channel=channels[:1]).add(messages).get_result())
        facts = Store(bus_channel=channels[:1], bus_subchannel="internal_users")
        facts.add(messages, messages._wa_store_fields())
        facts.add(channels, [*channels._wa_activity_store_fields(), "last_interest_dt"])
        facts_of = {name: {record["id"]: record for record in records} for name, records in facts.get_result().items()}
        silent = {message for post, message in zip(posts, messages, strict=True) if post.silent}
        for channel, message in zip(channels, messages, strict=True):
            channel._bus_send(
                "discuss.channel/new_message",
                {
                    "data": public(message, channel),
                    "id": channel.id,
                    **({"silent": True} if message in silent else {}),
                },
            )
            channel._bus_send(
                "mail.record/insert",
                {
                    "mail.message": [facts_of["mail.message"][message.id]],
                    "discuss.channel": [facts_of["discuss.channel"][channel.id]],
                },
                subchannel="internal_users",
            )

    @api.model
    def _split_by_message(self, result: dict[str, Any]) -> Callable[[models.BaseModel, models.BaseModel], dict[str, Any]]:
        """Return a function that cuts the data of one message out of the data of many.

        :param dict result: of ``Store.get_result()`` for all messages.
        :returns: ``f(message, channel) -> dict``; a message comes with its author,
            the message it answers and its thread, and with no other customer's data.
        """
        messages = {record["id"]: record for record in result.pop("mail.message", [])}
        partners = {record["id"]: record for record in result.pop("res.partner", [])}
        threads = {(record["model"], record["id"]): record for record in result.pop("mail.thread", [])}
        # Nobody else's browser hears of the files of a post.
        attachments = {record["id"]: record for record in result.pop("ir.attachment", [])}

        def cut(message: models.BaseModel, channel: models.BaseModel) -> dict[str, Any]:
            own = [messages[message.id]]
            if message.parent_id.id in messages:
                own.append(messages[message.parent_id.id])
            authors = {message.author_id.id, message.parent_id.author_id.id}
            files = [attachments[id_] for id_ in message.attachment_ids.ids if id_ in attachments]
            return {
                **result,
                "mail.message": own,
                "res.partner": [partners[id_] for id_ in sorted(authors - {False}) if id_ in partners],
                "mail.thread": [record for key, record in threads.items() if key == ("discuss.channel", channel.id)],
                **({"ir.attachment": files} if files else {}),
            }

        return cut

    @api.model
    def _notify_devices(self, posts: list[DiscussPost], messages: models.BaseModel) -> None:
        """Web push, for the few colleagues who registered a device."""
        members = (
            self.env["discuss.channel.member"]
            .sudo()
            .search([("channel_id", "in", [post.conversation.channel_id.id for post in posts])])
        )
        devices = self.env["mail.push.device"].sudo().search([("partner_id", "in", members.partner_id.ids)])
        channels = members.filtered(lambda m: m.partner_id in devices.partner_id).channel_id
        for post, message in zip(posts, messages, strict=True):
            channel = post.conversation.channel_id.sudo()
            if channel in channels and not post.silent:
                recipients = channel._notify_get_recipients(message)
                channel._notify_thread_by_web_push(message, recipients)
