from html import escape

from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import one_line
from ...tools.graph.template_preview import Preview
from ...tools.markup import card, to_html
from ..discuss.trusted_html import TrustedHtml


class WaTemplateCard(models.AbstractModel):
    """Shows a filled template the way the customer will see it."""

    _name = "wa.template.card"
    _description = "WhatsApp Template as a Card"

    @api.model
    def _html(self, preview: Preview, place: dict | None = None, above: Markup | None = None) -> TrustedHtml:
        """Turn a ``tools.graph.template_preview.Preview`` into HTML; nothing in it is trusted.

        :param Markup above: what stands in the place of a header that is a file.
        """
        header = ""
        if preview.header:
            header = f"<b>{escape(one_line(preview.header))}</b>"
        elif place:
            lines = [one_line(str(place.get(name) or "")) for name in ("name", "address")]
            header = f"📍 {escape(', '.join(filter(None, lines)))}"
        elif preview.header_format:
            header = above or self._file_above(preview.header_format)
        footers = [f"<b>{escape(one_line(preview.offer))}</b>"] if preview.offer else []
        if preview.footer:
            footers.append(f"<small>{escape(one_line(preview.footer))}</small>")
        return TrustedHtml(
            card(
                to_html(preview.body),
                header=header,
                footers=footers,
                buttons=[escape(one_line(button.text)) for button in preview.buttons],
                cards=[self._html(inside) for inside in preview.cards],
            )
        )

    @api.model
    def _file_above(self, header_format: str, name: str = "") -> Markup:
        """Return what stands for a header that is no text: its sign, and what it is or is called.

        :param str header_format: of WhatsApp, in any case.
        :param name: of the file; empty: not known.
        """
        words = {
            "image": ("🖼", self.env._("Picture")),
            "video": ("🎬", self.env._("Video")),
            "gif": ("🎬", self.env._("Moving picture")),
            "document": ("📄", self.env._("Document")),
            "location": ("📍", self.env._("Place")),
        }
        sign, what = words.get(header_format.lower(), ("", header_format.lower()))
        return Markup('<span class="o_wa_card_file">%s %s</span>') % (sign, one_line(name or what))
