"""Files of conversations are never public: what was opened before is closed, wherever it belongs."""


def migrate(cr, version):
    """Take the mark "public" and the tokens from the files of conversations."""
    if version:
        cr.execute(
            """
            UPDATE ir_attachment a SET public = FALSE, access_token = NULL
             WHERE (a.public OR a.access_token IS NOT NULL)
               AND (EXISTS (SELECT 1 FROM discuss_channel c
                             WHERE a.res_model = 'discuss.channel' AND c.id = a.res_id AND c.channel_type = 'wa')
                    OR EXISTS (SELECT 1 FROM ir_attachment o JOIN discuss_channel c
                                   ON o.res_model = 'discuss.channel' AND c.id = o.res_id AND c.channel_type = 'wa'
                                WHERE a.res_model = 'ir.attachment' AND o.id = a.res_id)
                    OR a.res_model IN ('wa.account', 'wa.message')
                    OR EXISTS (SELECT 1 FROM wa_media w WHERE w.attachment_id = a.id))
            """
        )
