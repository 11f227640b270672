from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.graph import media
from ...tools.graph import messages as build
from ...tools.graph.errors import InvalidMessage
from ..media.media_placeholders import fill_media_ids

#: Older messages take no reactions.
REACTION_DAYS = 30


class WaMessage(models.Model):
    """The content of each kind of message we send: frozen facts in, Meta's object out.

    ``content`` of a kind:

    ========================================  =====================================================
    ``text``                                  ``body``
    ``image video audio document sticker``    ``files: [file]``, ``caption``, ``voice``
    ``location``                              ``latitude longitude name address``
    ``contacts``                              ``cards``: people's cards in Meta's shape
    ``reaction``                              ``message_id`` of the ``wa.message``, ``emoji`` ("" takes it back)
    ``interactive``                           ``interactive`` in Meta's shape, ``files``
    ``template``                              ``name language components files``
    ========================================  =====================================================

    A file is ``attachment_id checksum mime_type filename``.
    """

    _inherit = "wa.message"

    # ----------------------------------------------------------------- request

    def _read_contents(self) -> dict[int, dict]:
        """Return ``{id: frozen content}`` of those messages that still exist.

        By one query, past the field: that hands out another deep copy at each look, and the sender looks at hundreds a second.
        """
        self.flush_recordset(["content"])
        rows = self.env.execute_query(SQL("SELECT id, content FROM wa_message WHERE id = ANY(%s)", self.ids))
        return {message_id: content or {} for message_id, content in rows}

    def _prepare_request(self, content: dict | None = None) -> dict:
        """Return the body of ``POST /{phone_number_id}/messages`` for this message.

        One method ``_prepare_<kind>_content`` per kind; adding a kind is adding a method.

        :param dict content: the frozen content, for whoever has read it already (:meth:`_read_contents`).
        :raises InvalidMessage: the content breaks one of Meta's limits.
        """
        self.ensure_one()
        prepare = getattr(self, f"_prepare_{self.kind}_content")
        return {
            **build.envelope(
                self.contact_id._get_recipient(),
                uuid=self.uuid,
                quoted_wamid=self.quoted_id.wamid or None,
            ),
            **prepare((self.content or {}) if content is None else content),
        }

    # ------------------------------------------------------------------- files

    def _media_uid(self, index: int) -> str:
        """Return the media id under which WhatsApp has a file of this message.

        :raises InvalidMessage: ``media_source``: it was not uploaded, because it is gone here.
        """
        self.ensure_one()
        file = self.content["files"][index]
        uid = self.env["wa.upload"]._find_uid(self.number_id, file)
        if not uid:
            raise InvalidMessage("media_source", file.get("filename") or "")
        return uid

    def _prepare_image_content(self, content):
        return media.image(self._media_uid(0), caption=content.get("caption") or "")

    def _prepare_video_content(self, content):
        return media.video(self._media_uid(0), caption=content.get("caption") or "")

    def _prepare_document_content(self, content):
        return media.document(
            self._media_uid(0),
            filename=content["files"][0]["filename"],
            caption=content.get("caption") or "",
        )

    def _prepare_audio_content(self, content):
        return media.audio(self._media_uid(0), voice=bool(content.get("voice")))

    def _prepare_sticker_content(self, _content):
        return media.sticker(self._media_uid(0))

    # ---------------------------------------------------------- places, people

    @api.model
    def _prepare_location_content(self, content):
        return build.location(
            content["latitude"], content["longitude"], content.get("name") or "", content.get("address") or ""
        )

    @api.model
    def _prepare_contacts_content(self, content):
        return build.contacts(content["cards"])

    def _prepare_reaction_content(self, content):
        """A reaction names a message that WhatsApp knows; ours must have been accepted before."""
        target = self.browse(content["message_id"]).exists()
        return build.reaction(target.wamid or "", content["emoji"])

    def _check_can_react(self) -> None:
        """Raise unless our side may react to this message now. Source: Meta, "Reaction messages".

        :raises UserError: says why.
        """
        self.ensure_one()
        self.conversation_id.channel_id.sudo(False).check_access("write")
        self.env["wa.gate"]._check(self.conversation_id, "free")
        written_at = self.sent_at or self.create_date
        if written_at < fields.Datetime.now() - timedelta(days=REACTION_DAYS):
            raise UserError(self.env._("WhatsApp takes no reactions to messages that are older than %s days.", REACTION_DAYS))
        if self.direction == "out" and not self.wamid:
            raise UserError(self.env._("This message has not reached WhatsApp, so nobody could see the reaction."))

    def _enqueue_reaction(self, emoji: str) -> None:
        """Queue our reaction to this message; an empty emoji takes it back."""
        self.ensure_one()
        try:
            build.reaction(self.wamid, emoji)
        except InvalidMessage as error:
            raise UserError(self.env["wa.failure"]._sentence(error.rule, error.detail)) from error
        self._enqueue(
            self.conversation_id,
            "reaction",
            {"message_id": self.id, "emoji": emoji},
            origin="chat",
            preview=emoji,
        )

    def _take_back_reactions(self) -> None:
        """A reaction that WhatsApp refused disappears: the thread shows what the customer sees."""
        for message in self.filtered(lambda m: m.kind == "reaction" and m.content.get("emoji")):
            shown = self.browse(message.content["message_id"]).exists().mail_message_id
            ours = shown.reaction_ids.filtered(
                lambda r, message=message: r.content == message.content["emoji"] and r.partner_id != message.partner_id
            )
            if ours:
                ours.unlink()
                shown._bus_send_reaction_group(message.content["emoji"])

    # ------------------------------------------------- texts, things to tap, templates

    def _prepare_interactive_content(self, content):
        return {"type": "interactive", "interactive": fill_media_ids(content["interactive"], self._media_uid)}

    @api.model
    def _prepare_text_content(self, content):
        return build.text(content["body"], preview_url="://" in content["body"])

    def _prepare_template_content(self, content):
        components = content["components"]
        if content.get("files"):
            components = fill_media_ids(components, self._media_uid)
        return build.template(content["name"], content["language"], components)
