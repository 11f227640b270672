from odoo import models

from ...tools.pixels import HEAD, has_too_many_pixels


class IrBinary(models.AbstractModel):
    """Files of conversations are opened by who may read them, and thumbnails made of what can be opened without harm."""

    _inherit = "ir.binary"

    def _find_record(self, xmlid=None, res_model="ir.attachment", res_id=None, access_token=None, field=None):
        """Do not let a token stand for the right to read a conversation's file: signed links outlive teams."""
        if access_token and res_id and res_model == "ir.attachment":
            if self.env["ir.attachment"].sudo().browse(int(res_id)).exists()._wa_in_conversations():
                access_token = None
        return super()._find_record(xmlid, res_model, res_id, access_token, field)

    def _get_image_stream_from(self, record, field_name="raw", *args, **kwargs):
        """Hand out a picture with too many pixels as it is: nobody opens it here, whatever size was asked for.

        Core opens whatever it is asked to make smaller, also files that are no pictures by their type.
        """
        if record._name == "ir.attachment" and len(record) == 1 and self._wa_is_bomb(record.sudo()):
            kwargs.update(width=0, height=0, crop=False, quality=0)
            field_name = "raw"
        return super()._get_image_stream_from(record, field_name, *args, **kwargs)

    def _wa_is_bomb(self, attachment: models.BaseModel) -> bool:
        if attachment.type != "binary":
            return False
        if attachment.store_fname:
            return has_too_many_pixels(attachment._file_read(attachment.store_fname, HEAD))
        return has_too_many_pixels(attachment.db_datas or b"")
