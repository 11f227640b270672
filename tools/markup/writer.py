"""Writes WhatsApp text piece by piece, keeping its markup valid.

WhatsApp's markers must touch the words they belong to and cannot span lines. So
blanks move outside of emphasis, empty emphasis is not written, and emphasis over
several lines is closed at the end of each and opened again on the next.
"""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[ \t\n\r\f]+")
_PIECES = re.compile(r"\u00a0+|[ \t\n\r\f]+|[^\u00a0 \t\n\r\f]+")
_FENCE = "```"
_LINK = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)


class Writer:
    """The text so far, and what has to come before the next word."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._breaks = 0
        self._blank = ""
        self._wanted: list[str] = []  # marks that should be open
        self._live: list[str] = []  # marks that are written
        self._closed = ""  # the mark that was written last, if nothing followed
        self._quotes = 0
        self._bullet = ""
        self._code: list[str] | None = None
        self._ends_with_link = False  # one that was taken out of its emphasis
        self._link: list[int] = []  # where the words of the latest link stand

    # -- structure ---------------------------------------------------------

    def line_break(self) -> None:
        """Ask for one more line break; it is written before the next word."""
        if self._code is not None:
            self._code.append("\n")
        else:
            self._breaks += 1
            self._blank = ""

    def block(self) -> None:
        """Ask that the next word starts a line."""
        if self._code is None:
            self._breaks = max(self._breaks, 1)
            self._blank = ""

    def item(self, bullet: str) -> None:
        """Start a list item."""
        self._bullet = bullet

    def cell(self) -> None:
        """Start a table cell."""
        if self._out and not self._breaks:
            self._blank = " | "

    def start_quote(self) -> None:
        """Begin to mark lines as quoted."""
        self._quotes += 1

    def end_quote(self) -> None:
        """Stop to mark lines as quoted."""
        self._quotes -= 1

    def start_code(self) -> None:
        """Begin a block of code; all of its text is kept as it is."""
        self._code = self._code or []

    def end_code(self) -> None:
        """Write the block of code."""
        if self._code is None:
            return
        code = "".join(self._code).replace("\u00a0", " ").replace(_FENCE, "'''")
        self._code = None
        if not code.strip():
            return
        self._breaks = max(self._breaks, 1)
        marks, self._wanted = self._wanted, []
        edge = "\n" if "\n" in code or code.startswith("`") or code.endswith("`") else ""
        self._word(f"{_FENCE}{edge}{code}{edge}{_FENCE}")
        self._wanted = marks
        self.block()

    # -- words -------------------------------------------------------------

    def text(self, data: str) -> None:
        """Write text as HTML means it: blanks collapse, no-break spaces stay."""
        if self._code is not None:
            self._code.append(data)
            return
        for piece in _PIECES.findall(data):
            if piece[0] == "\u00a0":
                self._blank += piece
            elif _BLANKS.fullmatch(piece):
                inside = bool(self._out) and not self._breaks
                if (self._blank or inside) and not self._blank.endswith(" "):
                    self._blank += " "
            elif _LINK.match(piece) and any(mark in piece for mark in self._wanted) and not self._touches_word():
                self._apart(piece)
            else:
                self._word(piece.replace("`", "'") if "`" in self._wanted else piece)

    def _touches_word(self) -> bool:
        """Tell whether the next word follows an emphasised one without a blank: no mark can close between them."""
        return bool(self._live) and not (self._blank or self._breaks)

    def _apart(self, link: str) -> None:
        """Write a link that contains the mark it would stand in: emphasis ends before it and goes on after it.

        WhatsApp would take the sign inside of the address for the end of the emphasis.
        """
        marks = self._wanted
        self._close_down_to(0)
        self._wanted = []
        self._word(link)
        self._wanted = marks
        self._ends_with_link = True

    def _word(self, word: str) -> None:
        # A mark right behind a link would be read as its end.
        touches = self._ends_with_link and not (self._blank or self._breaks)
        self._ends_with_link = False
        self._start_line()
        self._write(self._blank.replace("\u00a0", " "))
        self._blank = ""
        for mark in [] if touches else self._wanted[len(self._live) :]:
            if self._closed == mark:
                self._out.pop()  # *a**b* is one bold word
                self._closed = ""
            else:
                self._write(mark)
            self._live.append(mark)
        self._link.append(len(self._out))
        self._write(word)

    def _start_line(self) -> None:
        if self._out and self._breaks:
            while self._live:
                self._write(self._live.pop())
            self._write("\n" * self._breaks)
        if not self._out or self._breaks:
            self._write("> " if self._quotes else "")
            self._write(self._bullet)
            self._bullet = ""
        self._breaks = 0

    def _write(self, piece: str) -> None:
        if piece:
            self._out.append(piece)
            self._closed = ""

    # -- emphasis and links ------------------------------------------------

    def start_mark(self, mark: str) -> str:
        """Ask that the next words stand in ``mark``.

        :return: what to give to :meth:`end_mark`; ``""`` when nothing was
            started, inside code or the same mark.
        """
        if "`" in self._wanted or mark in self._wanted or self._code is not None:
            return ""
        self._wanted.append(mark)
        return mark

    def end_mark(self, mark: str) -> None:
        """Close a mark that was started, right after the last word."""
        last = self._wanted.index(mark)
        del self._wanted[last]
        self._close_down_to(last)

    def _close_down_to(self, count: int) -> None:
        """Close what is written as open, the latest first, until ``count`` marks are left."""
        while len(self._live) > count:
            closed = self._live.pop()
            self._write(closed)
            self._closed = closed

    def start_link(self) -> None:
        """Remember which words belong to a link from here on."""
        self._link = []

    def end_link(self, address: str) -> None:
        """Add a link's address, unless its words say it already."""
        if not self._link:
            self._word(address)
            return
        first, last = self._link[0], self._link[-1]
        words = "".join(self._out[first : last + 1])
        bare = re.sub(r"(?i)^https?://|/$", "", address)
        if first == last and words.rstrip("/") in (address.rstrip("/"), bare):
            if not words.lower().startswith("www."):  # a link as it is
                self._out[first] = address
            return
        self._blank = self._blank or " "
        self._word(f"({address})")

    def finish(self) -> str:
        """Return the text; every mark must have ended before."""
        return "".join(self._out).strip("\n")
