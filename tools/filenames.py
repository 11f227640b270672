"""Names of files: harmless on every computer, readable, and with the ending that fits what the file is.

Names come from strangers and from colleagues, go to customers' phones and onto people's disks, and decide by their end with
which program a file is opened. One rule for all of them, in and out.

Source: Microsoft, "Naming Files, Paths, and Namespaces" (reserved names and characters); POSIX NAME_MAX (255 bytes).
"""

from __future__ import annotations

import re
import unicodedata

from . import filetypes
from .bidi import is_blank, one_line, without_formula
from .graphemes import belongs_together

NAME_LIMIT = 120
"""Longest name from a stranger, in characters."""
SENT_LIMIT = 240
"""Longest name that is sent: as far as WhatsApp shows them."""
BYTES_LIMIT = 245
"""Longest name in UTF-8: file systems take 255, and browsers add " (1)"."""

_TEXTS = frozenset({"application/json", "application/rtf", "image/svg+xml"})
#: Characters at either end that are looked at of an endless name.
_PLENTY = 1000
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
#: An ending: short, Latin letters and digits, at least one letter. "09.51" and "v1.2" have none.
_ENDING = re.compile(r"(?=[a-z0-9]*[a-z])[a-z0-9]{1,10}", re.IGNORECASE)
#: Characters that join others and are drawn as nothing by themselves.
_JOINERS = "\u200c\u200d"


def clean(name: str | None, *, from_stranger: bool = True) -> str:
    """Return a file name that is one name, one line and not too long; ``""`` for none.

    :param from_stranger: also drop folders in front, characters that no Windows takes, and signs that would make a
        spreadsheet compute the name. What a colleague sends keeps its words; phones know what they can store.
    """
    name = name or ""
    if len(name) > 4 * _PLENTY:
        name = name[:_PLENTY] + name[-_PLENTY:]  # the middle would be cut out anyway
    name = one_line(name).replace("\\", "/")
    name = name.rpartition("/")[2] if from_stranger else name.replace("/", "_")
    name = "".join(c for c in name if c in _JOINERS or unicodedata.category(c) not in ("Cf", "Zl", "Zp", "Co"))
    name = name.strip(" ." + _JOINERS)
    if from_stranger:
        name = without_formula(_FORBIDDEN.sub("_", name)).lstrip(" .")
    if is_blank(name.strip("._- ")):
        return ""
    limit = NAME_LIMIT if from_stranger else SENT_LIMIT
    return _shortened(f"_{name}" if _RESERVED.match(name) else name, limit)


def ending(name: str) -> str:
    """Return the ending of a name in lower case, without its dot; ``""`` for none."""
    stem, _dot, last = name.rpartition(".")
    return last.lower() if stem and _ENDING.fullmatch(last) else ""


def with_ending(name: str, kind: str, *, proven: bool = True) -> str:
    """Return a name that ends as files of a type do; one that fits is left alone.

    A wrong ending stays readable in front of the right one: ``photo.png`` that is a PDF is ``photo.png.pdf``.

    :param name: as :func:`clean` returns it, not empty.
    :param kind: a MIME type; of one we do not know the name stays as it is.
    :param proven: the bytes say so. If not, a type is one claim and a known ending another, and the name is left alone:
        many phones call a table of commas a workbook.
    """
    kind = filetypes.bare(kind)
    known = filetypes.ENDINGS.get(kind, ())
    present = ending(name)
    if not known or present in known:
        return name
    if present and not proven and filetypes.type_of_ending(present):
        return name
    if present and kind in filetypes.CONTAINERS and not _contradicts(present, kind):
        return name
    return _shortened(f"{name}.{known[0]}", max(NAME_LIMIT, len(name)))


def _contradicts(present: str, kind: str) -> bool:
    """Tell whether an ending stands for something that a container of this type cannot be."""
    meant = filetypes.type_of_ending(present)
    if kind == "application/zip" or kind == "application/gzip":
        return meant in filetypes.ENDINGS and meant not in (kind, "") and not meant.startswith("application/vnd.")
    # Text may be called anything that is text; pictures, sounds and documents are none.
    return bool(meant) and not meant.startswith("text/") and meant not in _TEXTS


def replaced_ending(name: str, new: str) -> str:
    """Return a name with another ending: ``photo.heic`` as ``photo.jpg``; a number after a dot is no ending.

    :param new: with or without its dot.
    """
    name = clean(name, from_stranger=False) or "file"
    present = ending(name)
    stem = name[: -len(present) - 1] if present else name
    return _shortened(f"{stem}.{new.lstrip('.')}", SENT_LIMIT)


def _shortened(name: str, limit: int) -> str:
    """Cut the middle out of a name that is too long: between characters as people see them, its ending kept."""
    present = ending(name)
    last = f".{present}" if present else ""
    stem = name[: len(name) - len(last)]
    if _fits(name, limit):
        return name
    # Two endings are told apart by their ends: what stands before ".pdf.exe" gives way, never what comes after.
    stem = stem[:limit]
    while not _fits(stem + last, limit):
        cut = len(stem) - 1
        while cut > 1 and belongs_together(stem, cut):
            cut -= 1
        stem = stem[:cut]
    return stem.rstrip(" ." + _JOINERS) + last


def _fits(name: str, limit: int) -> bool:
    return len(name) <= limit and len(name.encode()) <= BYTES_LIMIT
