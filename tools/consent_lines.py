"""Read consents from a list: the rows of a CSV or spreadsheet file, or pasted lines.

A row is ``phone, purpose, evidence, date, source`` in this order, or in any order
under a line of headings. Nothing is guessed: a phone number keeps all its digits or
is refused, a date that can be read in two ways is refused unless the order is given,
and a consent without words and a date proves nothing, so it is refused too. Every
refusal is a slug, and fits what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo

from .keywords import key_of
from .phone import digits, normalise, plain

COLUMNS = ("phone", "purpose", "evidence", "date", "source", "action")
#: What a heading may be called, as :func:`key_of` spells it.
HEADINGS = {
    "phone": (
        *("phone", "phone number", "mobile", "mobile number", "mobile phone", "number", "whatsapp", "whatsapp number", "tel"),
        *("telefon", "telefonnummer", "handy", "handynummer", "mobil", "mobilnummer", "rufnummer"),
        *("telefono", "numero de telefono", "movil", "celular", "telefone", "numero de telefone", "telemovel"),
        *("telephone", "numero de telephone", "portable", "cellulare", "numero", "الهاتف", "رقم الهاتف", "تلفن"),
    ),
    "purpose": ("purpose", "zweck", "proposito", "finalidad", "finalidade", "finalite"),
    "evidence": ("evidence", "words", "proof", "what was said", "nachweis", "prueba", "prova", "preuve"),
    "date": ("date", "when", "datum", "fecha", "data", "agreed on"),
    "source": ("source", "where", "how", "quelle", "origen", "origem", "origine"),
    "action": ("action", "consent", "status", "state"),
}
PURPOSES = {
    "service": ("service", "service and utility", "utility", "servicio", "servico"),
    "marketing": ("marketing", "offers", "advertising", "werbung", "publicidad", "publicidade", "publicite"),
}
ACTIONS = {
    "granted": ("granted", "yes", "opt in", "optin", "in", "1", "true"),
    "withdrawn": ("withdrawn", "no", "opt out", "optout", "out", "0", "false", "stop"),
}
#: Spreadsheets count days from here. Source: ECMA-376, date systems (1900).
_EPOCH = datetime(1899, 12, 30, tzinfo=timezone.utc).replace(tzinfo=None)
_SERIALS = range(20000, 80000)
#: Nobody agreed to anything on a phone before; the last year of all has days that no other time zone knows.
_YEARS = range(1990, 9999)
#: What programs for letters make of a hyphen.
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"))
_CLOCK = r"(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp])\.?[Mm]\.?)?)?"
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})" + _CLOCK)
#: With dots the day is first, wherever that is written; with strokes it depends on where.
_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})" + _CLOCK)
_STROKES = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})" + _CLOCK)
#: What a spreadsheet makes of a long number: the digits are lost.
_CUT = re.compile(r"\+?\d+(?:[.,]\d+)?[eE]\+?\d+")
#: More of a cell is no phone number, and not looked at.
_LONGEST = 200
#: Two numbers in one cell.
_SEVERAL = re.compile(r"\d[\d\s().-]{5,}\d\s*(?:[/;|,&\n]|\b(?:or|and|oder|und|ou|et|o|y|e)\b)\s*\+?\(?\d[\d\s().-]{5,}\d")


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One row as it was understood; ``problem`` says why it cannot be taken."""

    row: int
    """Counted from one, headings included: the number people see in their spreadsheet."""
    phone: str = ""
    """As given."""
    e164: str = ""
    purpose: str = ""
    action: str = "granted"
    evidence: str = ""
    at: datetime | None = None
    """As given, in the time zone of whoever wrote it."""
    source: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of the rows of a list."""

    lines: list[ConsentLine]
    ignored: tuple[str, ...] = ()
    """Headings of columns that are not read."""


class AmbiguousHeadings(ValueError):
    """Two columns are called the same; ``args`` are their headings."""


def is_heading(cells: Sequence[object]) -> bool:
    """Tell whether cells are a line of headings, one of which is the phone."""
    return "phone" in _names(cells)


def read(
    rows: Iterable[Sequence[object]],
    country: str | None,
    now: datetime,
    *,
    order: str = "",
    zone: tzinfo = timezone.utc,
) -> Reading:
    """Understand rows, one by one.

    :param rows: cells as text, numbers or datetimes.
    :param country: ISO code for numbers without a country code; None: those are refused.
    :param now: what is later than this cannot have happened (naive, same zone as the dates).
    :param order: ``dmy`` or ``mdy`` for dates like 03/04/2026; ``""``: those are refused.
    :param zone: of dates that name no other.
    :raises AmbiguousHeadings: which column is meant?
    """
    columns: tuple[str, ...] = COLUMNS
    lines: list[ConsentLine] = []
    ignored: tuple[str, ...] = ()
    is_first = True
    for number, cells in enumerate(rows, start=1):
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            continue
        if is_first:
            is_first = False
            if is_heading(cells):
                columns, ignored = _columns(texts)
                continue
            if not any(digits(text) for text in texts):
                lines.append(ConsentLine(number, phone=texts[0], problem="headings_unknown"))
                continue
        values = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
        line = _line(number, values, country, now, order, zone)
        if any(texts[len(columns) :]):
            line = ConsentLine(number, line.phone, problem="cells_left_over")
        lines.append(line)
    return Reading(lines, ignored)


def _names(cells: Sequence[object]) -> tuple[str, ...]:
    keys = [key_of(_text(cell)) for cell in cells]
    return tuple(next((name for name, words in HEADINGS.items() if key in words), "") for key in keys)


def _columns(texts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the columns and the headings of those that are not read."""
    names = _names(texts)
    for name in filter(None, names):
        same = [text for text, other in zip(texts, names, strict=True) if other == name]
        if len(same) > 1:
            raise AmbiguousHeadings(*same[:2])
    return names, tuple(text for text, name in zip(texts, names, strict=True) if text and not name)


