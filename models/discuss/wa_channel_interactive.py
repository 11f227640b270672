from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError

from ...tools.graph import media
from ...tools.graph import messages as build
from ...tools.graph.errors import InvalidMessage
from ...tools.markup import plain
from ..media.media_placeholders import media_placeholder
from ..media.wa_file import SendableFile
from .wa_discuss_writer import DiscussPost

#: Files that can stand above buttons. Source: Meta, "Interactive reply buttons messages".
HEADER_BUILDERS = {"image": media.image, "video": media.video, "document": media.document}
#: Files that can stand on a card. Source: Meta, "Interactive media carousel messages".
CARD_BUILDERS = {"image": media.image, "video": media.video}


class WaChannelInteractive(models.AbstractModel):
    """What can be sent in a conversation besides text and files: our public API.

    Each method may be called over RPC by whoever may write to the conversation. It asks the
    gate, checks Meta's limits, shows a card in the thread and queues the message; it returns
    the ``mail.message``. All need an open window. With ``wa_post_token`` in the context the same
    call made twice sends once.

    They raise ``AccessError`` for people who may not write here and ``UserError`` with the reason
    and the next step for whatever WhatsApp would refuse.
    """

    _name = "wa.channel.interactive.mixin"
    _description = "Buttons, Lists and Cards in a WhatsApp Conversation"

    # -------------------------------------------------------------- public API

    def wa_send_buttons(self, body, buttons, header=None, footer=None, quoted_message_id=None):
        """Send a text with one to three buttons; a tap comes back with the button's id.

        :param str body: up to 1,024 characters, WhatsApp markup.
        :param buttons: labels of at most 20 characters, or ``{"id", "title"}`` each.
        :param header: a text of at most 60 characters, or the id of an attachment (picture, video, document).
        :param str footer: up to 60 characters.
        :param int quoted_message_id: ``mail.message`` this answers.
        """
        replies = [self._wa_button(button) for button in buttons]
        files, head = self._wa_header(header)
        return self._wa_send_interactive(
            lambda: build.buttons(body, replies, header=head, footer=footer or ""), files, quoted_message_id
        )

    def wa_send_list(self, body, button, sections, header=None, footer=None, quoted_message_id=None):
        """Send a text with a list of at most ten rows to choose from.

        :param str body: up to 4,096 characters.
        :param str button: what opens the list, up to 20 characters.
        :param sections: ``{"title", "rows": [{"id", "title", "description"}]}``; rows may be plain titles, and
            a flat list of rows is one section.
        :param str header: up to 60 characters.
        :param str footer: up to 60 characters.
        """
        parts = self._wa_sections(sections)
        return self._wa_send_interactive(
            lambda: build.list_message(body, button, parts, header=header or "", footer=footer or ""),
            (),
            quoted_message_id,
        )

    def wa_send_cta_url(self, body, label, url, header=None, footer=None, quoted_message_id=None):
        """Send a text with one button that opens a web address.

        :param str label: up to 20 characters.
        :param str url: ``https://…``
        :param header: as for :meth:`wa_send_buttons`.
        """
        files, head = self._wa_header(header)
        return self._wa_send_interactive(
            lambda: build.cta_url(body, label, url, header=head, footer=footer or ""), files, quoted_message_id
        )

    def wa_request_location(self, body):
        """Ask the customer for a location; one tap sends it."""
        return self._wa_send_interactive(lambda: build.location_request(body))

    def wa_request_contact_info(self, body):
        """Ask the customer for their phone number and name; one tap sends them."""
        return self._wa_send_interactive(lambda: build.contact_info_request(body))

    def wa_send_location(self, latitude, longitude, name="", address="", quoted_message_id=None):
        """Send a place on the map.

        :param latitude, longitude: decimal degrees.
        :param str name: what the place is called.
        :param str address: shown only together with a name.
        """
        content = self._wa_build(lambda: build.location(latitude, longitude, name or "", address or ""))["location"]
        return self._wa_send(
            "location",
            content,
            self.env["wa.card"]._location(content),
            content.get("name") or self.env._("Location"),
            quoted_message_id,
        )

    def wa_send_contact(self, partner_ids, quoted_message_id=None):
        """Send the cards of people or companies.

        :param partner_ids: ids of ``res.partner`` the current user may read.
        """
        ids = [partner_ids] if isinstance(partner_ids, int) else list(partner_ids)
        partners = self.env["res.partner"].browse(ids)
        partners.check_access("read")
        cards = [partner._wa_card() for partner in partners]
        content = self._wa_build(lambda: build.contacts(cards))["contacts"]
        return self._wa_send(
            "contacts",
            {"cards": content},
            self.env["wa.card"]._contacts(content),
            ", ".join(partners.mapped("display_name")),
            quoted_message_id,
        )

    def wa_send_sticker(self, attachment_id, quoted_message_id=None):
        """Send a WebP picture as a sticker.

        :param int attachment_id: ``ir.attachment`` the current user may read.
        """
        self._wa_check_call()
        file = self._wa_prepare_file(attachment_id, "sticker")
        return self._wa_send("sticker", {"files": [file.frozen()]}, "", self.env._("Sticker"), quoted_message_id, file.shown)

    # ----------------------------------------------------- catalogues and forms

    # Carts come back as ``order`` messages, forms as filled in answers. Whether WhatsApp knows a product or a form is
    # found out by WhatsApp alone: a message about an unknown one fails with its reason.

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
        numbers = iter(range(len(files)))
        parts = [self._wa_build(partial(self._wa_card_part, card, files, numbers)) for card in cards]
        return self._wa_send_interactive(lambda: build.carousel(body, parts), files, quoted_message_id)

    # ---------------------------------------------------------------- plumbing

    def _wa_check_call(self) -> None:
        """Raise unless the current user may send something here, now."""
        self.ensure_one()
        self.sudo(False).check_access("write")
        if self.channel_type != "wa":
            raise UserError(self.env._("This is no WhatsApp conversation."))
        self._wa_check_sender()

    def _wa_build(self, builder: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what a builder makes, or say in words which of Meta's rules is broken."""
        try:
            return builder()
        except InvalidMessage as error:
            raise self._wa_invalid(error) from error

    def _wa_invalid(self, error: InvalidMessage) -> UserError:
        """Return the error for a person: which rule, and what to do."""
        return UserError(self.env["wa.failure"]._sentence(error.rule, error.detail))

    def _wa_prepare_file(self, attachment_id: int, kind: str | None = None) -> SendableFile:
        attachment = self.env["ir.attachment"].sudo(False).browse(attachment_id)
        attachment.check_access("read")
        return self.env["wa.file"]._prepare(attachment, self, kind)

    def _wa_header(self, header: str | int | None) -> tuple[Sequence[SendableFile], Any]:
        """Return ``(files, header)`` for a text or an attachment id."""
        if not header or isinstance(header, str):
            return (), header
        self._wa_check_call()
        file = self._wa_prepare_file(header)
        if file.kind not in HEADER_BUILDERS:
            raise self._wa_invalid(InvalidMessage("header_not_allowed", file.kind))
        values = {"filename": file.filename} if file.kind == "document" else {}
        return (file,), HEADER_BUILDERS[file.kind](media_placeholder(0), **values)

    def _wa_button(self, button: str | dict[str, str]) -> tuple[str, str]:
        """Return ``(id, label)`` of a button given as a label or as ``{"id", "title"}``."""
        if isinstance(button, dict):
            return str(button.get("id") or button.get("title") or ""), button.get("title") or ""
        return button, button

    def _wa_sections(self, sections: list[Any]) -> list[dict[str, Any]]:
        """Return sections in full form."""
        if sections and not all(isinstance(item, dict) and "rows" in item for item in sections):
            sections = [{"rows": sections}]
        return [
            {
                **section,
                "rows": [
                    {"id": row, "title": row} if isinstance(row, str) else {"id": row.get("title"), **row}
                    for row in section["rows"]
                ],
            }
            for section in sections
        ]

    def _wa_send_interactive(
        self, builder: Callable[[], dict[str, Any]], files: Sequence[SendableFile] = (), quoted_message_id: int | None = None
    ) -> models.BaseModel:
        self._wa_check_call()
        interactive = self._wa_build(builder)["interactive"]
        content = {"interactive": interactive}
        if files:
            content["files"] = [file.frozen() for file in files]
        shown = self.env["ir.attachment"].union(*[file.shown for file in files])
        return self._wa_send(
            "interactive",
            content,
            self.env["wa.card"]._interactive(interactive),
            plain((interactive.get("body") or {}).get("text", ""), 200),
            quoted_message_id,
            shown,
        )

    def _wa_send(
        self,
        kind: str,
        content: dict[str, Any],
        card: str,
        preview: str,
        quoted_message_id: int | None = None,
        attachments: models.BaseModel | None = None,
    ) -> models.BaseModel:
        """Show a card in the thread and queue the message behind it.

        :param card: HTML of the thread.
        :returns: ``mail.message``
        """
        self._wa_check_call()
        if repeated := self._wa_find_repeated():
            return repeated
        key = self._wa_client_key()
        row = self.env["wa.message"]._outgoing_vals(
            kind, content, origin="chat", preview=preview, dedupe_key=key and f"{key}:0"
        )
        conversation = self._wa_conversation()
        quoted = (
            self.env["wa.message"]
            .sudo()
            .search([("mail_message_id", "=", quoted_message_id or 0), ("conversation_id", "=", conversation.id)], limit=1)
        )
        post = DiscussPost(conversation, card, self.env.user.partner_id, row, quoted or None, attachments=attachments)
        try:
            [message] = self.env["wa.discuss.writer"]._post_all([post])
        except UniqueViolation as error:
            # The same press of a button at this very moment: done again, it is found.
            raise ConcurrencyError(str(error)) from error
        message.sudo()._adopt_files()
        conversation.number_id._trigger_sender()
        self._wa_after_reply(preview)
        return message.mail_message_id.with_env(self.env)

    def _wa_card_part(self, card: dict[str, Any], files: Sequence[SendableFile], numbers: Iterator[int]) -> dict[str, Any]:
        """Return one card in Meta's shape.

        :param numbers: yields which of the files is the next card's.
        :raises InvalidMessage: what it breaks.
        """
        if card.get("product"):
            return build.product_card(card.get("catalog_id") or "", card["product"])
        if not card.get("attachment_id"):
            raise InvalidMessage("media_source")
        number = next(numbers)
        kind = files[number].kind
        if kind not in CARD_BUILDERS:
            raise InvalidMessage("header_not_allowed", kind)
        picture = CARD_BUILDERS[kind](media_placeholder(number))
        if card.get("buttons"):
            replies = [self._wa_button(button) for button in card["buttons"]]
            return build.reply_card(picture, replies, card.get("text") or "")
        return build.url_card(picture, card.get("label") or "", card.get("url") or "", card.get("text") or "")
