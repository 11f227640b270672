import base64
import io
import zlib
from zipfile import BadZipFile

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ..tools.consent_lines import AmbiguousHeadings, is_heading, read
from ..tools.phone import variants, wa_id_to_e164
from ..tools.tables import decode, rows_of_text

_lt = LazyTranslate(__name__)

#: Why a line is refused, and what to do.
PROBLEMS = {
    "phone_missing": _lt("There is no phone number."),
    "phone_invalid": _lt("This is no phone number: digits are missing, or there are too many."),
    "phone_words": _lt("This is no phone number: there are words where the digits should be."),
    "phone_cut": _lt("The spreadsheet cut this number. Make the column text and enter it again."),
    "phone_several": _lt("There are several phone numbers. Write one in each line."),
    "country_missing": _lt("The number has no country code. Write it with + or choose the country of such numbers."),
    "purpose_unknown": _lt("The purpose must be service or marketing."),
    "action_unknown": _lt("The consent must be granted or withdrawn."),
    "evidence_missing": _lt("There are no words: what did the customer say, tick or sign?"),
    "date_missing": _lt("There is no date: when did they agree?"),
    "date_unclear": _lt("This is no date. Write it as 2026-03-31."),
    "date_two_ways": _lt("Is it the day or the month that comes first? Choose it under “Dates”, or write 2026-03-31."),
    "date_in_future": _lt("The date is in the future."),
    "headings_unknown": _lt("This looks like headings, and none of them is “Phone”. Rename them, or remove the line."),
    "cells_left_over": _lt("There are more cells than columns. Put words that contain the separator in quotation marks."),
    "repeated": _lt("This is on record already."),
    "twice": _lt("This stands in the list already, in line %s."),
}
#: Nothing is wrong with these lines: they only say nothing new.
NOTHING_NEW = ("repeated", "twice")
#: Longer lists are imported in parts.
MAX_ROWS = 50000
#: More columns are not looked at.
MAX_COLUMNS = 50
#: What reading a broken workbook raises; its parts are read only when they are needed.
BROKEN = (BadZipFile, SyntaxError, zlib.error, LookupError, ValueError, TypeError, OSError)
XLSX, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class WaConsentImport(models.TransientModel):
    """Take over consents from a list, line by line, each with its proof; what is refused is said and why."""

    _name = "wa.consent.import"
    _description = "Import WhatsApp Consents"

    state = fields.Selection([("draft", "List"), ("checked", "Checked"), ("done", "Done")], default="draft", readonly=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    account_id = fields.Many2one(
        "wa.account",
        "WhatsApp Account",
        required=True,
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self.env["wa.account"].search([("company_id", "=", self.env.company.id)], limit=1),
    )
    number_id = fields.Many2one(
        "wa.number", "Only for Number", domain="[('account_id', '=', account_id)]", help="Empty: for all your numbers."
    )
    country_id = fields.Many2one(
        "res.country",
        "Country of Local Numbers",
        help="Numbers without + are read as numbers of this country. Empty: they are refused.",
    )
    date_order = fields.Selection(
        [("dmy", "Day first: 31/03/2026"), ("mdy", "Month first: 03/31/2026")],
        "Dates",
        help="How dates with strokes are written in this list. Empty: those that can be read in two ways are refused.",
    )
    file = fields.Binary("CSV or Excel File")
    file_name = fields.Char()
    text = fields.Text("Or Paste Lines")
    source = fields.Char("Where the List Comes From", required=True, help="For example: fair in Leeds, sign-up sheets.")
    line_ids = fields.One2many("wa.consent.import.line", "import_id", "Lines", readonly=True)
    how_read = fields.Char("Read As", readonly=True)
    line_count = fields.Integer(compute="_compute_counts")
    good_count = fields.Integer(compute="_compute_counts")
    bad_count = fields.Integer(compute="_compute_counts")
    old_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.problem")
    def _compute_counts(self):
        counts = {}
        for wizard, problem, count in self.env["wa.consent.import.line"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "problem"], ["__count"]
        ):
            counts.setdefault(wizard, {})[problem] = count
        for wizard in self:
            own = counts.get(wizard._origin, {})
            wizard.line_count = sum(own.values())
            wizard.good_count = own.get(False, 0)
            wizard.old_count = sum(own.get(problem, 0) for problem in NOTHING_NEW)
            wizard.bad_count = wizard.line_count - wizard.good_count - wizard.old_count

    # ------------------------------------------------------------------ actions

    def action_check(self):
        """Read the list and show what would become of each line; nothing is written yet.

        :raises UserError: there is no list, or it cannot be read.
        """
        self.ensure_one()
        self._check_companies()
        rows, how_read = self._read_rows()
        count = sum(1 for row in rows if any(cell not in (None, "") for cell in row))
        if count > MAX_ROWS:
            raise UserError(
                self.env._("The list has %(count)s lines, more than %(limit)s. Split it.", count=count, limit=MAX_ROWS)
            )
        lines, ignored = self._understand(rows)
        if not lines:
            raise UserError(self.env._("The list is empty."))
        if ignored:
            how_read = self.env._("%(how)s. Columns that are not read: %(names)s", how=how_read, names=", ".join(ignored))
        zone = self._zone()
        vals_list = [self._line_vals(line, zone) for line in lines]
        self._mark_repeated(vals_list)
        self.line_ids.unlink()
        self.env["wa.consent.import.line"].create([{**vals, "import_id": self.id} for vals in vals_list])
        self.write({"state": "checked", "how_read": how_read})
        return self._reopen()

    def _zone(self):
        return pytz.timezone(self.env.user.tz or "UTC")

    def _understand(self, rows):
        """Return the rows as lines, and the headings of columns that are not read.

        :raises UserError: two columns are called the same.
        """
        zone = self._zone()
        now = fields.Datetime.now().replace(tzinfo=pytz.utc).astimezone(zone).replace(tzinfo=None)
        try:
            reading = read(rows, self.country_id.code or None, now, order=self.date_order or "", zone=zone)
        except AmbiguousHeadings as error:
            raise UserError(
                self.env._(
                    "The columns “%(one)s” and “%(other)s” mean the same. Keep one of them, or rename the other.",
                    one=error.args[0],
                    other=error.args[1],
                )
            ) from error
        return reading.lines, reading.ignored

    def action_import(self):
        """Record every line without a problem, all or none of them, and keep the list as it came.

        :raises UserError: there is nothing to record.
        """
        self.ensure_one()
        good = self.line_ids.filtered(lambda line: not line.problem)
        if self.state != "checked" or not good:
            raise UserError(self.env._("No line of the list can be recorded. Mend the list and check it again."))
        self._check_companies()
        good = self._leave_out_recorded(good)
        contacts = self.env["wa.contact"].sudo()._ensure_for_phones(self.account_id.sudo(), self._partners_by_phone(good))
        reach = self.env["wa.reach"]
        every = self.env["wa.contact"].sudo().union(*contacts.values())
        reach._check_consent(reach._person(), None, every, self.company_id)
        kept = self._keep_list()
        self.env["wa.consent"]._record(
            [{**line._consent_vals(), "contact_id": contacts[line.e164].id, "attachment_id": kept.id} for line in good]
        )
        self.state = "done"
        return self._reopen()

    def action_back(self):
        """Return to the list, to change it."""
        self.state = "draft"
        return self._reopen()

    def _check_companies(self):
        """One company does not take over consents in another's name.

        :raises UserError: company, account and number do not belong together.
        """
        self.account_id.check_access("read")
        number = self.number_id.sudo()
        if (
            self.company_id not in self.env.companies
            or self.account_id.company_id != self.company_id
            or (number and number.account_id != self.account_id)
        ):
            raise UserError(self.env._("Company, WhatsApp account and number do not belong together."))

    def _reopen(self):
        return {**self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_consent_import_action"), "res_id": self.id}

    def _leave_out_recorded(self, good):
        """Mark lines that somebody else has recorded since the list was checked; returns the others.

        :raises UserError: none is left.
        """
        vals_list = good.read(["row", "e164", "purpose", "action", "happened_at", "evidence", "problem"], load=None)
        self._mark_repeated(vals_list)
        news = {vals["id"]: vals["problem"] for vals in vals_list if vals["problem"]}
        for line in good.filtered(lambda line: line.id in news):
            line.problem = news[line.id]
        left = good.filtered(lambda line: line.id not in news)
        if not left:
            raise UserError(self.env._("Somebody has recorded this list in the meantime. Nothing is left to record."))
        return left

    # ------------------------------------------------------------------ reading

    def _read_rows(self):
        """Return the rows of the list and, for people, how it was read.

        :raises UserError: it is no list.
        """
        if not self.file:
            if not (self.text or "").strip():
                raise UserError(self.env._("Choose a file or paste lines."))
            return self._read_text(self.text, self.env._("pasted lines"))
        raw = base64.b64decode(self.file)
        if raw.startswith(XLSX):
            return self._read_xlsx(raw)
        if raw.startswith(OLD_EXCEL):
            raise UserError(
                self.env._("This is an old Excel file, or one with a password. Save it as xlsx or CSV, without a password.")
            )
        decoded = decode(raw)
        if not decoded:
            raise UserError(self.env._("This is neither a CSV file nor an Excel file (xlsx)."))
        return self._read_text(decoded[0], f"CSV, {decoded[1]}")

    def _read_text(self, text, what):
        table = rows_of_text(text, is_heading)
        mark = self.env._("tab") if table.separator == "\t" else table.separator
        return table.rows, self.env._("%(what)s, separated by “%(mark)s”", what=what, mark=mark)

    def _read_xlsx(self, raw):
        # Comes with Odoo for its own imports. pylint: disable=import-outside-toplevel
        from openpyxl import load_workbook

        try:
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            sheet, *others = book.worksheets
            rows = self._rows_of_sheet(sheet)
        except BROKEN as error:
            raise UserError(self.env._("The file cannot be read as an Excel file (xlsx).")) from error
        how_read = self.env._("Excel, sheet “%s”", sheet.title)
        if others:
            names = ", ".join(other.title for other in others)
            how_read = self.env._("%(how)s. Sheets that are not read: %(names)s", how=how_read, names=names)
        return rows, how_read

    def _rows_of_sheet(self, sheet):
        """Return the rows of a sheet, empty ones in their place; reading ends soon after the most lines there may be.

        What a sheet says about its size is a claim: whole columns with a colour make millions of empty cells.
        """
        sheet.reset_dimensions()
        rows, count = [], 0
        for cells in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
            filled = any(cell not in (None, "") for cell in cells)
            count += filled
            rows.append(list(cells) if filled else [])
            if count > MAX_ROWS:
                break
        return rows

    def _line_vals(self, line, zone):
        at = zone.localize(line.at).astimezone(pytz.utc).replace(tzinfo=None) if line.at else False
        return {
            "row": line.row,
            "phone": line.phone,
            "e164": line.e164,
            "purpose": line.purpose or False,
            "action": line.action or False,
            "evidence": line.evidence,
            "place": line.source or self.source,
            "happened_at": at,
            "problem": line.problem or False,
        }

    def _mark_repeated(self, vals_list):
        """Refuse what is in the list twice or on record already: importing a list again doubles nothing."""
        key = self.account_id.sudo()._get_portfolio_key()
        phone_vals = self.env["wa.contact"]._phone_vals
        keys = {vals["e164"]: phone_vals(vals["e164"].lstrip("+"))["phone_key"] for vals in vals_list if not vals["problem"]}
        known = {
            (row.contact_id.phone_key, row.purpose, row.action, row.happened_at, row.evidence): 0
            for row in self.env["wa.consent"]
            .sudo()
            .search(
                [
                    ("contact_id.portfolio_key", "=", key),
                    ("contact_id.phone_key", "in", list(keys.values())),
                    ("company_id", "=", self.company_id.id),
                    ("number_id", "=", self.number_id.id),
                    ("source", "=", "import"),
                ]
            )
        }
        for vals in vals_list:
            if vals["problem"]:
                continue
            fact = (keys[vals["e164"]], vals["purpose"], vals["action"], vals["happened_at"], vals["evidence"])
            if fact in known:
                vals["problem"] = "twice" if known[fact] else "repeated"
                vals["same_as"] = known[fact]
            known.setdefault(fact, vals["row"])

    def _partners_by_phone(self, lines):
        """Return ``{E.164: customer with that number, or an empty set}``; none are created."""
        partners = self.env["res.partner"].sudo()
        spellings = {e164: [wa_id_to_e164(variant) for variant in variants(e164)] for e164 in lines.mapped("e164")}
        found = partners.search(
            [
                ("phone_sanitized", "in", [number for own in spellings.values() for number in own]),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            order="is_company desc, id desc",
        )
        # The last one wins: people before companies, then the oldest, as for whoever writes.
        by_phone = {partner.phone_sanitized: partner for partner in found}
        return {
            e164: next((by_phone[number] for number in own if number in by_phone), partners) for e164, own in spellings.items()
        }

    def _keep_list(self):
        """Keep what was imported. It names all these people, so only whoever imported it and administrators open it."""
        return self.env["ir.attachment"].create(
            {
                "name": self.file_name or self.env._("pasted lines.txt"),
                "raw": base64.b64decode(self.file) if self.file else self.text.encode(),
                "description": self.source,
            }
        )


class WaConsentImportLine(models.TransientModel):
    """One line of a list and what becomes of it."""

    _name = "wa.consent.import.line"
    _description = "Line of an Import of WhatsApp Consents"
    _order = "row"

    import_id = fields.Many2one("wa.consent.import", required=True, ondelete="cascade", index=True)
    row = fields.Integer("Line", readonly=True)
    phone = fields.Char(readonly=True)
    e164 = fields.Char("Read As", readonly=True)
    purpose = fields.Selection([("service", "Service and utility"), ("marketing", "Marketing")], readonly=True)
    action = fields.Selection([("granted", "Granted"), ("withdrawn", "Withdrawn")], "Consent", readonly=True)
    evidence = fields.Text("Words", readonly=True)
    place = fields.Char("Where", readonly=True)
    happened_at = fields.Datetime("When", readonly=True)
    problem = fields.Char(readonly=True)
    same_as = fields.Integer(readonly=True)
    result = fields.Text(compute="_compute_result")

    @api.depends("problem", "import_id.state")
    @api.depends_context("lang")
    def _compute_result(self):
        for line in self:
            if line.problem:
                line.result = self.env._(PROBLEMS[line.problem]).replace("%s", str(line.same_as))
            elif line.import_id.state == "done":
                line.result = self.env._("Recorded")
            else:
                line.result = self.env._("Will be recorded")

    def _consent_vals(self):
        self.ensure_one()
        return {
            "company_id": self.import_id.company_id.id,
            "number_id": self.import_id.number_id.id,
            "purpose": self.purpose,
            "action": self.action,
            "source": "import",
            "evidence": self.evidence,
            "place": self.place,
            "user_id": self.env.uid,
            "happened_at": self.happened_at,
        }
