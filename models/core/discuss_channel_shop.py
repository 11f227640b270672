from odoo import models

from ...tools.graph import media
from ...tools.graph import messages as build
from ...tools.graph.errors import InvalidMessage
from ..media.media_placeholders import file_mark

#: Files that can stand on a card. Source: Meta, "Interactive media carousel messages".
CARD_BUILDERS = {"image": media.image, "video": media.video}


class DiscussChannel(models.Model):
    """What can be sent from a catalogue, and forms: our public API, as in ``discuss_channel_send.py``.

    Carts come back as ``order`` messages, forms as filled in answers. Whether WhatsApp knows a product or a form is
    found out by WhatsApp alone: a message about an unknown one fails with its reason.
    """

    _inherit = "discuss.channel"

    def wa_send_product(self, catalog_id, product, body="", footer=None, quoted_message_id=None):
        """Send one product of the catalogue that is connected to the account.

        :param str catalog_id: Meta's id of the catalogue.
        :param str product: article number in that catalogue (``product_retailer_id``).
        :param str body: up to 1,024 characters; may be empty.
        """
        return self._wa_send_interactive(
            lambda: build.product(catalog_id, product, body or "", footer=footer or ""), (), quoted_message_id
        )

    def wa_send_products(self, catalog_id, header, body, sections, footer=None, quoted_message_id=None):
        """Send up to thirty products to choose from.

        :param str header: up to 60 characters.
        :param sections: at most ten ``{"title", "products": [article number, …]}``; titles up to 24 characters.
        """
        return self._wa_send_interactive(
            lambda: build.product_list(catalog_id, header, body, sections, footer=footer or ""), (), quoted_message_id
        )

    def wa_send_catalog(self, body, thumbnail=None, footer=None, quoted_message_id=None):
        """Send the whole catalogue.

        :param str thumbnail: article number whose picture is shown.
        """
        return self._wa_send_interactive(
            lambda: build.catalog(body, thumbnail=thumbnail or "", footer=footer or ""), (), quoted_message_id
        )

    def wa_send_form(self, body, label, flow_id, screen=None, token=None, data=None, draft=False, exchange=False, **parts):
        """Send a form (flow) to fill in; the answers come back with the token.

        :param str label: of the button, up to 30 characters, no emoji.
        :param str flow_id: Meta's id of the flow.
        :param str screen: the first screen; without it the form opens at its own first one.
        :param dict data: values for that screen.
        :param bool draft: the unpublished version, for trying.
        :param bool exchange: WhatsApp asks the form's endpoint for the first screen; then without ``screen`` and ``data``.
        :param parts: ``header`` (text or attachment id), ``footer``, ``quoted_message_id``.
        """
        files, head = self._wa_header(parts.get("header"))
        return self._wa_send_interactive(
            lambda: build.flow(
                body,
                label,
                flow_id=flow_id,
                screen=screen or "",
                token=token or "",
                data=data,
                draft=draft,
                exchange=exchange,
                header=head,
                footer=parts.get("footer") or "",
            ),
            files,
            parts.get("quoted_message_id"),
        )

    def wa_send_cards(self, body, cards, quoted_message_id=None):
        """Send two to ten cards side by side, all of the same sort.

        :param cards: each ``{"catalog_id", "product"}``, or ``{"attachment_id", "text"}`` with either ``"label"`` and
            ``"url"``, or ``"buttons"`` as for :meth:`wa_send_buttons`. Texts up to 160 characters on three lines.
        """
        self._wa_check_call()
        files = [self._wa_prepare_file(card["attachment_id"]) for card in cards if card.get("attachment_id")]
        marks = iter(range(len(files)))
        parts = [self._wa_build(lambda card=card: self._wa_card_part(card, files, marks)) for card in cards]
        return self._wa_send_interactive(lambda: build.carousel(body, parts), files, quoted_message_id)

    def _wa_card_part(self, card, files, marks):
        """Return one card in Meta's shape.

        :param marks: yields which of the files is the next card's.
        :raises InvalidMessage: what it breaks.
        """
        if card.get("product"):
            return build.product_card(card.get("catalog_id"), card["product"])
        if not card.get("attachment_id"):
            raise InvalidMessage("media_source")
        number = next(marks)
        kind = files[number].kind
        if kind not in CARD_BUILDERS:
            raise InvalidMessage("header_not_allowed", kind)
        picture = CARD_BUILDERS[kind](file_mark(number))
        if card.get("buttons"):
            replies = [self._wa_button(button) for button in card["buttons"]]
            return build.reply_card(picture, replies, card.get("text") or "")
        return build.url_card(picture, card.get("label"), card.get("url"), card.get("text") or "")
