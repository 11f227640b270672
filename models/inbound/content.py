from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import one_line
from ...tools.markup import to_html


class WaInboundContent(models.AbstractModel):
    """How an inbound message looks in the thread: one ``_body_<kind>`` per kind of Meta's.

    Adding a kind is adding a method. A kind without one is shown as "unsupported
    for now", kept, and shown properly once it is processed again.
    """

    _name = "wa.inbound.content"
    _description = "WhatsApp Inbound: Content"

    @api.model
    def _is_supported(self, item):
        """Tell whether this kind of message is shown as what it is."""
        if item.group_id:
            return False
        if item.kind == "interactive":
            return item.content.get("type") in ("button_reply", "list_reply")
        return hasattr(self, f"_body_{item.kind}")

    @api.model
    def _body(self, item):
        """Return the HTML of a message.

        :param MessageEvent item: nothing in it is trusted.
        """
        if not self._is_supported(item):
            return self._unsupported_yet(item)
        return getattr(self, f"_body_{item.kind}")(item)

    @api.model
    def _body_text(self, item):
        return Markup(to_html(item.text))  # noqa: S704 (escaped by to_html)

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
    def _unsupported_yet(self, item):
        """Say that something came which we cannot show yet; its words, if any, are shown."""
        notice = Markup('<em class="o_wa_unsupported">%s</em>') % self.env._(
            "Unsupported for now: %s. The content is kept and can be shown later.", one_line(item.kind)
        )
        if not item.text:
            return notice
        return notice + Markup("<br/>") + Markup(to_html(item.text))  # noqa: S704 (escaped by to_html)
