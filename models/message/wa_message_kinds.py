from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

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
    ``image video audio document sticker``    ``files: [file]``, ``caption``, ``voice``
    ``location``                              ``latitude longitude name address``
    ``contacts``                              ``cards``: people's cards in Meta's shape
    ``reaction``                              ``message_id`` of the ``wa.message``, ``emoji`` ("" takes it back)
    ``interactive``                           ``interactive`` in Meta's shape, ``files``
    ``template``                              ``name language components files``
    ========================================  =====================================================

    A file is ``attachment_id checksum mime_type filename``. Text and template came first
    and stand in ``wa_message_send.py``.
    """

    _inherit = "wa.message"

    # ------------------------------------------------------------------- files

    def _media_uid(self, index):
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

    def _check_can_react(self):
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

    def _enqueue_reaction(self, emoji):
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

    def _take_back_reactions(self):
        """A reaction that WhatsApp refused disappears: the thread shows what the customer sees."""
        for message in self.filtered(lambda m: m.kind == "reaction" and m.content.get("emoji")):
            shown = self.browse(message.content["message_id"]).exists().mail_message_id
            ours = shown.reaction_ids.filtered(
                lambda r, message=message: r.content == message.content["emoji"] and r.partner_id != message.partner_id
            )
            if ours:
                ours.unlink()
                shown._bus_send_reaction_group(message.content["emoji"])

    # ------------------------------------------------------ things to tap, templates

    def _prepare_interactive_content(self, content):
        return {"type": "interactive", "interactive": fill_media_ids(content["interactive"], self._media_uid)}

    def _prepare_template_content(self, content):
        if not content.get("files"):
            return super()._prepare_template_content(content)
        return super()._prepare_template_content(
            {**content, "components": fill_media_ids(content["components"], self._media_uid)}
        )
