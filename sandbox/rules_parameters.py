"""Filling a template: does what is sent match what was approved?

Source: Meta, ``templates/components`` and ``templates/utility-templates`` (named and positional parameters).
The result is the card the customer sees.
"""

import re

from .errors import GraphError, invalid, missing

VARIABLE = re.compile(r"{{\s*([A-Za-z0-9_]+)\s*}}")
#: Meta's sentence says "more than 4 consecutive spaces"; reports differ on exactly four, so four are refused too.
BAD_WHITESPACE = re.compile(r"[\n\r\t]| {4,}")
BODY_MAX = 1024
PAYLOAD_MAX = 128
COUPON_MAX = 20
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT", "GIF")
TEXT_TYPES = ("text", "currency", "date_time")


def variables(text):
    """Return the variable names of a text in order of first appearance."""
    return list(dict.fromkeys(VARIABLE.findall(text or "")))


def count_error(where, got, wanted):
    """Return Meta's 132000 with its usual details."""
    return GraphError(
        132000, f"{where}: number of localizable_params ({got}) does not match the expected number of params ({wanted})"
    )


def fill(definition, sent, named, version):
    """Check the components of a send against a template's definition and fill it.

    :param definition: the template's ``components`` as they were approved.
    :param sent: ``template.components`` of the request.
    :param named: the template uses named parameters.
    :param version: Graph version as a number; from 23 on whitespace errors are 132018, before 132012.
    :return: ``(card, media_ids)``; the card has ``header``, ``body``, ``footer`` and ``buttons``.
    """
    if not isinstance(sent, list) or any(not isinstance(item, dict) for item in sent):
        raise invalid("template['components'] must be an array of objects.")
    parts = {part["type"].upper(): part for part in definition}
    given = sort_components(sent)
    card = {"header": None, "body": "", "footer": None, "buttons": []}
    media = []
    card["header"] = fill_header(parts.get("HEADER"), given["header"], named, version, media)
    body = parts.get("BODY", {})
    card["body"] = fill_text("body", body.get("text", ""), given["body"], named, version)
    if len(card["body"]) > BODY_MAX:
        raise GraphError(132005, f"Translated body text is longer than {BODY_MAX} characters.")
    if "FOOTER" in parts:
        card["footer"] = parts["FOOTER"].get("text") or None
    card["buttons"] = fill_buttons(parts.get("BUTTONS", {}).get("buttons", []), given["button"], version)
    return card, tuple(media)


def sort_components(sent):
    """Return the parameters of header and body and the button components by index."""
    given = {"header": [], "body": [], "button": {}}
    for part in sent:
        kind = str(part.get("type", "")).lower()
        params = part.get("parameters", [])
        if not isinstance(params, list) or any(not isinstance(item, dict) for item in params):
            raise invalid(f"template['components']: parameters of {kind[:20]} must be an array of objects.")
        if kind in ("header", "body"):
            given[kind] = params
        elif kind == "button":
            try:
                index = int(part.get("index"))
            except (TypeError, ValueError):
                raise missing("index of the button component") from None
            given["button"][index] = (str(part.get("sub_type", "")).lower(), params)
        else:
            raise GraphError(132018, f"Component type {kind[:40]} is not part of the template.")
    return given


def text_of(where, param, version):
    """Return the text a parameter puts into the template, or raise."""
    kind = param.get("type")
    if kind not in TEXT_TYPES:
        raise GraphError(132012, f"{where}: Format mismatch, expected TEXT, received {str(kind).upper()[:20]}")
    value = param.get("text") if kind == "text" else (param.get(kind) or {}).get("fallback_value")
    if value is None or value == "":
        raise GraphError(131008, f"Parameter of type {kind} is missing text value")
    if not isinstance(value, str):
        raise invalid(f"{where}: the value of a parameter must be a string.")
    if BAD_WHITESPACE.search(value):
        raise GraphError(
            132018 if version >= 23 else 132012,
            f"{where}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
        )
    return value


def fill_text(where, text, params, named, version):
    """Put parameters into one text; counts, names and values are checked."""
    wanted = variables(text)
    if named and params and not all(param.get("parameter_name") for param in params):
        raise GraphError(100, "Parameter name is missing or empty")
    if not named and any(param.get("parameter_name") for param in params):
        raise GraphError(132012, f"{where}: the template has positional parameters, parameter_name was given")
    if len(params) != len(wanted):
        raise count_error(where, len(params), len(wanted))
    if named:
        values = {param["parameter_name"]: text_of(where, param, version) for param in params}
        if set(values) != set(wanted):
            raise GraphError(
                132000, f"{where}: parameter names {sorted(values)} do not match the expected names {sorted(wanted)}"
            )
    else:
        order = sorted(wanted, key=lambda name: int(name) if name.isdigit() else 0)
        values = {name: text_of(where, param, version) for name, param in zip(order, params, strict=True)}
    return VARIABLE.sub(lambda match: values[match.group(1)], text)


