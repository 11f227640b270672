from markupsafe import Markup

from odoo import api, models

from ...tools import filenames


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
        if not item.media:
            return self._failed_line(item.kind, "", self.env._("WhatsApp sent no file with it."))
        media = row.sudo().media_ids[:1] if row else None
        return self._line_of(self._file_kind(item), item.media.filename, media)

    @api.model
    def _form_file_lines(self, item, row):
        """Return a line for each file of a form that is not here.

        :param row: ``wa.message``, None while the message is being made.
        """
        files = self._files(item)
        rows = list(row.sudo().media_ids.sorted("id")) if row else []
        lines = Markup()
        for index, file in enumerate(files):
            media = rows[index] if index < len(rows) else None
            kind = media.kind if media else self.env["wa.media"]._file_kind("interactive", file.mime_type)
            lines += self._line_of(kind, file.filename, media)
        return lines

    @api.model
    def _line_of(self, kind, name, media):
        """Return the line of one file: being fetched, failed or lost; nothing for one that is attached.

        :param media: ``wa.media``; empty while the message is being made.
        """
        name = filenames.clean(name)
        if not media or media.state == "pending":
            return self._pending_line(kind, name, media.error_text if media else "")
        if media.state == "failed":
            return self._failed_line(kind, name, media.error_text)
        if media.attachment_id:
            return Markup()
        lost = self.env._("The file was here and is gone. It can be fetched again for seven days.")
        return self._failed_line(kind, name, lost)

    @api.model
    def _file_kind(self, item):
        return "voice" if item.media and item.media.voice else item.kind

    @api.model
    def _pending_line(self, kind, name, reason=""):
        """Return a line for a file that is being fetched.

        :param str reason: why the last try brought nothing.
        """
        label = " · ".join(filter(None, (self._kind_label(kind), name)))
        why = Markup(' <span class="o_wa_reason">%s</span>') % reason if reason else ""
        return Markup('<div class="o_wa_media o_wa_media_pending">%s %s…%s</div>') % (self._icon(kind), label, why)

    @api.model
    def _failed_line(self, kind, name, reason):
        label = " · ".join(filter(None, (self._kind_label(kind), name)))
        return Markup('<div class="o_wa_media o_wa_media_failed">%s %s: <span class="o_wa_reason">%s</span></div>') % (
            self._icon(kind),
            label,
            reason or "",
        )
