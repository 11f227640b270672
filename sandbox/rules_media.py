"""Files: which types and sizes may be sent, and how long ids and addresses live.

Source: Meta, ``business-phone-numbers/media`` (supported media types).
"""

from .errors import GraphError

KIB, MIB = 1024, 1024 * 1024

URL_SECONDS = 5 * 60
UPLOADED_SECONDS = 30 * 24 * 3600
RECEIVED_SECONDS = 7 * 24 * 3600

TYPES = {
    "audio": ({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}, 16 * MIB),
    "document": (
        {
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        },
        100 * MIB,
    ),
    "image": ({"image/jpeg", "image/png"}, 5 * MIB),
    "sticker": ({"image/webp"}, 500 * KIB),
    "video": ({"video/mp4", "video/3gpp"}, 16 * MIB),
}


def base_type(mime_type):
    """Return a MIME type without its parameters."""
    return mime_type.split(";")[0].strip().lower()


def kind_of(mime_type):
    """Return the kind of media a MIME type may be sent as, or None."""
    base = base_type(mime_type)
    return next((kind for kind, (types, _) in TYPES.items() if base in types), None)


def check_upload(mime_type, size):
    """Raise unless a file of this type and size may be uploaded."""
    kind = kind_of(mime_type)
    if kind is None:
        allowed = ", ".join(sorted(set().union(*(types for types, _ in TYPES.values()))))
        raise GraphError(
            100,
            message=f"(#100) Param file must be a file with one of the following types: {allowed}. "
            f"Received file of type '{mime_type[:80]}'.",
        )
    if size == 0:
        raise GraphError(131053, "The file is empty.")
    if size > TYPES[kind][1]:
        raise GraphError(131053, f"The file is too large: {size} bytes, at most {TYPES[kind][1]} for {kind}.")


def check_use(kind, mime_type, data=b""):
    """Raise unless a file can be sent as this kind of message.

    :param kind: a message type, or ``voice`` for audio that asks to be shown as a voice note.
    """
    base = base_type(mime_type)
    if base not in TYPES["audio" if kind == "voice" else kind][0]:
        raise GraphError(131053, f"A file of type {mime_type[:80]} cannot be sent as {kind}.")
    if (kind == "voice" or base == "audio/ogg") and opus_channels(data) != 1:
        raise GraphError(131053, f"As {kind} only Ogg with Opus and one channel can be sent; this is another file.")


def opus_channels(data):
    """Return how many channels a file of Ogg with Opus has; 0 when it is none, or no sound follows its headers.

    Source: RFC 3533, RFC 7845: the header of Opus is the only content of the first page, its comments of the next.
    """
    if data[:4] != b"OggS" or data[28:36] != b"OpusHead" or data.count(b"OggS") < 3:
        return 0
    return data[37]


def is_expired(uploaded_at, from_customer, now):
    """Tell whether a media id no longer works."""
    return now - uploaded_at >= (RECEIVED_SECONDS if from_customer else UPLOADED_SECONDS)