def fill_header(part, params, named, version, media):
    """Return the header of the card, or None; appends used media ids to ``media``."""
    if part is None:
        if params:
            raise count_error("header", len(params), 0)
        return None
    form = part.get("format", "TEXT").upper()
    if form == "TEXT":
        return {"type": "text", "text": fill_text("header", part.get("text", ""), params, named, version)}
    if form not in (*MEDIA_FORMATS, "LOCATION"):
        if params:
            raise count_error("header", len(params), 0)
        return {"type": form.lower()}
    return fill_header_object(form, params, media)


def fill_header_object(form, params, media):
    """Return a header that is a file or a place."""
    kind = str(params[0].get("type", "")).lower() if len(params) == 1 else "unknown"
    if kind != form.lower():
        raise GraphError(132012, f"header: Format mismatch, expected {form}, received {kind.upper()[:20]}")
    value = params[0].get(kind)
    if not isinstance(value, dict):
        raise missing(f"header parameter {kind}")
    if form == "LOCATION":
        if value.get("latitude") in (None, "") or value.get("longitude") in (None, ""):
            raise missing("header location latitude and longitude")
        return {"type": kind, "location": value}
    if bool(value.get("id")) == bool(value.get("link")):
        raise invalid(f"header: {kind} needs exactly one of id and link.")
    if value.get("id"):
        media.append(str(value["id"]))
    return {"type": kind, kind: value}


def fill_buttons(buttons, given, version):
    """Return the card's buttons with URLs completed and payloads attached."""
    for index in given:
        if not 0 <= index < len(buttons):
            raise GraphError(132018, f"buttons: there is no button at index {index}")
    return [fill_button(index, button, given.get(index), version) for index, button in enumerate(buttons)]


#: Type in the definition -> ``sub_type`` a send must use for it.
SUB_TYPES = {
    "QUICK_REPLY": "quick_reply",
    "URL": "url",
    "COPY_CODE": "copy_code",
    "FLOW": "flow",
    "CATALOG": "catalog",
    "MPM": "mpm",
    "OTP": "url",
    "VOICE_CALL": "voice_call",
}


def fill_button(index, button, sent, version):
    """Return one button of the card, or raise for a wrong or missing parameter."""
    kind = button["type"].upper()
    out = {"index": index, "type": kind.lower(), "text": button.get("text", "")}
    sub_type, params = sent or ("", [])
    if sent and sub_type != SUB_TYPES.get(kind):
        raise GraphError(
            132018, f"buttons: button at index {index} of type {kind} cannot take sub_type {sub_type[:20] or 'none'}"
        )
    if kind == "QUICK_REPLY":
        payload = params[0].get("payload") if params else None
        if params and (not isinstance(payload, str) or not 1 <= len(payload) <= PAYLOAD_MAX):
            raise invalid(f"buttons: payload at index {index} must have 1 to {PAYLOAD_MAX} characters.")
        out["payload"] = payload or button.get("text", "")
    elif kind == "URL":
        out["url"] = fill_url(index, button, params, version)
    elif kind == "OTP":
        need_parameter(index, "Otp", params, 1)
        out["code"] = text_of("buttons", params[0], version)
    elif kind == "COPY_CODE":
        need_parameter(index, "CopyCode", params, 1)
        code = params[0].get("coupon_code")
        if params[0].get("type") != "coupon_code" or not isinstance(code, str) or not 1 <= len(code) <= COUPON_MAX:
            raise GraphError(132018, f"buttons: coupon_code at index {index} must have 1 to {COUPON_MAX} characters")
        out["code"] = code
    elif kind == "PHONE_NUMBER":
        out["phone_number"] = button.get("phone_number", "")
    return out


def need_parameter(index, label, params, count):
    """Raise Meta's 131008 when a button that needs a parameter got none."""
    if len(params) != count:
        raise GraphError(131008, f"buttons: Button at index {index} of type {label} requires a parameter")


def fill_url(index, button, params, version):
    """Return a URL button's address with its one variable replaced by the suffix."""
    url = button.get("url", "")
    if not variables(url):
        if params:
            raise count_error("buttons", len(params), 0)
        return url
    need_parameter(index, "Url", params, 1)
    return VARIABLE.sub(lambda match: text_of("buttons", params[0], version), url)
