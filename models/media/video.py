"""Films as WhatsApp takes them: MP4 with H.264 and AAC, its index first.

Source: Meta, WhatsApp "Media" (supported video formats).
"""

import os
import tempfile

from .converter import Unreadable, convert

#: The pictures are packed anew, not encoded anew: that takes a moment, encoding takes minutes.
PACKED_ANEW = "-map 0:v:0 -map 0:a:0? -c:v copy -c:a aac -ac 2 -b:a 128k -movflags +faststart -f mp4".split()


def pack_anew(raw):
    """Return a film with H.264 as the MP4 that WhatsApp wants: one AAC sound track, index first.

    :param bytes raw: MP4, 3GP or MOV.
    :raises NoConverter, Unreadable, ConverterFailed: as :func:`~.converter.convert`.
    """
    with tempfile.TemporaryDirectory(prefix="wa_film_") as folder:
        # The index can only be put first in a file that one can go back in.
        path = os.path.join(folder, "film.mp4")
        convert(raw, [*PACKED_ANEW, path])
        if not os.path.exists(path) or not os.path.getsize(path):
            raise Unreadable("no film in it")
        with open(path, "rb") as film:
            return film.read()
