from dataclasses import dataclass, field

#: Languages our texts exist in, as WhatsApp writes them; the first one is there even if Odoo does not speak it.
LANGUAGES = ("en", "de", "es", "fr")


@dataclass(frozen=True)
class Variable:
    """One variable of a recipe's template: where its value comes from."""

    name: str
    path: str
    #: By language, as WhatsApp writes it; without one, nothing is sent while the field is empty.
    fallback: dict = field(default_factory=dict)
    #: What Meta's reviewers are shown.
    example: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """What a recipe sets up: the drafts of a template, and one rule with one action."""

    #: Model of the records the rule is about.
    model: str
    #: Values of ``base.automation`` besides name and model.
    rule: dict
    #: ``{language: text}``: bodies of the template, or the text itself.
    texts: dict
    #: Name of the template; empty: free text, for windows that are open.
    template: str = ""
    category: str = "UTILITY"
    variables: tuple = ()
    #: ``{language: labels}`` of quick replies.
    replies: dict = field(default_factory=dict)
    #: ``(labels by language, web address)`` of a link, or None.
    link: tuple | None = None
    #: Further values of the action.
    action: dict = field(default_factory=dict)
