"""Resumable uploads of samples for templates, and the addresses under which the samples are read back.

Source: Meta, ``docs/graph-api/guides/upload``. Meta reads a sample back as an address on ``scontent.whatsapp.net`` that
needs no token and ends (four recordings); here it is one of this server, so that it can be fetched. Everybody may fetch it
but Meta's own fetcher: sent as a ``link`` it is accepted and fails later with 131053 (three measurements).
"""

import base64
import hashlib
import hmac
import secrets

from aiohttp import web

from .errors import GraphError, unknown_node
from .records import Sample
from .rules_samples import ADDRESS_SECONDS, FITS

PATH = "/scontent/"
#: How Meta's fetcher introduces itself, also when it brings webhooks.
FETCHER = "facebookexternalua"


def start(call):
    """``POST /{APP_ID}/uploads``: first step, with the length and the type of the file."""
    try:
        length = int(call.get("file_length"))
    except (TypeError, ValueError):
        raise GraphError(100, message="(#100) The parameter file_length is required.") from None
    mime_type = call.get("file_type")
    if mime_type not in FITS:
        raise GraphError(100, message="(#100) Param file_type must be one of {" + ", ".join(FITS) + "}")
    upload_id, signature = "upload:" + secrets.token_urlsafe(24), secrets.token_urlsafe(15)
    call.world.uploads[upload_id] = {"length": length, "type": mime_type, "data": b"", "sig": signature}
    return {"id": f"{upload_id}?sig={signature}"}


def session_of(call):
    """Return the upload a node names; its id goes on behind a question mark, and belongs into the address as it is."""
    session = call.world.uploads.get(call.node)
    if session is None or call.params.get("sig") != session["sig"]:
        raise unknown_node(call.node, call.request.method)
    return session


def go_on(call):
    """``POST /{upload id}`` with raw bytes from ``file_offset`` on; returns the handle when complete."""
    session, world = session_of(call), call.world
    offset = call.request.headers.get("file_offset", "0")
    have = len(session["data"])
    if not offset.isdigit() or int(offset) != have or have + len(call.raw) > session["length"] or not call.raw:
        raise GraphError(100, message="(#100) The file_offset does not match what was uploaded so far.")
    session["data"] += call.raw
    if len(session["data"]) < session["length"]:
        return {"id": id_of(call)}
    handle = "4::" + base64.urlsafe_b64encode(secrets.token_bytes(30)).decode()
    world.samples[handle] = Sample(handle, world.next_id(), session["type"], session["length"])
    world.sample_data[handle] = session["data"]
    return {"h": handle}


def read(call):
    """``GET /{upload id}``: how far the upload got."""
    return {"file_offset": len(session_of(call)["data"]), "id": id_of(call)}


def id_of(call):
    """Return the whole id of an upload."""
    return f"{call.node}?sig={call.params['sig']}"


def address(server, handle):
    """Return the address under which a sample can be fetched for a while, another one at every reading.

    A handle of which nothing is known (templates of the configuration, or kept by an older version) stays as it is.
    """
    world = server.world
    sample = world.samples.get(str(handle))
    if sample is None:
        return handle
    ends = f"{int(world.now()) + ADDRESS_SECONDS:X}"
    ending = sample.mime_type.rpartition("/")[2]
    return f"{server.base_url}{PATH}{sample.sample_id}_n.{ending}?oh={seal(world, sample, ends)}&oe={ends}"


def seal(world, sample, ends):
    """Return the proof that an address was made here."""
    text = f"{sample.sample_id}:{ends}".encode()
    return hmac.new(world.app_secret.encode(), text, hashlib.sha256).hexdigest()[:32]


def serve(server, request):
    """Hand out a sample to whoever has an address that is not over, but not to Meta's fetcher; 403 otherwise."""
    world, name = server.world, request.match_info["name"].partition("_")[0]
    sample = next((one for one in world.samples.values() if one.sample_id == name), None)
    ends, proof = request.query.get("oe", ""), request.query.get("oh", "")
    right = sample is not None and hmac.compare_digest(seal(world, sample, ends).encode(), proof.encode())
    if request.headers.get("User-Agent", "").startswith(FETCHER) or not right or int(ends, 16) <= world.now():
        return web.Response(status=403, text="URL signature expired")
    if sample.handle not in world.sample_data:
        return web.Response(status=404, text="Uploaded files are not kept between two runs.")
    return web.Response(body=world.sample_data[sample.handle], headers={"Content-Type": sample.mime_type})
