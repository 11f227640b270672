"""Control API, the business side and Meta's side: callbacks, templates, numbers, tokens, any webhook."""

from . import payloads, reports, rules_recipient, rules_review, rules_throttle
from .control_customers import number_of
from .control_errors import ControlError, one_of, text, whole
from .errors import GraphError
from .graph_templates import set_status
from .payloads_account import LIMITS
from .records import Token
from .rules_template import CATEGORIES
from .views import message_view, number_view, template_view
from .webhooks import Update

#: Recipients that a test number may have. Source: Meta, "Get started".
TEST_RECIPIENTS = 5


async def set_callback(server, request, body):
    """Set the app's own callback, as the App Dashboard does, with Meta's handshake; empty removes it.

    With ``waba_id`` the account's override is set instead (and the app subscribed).
    """
    url, token = body.get("callback_url"), body.get("verify_token")
    world = server.world
    if url:
        problem = await server.dispatcher.handshake(url, token)
        if problem:
            raise ControlError(f"The callback did not prove itself: {problem}")
    waba_id = body.get("waba_id")
    if waba_id is None:
        world.app_callback = {"callback_url": url or None, "verify_token": token, "fields": body.get("fields")}
        server.hub.tell("callback", {})
        return {"ok": True}
    if waba_id not in world.accounts:
        raise ControlError(f"There is no account {waba_id}.", 404)
    world.accounts[waba_id].subscribed[world.app_id] = {"override_callback_uri": url, "verify_token": token} if url else {}
    return {"ok": True}


def emit(server, request, body):
    """Send any webhook: ``field`` and ``value``, signed and delivered like all others."""
    field, value = body.get("field"), body.get("value")
    if not isinstance(field, str) or value is None:
        raise ControlError("Give field and value.")
    world = server.world
    waba_id = body.get("waba_id") or next(iter(world.accounts))
    number = world.numbers.get(str(body.get("phone_number_id") or ""))
    if number is None and isinstance(value, dict) and isinstance(value.get("metadata"), dict):
        number = world.numbers.get(str(value["metadata"].get("phone_number_id")))
    time = body.get("time", None if field == "messages" else int(world.now()))
    server.dispatcher.publish(Update(waba_id, field, value, number, time))
    return {"ok": True}


def list_sent(server, request, body):
    """Every message accepted from the business: for "exactly once" counts. ``after`` is a serial."""
    after, limit = whole(request, "after", 0), whole(request, "limit", 10_000)
    rows = [row for row in server.journal.sent if row[0] > after][:limit]
    names = ("serial", "id", "customer_id", "phone_number_id", "type", "biz_opaque_callback_data", "timestamp")
    out = [dict(zip(names, row, strict=True)) for row in rows]
    if request.query.get("status") == "1":
        for row in out:
            message = server.world.messages.get(row["id"])
            row["status"] = message.status if message else None
    return {"sent": out, "total": server.journal.serial}


def read_message(server, request, body):
    """One message by its id."""
    message = server.world.messages.get(request.match_info["id"])
    if message is None:
        raise ControlError("There is no such message.", 404)
    return message_view(message)


def set_message_status(server, request, body):
    """Report a status of a message now: ``status`` and, for ``failed``, ``code``."""
    message = server.world.messages.get(request.match_info["id"])
    if message is None or message.direction != "out":
        raise ControlError("There is no such message.", 404)
    server.traffic.force(message, str(body.get("status")), GraphError(int(body.get("code", 131000))))
    return message_view(message)


def list_templates(server, request, body):
    """All templates."""
    return {"templates": [template_view(one) for one in server.world.templates.values()]}


def change_template(server, request, body):
    """Change a template as Meta would, with webhooks: ``status`` (+ ``reason``, ``other_info``), ``quality``, ``category``.

    ``status`` also takes the events that are no status of their own: FLAGGED, LOCKED, REINSTATED, UNARCHIVED.
    ``correct_category`` announces another category.
    """
    template = server.world.templates.get(request.match_info["id"])
    if template is None:
        raise ControlError("There is no such template.", 404)
    one_of(body, "status", (*rules_review.STATUSES, *reports.TEMPLATE_EVENTS))
    one_of(body, "quality", ("GREEN", "YELLOW", "RED", "UNKNOWN"))
    one_of(body, "category", CATEGORIES)
    one_of(body, "correct_category", CATEGORIES)
    if "status" in body:
        why = body.get("reason", "NONE"), body.get("other_info")
        if not reports.template_event(server, template, body["status"], *why):
            set_status(server, template, body["status"], *why)
    if "quality" in body:
        previous, template.quality, template.quality_at = template.quality, body["quality"], server.world.now()
        server.traffic.publish(
            "message_template_quality_update", payloads.template_quality(template, previous), template.waba_id
        )
    if "correct_category" in body:
        reports.announce_category(server, template, body["correct_category"])
    if "category" in body:
        previous, template.category = template.category, body["category"]
        template.previous_category, template.correct_category = previous, None
        server.traffic.publish("template_category_update", payloads.template_category(template, previous), template.waba_id)
    server.templates_changed(template)
    return template_view(template)


