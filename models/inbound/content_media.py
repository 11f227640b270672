from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import one_line


class WaInboundContent(models.AbstractModel):
    """Pictures, films, sounds, stickers, documents: a placeholder until the file is attached."""

    _inherit = "wa.inbound.content"

    @api.model
    def _caption(self, item):
        """Return the caption; the file is an attachment, or a line of :meth:`_file_line`."""
        return self._words(item.text)

    _body_image = _body_video = _body_audio = _body_voice = _body_document = _body_sticker = _caption

    @api.model
    def _body_media_placeholder(self, item):
        """A file of the imported history; WhatsApp sends it later, or never."""
        return self._pending_line("media_placeholder", self.env._("A file from before the connection"))

    @api.model
    def _file_line(self, item, row):
        """Return a line about the file as long as it is not here, or why it will not come.

        :param row: ``wa.message``, None while the message is being made.
        """
        media = row.sudo().media_ids[:1] if row else None
        if media and media.state == "done":
            return Markup()
        if not item.media:
            return self._failed_line(item, self.env._("WhatsApp sent no file with it."))
        if media and media.state == "failed":
            return self._failed_line(item, media.error_text)
        return self._pending_line(self._file_kind(item), one_line(item.media.filename))

    @api.model
    def _file_kind(self, item):
        return "voice" if item.media and item.media.voice else item.kind

    @api.model
    def _pending_line(self, kind, name):
        label = " · ".join(filter(None, (self._kind_label(kind), name)))
        return Markup('<div class="o_wa_media o_wa_media_pending">%s %s…</div>') % (self._icon(kind), label)

    @api.model
    def _failed_line(self, item, reason):
        kind = self._file_kind(item)
        name = one_line(item.media.filename) if item.media else ""
        label = " · ".join(filter(None, (self._kind_label(kind), name)))
        return Markup(
            '<div class="o_wa_media o_wa_media_failed">%s %s: <span class="o_wa_reason">%s</span></div>'
        ) % (self._icon(kind), label, reason or "")
