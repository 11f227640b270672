import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template

#: Languages our texts exist in, as WhatsApp writes them; the first one is there even if Odoo does not speak it.
LANGUAGES = ("en", "de", "es", "fr")
#: One file for each recipe of ours: what customers read.
FOLDER = Path(__file__).resolve().parents[2] / "data" / "recipes"


@dataclass(frozen=True)
class Variable:
    """One variable of a recipe's template: where its value comes from."""

    name: str
    path: str
    #: By language, as WhatsApp writes it; without one, nothing is sent while the field is empty.
    fallback: dict[str, str] = field(default_factory=dict)
    #: What Meta's reviewers are shown.
    example: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """What a recipe sets up: the drafts of a template, and one rule with one action."""

    #: Model of the records the rule is about.
    model: str
    #: Values of ``base.automation`` besides name and model.
    rule: dict
    #: ``{language: text}``: bodies of the template, or the text itself.
    texts: dict[str, str]
    #: Name of the template; empty: free text, for windows that are open.
    template: str = ""
    category: str = "UTILITY"
    variables: tuple[Variable, ...] = ()
    #: ``{language: labels}`` of quick replies.
    replies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: ``(labels by language, web address)`` of a link, or None.
    link: tuple[dict[str, str], str] | None = None
    #: Further values of the action.
    action: dict = field(default_factory=dict)

    @classmethod
    def with_texts_of(cls, code: str, words: dict[str, str], **others) -> "Definition":
        """Return the definition of one of our recipes, with what people read from ``data/recipes/<code>.json``.

        :param words: for ``$word`` in names, paths and addresses of that file.
        :param others: ``model``, ``rule``, ``action``.
        """
        said = _texts(code)
        link = said.get("link")
        return cls(
            texts=said["texts"],
            template=_filled(said.get("template", ""), words),
            category=said.get("category", "UTILITY"),
            variables=tuple(Variable(**{**told, "path": _filled(told["path"], words)}) for told in said.get("variables", ())),
            replies={language: tuple(labels) for language, labels in said.get("replies", {}).items()},
            link=(link["labels"], _filled(link["url"], words)) if link else None,
            **others,
        )


@cache
def _texts(code: str) -> dict:
    """Return what stands in a recipe's file.

    :raises ValueError: the file is no JSON; names it and the line.
    """
    path = Path(FOLDER, f"{code}.json")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _filled(text: str, words: dict[str, str]) -> str:
    return Template(text).substitute(words)