def change_number(server, request, body):
    """Change a business number as Meta would, with the webhooks by which Meta reports it.

    ``quality``, ``level`` (STANDARD, HIGH, COEXISTENCE), ``status``, ``limit`` (of the whole portfolio; ``limit_as_number``
    spells it as Meta's sample does), ``name_decision`` (+ ``name``, ``reason``), ``security`` (an event of the PIN), ``pin``;
    ``verified_name`` silently. ``test_recipients``: makes it a test number that may write to these (at most five) phone
    numbers; null ends that.
    """
    number = number_of(server, request.match_info["id"])
    one_of(body, "level", rules_throttle.MPS_BY_LEVEL)
    one_of(body, "quality", reports.QUALITIES)
    one_of(body, "status", reports.NUMBER_STATUSES)
    one_of(body, "limit", LIMITS)
    one_of(body, "name_decision", reports.NAME_DECISIONS)
    one_of(body, "security", ("PIN_CHANGED", "PIN_RESET_REQUEST", "PIN_REQUEST_SUCCESS"))
    if "test_recipients" in body:
        number.test_recipients = test_recipients(body["test_recipients"])
    for name in ("verified_name", "pin"):
        if name in body:
            setattr(number, name, body[name])
    if "limit" in body:
        reports.set_limit(server, number, body["limit"], bool(body.get("limit_as_number")))
    if "level" in body:
        reports.set_level(server, number, body["level"])
    if "quality" in body:
        reports.set_quality(server, number, body["quality"])
    if "status" in body:
        reports.set_number_status(server, number, body["status"])
    if "name_decision" in body:
        reports.decide_name(server, number, body["name_decision"], body.get("name"), body.get("reason"))
    if "security" in body:
        reports.tell_pin(server, number, body["security"])
    return number_view(number)


def test_recipients(phones):
    """Return what the list of a test number keeps of the phone numbers somebody entered, or None."""
    if phones is None:
        return None
    if not isinstance(phones, list) or len(phones) > TEST_RECIPIENTS:
        raise ControlError(f"test_recipients is a list of at most {TEST_RECIPIENTS} phone numbers, or null.")
    try:
        return [rules_recipient.as_listed(rules_recipient.normalise(phone, "")) for phone in phones]
    except GraphError as error:
        raise ControlError(error.details) from None


def add_number(server, request, body):
    """Add a business number to an account (the first one unless ``waba_id`` says otherwise)."""
    world = server.world
    waba_id = body.get("waba_id") or next(iter(world.accounts))
    if waba_id not in world.accounts:
        raise ControlError(f"There is no account {waba_id}.", 404)
    if not body.get("phone_number_id") or not body.get("display"):
        raise ControlError("Give phone_number_id and display.")
    number = world.add_number(
        waba_id,
        str(body["phone_number_id"]),
        str(body["display"]),
        str(body.get("verified_name") or world.accounts[waba_id].name),
    )
    server.hub.tell("reset", {})
    return number_view(number)


def set_token(server, request, body):
    """Add or change an access token: ``token``, ``scopes``, ``expires_in_s``, ``valid``, ``wabas``, ``app_id``."""
    value = body.get("token")
    if not isinstance(value, str) or not value:
        raise ControlError("Give token.")
    world = server.world
    token = world.tokens.setdefault(value, Token(value=value))
    if "scopes" in body:
        token.scopes = tuple(body["scopes"])
    if "valid" in body:
        token.valid = bool(body["valid"])
    if "app_id" in body:
        if body["app_id"] not in world.apps:
            raise ControlError(f"There is no app {body['app_id']}.", 404)
        token.app_id = body["app_id"]
    if "wabas" in body:
        token.wabas = None if body["wabas"] is None else tuple(body["wabas"])
    if "expires_in_s" in body:
        token.expires_at = world.now() + float(body["expires_in_s"]) if body["expires_in_s"] is not None else 0
    return {"ok": True}


def set_secret(server, request, body):
    """Rotate the secret of an app (the first one unless ``app_id`` says otherwise), or have it demand proofs."""
    app = server.world.apps.get(str(body.get("app_id") or server.world.app_id))
    if app is None:
        raise ControlError(f"There is no app {body['app_id']}.", 404)
    if "app_secret" not in body and "require_proof" not in body:
        raise ControlError("Give app_secret.")
    if "app_secret" in body:
        app.secret = text(body, "app_secret")
    if "require_proof" in body:
        app.require_proof = bool(body["require_proof"])
    return {"ok": True}


def serve_media(server, request, body):
    """A file, for the phone page."""
    from aiohttp import web

    media = server.world.media.get(request.match_info["id"])
    if media is None:
        raise ControlError("There is no such file.", 404)
    return web.Response(
        body=media.data,
        headers={
            "Content-Type": media.mime_type,
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        },
    )


ROUTES = (
    ("POST", "/sandbox/callback", set_callback),
    ("POST", "/sandbox/emit", emit),
    ("GET", "/sandbox/sent", list_sent),
    ("GET", "/sandbox/messages/{id:.+}", read_message),  # a wamid may have a slash in it
    ("POST", "/sandbox/messages/{id:.+}/status", set_message_status),
    ("GET", "/sandbox/templates", list_templates),
    ("POST", "/sandbox/templates/{id}", change_template),
    ("POST", "/sandbox/numbers", add_number),
    ("POST", "/sandbox/numbers/{id}", change_number),
    ("POST", "/sandbox/tokens", set_token),
    ("POST", "/sandbox/app_secret", set_secret),
    ("GET", "/sandbox/media/{id}", serve_media),
)
