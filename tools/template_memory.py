"""What filling one template for many records asks of it, each read once."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class TemplateMemory:
    """What is kept for the records of one call."""

    #: By the template's id: its ``tools.graph.template_definition.TemplateDefinition``.
    definitions: dict[int, Any] = field(default_factory=dict)
    #: By the template's id: ``(key, value kind, required, wa.template.parameter)`` of everything it asks for.
    asked: dict[int, list[tuple[Any, ...]]] = field(default_factory=dict)
    #: Files that everybody gets alike (``SendableFile``), by what they are made from.
    files: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    #: How values are put into words (``wa.value.text``): two environments, by all that decides it.
    voices: dict[tuple[Any, ...], tuple[Any, ...]] = field(default_factory=dict)
