from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request


class WaAudio(http.Controller):
    """Sounds of conversations for browsers that do not play how they came."""

    @http.route("/wa/sound/<int:attachment_id>.mp3", type="http", auth="user", methods=["GET"], readonly=False)
    def play_as_mp3(self, attachment_id: int, **kw: str) -> http.Response:
        """Answer with a sound as MP3. It is made on the first call, so this may write.

        404 also for what the user may not open: nobody learns which files exist.
        """
        try:
            sound = request.env["ir.attachment"].browse(attachment_id)._wa_get_mp3()
        except (AccessError, MissingError):
            raise NotFound from None
        if not sound:
            raise NotFound
        return request.env["ir.binary"]._get_stream_from(sound).get_response(as_attachment=False)
