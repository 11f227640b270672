"""Interactive messages and their many small limits.

Source: Meta, the pages ``messages/interactive-*``. A refusal is always 131009 with the rule in its details.
"""

from .errors import invalid, missing
from .shapes import table

BODY_MAX = 1024
LIST_BODY_MAX = 4096
FOOTER_MAX = 60
HEADER_MAX = 60
HEADER_MEDIA = ("image", "video", "document")


def length(name, value, top, low=1):
    """Raise unless ``value`` is a text of ``low`` to ``top`` characters."""
    if value is None and low:
        raise missing(name)
    if not isinstance(value, str) or not low <= len(value) <= top:
        raise invalid(f"{name} length invalid. Min length: {low}, Max length: {top}")


def check_interactive(content):
    """Check an interactive message; return the files it uses as ``(kind, media id)``."""
    if not isinstance(content, dict):
        raise missing("interactive")
    kind = content.get("type")
    rule = KINDS.get(str(kind))
    if rule is None:
        raise invalid(f"interactive['type'] {str(kind)[:40]} is not a supported interactive message.")
    action = content.get("action")
    if not isinstance(action, dict):
        raise missing("interactive['action']")
    body = content.get("body")
    if not isinstance(body, dict):
        raise missing("interactive['body']")
    length("Body text", body.get("text"), LIST_BODY_MAX if kind == "list" else BODY_MAX)
    if content.get("footer") is not None:
        length("Footer text", table(content["footer"]).get("text"), FOOTER_MAX)
    rule(content, action)
    return check_header(content.get("header"))


def check_header(header):
    """Check an optional header and return the file in it as ``(kind, media id)``, if any."""
    if header is None:
        return ()
    kind = header.get("type") if isinstance(header, dict) else None
    if kind == "text":
        length("Header text", header.get("text"), HEADER_MAX)
        return ()
    if kind not in HEADER_MEDIA:
        raise invalid("interactive['header']['type'] must be one of text, image, video, document.")
    media = header.get(kind)
    if not isinstance(media, dict) or bool(media.get("id")) == bool(media.get("link")):
        raise invalid(f"interactive['header']['{kind}'] needs exactly one of id and link.")
    return ((kind, str(media["id"])),) if media.get("id") else ()


def check_buttons(content, action):
    """One to three reply buttons with unique ids and titles."""
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [table(table(button).get("reply")) for button in buttons]
    if any(table(button).get("type") != "reply" for button in buttons):
        raise invalid("Button type must be reply.")
    for reply in replies:
        length("Button title", reply.get("title"), 20)
        length("Button id", reply.get("id"), 256)
    for key in ("id", "title"):
        if len({reply[key] for reply in replies}) != len(replies):
            raise invalid(f"Duplicated {key} in buttons.")


def check_list(content, action):
    """At most ten rows over at most ten sections, behind one button."""
    header = content.get("header")
    if header is not None and (not isinstance(header, dict) or header.get("type") != "text"):
        raise invalid("A list message can only have a text header.")
    length("Button label", action.get("button"), 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise invalid("Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    ids = []
    for section in sections:
        rows = section.get("rows") if isinstance(section, dict) else None
        if not isinstance(rows, list) or not rows:
            raise invalid("Each section needs at least one row.")
        if len(sections) > 1 or section.get("title"):
            length("Section title", section.get("title"), 24)
        for row in map(table, rows):
            length("Row id", row.get("id"), 200)
            length("Row title", row.get("title"), 24)
            if row.get("description") is not None:
                length("Row description", row["description"], 72, low=0)
            ids.append(row["id"])
    if len(ids) > 10:
        raise invalid("Total row count exceed max allowed count: 10")
    if len(set(ids)) != len(ids):
        raise invalid("Duplicated row id.")


def check_cta_url(content, action):
    """One button that opens a web page."""
    params = named_action(action, "cta_url")
    length("Button label", params.get("display_text"), 20)
    url = params.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise invalid("The url of the button must start with http:// or https://.")


def check_send_location(content, action):
    """Ask for the customer's location: nothing but a body."""
    named_action(action, "send_location", parameters=False)
    body_only(content)


def check_contact_info(content, action):
    """Ask for the customer's phone number (since July 2026)."""
    named_action(action, "request_contact_info", parameters=False)
    body_only(content)


def named_action(action, name, parameters=True):
    """Raise unless the action bears its name; return its parameters."""
    if action.get("name") != name:
        raise invalid(f"interactive['action']['name'] must be {name}.")
    params = action.get("parameters")
    if parameters and not isinstance(params, dict):
        raise missing("interactive['action']['parameters']")
    return params or {}


def body_only(content):
    """Raise when a message that may only have a body has more."""
    if content.get("header") is not None or content.get("footer") is not None:
        raise invalid("This interactive message can only have a body.")


KINDS = {
    "button": check_buttons,
    "list": check_list,
    "cta_url": check_cta_url,
    "location_request_message": check_send_location,
    "request_contact_info": check_contact_info,
}
