"""Control API: further apps and accounts, made while the server runs."""

from . import payloads_account, reports
from .control_errors import ControlError, one_of, text
from .fake_numbers import us_numbers
from .records import Token
from .views import number_view


def add_app(server, request, body):
    """Add a Meta app: ``app_id?``, ``app_secret?``, ``require_proof?``. Both ids are made up when not given."""
    world = server.world
    app_id = text(body, "app_id", world.next_id())
    if not app_id.isdigit():
        raise ControlError("app_id is made of digits.")
    if app_id in world.apps:
        raise ControlError(f"There is an app {app_id} already; POST /sandbox/app_secret changes it.", 409)
    app = world.add_app(app_id, text(body, "app_secret", f"secret-of-{app_id}"), bool(body.get("require_proof")))
    return app_view(app)


def app_view(app):
    """Return an app as JSON-ready data; whoever plays Meta may see its secret."""
    return {"app_id": app.app_id, "app_secret": app.secret, "require_proof": app.require_proof}


def list_apps(server, request, body):
    """All apps."""
    return {"apps": [app_view(app) for app in server.world.apps.values()]}


def add_account(server, request, body):
    """Add a WABA with numbers and a token: ``waba_id?``, ``name?``, ``portfolio_id?``, ``app_id?``, ``numbers?``, ``token?``.

    What is not given is made up: one number, and a token of the app that reaches this account alone. ``app_id``
    names an app that exists (the first one unless told); ``portfolio_id`` is the common one unless told.
    """
    world = server.world
    waba_id = text(body, "waba_id", world.next_id())
    if not waba_id.isdigit():
        raise ControlError("waba_id is made of digits.")
    if waba_id in world.accounts or waba_id in world.numbers:
        raise ControlError(f"There is something with the id {waba_id} already.", 409)
    app_id = text(body, "app_id", world.app_id)
    if app_id not in world.apps:
        raise ControlError(f"There is no app {app_id}: POST /sandbox/apps first.", 404)
    name = text(body, "name", f"Shop {waba_id[-4:]}")
    numbers = numbers_of(world, body, name)
    token = text(body, "token", f"EAA{waba_id}")
    if token in world.tokens:
        raise ControlError("This token exists already.", 409)
    portfolio_id = text(body, "portfolio_id", world.portfolio_id)
    account = world.add_account({"waba_id": waba_id, "name": name, "portfolio_id": portfolio_id, "numbers": numbers})
    world.tokens[token] = Token(value=token, wabas=(waba_id,), app_id=app_id)
    server.hub.tell("reset", {})
    return {
        "waba_id": waba_id,
        "name": name,
        "portfolio_id": account.portfolio_id,
        "token": token,
        **app_view(world.apps[app_id]),
        "numbers": [number_view(one) for one in world.numbers.values() if one.waba_id == waba_id],
    }


def change_account(server, request, body):
    """Change an account as Meta would, with the webhooks by which Meta reports it.

    ``review`` (APPROVED, REJECTED, PENDING, DEFERRED), ``restrict`` (``[{restriction_type, expires_in_s?}]``), ``ban``
    (DISABLE, REINSTATE, SCHEDULE_FOR_DISABLE; ``in_days``), ``violation`` (a word), ``event`` (an app, a partner or a phone
    came or went; ``reason``), ``alert`` (``{type, severity?, status?, description?, phone_number_id?}``).
    """
    account = server.world.accounts.get(request.match_info["id"])
    if account is None:
        raise ControlError(f"There is no account {request.match_info['id']}.", 404)
    one_of(body, "review", reports.REVIEWS)
    one_of(body, "ban", reports.BANS)
    one_of(body, "event", reports.PARTNERSHIPS)
    ends, told = restrictions_of(server, body), alert_of(server, account, body)
    if "review" in body:
        reports.set_review(server, account, body["review"])
    if ends:
        reports.restrict(server, account, ends)
    if "ban" in body:
        days = body.get("in_days", 30 if body["ban"] == "SCHEDULE_FOR_DISABLE" else 0)
        reports.ban(server, account, body["ban"], server.world.now() + seconds(days, "in_days") * reports.DAY)
    if "violation" in body:
        value = payloads_account.violation(text(body, "violation"))
        server.traffic.publish("account_update", value, account.waba_id)
    if "event" in body:
        value = payloads_account.partnership(body["event"], account, body.get("reason"))
        server.traffic.publish("account_update", value, account.waba_id)
    if told:
        server.traffic.publish("account_alerts", told, account.waba_id)
    return {
        "waba_id": account.waba_id,
        "status": account.status,
        "review_status": account.review_status,
        "restrictions": account.restrictions,
    }


def restrictions_of(server, body):
    """Return ``{restriction_type: epoch seconds or None}`` of a call."""
    given = body.get("restrict", [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ControlError("restrict is a list of {restriction_type, expires_in_s?}.")
    ends = {}
    for one in given:
        one_of({"restriction_type": None, **one}, "restriction_type", reports.RESTRICTIONS)
        after = one.get("expires_in_s")
        ends[one["restriction_type"]] = None if after is None else server.world.now() + seconds(after, "expires_in_s")
    return ends


def alert_of(server, account, body):
    """Return the value of ``account_alerts`` a call asks for, or None."""
    given = body.get("alert")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ControlError("alert is {type, severity?, status?, description?, phone_number_id?}.")
    one_of({"type": None, **given}, "type", reports.ALERTS)
    one_of(given, "severity", reports.SEVERITIES)
    number = given.get("phone_number_id")
    if number is not None and number not in server.world.numbers:
        raise ControlError(f"There is no business number {number}.", 404)
    return payloads_account.alert(
        "PHONE_NUMBER" if number else "BUSINESS",
        number or account.portfolio_id,
        given["type"],
        given.get("severity", "INFORMATIONAL"),
        given.get("status", "ACTIVE"),
        str(given.get("description", "")),
    )


def seconds(value, name):
    """Return a number of a call, or refuse it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ControlError(f"{name} must be a number.")
    return float(value)


def numbers_of(world, body, name):
    """Return the numbers of a new account; ids and numbers nobody has are made up where none are given."""
    given = body.get("numbers", [{}])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise ControlError("numbers is a list of {phone_number_id?, display?, verified_name?}.")
    taken = {one.digits for one in world.numbers.values()} | set(world.by_wa_id)
    free = (digits for digits in us_numbers() if digits not in taken)
    out = []
    for one in given:
        uid = text(one, "phone_number_id", world.next_id())
        display = one.get("display") or next(free, None)
        if display is None:
            raise ControlError("No fictional phone number is left; give display.")
        if uid in world.numbers or uid in world.accounts or uid in [known["phone_number_id"] for known in out]:
            raise ControlError(f"There is something with the id {uid} already.", 409)
        display = display if display.startswith("+") else f"+1 {display[1:4]}-{display[4:7]}-{display[7:]}"
        out.append({"phone_number_id": uid, "display": display, "verified_name": text(one, "verified_name", name)})
    return out


ROUTES = (
    ("GET", "/sandbox/apps", list_apps),
    ("POST", "/sandbox/apps", add_app),
    ("POST", "/sandbox/accounts", add_account),
    ("POST", "/sandbox/accounts/{id}", change_account),
)
