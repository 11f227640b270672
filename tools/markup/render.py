"""WhatsApp text to HTML, and to one plain line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from ..bidi import neutralise
from . import blocks, inline

ALLOWED: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "target", "rel"}),
    "blockquote": frozenset(),
    "br": frozenset(),
    "code": frozenset(),
    "em": frozenset(),
    "li": frozenset(),
    "ol": frozenset({"start"}),
    "pre": frozenset(),
    "s": frozenset(),
    "strong": frozenset(),
    "ul": frozenset(),
}
"""Every tag that :func:`to_html` can write, with its attributes."""

# A blank that HTML would swallow: at the edge of a line or beside another one.
_SWALLOWED = re.compile(r"^ +| {2,}| $")


def to_html(text: str | None) -> str:
    """Return WhatsApp text as safe HTML.

    Everything a stranger wrote is escaped; the only tags are those in
    :data:`ALLOWED`, and links lead to ``http``, ``https`` and ``mailto`` alone. Line breaks
    and blanks are kept.
    """
    # A no-break space is how HTML keeps blanks, so it cannot mean anything else here.
    found = blocks.parse(neutralise(text).replace("\u00a0", " "))
    parts: list[str] = []
    for block, following in zip(found, [*found[1:], None], strict=False):
        parts.append(_block(block))
        if block.kind == "lines" and following is not None and not block.lines[-1]:
            parts.append("<br>")  # a last <br> before a block shows no empty line
    return "".join(parts)


def _block(block: blocks.Block) -> str:
    if block.kind == "code":
        return f"<pre>{escape(block.lines[0])}</pre>"
    lines = [_line(line) for line in block.lines]
    if block.kind == "quote":
        return f"<blockquote>{'<br>'.join(lines)}</blockquote>"
    if block.kind in ("bullets", "numbers"):
        items = "".join(f"<li>{line}</li>" for line in lines)
        if block.kind == "bullets":
            return f"<ul>{items}</ul>"
        start = f' start="{block.start}"' if block.start != 1 else ""
        return f"<ol{start}>{items}</ol>"
    return "<br>".join(lines)


def _line(line: str) -> str:
    return _spans(inline.parse(_keep_blanks(line)))


def _keep_blanks(line: str) -> str:
    line = line.replace("\t", "    ")
    return _SWALLOWED.sub(lambda found: "\u00a0" * len(found[0]), line)


def _spans(spans: Iterable[inline.Span]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: inline.Span) -> str:
    text = escape(span.text)
    if span.kind == "text":
        return text
    if span.kind == "code":
        return f"<code>{text}</code>"
    if span.kind == "link":
        return f'<a href="{escape(span.href)}" target="_blank" rel="noopener noreferrer nofollow">{text}</a>'
    return f"<{span.kind}>{_spans(span.children)}</{span.kind}>"


def plain(text: str | None, limit: int | None = None) -> str:
    """Return one line without markup, for lists and notifications.

    :param limit: the most characters wanted; a longer line ends in ``…``.
    """
    lines: list[str] = []
    for block in blocks.parse(neutralise(text)):
        for line in block.lines:
            is_code = block.kind == "code"
            lines.append(line if is_code else _bare(inline.parse(line)))
    joined = " ".join(" ".join(lines).split())
    if limit is not None and len(joined) > limit:
        return joined[: max(limit - 1, 0)].rstrip() + "…"
    return joined


def _bare(spans: Iterable[inline.Span]) -> str:
    return "".join(span.text or _bare(span.children) for span in spans)
