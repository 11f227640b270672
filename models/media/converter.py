"""ffmpeg: where it is, and how it is run on bytes of strangers."""

import logging
import os
import signal
import subprocess
from functools import cache

from odoo.tools import find_in_path

_logger = logging.getLogger(__name__)

#: Seconds a conversion may take; a minute of speech takes well under one.
TIME_LIMIT = 60
#: Containers that are opened. Playlists and scripts (HLS, DASH, concat, SDP) are none of them: what poses as a
#: recording is never read as a list of other files and addresses.
CONTAINERS = "aac,aiff,amr,amrnb,amrwb,asf,caf,flac,matroska,mov,mp3,ogg,w64,wav"
#: The input is what we write into a pipe, and nothing else; ``cache`` lets ffmpeg go back in it, because an M4A or a film
#: may have its table of contents at the end. It reads ahead as far as it has to: by default it gives up after 64 kB, and
#: how much is there by then depends on how busy the machine is.
INPUT = (
    *("-protocol_whitelist", "cache,pipe", "-read_ahead_limit", "-1"),
    *("-format_whitelist", CONTAINERS, "-i", "cache:pipe:0"),
)


class NoConverter(Exception):
    """There is no ``ffmpeg`` on this server, or one without the encoder that is needed."""


class Unreadable(Exception):
    """``ffmpeg`` could not make anything of the file."""


class ConverterFailed(Exception):
    """``ffmpeg`` did not start or did not come to an end: nothing is known about the file."""


def find_converter():
    """Return the path of ``ffmpeg``, or None: the system's, else the one of the Python package imageio-ffmpeg."""
    try:
        return find_in_path("ffmpeg")
    except OSError:
        return _find_packaged()


@cache
def _find_packaged():
    """Return the path of the ``ffmpeg`` that came with pip: for servers on which nobody may install programs.

    Looked for once: what is installed later counts after the next start, as with any Python package.
    """
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        return None
    try:
        return get_ffmpeg_exe()
    except RuntimeError:  # the package came without a program for this kind of machine
        return None


def convert(raw, arguments):
    """Run ``ffmpeg`` on bytes.

    :param bytes raw: what it reads.
    :param arguments: what it does with it; ends with the output, ``pipe:1`` to have it returned.
    :returns: what it wrote into ``pipe:1``.
    :raises NoConverter: there is none that can do this.
    :raises Unreadable: the bytes are damaged or something else.
    :raises ConverterFailed: it hangs or does not start.
    """
    converter = find_converter()
    if not converter:
        raise NoConverter
    command = [converter, "-hide_banner", "-nostdin", "-loglevel", "error", *INPUT, *arguments]
    code, output, complaint = _run(command, raw)
    if b"Unknown encoder" in complaint:
        _logger.warning("%s lacks an encoder: %s", converter, complaint.decode(errors="replace").strip())
        raise NoConverter
    if b"No space left on device" in complaint:
        raise ConverterFailed("disk full")
    if code:
        raise Unreadable(complaint.decode(errors="replace").strip()[:400])
    return output


def _run(command, raw):
    """Return ``(exit code, output, complaints)``; whatever hangs is killed with all it started."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        _logger.warning("%s cannot be started: %s", command[0], error)
        raise ConverterFailed(type(error).__name__) from error
    with process:
        try:
            output, complaint = process.communicate(raw, timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired as error:
            _logger.warning("%s was killed after %s seconds", command[0], TIME_LIMIT)
            raise ConverterFailed("too slow") from error
        finally:
            # Also when this request is cut off. The group: what is on the path may be a script around the program.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, output, complaint
