"""Odoo's HTML to WhatsApp text: what a salesperson typed, as the customer sees it.

Links into Odoo itself (mentions, records) become plain words: a customer never
sees our paths or ids. Whatever HTML says about looks beyond bold, italic, strike
and code is dropped.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

from ..bidi import neutralise
from .writer import Writer

_MARKS = {
    **dict.fromkeys(("b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"), "*"),
    **dict.fromkeys(("i", "em"), "_"),
    **dict.fromkeys(("s", "del", "strike"), "~"),
    **dict.fromkeys(("code", "kbd", "tt"), "`"),
}
_BLOCKS = frozenset(
    "address article aside blockquote dd div dl dt figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul".split()  # noqa: SIM905
)
_IGNORED = frozenset("head math noscript object script style svg template title".split())  # noqa: SIM905
_VOID = frozenset("area br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_OUTSIDE = re.compile(r"https?://", re.IGNORECASE)


def from_html(html: str | None) -> str:
    """Return HTML as WhatsApp text, without blank lines at either end.

    Never raises: broken HTML gives what can be read of it. Paragraphs and ``<br>``
    are line breaks. A link whose words differ from its address becomes
    ``words (address)``.
    """
    reader = _Reader()
    reader.feed(neutralise(html))
    reader.close()
    return reader.writer.finish()


class _Element(NamedTuple):
    """An element that is open: what its end tag has to undo."""

    tag: str
    mark: str = ""
    ignored: bool = False
    href: str = ""


class _Reader(HTMLParser):
    """Turns tags into calls of the writer."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.writer = Writer()
        self._open: list[_Element] = []
        self._ignored = 0
        self._lists: list[int | None] = []  # next number, or None for bullets

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        hidden = tag in _IGNORED or bool(_HIDDEN.search(values.get("style", "")))
        if tag in _VOID:
            self._void(tag)
            return
        self._ignored += hidden
        if self._ignored:
            self._open.append(_Element(tag, ignored=hidden))
            return
        if tag in _BLOCKS:
            self.writer.block()
        self._open.append(self._enter(tag, values))

    def _void(self, tag: str) -> None:
        if self._ignored:
            return
        if tag == "br":
            self.writer.line_break()
        elif tag in _BLOCKS:
            self.writer.block()

    def _enter(self, tag: str, values: dict[str, str]) -> _Element:
        mark = _MARKS.get(tag, "")
        mark = self.writer.start_mark(mark) if mark else ""
        if tag in ("ul", "ol"):
            self._lists.append(_first_number(values) if tag == "ol" else None)
        elif tag == "li":
            self.writer.item(self._bullet())
        elif tag == "blockquote":
            self.writer.start_quote()
        elif tag == "pre":
            self.writer.start_code()
        elif tag in ("td", "th"):
            self.writer.cell()
        href = _address(values) if tag == "a" else ""
        if href:
            self.writer.start_link()
        return _Element(tag, mark, href=href)

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and not any(item.tag == tag for item in self._open):
            self.handle_starttag(tag, [])
        if not any(item.tag == tag for item in self._open):
            return
        while self._open:
            element = self._open.pop()
            self._leave(element)
            if element.tag == tag:
                return

    def _leave(self, element: _Element) -> None:
        if self._ignored:
            self._ignored -= element.ignored
            return
        if element.href:
            self.writer.end_link(element.href)
        if element.mark:
            self.writer.end_mark(element.mark)
        if element.tag in ("ul", "ol"):
            self._lists.pop()
        elif element.tag == "blockquote":
            self.writer.end_quote()
        elif element.tag == "pre":
            self.writer.end_code()
        if element.tag in _BLOCKS:
            self.writer.block()

    def handle_data(self, data: str) -> None:
        if not self._ignored:
            self.writer.text(data)

    def close(self) -> None:  # pylint: disable=missing-return
        super().close()
        while self._open:
            self._leave(self._open.pop())


def _first_number(values: dict[str, str]) -> int:
    start = values.get("start", "")
    number = int(start) if re.fullmatch(r"[0-9]{1,3}", start) else 1
    return number or 1


def _address(values: dict[str, str]) -> str:
    """Return a link's address if a customer may see it, else ``""``."""
    if "data-oe-model" in values or "data-oe-id" in values:
        return ""
    if re.search(r"\bo_(mail|channel)_redirect\b", values.get("class", "")):
        return ""
    href = values.get("href", "").strip()
    return href if _OUTSIDE.match(href) and not re.search(r"\s", href) else ""
