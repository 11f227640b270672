"""What a file is, by its first bytes; and the endings by which people's computers know it.

A type that was only said (by the sender's phone, by a browser) is a claim: the bytes decide where they are distinct.

Source: the formats' own specifications; IANA "Media Types"; OASIS OpenDocument part 3 (mimetype member); ECMA-376.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

#: Type -> its endings; the first is the one we give.
ENDINGS: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    f"{_OOXML}wordprocessingml.document": ("docx",),
    f"{_OOXML}spreadsheetml.sheet": ("xlsx",),
    f"{_OOXML}presentationml.presentation": ("pptx", "ppsx"),
    "application/vnd.ms-word.document.macroenabled.12": ("docm",),
    "application/vnd.ms-excel.sheet.macroenabled.12": ("xlsm",),
    "application/vnd.ms-powerpoint.presentation.macroenabled.12": ("pptm", "ppsm"),
    "application/msword": ("doc", "dot"),
    "application/vnd.ms-excel": ("xls", "xlt"),
    "application/vnd.ms-powerpoint": ("ppt", "pps"),
    "application/vnd.ms-outlook": ("msg",),
    f"{_ODF}text": ("odt",),
    f"{_ODF}spreadsheet": ("ods",),
    f"{_ODF}presentation": ("odp",),
    f"{_ODF}graphics": ("odg",),
    "application/epub+zip": ("epub",),
    "application/rtf": ("rtf", "doc"),
    "application/zip": ("zip",),
    "application/gzip": ("gz", "tgz"),
    "application/x-7z-compressed": ("7z",),
    "application/vnd.rar": ("rar",),
    "application/x-msdownload": ("exe", "dll", "scr", "com", "sys", "cpl"),
    "application/vnd.android.package-archive": ("apk",),
    "application/java-archive": ("jar",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/bmp": ("bmp",),
    "image/tiff": ("tif", "tiff"),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    "image/svg+xml": ("svg",),
    "video/mp4": ("mp4", "m4v"),
    "video/3gpp": ("3gp", "3gpp"),
    "video/quicktime": ("mov", "qt"),
    "video/webm": ("webm",),
    "video/x-matroska": ("mkv",),
    "video/x-msvideo": ("avi",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a", "mp4"),
    "audio/aac": ("aac",),
    "audio/amr": ("amr",),
    "audio/wav": ("wav",),
    "audio/flac": ("flac",),
    "text/html": ("html", "htm", "xhtml"),
    "text/csv": ("csv",),
    "text/calendar": ("ics",),
    "text/vcard": ("vcf",),
    "text/xml": ("xml",),
    "application/json": ("json",),
    "text/plain": ("txt",),
}
#: Other names of types.
ALIASES = {
    "application/x-pdf": "application/pdf",
    "application/xml": "text/xml",
    "application/csv": "text/csv",
    "application/x-zip-compressed": "application/zip",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/x-gzip": "application/gzip",
    "application/x-dosexec": "application/x-msdownload",
    "text/rtf": "application/rtf",
    "text/x-vcard": "text/vcard",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/heif": "image/heic",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/opus": "audio/ogg",
    "audio/x-wav": "audio/wav",
    "video/3gp": "video/3gpp",
    "video/x-m4v": "video/mp4",
}
#: Types whose content may be many things; an ending that says which is believed.
CONTAINERS = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "application/zip", "application/gzip", "text/plain", "text/xml"}
    | {"application/x-ole-storage", "application/json"}
)
_LONGEST_LIST = 4 * 1024 * 1024
_BY_ENDING = {ending: kind for kind, endings in reversed(ENDINGS.items()) for ending in endings}

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b\x08", "application/gzip"),
)
#: Main part of a document of Office -> type.
_PARTS = (
    ("word/document", f"{_OOXML}wordprocessingml.document", "application/vnd.ms-word.document.macroenabled.12"),
    ("xl/workbook", f"{_OOXML}spreadsheetml.sheet", "application/vnd.ms-excel.sheet.macroenabled.12"),
    (
        "ppt/presentation",
        f"{_OOXML}presentationml.presentation",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    ),
)
#: Streams of the older documents of Office, named in UTF-16.
_STREAMS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1", "application/vnd.ms-outlook"),
)
_BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"avis": "image/avif",
}


def bare(mime_type: str) -> str:
    """Return a type without parameters and by its usual name."""
    kind = (mime_type or "").partition(";")[0].strip().lower()
    return ALIASES.get(kind, kind)


def type_of_ending(ending: str) -> str:
    """Return the type an ending stands for, ``""`` for one we do not know."""
    return _BY_ENDING.get(ending.lower(), "")


def sniff(raw: bytes) -> str:
    """Return the type of a file by its bytes, ``""`` where they do not say. Never raises."""
    head = bytes(raw[:64])
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _zipped(raw)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(raw)
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _branded(head)
    if head.startswith(b"MZ") and _is_program(raw):
        return "application/x-msdownload"
    if head.startswith(b"BM") and len(raw) > 26 and int.from_bytes(raw[2:6], "little") == len(raw):
        return "image/bmp"
    return ""


def _zipped(raw: bytes) -> str:
    """What kind of document a ZIP is; only its list of members and one tiny member are read."""
    if _has_long_list(raw):
        return "application/zip"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()[:5000]
            told = _told_by_member(archive) if "mimetype" in names else ""
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, OSError, EOFError):  # NotImplementedError among them
        return "application/zip"
    if told in ENDINGS and told.startswith("application/"):
        return told
    macros = any(name.endswith("vbaProject.bin") for name in names)
    for part, kind, with_macros in _PARTS:
        if any(name.startswith(part) for name in names):
            return with_macros if macros else kind
    if "AndroidManifest.xml" in names:
        return "application/vnd.android.package-archive"
    return "application/java-archive" if "META-INF/MANIFEST.MF" in names else "application/zip"


def _has_long_list(raw: bytes) -> bool:
    """Tell whether a ZIP lists more members than any document has: reading millions of them would cost a gigabyte."""
    tail = bytes(raw[-65557:])
    at = tail.rfind(b"PK\x05\x06")
    return at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > _LONGEST_LIST


def _told_by_member(archive: zipfile.ZipFile) -> str:
    """OpenDocument and EPUB carry their type as a member that is not compressed.

    A compressed one is not read: its size is a claim, and a few kilobytes may unfold into gigabytes.
    """
    info = archive.getinfo("mimetype")
    if info.compress_type != zipfile.ZIP_STORED or info.file_size > 200 or info.flag_bits & 1:
        return ""
    with archive.open(info) as member:
        return member.read(200).decode("ascii", "replace").strip()


def _compound(raw: bytes) -> str:
    head = bytes(raw[: 4 * 1024 * 1024]) + bytes(raw[-65536:])
    for name, kind in _STREAMS:
        if name.encode("utf-16-le") in head:
            return kind
    return "application/x-ole-storage"


def _branded(head: bytes) -> str:
    brand = head[8:12]
    if brand in _BRANDS:
        return _BRANDS[brand]
    if brand in (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"):
        return "image/avif" if b"avif" in head[16:64] else "image/heic"
    return "video/3gpp" if brand[:3] == b"3gp" else "video/mp4"


def _is_program(raw: bytes) -> bool:
    at = int.from_bytes(raw[60:64], "little")
    return len(raw) > 64 and raw[at : at + 2] in (b"PE", b"NE", b"LE")


_WRAPPED = (
    "application/epub",
    "application/java",
    "application/msword",
    "application/vnd.android",
    "application/vnd.ms-",
)
_ANNOUNCED_TEXT = re.compile(r"text/.+|application/(json|.+\+xml|xml|javascript|x-yaml)")


def actual_type(raw: bytes, said: str) -> str:
    """Return what a file is: by its bytes where they are distinct, else as it was said.

    :param said: a MIME type, with or without parameters; may be empty.
    :returns: a bare type; ``""`` when nothing is known.
    """
    said = bare(said)
    found = sniff(raw)
    if not found or found == said:
        return said
    if found in ("application/zip", "application/x-ole-storage"):
        # What was said may be one of the many kinds of documents in that wrapping; a distinct other kind it is not.
        distinct = said in ENDINGS and said not in CONTAINERS and not _is_wrapped(said)
        return found if not said or said in CONTAINERS or distinct or _ANNOUNCED_TEXT.fullmatch(said) else said
    if said.startswith("audio/") and found in ("video/mp4", "video/3gpp", "video/x-matroska"):
        return said  # the same wrapping, with nothing to see in it
    return found


def _is_wrapped(kind: str) -> bool:
    """Tell whether documents of a type are ZIP archives or compound files inside."""
    return kind.startswith((_OOXML, _ODF, *_WRAPPED))
