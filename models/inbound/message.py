from markupsafe import Markup

from odoo import api, fields, models

from ...tools.bidi import one_line
from ...tools.markup import plain, to_html
from ...tools.window import counts, from_timestamp
from ..discuss_channel import WaPost

#: Message types whose content is shown as it is; all others say so until they are handled.
HANDLED_KINDS = ("text", "button", "interactive")


class WaInboundMessage(models.AbstractModel):
    """A customer wrote: contact, conversation, lead and Discuss message come out of it."""

    _name = "wa.inbound.message"
    _description = "WhatsApp Inbound: Messages"

    @api.model
    def _handle(self, event, item):
        """Store one message, exactly once.

        :param event: ``wa.event`` it came in.
        :param MessageEvent item: the parsed message.
        :returns: list of notes about what could not be handled.
        """
        number = self._find_number(item)
        if not number:
            return [f"unknown phone_number_id {item.phone_number_id}"]
        if not item.wamid or not item.person:
            return [f"message without id or sender: type {item.kind}"]
        row = self.env["wa.message"].search(
            [("number_id", "=", number.id), ("wamid", "=", item.wamid)], limit=1
        )
        if row:
            return self._complete(row, item)
        number = number.with_company(number.company_id)
        contact, is_new = self.env["wa.contact"]._ensure(number.account_id, item.person)
        conversation, _new = self.env["wa.conversation"]._ensure(number, contact)
        if contact.is_unreachable:
            contact.is_unreachable = False
        conversation._on_inbound(self._sent_at(item), self._preview(item), counts(item.kind))
        # Lead and owner first, so that the message counts as unread for the right person.
        conversation._attach_open_lead()
        conversation._assign()
        conversation._apply_lead_policy(is_new, item.text)
        self._add(event, conversation, item)
        return [] if item.kind in HANDLED_KINDS else [f"message type not handled yet: {item.kind}"]

    @api.model
    def _find_number(self, item):
        """Return our number a webhook is about: it routes, not the callback URL."""
        return self.env["wa.number"].search([("phone_number_id", "=", item.phone_number_id)], limit=1)

    @api.model
    def _sent_at(self, item):
        """Return when the customer sent it (naive UTC), never later than now."""
        now = fields.Datetime.now()
        return min(from_timestamp(item.timestamp) or now, now).replace(microsecond=0)

    @api.model
    def _add(self, event, conversation, item):
        """Make the Discuss message and its ``wa.message``."""
        quoted = self._find_quoted(conversation, item.quoted_wamid)
        partner = conversation.partner_id
        channel = conversation.channel_id.with_user(self.env.ref("base.public_user")).sudo()
        message = channel._wa_post(
            WaPost("in"),
            body=self._body(item),
            author_id=partner.id,
            parent_id=quoted.mail_message_id.id or False,
        )
        row = self.env["wa.message"].create(
            {
                "conversation_id": conversation.id,
                "number_id": conversation.number_id.id,
                "mail_message_id": message.id,
                "direction": "in",
                "state": "received",
                "kind": item.kind,
                "wamid": item.wamid,
                "content": item.raw,
                "preview": self._preview(item),
                "payload": item.payload,
                "quoted_id": quoted.id,
                "lead_id": conversation.lead_id.id,
                "event_id": event.id,
                "is_supported": item.kind in HANDLED_KINDS,
                "sent_at": self._sent_at(item),
            }
        )
        channel.sudo()._wa_broadcast_messages(message)
        return row

    @api.model
    def _complete(self, row, item):
        """Show a message that was stored before its type was handled.

        Processing an event again finds its message here: nothing is doubled, and
        what was "unsupported for now" gets its content.
        """
        if not row.is_supported and item.kind in HANDLED_KINDS:
            row.mail_message_id.body = self._body(item)
            row.write({"is_supported": True, "preview": self._preview(item), "payload": item.payload})
        return [] if row.is_supported else [f"message type not handled yet: {item.kind}"]

    @api.model
    def _find_quoted(self, conversation, wamid):
        """Return the message of this conversation that is being answered, or an empty set."""
        if not wamid:
            return self.env["wa.message"]
        return self.env["wa.message"].search(
            [("conversation_id", "=", conversation.id), ("wamid", "=", wamid)], limit=1
        )

    # ----------------------------------------------------------------- showing

    @api.model
    def _body(self, item):
        """Return the HTML shown in the thread: ``_body_<kind>`` if there is one (hook)."""
        show = getattr(self, f"_body_{item.kind}", None)
        return show(item) if show else self._body_unsupported_yet(item)

    @api.model
    def _body_text(self, item):
        return Markup(to_html(item.text))

    @api.model
    def _body_button(self, item):
        """A tap on a button of a template."""
        return self._tap(item.text)

    @api.model
    def _body_interactive(self, item):
        """A tap on a reply button or a list row."""
        return self._tap(item.text)

    @api.model
    def _tap(self, label):
        return Markup('<span class="o_wa_tap">%s</span>') % self.env._("Tapped “%s”", one_line(label))

    @api.model
    def _body_unsupported_yet(self, item):
        """Say that something came which we cannot show yet; its words, if any, are shown."""
        notice = Markup('<em class="o_wa_unsupported">%s</em>') % self.env._(
            "Unsupported for now: %s. The content is kept and can be shown later.", one_line(item.kind)
        )
        return notice + (Markup("<br/>") + Markup(to_html(item.text)) if item.text else Markup())

    @api.model
    def _preview(self, item):
        """Return one line for lists."""
        return plain(item.text) if item.text else f"[{one_line(item.kind)}]"
