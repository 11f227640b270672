"""Media: upload, address, download, deletion.

Source: Meta, ``business-phone-numbers/media``.
"""

import base64
import hashlib
import hmac

from aiohttp import web

from . import rules_media
from .errors import GraphError, missing, unknown_node
from .faults import strike
from .records import Media

DOWNLOAD_PATH = "/whatsapp_business/attachments/"


def store(world, mime_type, data, from_customer, filename=None, number=None):
    """Keep a file and return its record.

    :param number: the business number it belongs to, if that is known already.
    """
    media = Media(
        id=world.next_id(),
        mime_type=mime_type,
        data=data,
        at=world.now(),
        from_customer=from_customer,
        sha256=base64.b64encode(hashlib.sha256(data).digest()).decode(),
        filename=filename,
    )
    world.media[media.id] = media
    if number is not None:
        belongs_to(media, number)
    return media


def belongs_to(media, number):
    """Note that a file was uploaded for a business number, or was sent to it."""
    media.numbers.add(number.phone_number_id)
    media.waba_id = number.waba_id


def upload(call):
    """``POST /{phone_number_id}/media`` as multipart."""
    if call.body.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if "file" not in call.files:
        raise missing("file")
    filename, mime_type, data = call.files["file"]
    mime_type = call.body.get("type") or mime_type
    rules_media.check_upload(mime_type, len(data))
    return {"id": store(call.world, mime_type, data, False, filename, call.record).id}


def alive(call):
    """Return the media of the call; raise when its id is too old, or it belongs to another number than the call names.

    Meta checks ``phone_number_id`` before anything else; the code of the refusal is not documented, so it is the one for
    what does not exist (decision 0081). A customer's file that was sent to nobody yet is nobody's.
    """
    media, number = call.record, call.get("phone_number_id")
    if number is not None and media.numbers and str(number) not in media.numbers:
        raise unknown_node(media.id, call.request.method)
    if rules_media.is_expired(media.at, media.from_customer, call.world.now()):
        raise unknown_node(media.id, call.request.method)
    return media


def read(call):
    """``GET /{MEDIA_ID}``: a new address for five minutes."""
    media = alive(call)
    return {
        "messaging_product": "whatsapp",
        "url": address(call.server, media),
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": len(media.data),
        "id": media.id,
    }


def delete(call):
    """``DELETE /{MEDIA_ID}``."""
    del call.world.media[alive(call).id]
    return {"success": True}


def seal(world, media_id, expires):
    """Return the proof that an address was made here."""
    text = f"{media_id}:{expires}".encode()
    return hmac.new(world.app_secret.encode(), text, hashlib.sha256).hexdigest()[:32]


def address(server, media):
    """Return a download address that works for five minutes."""
    expires = int(server.world.now()) + rules_media.URL_SECONDS
    return f"{server.base_url}{DOWNLOAD_PATH}?mid={media.id}&ext={expires}&hash={seal(server.world, media.id, expires)}"


async def download(server, request):
    """Serve a file to whoever has a fresh address *and* the token."""
    world, query = server.world, request.query
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    token = world.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    if token is None or not token.valid:
        return web.json_response(GraphError(190).envelope(), status=401)
    answer = _file_at(world, query)
    label = f"GET {request.path} {query.get('mid', '')}"
    fault = server.faults.take(label, "file") if server.faults.waiting else None
    return answer if fault is None else await strike(fault, request, answer)


def _file_at(world, query):
    """Return the file an address of ours leads to, or 404 when it has expired or was never made here."""
    media = world.media.get(query.get("mid", ""))
    right = (
        media is not None
        and query.get("ext", "").isdigit()
        and hmac.compare_digest(seal(world, media.id, query["ext"]), query.get("hash", ""))
    )
    if not right or int(query["ext"]) <= world.now():
        return web.Response(status=404, text="")
    return web.Response(body=media.data, headers={"Content-Type": media.mime_type})
