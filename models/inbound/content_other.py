from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import one_line
from ...tools.webhook import reading


class WaInboundContent(models.AbstractModel):
    """What WhatsApp does not pass on to businesses, and what it says by itself."""

    _inherit = "wa.inbound.content"

    @api.model
    def _body_unsupported(self, item):
        """WhatsApp kept the content to itself: say what it was, as far as it tells.

        Source: cloud-api reference §5.3 (codes 131051, 131060).
        """
        if any(error.code == 131060 for error in item.errors):
            words = self.env._("A message that WhatsApp could not deliver. Ask the customer to send it again.")
        else:
            kind = reading.text(item.content.get("type"))
            what = (
                {
                    "poll_creation": self.env._("a poll"),
                    "poll_update": self.env._("a vote in a poll"),
                    "edit": self.env._("a change to an earlier message"),
                    "pin": self.env._("a pinned message"),
                    "group_invite": self.env._("an invitation to a group"),
                    "gif": self.env._("a GIF"),
                    "keep_in_chat": self.env._("a kept message"),
                    "link_preview": self.env._("a link preview"),
                }.get(kind)
                or one_line(kind)
                or self.env._("something")
            )
            words = self.env._("The customer sent %s, which WhatsApp does not pass on to businesses.", what)
        return Markup('<em class="o_wa_unsupported">%s</em>') % words

    @api.model
    def _without_content(self, item):
        """A message whose content is missing, with Meta's reason if it gave one."""
        reason = "; ".join(
            one_line(f"{error.code or ''} {error.details or error.message or error.title}") for error in item.errors
        )
        words = (
            self.env._("A message came without its content. WhatsApp says: %s", reason)
            if reason
            else self.env._("A message came without its content.")
        )
        return Markup('<em class="o_wa_unsupported">%s</em>') % words

    @api.model
    def _note_system(self, item):
        """Something WhatsApp says in the thread, such as a group's new subject."""
        return f"ℹ {one_line(item.text or reading.text(item.content.get('type')))}"

    @api.model
    def _note_request_welcome(self, item):
        return self.env._("👋 Opened the chat for the first time")
