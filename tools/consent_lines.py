"""Read consents from a list: the rows of a CSV or spreadsheet file, or pasted lines.

A row is ``phone, purpose, evidence, date, source`` in this order, or in any order
under a line of headings. Nothing is guessed: a phone number keeps all its digits or
is refused, a date that can be read in two ways is refused, and a consent without
words and a date proves nothing, so it is refused too. Every refusal is a slug.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from .keywords import key_of
from .phone import digits, normalise

COLUMNS = ("phone", "purpose", "evidence", "date", "source", "action")
#: What a heading may be called, as :func:`key_of` spells it.
HEADINGS = {
    "phone": ("phone", "phone number", "mobile", "number", "whatsapp", "telefon", "telefono", "telephone", "celular"),
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
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,]+(\d{1,2}):(\d{2}))?")
_SERIALS = range(20000, 80000)


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


def rows_of_text(text: str) -> list[list[str]]:
    """Return the cells of CSV or pasted text; the separator that splits most wins."""
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    best = max((";", "\t", ","), key=lambda mark: sum(line.count(mark) for line in lines))
    return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=best))


def read(rows: Iterable[Sequence[object]], country: str | None, now: datetime) -> list[ConsentLine]:
    """Understand rows, one by one.

    :param rows: cells as text, numbers or datetimes.
    :param country: ISO code for numbers without a country code; None: those are refused.
    :param now: what is later than this cannot have happened (naive, same zone as the dates).
    """
    columns: tuple[str, ...] = COLUMNS
    lines: list[ConsentLine] = []
    for number, cells in enumerate(rows, start=1):
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            continue
        if number == 1 and (found := _headings(texts)):
            columns = found
            continue
        values = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
        lines.append(_line(number, values, country, now))
    return lines


def _headings(texts: Sequence[str]) -> tuple[str, ...] | None:
    keys = [key_of(text) for text in texts]
    names = tuple(next((name for name, words in HEADINGS.items() if key in words), "") for key in keys)
    return names if "phone" in names else None


def _line(number: int, values: dict[str, object], country: str | None, now: datetime) -> ConsentLine:
    phone = _text(values.get("phone"))
    at = moment(values.get("date"))
    e164 = normalise(phone, country) or ""
    purpose = _word(values.get("purpose"), PURPOSES)
    action = _word(values.get("action"), ACTIONS) if _text(values.get("action")) else "granted"
    evidence = _text(values.get("evidence"))
    checks = (
        (not e164, _phone_problem(phone, country)),
        (not purpose, "purpose_unknown"),
        (not action, "action_unknown"),
        (not evidence, "evidence_missing"),
        (at is None, "date_unclear" if _text(values.get("date")) else "date_missing"),
        (at is not None and at > now + timedelta(days=1), "date_in_future"),
    )
    problem = next((slug for failed, slug in checks if failed), "")
    return ConsentLine(number, phone, e164, purpose, action, evidence, at, _text(values.get("source")), problem)


def _phone_problem(phone: str, country: str | None) -> str:
    if not phone:
        return "phone_missing"
    is_local = bool(digits(phone)) and not phone.startswith(("+", "00"))
    return "country_missing" if is_local and not country else "phone_invalid"


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


def moment(value: object) -> datetime | None:
    """Return a date that can be read in one way only: ISO 8601, ``31.12.2025``, or a spreadsheet's own."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return _naive(value.year, value.month, value.day)
    if isinstance(value, (int, float)) and int(value) in _SERIALS:
        return _EPOCH + timedelta(days=float(value))
    text = _text(value)
    try:
        if match := _GERMAN.fullmatch(text):
            day, month, year, hour, minute = (int(part or 0) for part in match.groups())
            return _naive(year, month, day, hour, minute)
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _naive(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=timezone.utc).replace(tzinfo=None)
