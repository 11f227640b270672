import contextlib
import logging
import os

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...tools import filenames
from ...tools.pixels import has_too_many_pixels
from ..media.audio import to_mp3
from ..media.converter import ConverterFailed, NoConverter, Unreadable

_logger = logging.getLogger(__name__)

#: What lets people open a file without being allowed to read the conversation it belongs to.
OPENS = ("access_token", "public")


class IrAttachment(models.Model):
    """Files of conversations are as lasting as their messages, never public, kept whole, and not opened when that would hurt.

    Core lets everybody who may write to a channel overwrite, rename, move, publish and delete its files. What was sent or
    received stays as it was said, for administrators too; our own jobs (fetching, erasing, moving a thread) work as
    superuser. Links that open a file without signing in do not work for these files, whatever token they carry.
    Source: base/models/ir_attachment.py ``_check_access``, ``_can_return_content``; mail/models/ir_attachment.py.
    """

    _inherit = "ir.attachment"

    # --------------------------------------------------------------- which ones

    def _wa_in_conversations(self) -> models.BaseModel:
        """Return those of these files that belong to WhatsApp conversations, posted or not; as superuser.

        Those of an account are what its templates send to many.
        """
        return self._wa_matching(
            SQL(
                """
                EXISTS (SELECT 1 FROM discuss_channel c
                         WHERE a.res_model = 'discuss.channel' AND c.id = a.res_id AND c.channel_type = 'wa')
                OR EXISTS (SELECT 1 FROM ir_attachment o JOIN discuss_channel c
                               ON o.res_model = 'discuss.channel' AND c.id = o.res_id AND c.channel_type = 'wa'
                            WHERE a.res_model = 'ir.attachment' AND o.id = a.res_id)
                OR (a.res_model IN ('wa.account', 'wa.message') AND a.res_id > 0)
                OR EXISTS (SELECT 1 FROM wa_media w WHERE w.attachment_id = a.id)
                """
            )
        )

    def _wa_kept(self) -> models.BaseModel:
        """Return those of these files that nobody may change: of messages, and what was made of them; as superuser.

        The files of a note may be changed by who wrote it, like the note.
        """
        return self._wa_matching(
            SQL(
                """
                (a.res_model = 'wa.message' AND a.res_id > 0)
                OR EXISTS (SELECT 1 FROM wa_media w WHERE w.attachment_id = a.id)
                OR EXISTS (
                    SELECT 1 FROM message_attachment_rel r
                      JOIN mail_message m ON m.id = r.message_id AND m.model = 'discuss.channel'
                      JOIN discuss_channel c ON c.id = m.res_id AND c.channel_type = 'wa'
                     WHERE r.attachment_id IN (a.id, CASE WHEN a.res_model = 'ir.attachment' THEN a.res_id END)
                       AND NOT (m.subtype_id IS NOT DISTINCT FROM %(note)s AND m.author_id = %(me)s
                                AND NOT EXISTS (SELECT 1 FROM wa_message w WHERE w.mail_message_id = m.id)))
                """,
                me=self.env.user.partner_id.id or 0,
                note=self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            )
        )

    def _wa_matching(self, condition: SQL) -> models.BaseModel:
        ids = [id_ for id_ in self.ids if id_]
        if not ids:
            return self.sudo().browse()
        self.sudo().flush_recordset(["res_model", "res_id"])
        self.env["mail.message"].sudo().flush_model(["attachment_ids", "author_id", "model", "res_id", "subtype_id"])
        self.env["wa.media"].sudo().flush_model(["attachment_id"])
        self.env["wa.message"].sudo().flush_model(["mail_message_id"])
        rows = self.env.execute_query(SQL("SELECT a.id FROM ir_attachment a WHERE a.id = ANY(%s) AND (%s)", ids, condition))
        return self.sudo().browse([row[0] for row in rows])

    # ------------------------------------------------------------------- rights

    def _check_access(self, operation):
        """Forbid changing and deleting what was sent or received, to everybody but our own jobs."""
        result = super()._check_access(operation)
        if operation not in ("write", "unlink"):
            return result
        allowed = self - result[0] if result else self
        kept = allowed._wa_kept() if allowed else allowed
        if not kept:
            return result
        forbidden = (result[0] if result else self.browse()) + kept.sudo(False)

        def explain():
            return AccessError(
                self.env._("Files of WhatsApp messages stay as they were sent and received: they cannot be changed or deleted.")
            )

        return forbidden, explain

    def _has_attachments_ownership(self, attachment_tokens):
        """Whoever uploaded a file owns it until it is posted: then it belongs to what was said."""
        if not self.env.su and self._wa_kept():
            return False
        return super()._has_attachments_ownership(attachment_tokens)

    def _delete_and_notify(self, message=None):
        """Core deletes as superuser here, for a person.

        :raises AccessError: a file of a message is among them.
        """
        if self._wa_kept():
            raise self._check_access("unlink")[1]()
        return super()._delete_and_notify(message)

    def _can_return_content(self, field_name=None, access_token=None):
        """Ask for the right to read, instead of a token or the mark "public"."""
        if len(self) == 1 and self._wa_in_conversations():
            return False
        return super()._can_return_content(field_name, access_token)

    # --------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        """Keep files of conversations closed from their first moment."""
        attachments = super().create(vals_list)
        attachments._wa_close()
        return attachments

    def write(self, vals):
        """Keep files of conversations closed, also those that are moved into one."""
        result = super().write(vals)
        if any(vals.get(name) for name in OPENS) or {"res_model", "res_id"} & vals.keys():
            self._wa_close()
        return result

    def copy_data(self, default=None):
        """A copy is not opened by the way: whoever may read a file downloads it, and answers for what becomes of it.

        :raises AccessError: a public copy of a conversation's file was asked for.
        """
        if default and any(default.get(name) for name in OPENS) and not self.env.su and self._wa_in_conversations():
            raise AccessError(self.env._("Files of WhatsApp conversations are not made public."))
        return super().copy_data(default)

    def _wa_close(self) -> None:
        """Take what opens a file without signing in from those that belong to conversations."""
        suspects = self.sudo().filtered(lambda a: a.public or a.access_token)
        if suspects and (opened := suspects._wa_in_conversations()):
            opened.write(dict.fromkeys(OPENS, False))

    def _migrate(self):
        """Moving all files to another storage is a change of place, not of content; core asks for an administrator."""
        return super(IrAttachment, self.sudo())._migrate()

    # ------------------------------------------------------------------- storage

    @api.model
    def _file_write(self, bin_value, checksum):
        """Leave nothing behind of a file that could not be written as a whole.

        Core opens it under its final name. On a full disk a part stays there, and every later try to keep the same
        content ends in "The attachment collides with an existing file".
        """
        _name, path = self._get_path(bin_value, checksum)
        was_there = os.path.exists(path)
        try:
            return super()._file_write(bin_value, checksum)
        except OSError:
            if not was_there:
                with contextlib.suppress(OSError):
                    os.unlink(path)
            raise

    def _postprocess_contents(self, values):
        """Do not open a picture with too many pixels only to make it smaller."""
        raw = values.get("raw")
        if isinstance(raw, bytes) and has_too_many_pixels(raw):
            values["mimetype"] = self._compute_mimetype(values)
            return values
        return super()._postprocess_contents(values)

    # ------------------------------------------------------- sounds for browsers

    def _wa_get_mp3(self) -> models.BaseModel:
        """Return a sound of a conversation as MP3: made when it is first asked for, then kept beside the original.

        It belongs to the original as its attachment: whoever may open the one may open the
        other, and it goes when the original goes.

        :returns: ``ir.attachment`` (sudo); empty when this is no sound of a conversation, or
            this server cannot convert it
        :raises AccessError: the current user may not open the original.
        """
        self.ensure_one()
        self.check_access("read")
        original = self.sudo()
        if not original._wa_is_audio():
            return original.browse()
        kept = original.search(
            [("res_model", "=", self._name), ("res_id", "=", original.id), ("mimetype", "=", "audio/mpeg")], limit=1
        )
        return kept or original._wa_make_mp3()

    def _wa_is_audio(self) -> bool:
        channel = self.env["discuss.channel"].browse(self.res_id if self.res_model == "discuss.channel" else 0)
        return (
            self.type == "binary"
            and (self.mimetype or "").startswith("audio/")
            and bool(channel.exists())
            and channel.channel_type == "wa"
        )

    def _wa_make_mp3(self) -> models.BaseModel:
        try:
            raw = to_mp3(self.raw)
        except (NoConverter, Unreadable, ConverterFailed):
            return self.browse()
        try:
            with self.env.cr.savepoint():
                return self._wa_keep_mp3(raw)
        except OSError as error:  # a full disk: the original still plays elsewhere
            _logger.warning("The MP3 of attachment %s could not be kept: %s", self.id, error)
            return self.browse()

    def _wa_keep_mp3(self, raw: bytes) -> models.BaseModel:
        """Keep a converted sound beside its original."""
        return self.create(
            {
                "name": filenames.replaced_ending(self.name or "sound", "mp3"),
                "raw": raw,
                "mimetype": "audio/mpeg",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
