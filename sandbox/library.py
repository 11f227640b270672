"""A small library of ready-made templates: what ``library_template_name`` may name. Its templates and words are made up.

Source: Meta, ``templates/template-library``: such a template is utility, asks for what belongs to the business (addresses and
phone numbers of its buttons), and is approved at once because its words are known.
"""

import copy

from .rules_refusals import fields_missing, refuse
from .rules_template_buttons import check_button
from .shapes import rows, table

#: Name -> language -> components; a ``None`` in a button is what its business has to give.
LIBRARY = {
    "sandbox_delivery_update": {
        "en_US": [
            {
                "type": "BODY",
                "text": "Hello {{1}}, your order {{2}} is on its way to you.",
                "example": {"body_text": [["Ada", "S00042"]]},
            },
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Where is it?", "url": None}]},
        ],
        "es": [
            {
                "type": "BODY",
                "text": "Hola {{1}}: tu pedido {{2}} está en camino.",
                "example": {"body_text": [["Ada", "S00042"]]},
            },
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "¿Dónde está?", "url": None}]},
        ],
    },
    "sandbox_appointment_reminder": {
        "en_US": [
            {
                "type": "BODY",
                "text": "Hello {{1}}, we expect you on {{2}} as agreed.",
                "example": {"body_text": [["Ada", "3 May"]]},
            },
            {"type": "BUTTONS", "buttons": [{"type": "PHONE_NUMBER", "text": "Call us", "phone_number": None}]},
        ],
    },
}
#: What may be added to the text, by the key of ``library_template_body_inputs``.
EXTRAS = {
    "add_contact_number": "You reach us under this number.",
    "add_learn_more_link": "More is on our website.",
    "add_track_package_link": "You can follow it online.",
}


def entries(language):
    """Return what the library holds in a language, as Meta lists it."""
    found = []
    for number, (name, languages) in enumerate(LIBRARY.items(), 1):
        parts = {part["type"]: part for part in languages.get(language, ())}
        if parts:
            entry = {"id": str(990000000000000 + number), "name": name, "language": language, "category": "UTILITY"}
            entry |= {"topic": "ORDER_MANAGEMENT", "usecase": "ORDER_OR_TRANSACTION_CONFIRM", "industry": ["E_COMMERCE"]}
            entry |= {"body": parts["BODY"]["text"], "body_params": parts["BODY"]["example"]["body_text"][0]}
            buttons = [
                {key: value for key, value in button.items() if value is not None}
                for button in parts.get("BUTTONS", {}).get("buttons", ())
            ]
            found.append({**entry, "body_param_types": ["TEXT"] * len(entry["body_params"]), "buttons": buttons})
    return found


def components_of(name, language, category, button_inputs, body_inputs):
    """Return the components of a template made from the library.

    :param button_inputs: a list with an object for each button that asks for something.
    :param body_inputs: an object with switches for further sentences.
    :raise GraphError: the library has no such template, or something is missing.
    """
    if category != "UTILITY":
        raise refuse("A template of the library is of the category UTILITY.")
    if not isinstance(name, str) or name not in LIBRARY or language not in LIBRARY[name]:
        raise refuse(f"The library has no template {str(name)[:80]} in {language}.", title="Template not found")
    components = copy.deepcopy(LIBRARY[name][language])
    inputs = [table(one) for one in rows(button_inputs)]
    for part in components:
        if part["type"] == "BODY":
            extras = [words for key, words in EXTRAS.items() if table(body_inputs).get(key) is True]
            part["text"] = " ".join([part["text"], *extras])
        for button in part.get("buttons", ()):
            fill(button, next((one for one in inputs if str(one.get("type", "")).upper() == button["type"]), {}))
    return components


def fill(button, given):
    """Put into a button what its business gave."""
    if button["type"] == "URL":
        url = table(given.get("url"))
        button["url"] = url.get("base_url")
        if url.get("url_suffix_example"):
            button["example"] = [url["url_suffix_example"]]
    elif button["type"] == "PHONE_NUMBER":
        button["phone_number"] = given.get("phone_number")
    if None in button.values():
        raise fields_missing("BUTTONS", "library_template_button_inputs")
    check_button(button)
