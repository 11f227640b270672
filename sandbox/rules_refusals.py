"""How Meta refuses a template: code 100, its 2388xxx number as subcode, a title and a sentence for people.

Source: Meta, ``support/error-codes``; titles and sentences as recorded by others where a report names them.
"""

from .errors import GraphError

TOO_LONG, HEADER_FORMAT, BODY_FORMAT, FOOTER_FORMAT = 2388040, 2388047, 2388072, 2388073
EXISTS, TOO_MANY_VARIABLES, AT_THE_EDGE = 2388024, 2388293, 2388299
FIELDS_MISSING = 2388043
#: While a deleted template keeps its name: for the same language, and for another category.
LANGUAGE_IN_DELETION, CATEGORY_IN_DELETION = 2388023, 2388025


def refuse(text, subcode=None, title="Template cannot be created"):
    """Return Meta's refusal of a template definition."""
    return GraphError(100, message="Invalid parameter", subcode=subcode, user=(title, text))


def fields_missing(kind, *names):
    """Return the refusal of a component that lacks what Meta asks of it, mostly a sample.

    :param kind: the type of the component in capitals, ``BUTTONS`` for any button.
    """
    return refuse(
        f"component of type {kind} is missing expected field(s) ({', '.join(names)})",
        FIELDS_MISSING,
        "Message template 'components' param is missing expected field(s)",
    )


def in_deletion(language, same_category, seconds):
    """Return why a name cannot be taken while a template of that name is being deleted.

    :param language: Meta's name of the language, as in "English (US)".
    :param same_category: what is handed in has the category of what is being deleted.
    :param seconds: until the name is free.
    """
    when = words_for(seconds)
    if not same_category:
        return refuse(
            f"You can't change the category for this message template while its existing {language} content is being "
            f"deleted. Try again in {when} or consider creating a new message template.",
            CATEGORY_IN_DELETION,
            "Message Template Category Can't Be Changed",
        )
    return refuse(
        f"New {language} content can't be added while the existing {language} content is being deleted. Try again in "
        f"{when} or consider creating a new message template.",
        LANGUAGE_IN_DELETION,
        "Message Template Language Is Being Deleted",
    )


def words_for(seconds):
    """Return a stretch of time in Meta's words: "4 weeks", "less than 1 minute"."""
    for unit, size in (("week", 7 * 24 * 3600), ("day", 24 * 3600), ("hour", 3600), ("minute", 60)):
        count = int(seconds // size)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than 1 minute"
