"""The parameters of a Graph request, wherever they stand: in the address, in a form, in a JSON body.

Graph reads them all alike. What is an object, a list, a number or a yes/no may be written as JSON or as its text: in
an address or a form there is no other way, and clients do it inside of JSON bodies too. No page of Meta says so in one
place; widely used clients rely on it (whatsapp-api-js sends ``"text": "{\\"body\\":…}"`` and ``messaging_product`` in the
address). A text that is a text stays one, whatever it looks like: only the parameters below are read further.
"""

import json

from .errors import GraphError

#: Objects and lists.
STRUCTURED = frozenset(
    {
        "audio",
        "block_users",
        "calling",
        "categories",
        "components",
        "contacts",
        "context",
        "document",
        "filtering",
        "hsm_ids",
        "image",
        "interactive",
        "library_template_body_inputs",
        "library_template_button_inputs",
        "location",
        "payload_encryption",
        "reaction",
        "sticker",
        "storage_configuration",
        "template",
        "text",
        "typing_indicator",
        "user_identity_change",
        "video",
        "webhook_configuration",
        "websites",
    }
)
#: Whole numbers and yes/no.
PLAIN = frozenset(
    {
        "allow_category_change",
        "cta_url_link_tracking_opted_out",
        "enable_welcome_message",
        "message_send_ttl_seconds",
        "publish",
    }
)
READ_FURTHER = STRUCTURED | PLAIN
#: About the request itself, no parameter of what is called.
OF_THE_REQUEST = frozenset({"access_token", "appsecret_proof"})


async def read(request, take_raw):
    """Read what a request carries.

    :param take_raw: the body is a file's bytes, not parameters.
    :return: ``(body, files, raw)``: the body's own parameters, files as ``{name: (filename, type, bytes)}``, the bytes.
    :raise GraphError: 100 for a body that is neither a form nor a JSON object.
    """
    if request.method not in ("POST", "DELETE"):
        return {}, {}, b""
    kind = request.content_type
    if kind == "multipart/form-data":
        body, files = await read_multipart(request)
        return body, files, b""
    raw = await request.read()
    if not raw or take_raw:
        return {}, {}, raw
    if kind == "application/x-www-form-urlencoded":
        return dict(await request.post()), {}, raw
    try:
        body = json.loads(raw, parse_constant=reject_constant)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise GraphError(100, message="(#100) The request body is not a valid JSON object.")
    return body, {}, raw


async def read_multipart(request):
    """Return ``(fields, files)`` of a form with files."""
    body, files = {}, {}
    async for part in await request.multipart():
        if part.filename is not None:
            content_type = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name] = (part.filename, content_type, bytes(await part.read()))
        else:
            body[part.name] = await part.text()
    return body, files


def joined(query, body):
    """Return all parameters of a call; what stands in the body goes before what stands in the address."""
    out = {name: value for name, value in query.items() if name not in OF_THE_REQUEST}
    out.update((name, value) for name, value in body.items() if name not in OF_THE_REQUEST and value is not None)
    return {name: understood(name, value) for name, value in out.items()}


def understood(name, value):
    """Return a parameter's value, read as JSON where the parameter is no text and its value is one."""
    if not isinstance(value, str) or name not in READ_FURTHER:
        return value
    try:
        found = json.loads(value, parse_constant=reject_constant)
    except ValueError:
        return value
    wanted = (dict, list) if name in STRUCTURED else (bool, int)
    return found if isinstance(found, wanted) else value


def reject_constant(name):
    """Refuse ``NaN`` and ``Infinity``, which Python reads but JSON does not have."""
    raise ValueError(name)
