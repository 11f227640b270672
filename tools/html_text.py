"""HTML as the text a person reads, for places that take no markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: After these a new line begins.
_BLOCKS = frozenset(
    "address article blockquote br dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre "
    "section table tbody tfoot thead tr ul".split()
)
_CELLS = frozenset({"td", "th"})
#: Nobody sees what stands in these.
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript"})


class _Reader(HTMLParser):
    """Collects the words; tags become line breaks or blanks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen += 1
        self._break(tag)
        if tag == "li":
            self.parts.append("- ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(self.unseen - 1, 0)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")


def html_to_text(html: object) -> str:
    """Return the words of HTML: one line a paragraph, entities as characters, no tags.

    :param html: as an HTML field holds it; empty, or without anything to read: ``""``.
    """
    if not html:
        return ""
    reader = _Reader()
    reader.feed(str(html))
    reader.close()
    lines = [" ".join(line.split(" ")).strip() for line in "".join(reader.parts).split("\n")]
    return "\n".join(line for line in (re.sub(r" {2,}", " ", line) for line in lines) if line not in ("", "-"))
