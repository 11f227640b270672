import re
from collections import OrderedDict
from typing import Any

from odoo.addons.web.controllers.export import CSVExport, ExcelExport

#: What XlsxWriter makes a formula or a link into other files of. Source: XlsxWriter, ``worksheet.write``.
XLSX_FORMULA = re.compile(r"=|\{=|(?:ex|in)ternal:", re.IGNORECASE)
#: What programs that open CSV compute; core guards "=", "+" and "-" itself. Source: OWASP, "CSV Injection".
CSV_FORMULA = re.compile("[@\t\r\n\uff1d\uff0b\uff0d\uff20]|[ \t\r\n]+[=+\\-@]")


class WaExcelExport(ExcelExport):
    """Lists for spreadsheets hold the words of strangers: what a customer wrote is a text, never a formula or a link.

    XlsxWriter takes every text that begins like one for a formula. Source: web/controllers/export.py.
    """

    def from_data(self, fields: list, columns_headers: list[str], rows: list) -> bytes | str:
        return super().from_data(fields, columns_headers, _as_cells(rows))

    def from_group_data(self, fields: list, columns_headers: list[str], groups: Any) -> bytes | str:
        _guard_groups(groups)
        return super().from_group_data(fields, columns_headers, groups)


class WaCSVExport(CSVExport):
    """The same for CSV, where core thinks of three of the signs."""

    def from_data(self, fields: list, columns_headers: list[str], rows: list) -> bytes | str:
        return super().from_data(fields, columns_headers, _as_cells(rows, in_csv=True))


def as_cell(text: str, in_csv: bool = False) -> str:
    """Return a text as a spreadsheet shows it, with an apostrophe in front where it would be computed or followed."""
    begins = CSV_FORMULA if in_csv else XLSX_FORMULA
    return f"'{text}" if begins.match(text) else text


def _as_cells(rows: list, in_csv: bool = False) -> list[list]:
    return [[as_cell(value, in_csv) if isinstance(value, str) else value for value in row] for row in rows]


def _guard_groups(node: Any) -> None:
    """Guard the names of groups and the rows in them."""
    node.data = _as_cells(node.data)
    guarded = OrderedDict()
    for key, child in node.children.items():
        _guard_groups(child)
        if isinstance(key, str):
            key = as_cell(key)
        elif isinstance(key, tuple) and len(key) > 1 and isinstance(key[1], str):
            key = (key[0], as_cell(key[1]), *key[2:])
        guarded[key] = child
    node.children = guarded
