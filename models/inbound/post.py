from odoo import api, fields, models

from odoo.addons.mail.tools.discuss import Store


class WaInboundPost(models.AbstractModel):
    """Brings drafts into Discuss: messages, their WhatsApp facts and what open screens show.

    The same result as ``message_post`` one by one (tests compare them), with the
    database asked once for all: ``message_post`` on its own manages about twenty
    messages a second.
    """

    _name = "wa.inbound.post"
    _description = "WhatsApp Inbound: Posting"

    @api.model
    def _post_all(self, drafts):
        """Create the Discuss and WhatsApp messages of the drafts and tell open screens.

        :param drafts: list of resolved ``Draft``, in order.
        """
        messages = self._create_messages(drafts)
        self._create_rows(drafts, messages)
        self._touch_channels(drafts)
        self._notify_browsers(drafts, messages)
        self._notify_devices(drafts, messages)

    @api.model
    def _create_messages(self, drafts):
        content = self.env["wa.inbound.content"]
        subtype_id = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        return (
            self.env["mail.message"]
            .sudo()
            .create(
                [
                    {
                        "model": "discuss.channel",
                        "res_id": draft.conversation.channel_id.id,
                        "author_id": draft.conversation.partner_id.id,
                        "email_from": False,
                        "reply_to": False,
                        "body": content._body(draft.item),
                        "message_type": "comment",
                        "subtype_id": subtype_id,
                        "parent_id": draft.quoted.mail_message_id.id,
                        "record_company_id": draft.number.company_id.id,
                    }
                    for draft in drafts
                ]
            )
        )

    @api.model
    def _create_rows(self, drafts, messages):
        content = self.env["wa.inbound.content"]
        return self.env["wa.message"].create(
            [
                {
                    "conversation_id": draft.conversation.id,
                    "number_id": draft.number.id,
                    "mail_message_id": message.id,
                    "direction": "in",
                    "state": "received",
                    "kind": draft.item.kind,
                    "wamid": draft.item.wamid,
                    "content": draft.item.raw,
                    "preview": draft.preview,
                    "payload": draft.item.payload,
                    "quoted_id": draft.quoted.id,
                    "lead_id": draft.conversation.lead_id.id,
                    "event_id": draft.event.id,
                    "is_supported": content._is_supported(draft.item),
                    "sent_at": draft.sent_at,
                    **draft.vals,
                }
                for draft, message in zip(drafts, messages, strict=True)
            ]
        )

    @api.model
    def _touch_channels(self, drafts):
        """Move the conversations up in everybody's list and pin them again.

        By SQL: ``discuss.channel.write`` compares and broadcasts every channel on
        its own; the new moment travels with ``_notify_browsers``.
        """
        channels = self.env["discuss.channel"].browse(
            list({draft.conversation.channel_id.id for draft in drafts})
        )
        channels.flush_recordset(["last_interest_dt"])
        self.env.cr.execute(
            "UPDATE discuss_channel SET last_interest_dt = %s WHERE id = ANY(%s)",
            [fields.Datetime.now(), channels.ids],
        )
        channels.invalidate_recordset(["last_interest_dt"], flush=False)

    @api.model
    def _notify_browsers(self, drafts, messages):
        """Send each new message to the browsers that show its channel.

        Two notifications as ``discuss.channel._notify_thread`` makes them: the
        message for all members, our facts for colleagues only.
        """
        channels = messages.env["discuss.channel"].browse([d.conversation.channel_id.id for d in drafts])
        public = self._split_by_message(Store(bus_channel=channels[:1]).add(messages).get_result())
        facts = Store(bus_channel=channels[:1], bus_subchannel="internal_users")
        facts.add(messages, messages._wa_store_fields())
        facts.add(channels, [*channels._wa_activity_store_fields(), "last_interest_dt"])
        facts_of = {
            name: {record["id"]: record for record in records}
            for name, records in facts.get_result().items()
        }
        for channel, message in zip(channels, messages, strict=True):
            channel._bus_send(
                "discuss.channel/new_message", {"data": public(message, channel), "id": channel.id}
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
    def _split_by_message(self, result):
        """Return a function that cuts the data of one message out of the data of many.

        :param dict result: of ``Store.get_result()`` for all messages.
        :returns: ``f(message, channel) -> dict``; a message comes with its author,
            the message it answers and its thread, and with no other customer's data.
        """
        messages = {record["id"]: record for record in result.pop("mail.message", [])}
        partners = {record["id"]: record for record in result.pop("res.partner", [])}
        threads = {
            (record["model"], record["id"]): record for record in result.pop("mail.thread", [])
        }

        def cut(message, channel):
            own = [messages[message.id]]
            if message.parent_id.id in messages:
                own.append(messages[message.parent_id.id])
            authors = {message.author_id.id, message.parent_id.author_id.id}
            return {
                **result,
                "mail.message": own,
                "res.partner": [partners[id_] for id_ in sorted(authors - {False}) if id_ in partners],
                "mail.thread": [
                    record for key, record in threads.items() if key == ("discuss.channel", channel.id)
                ],
            }

        return cut

    @api.model
    def _notify_devices(self, drafts, messages):
        """Web push, for the few colleagues who registered a device."""
        members = self.env["discuss.channel.member"].sudo().search(
            [("channel_id", "in", [draft.conversation.channel_id.id for draft in drafts])]
        )
        devices = self.env["mail.push.device"].sudo().search(
            [("partner_id", "in", members.partner_id.ids)]
        )
        channels = members.filtered(lambda m: m.partner_id in devices.partner_id).channel_id
        for draft, message in zip(drafts, messages, strict=True):
            channel = draft.conversation.channel_id.sudo()
            if channel in channels:
                recipients = channel._notify_get_recipients(message)
                channel._notify_thread_by_web_push(message, recipients)
