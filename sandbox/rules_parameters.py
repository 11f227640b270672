"""Filling a template: does what is sent match what was approved?

Source: Meta, ``templates/components`` and ``templates/utility-templates`` (named and positional parameters),
``templates/media-card-carousel-templates``, ``templates/limited-time-offer-templates``.
"""

from .errors import GraphError, invalid, missing
from .rules_buttons import fill_buttons
from .rules_media import is_address, used
from .rules_shop import check_catalog, check_product
from .rules_values import VARIABLE, Case, count_error, text_of, variables

BODY_MAX, CARD_BODY_MAX, OFFER_BODY_MAX, HEADER_MAX = 1024, 160, 600, 60
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")


def fill(definition, sent, named, version, now=0.0, shop=None):
    """Check the components of a send against a template's definition and fill it.

    :param definition: the template's ``components`` as they were approved.
    :param sent: ``template.components`` of the request.
    :param named: the template uses named parameters.
    :param version: Graph version as a number.
    :param now: epoch seconds, by which offers expire.
    :param shop: the account's catalogue and flows.
    :return: ``(card, media)``: what the customer sees, with ``header``, ``body``, ``footer``, ``buttons`` and, where the
        template has them, ``offer``, ``cards``, ``tap_target`` and ``call_permission``; and the files it uses
        (:class:`~.rules_media.Used`).
    """
    case = Case(named, version, now)
    if shop is not None:
        case.shop = shop
    media = []
    card = fill_level(definition, sent, case, media, "template")
    return card, tuple(media)


def fill_level(definition, sent, case, media, where):
    """Return the filled message itself, or one card of a carousel; appends used files to ``media``.

    :param where: the object that has the components, as Meta names it.
    """
    is_card = where != "template"
    parts = {part["type"].upper(): part for part in definition}
    given = sort_components(sent)
    header_at = parameter_of(where, given.get("at_header", 0))
    body_max = CARD_BODY_MAX if is_card else OFFER_BODY_MAX if "LIMITED_TIME_OFFER" in parts else BODY_MAX
    card = {
        "header": fill_header(parts.get("HEADER"), given["header"], case, media, header_at),
        "body": fill_body(parts.get("BODY", {}), given["body"], case, body_max),
        "footer": parts.get("FOOTER", {}).get("text"),
        "buttons": fill_buttons(parts.get("BUTTONS", {}).get("buttons", []), given["button"], case),
    }
    check_codes(card["buttons"], given["body"])
    if "LIMITED_TIME_OFFER" in parts:
        card["offer"] = fill_offer(parts["LIMITED_TIME_OFFER"], given.pop("limited_time_offer", []), case.now)
    if "CAROUSEL" in parts:
        at = f"{where}['components'][{given.get('at_carousel', 0)}]['cards']"
        card["cards"] = fill_cards(parts["CAROUSEL"]["cards"], given.pop("cards", []), case, media, at)
    if not is_card and "tap_target_configuration" in given:
        card["tap_target"] = fill_tap_target(given.pop("tap_target_configuration"))
    if "CALL_PERMISSION_REQUEST" in parts:
        given.pop("call_permission_request", None)
        card["call_permission"] = True
    for name in ("limited_time_offer", "cards", "tap_target_configuration", "call_permission_request"):
        if name in given:
            raise GraphError(132018, f"The template has no component {name}.")
    return card


def check_codes(buttons, body):
    """Check that the button of an authentication template copies the code that the text shows.

    Source: Meta, ``templates/authentication-templates`` ("the same code twice"). The number of the refusal is ours: no
    report names Meta's.
    """
    shown = [param.get("text") for param in body]
    for one in buttons:
        if one.get("type") == "otp" and shown and shown != [one["code"]]:
            raise GraphError(132018, "buttons: the code of the button differs from the one in the body")


def parameter_of(where, index):
    """Return how Meta names the one parameter of a component."""
    return f"{where}['components'][{index}]['parameters'][0]"


def fill_tap_target(params):
    """Return title and address of what a tap on the picture of a template opens.

    Source: Meta, ``templates/tap-target-url-title-override``. Which accounts may use it Meta decides; here all may.
    """
    targets = params[0].get("tap_target_configuration") if len(params) == 1 else None
    target = targets[0] if isinstance(targets, list) and len(targets) == 1 and isinstance(targets[0], dict) else {}
    if params and params[0].get("type") != "tap_target_configuration":
        raise GraphError(132012, "tap_target_configuration: its parameter must be of type tap_target_configuration")
    for name in ("url", "title"):
        if not isinstance(target.get(name), str) or not target[name].strip():
            raise missing(f"tap_target_configuration {name}")
    if not is_address(target["url"]):
        raise invalid("tap_target_configuration: url must start with http:// or https://.")
    return {"url": target["url"], "title": target["title"]}


def sort_components(sent):
    """Return what was sent by component: parameters of header, body, offer and tap target, buttons by index, cards.

    ``at_header`` and ``at_carousel`` tell at which place of the array these two stood.
    """
    if not isinstance(sent, list) or any(not isinstance(item, dict) for item in sent):
        raise invalid("template['components'] must be an array of objects.")
    given = {"header": [], "body": [], "button": {}}
    for at, part in enumerate(sent):
        kind = str(part.get("type", "")).lower()
        params = part.get("parameters", [])
        if not isinstance(params, list) or any(not isinstance(item, dict) for item in params):
            raise invalid(f"template['components']: parameters of {kind[:20]} must be an array of objects.")
        if kind in ("header", "body", "limited_time_offer", "tap_target_configuration", "call_permission_request"):
            given[kind] = params
            given[f"at_{kind}"] = at
        elif kind == "button":
            index = str(part.get("index", ""))
            if not (index.isascii() and index.isdigit()):
                raise missing("index of the button component")
            given["button"][int(index[:4])] = (str(part.get("sub_type", "")).lower(), params)
        elif kind == "carousel":
            given["cards"], given["at_carousel"] = part.get("cards"), at
        else:
            raise GraphError(132018, f"Component type {kind[:40]} is not part of the template.")
    return given