def _line(number: int, values: dict[str, object], country: str | None, now: datetime, order: str, zone: tzinfo) -> ConsentLine:
    phone = _text(values.get("phone")).removeprefix("'")[:_LONGEST]
    at = moment(values.get("date"), order, zone)
    e164 = "" if _SEVERAL.search(plain(phone)) else normalise(phone, country) or ""
    purpose = _word(values.get("purpose"), PURPOSES)
    action = _word(values.get("action"), ACTIONS) if _text(values.get("action")) else "granted"
    evidence = _text(values.get("evidence"))
    checks = (
        (not e164, _phone_problem(phone, country)),
        (not purpose, "purpose_unknown"),
        (not action, "action_unknown"),
        (not evidence, "evidence_missing"),
        (at is None, _date_problem(_text(values.get("date")), zone)),
        (at is not None and at > now + timedelta(days=1), "date_in_future"),
    )
    problem = next((slug for failed, slug in checks if failed), "")
    return ConsentLine(number, phone, e164, purpose, action, evidence, at, _text(values.get("source")), problem)


def _phone_problem(phone: str, country: str | None) -> str:
    text = plain(phone)
    if not text:
        return "phone_missing"
    if _CUT.fullmatch(text):
        return "phone_cut"
    if _SEVERAL.search(text):
        return "phone_several"
    if not digits(text) or re.search(r"[^\W\d_]", re.sub(r"(?i)ext\.?", "", text)):
        return "phone_words"
    is_local = not text.startswith(("+", "00"))
    return "country_missing" if is_local and not country else "phone_invalid"


def _date_problem(text: str, zone: tzinfo) -> str:
    if not text:
        return "date_missing"
    return "date_two_ways" if moment(text, "dmy", zone) and moment(text, "mdy", zone) else "date_unclear"


def _word(value: object, known: dict[str, tuple[str, ...]]) -> str:
    key = key_of(_text(value))
    return next((name for name, words in known.items() if key in words), "")


def _text(value: object) -> str:
    """Return a cell as a person sees it; spreadsheets keep long numbers as floating ones."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def moment(value: object, order: str = "", zone: tzinfo = timezone.utc) -> datetime | None:
    """Return a date that can be read in one way only, naive in ``zone``, else None.

    Read are ISO 8601 with or without its own zone, ``2026/3/31``, ``31.3.2026``, a
    spreadsheet's own dates, and ``31/03/2026`` where only one of the two can be the month
    or ``order`` says it; each with a time of day.
    """
    try:
        only = _moment(value, order, zone)
    except (ValueError, OverflowError):  # no date, or one at the ends of time
        return None
    return only if only and only.year in _YEARS else None


def _moment(value: object, order: str, zone: tzinfo) -> datetime | None:
    """Return what a cell means as a date, however long ago; raises for what is none."""
    if isinstance(value, datetime):
        return _in_zone(value, zone)
    if isinstance(value, date):
        return _naive(value.year, value.month, value.day)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and int(value) in _SERIALS:
        return _EPOCH + timedelta(days=float(value))
    text = plain(_text(value)).translate(_DASHES)
    found = {read for read in _readings(text, order) if read is not None}
    if not found:
        return _in_zone(datetime.fromisoformat(text), zone)
    return found.pop() if len(found) == 1 else None


def _readings(text: str, order: str) -> list[datetime | None]:
    """Return what a text can mean as a date; the same day twice is one meaning."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day, *clock = match.groups()
        return [_at(year, month, day, clock)]
    if match := _DOTS.fullmatch(text):
        day, month, year, *clock = match.groups()
        return [_at(year, month, day, clock)]
    if match := _STROKES.fullmatch(text):
        one, two, year, *clock = match.groups()
        ways = {"dmy": (two, one), "mdy": (one, two)}
        chosen = [ways[order]] if order else list(ways.values())
        return [_at(year, month, day, clock) for month, day in chosen]
    return []


def _at(year: str, month: str, day: str, clock: Sequence[str | None]) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in clock[:3])
    if half := (clock[3] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return _naive(int(year), int(month), int(day), hour, minute, second)
    except ValueError:
        return None


def _in_zone(value: datetime, zone: tzinfo) -> datetime:
    """Return a moment as the clocks of a zone show it, without naming the zone."""
    return (value.astimezone(zone) if value.tzinfo else value).replace(tzinfo=None)


def _naive(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc).replace(tzinfo=None)
