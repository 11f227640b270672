"""Files of conversations are never public: what was opened before is closed."""


def migrate(cr, version):
    """Take the mark "public" and the tokens from the files of conversations."""
    if version:
        cr.execute(
            """
            UPDATE ir_attachment a SET public = FALSE, access_token = NULL
              FROM discuss_channel c
             WHERE (a.public OR a.access_token IS NOT NULL)
               AND a.res_model = 'discuss.channel' AND c.id = a.res_id AND c.channel_type = 'wa'
            """
        )