def fill_text(where, text, params, case):
    """Put parameters into one text; counts, names and values are checked."""
    wanted = variables(text)
    if case.named and params and not all(isinstance(param.get("parameter_name"), str) for param in params):
        raise GraphError(100, "Parameter name is missing or empty")
    if not case.named and any(param.get("parameter_name") for param in params):
        raise GraphError(132012, f"{where}: the template has positional parameters, parameter_name was given")
    if len(params) != len(wanted):
        raise count_error(where, len(params), len(wanted))
    if case.named:
        values = {param["parameter_name"]: text_of(where, param, case.version) for param in params}
        if set(values) != set(wanted):
            raise GraphError(
                132000,
                f"{where}: parameter names {sorted(values)} do not match the expected names {sorted(wanted)}",
            )
    else:
        order = sorted(wanted, key=lambda name: int(name) if name.isdigit() else 0)
        values = {name: text_of(where, param, case.version) for name, param in zip(order, params, strict=True)}
    return VARIABLE.sub(lambda match: values[match.group(1)], text)


def fill_body(part, params, case, top):
    """Return the filled body, which has its own limit."""
    text = fill_text("body", part.get("text", ""), params, case)
    if len(text) > top:
        raise GraphError(132005, f"Translated body text is longer than {top} characters.")
    return text


def fill_header(part, params, case, media, where):
    """Return the header of the card, or None; appends used files to ``media``.

    :param where: how Meta names its parameter.
    """
    if part is None:
        if params:
            raise count_error("header", len(params), 0)
        return None
    form = part.get("format", "TEXT").upper()
    if form == "TEXT":
        text = fill_text("header", part.get("text", ""), params, case)
        if len(text) > HEADER_MAX:
            raise GraphError(132005, f"Translated header text is longer than {HEADER_MAX} characters.")
        return {"type": "text", "text": text}
    if form not in (*MEDIA_FORMATS, "LOCATION", "PRODUCT"):
        return {"type": form.lower()}
    kind = str(params[0].get("type", "")).lower() if len(params) == 1 else "unknown"
    if kind != form.lower():
        raise GraphError(132012, f"header: Format mismatch, expected {form}, received {kind.upper()[:20]}")
    value = params[0].get(kind)
    if not isinstance(value, dict):
        raise missing(f"header parameter {kind}")
    if kind == "product":
        check_catalog(case.shop, value.get("catalog_id", ""))
        check_product(case.shop, value.get("product_retailer_id"))
        return {"type": kind, kind: value}
    return fill_header_object(kind, value, media, f"{where}['{kind}']")


def fill_header_object(kind, value, media, where):
    """Return a header that is a place or a file."""
    if kind == "location":
        if value.get("latitude") in (None, "") or value.get("longitude") in (None, ""):
            raise missing("header location latitude and longitude")
        return {"type": kind, "location": value}
    if bool(value.get("id")) == bool(value.get("link")):
        raise invalid(f"header: {kind} needs exactly one of id and link.")
    media += used(kind, value, where)
    return {"type": kind, kind: value}


def fill_offer(part, params, now):
    """Return the offer of a limited-time offer; one that expires needs the time in milliseconds.

    Meta's own sample looks like a duration and a well-used client sends seconds: both are refused here (decision 0081).
    """
    offer = part.get("limited_time_offer", {})
    out = {"text": offer.get("text", "")}
    if not offer.get("has_expiration"):
        return out
    given = params[0].get("limited_time_offer") if len(params) == 1 else None
    expires = given.get("expiration_time_ms") if isinstance(given, dict) else None
    if isinstance(expires, bool) or not isinstance(expires, int):
        raise GraphError(131008, "limited_time_offer: expiration_time_ms is missing")
    if expires <= now * 1000:
        raise invalid("limited_time_offer: expiration_time_ms must be in the future.")
    return {**out, "expires_ms": expires}


def fill_cards(definitions, sent, case, media, where):
    """Return the cards of a carousel; as many must be sent as the template has, each with its index.

    :param where: the array of the cards, as Meta names it.
    """
    if not isinstance(sent, list) or any(not isinstance(item, dict) for item in sent):
        raise invalid("carousel: cards must be an array of objects.")
    if len(sent) != len(definitions):
        raise GraphError(132000, f"carousel: number of cards ({len(sent)}) does not match the template ({len(definitions)})")
    by_index = {str(item.get("card_index")): (at, item) for at, item in enumerate(sent)}
    if set(by_index) != {str(index) for index in range(len(definitions))}:
        raise GraphError(132018, "carousel: card_index must count the cards from 0.")
    out = []
    for index, definition in enumerate(definitions):
        at, item = by_index[str(index)]
        card = fill_level(definition["components"], item.get("components", []), case, media, f"{where}[{at}]")
        for button in card["buttons"]:
            button["index"] = f"{index}:{button['index']}"
        out.append(card)
    return out
