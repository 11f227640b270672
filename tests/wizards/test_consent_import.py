import base64
import io
import zipfile
from datetime import datetime

from openpyxl import Workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import WaCase

LINES = """phone;purpose;evidence;date;source
+44 7700 900123;marketing;Yes, send me offers;2026-03-01;sheet 12
07700 900124;marketing;Yes;2026-03-01;sheet 12
+44 7700 900125;marketing;;2026-03-01;sheet 12
+44 7700 900126;service;Call me;03/04/2026;
+44 7700 900123;marketing;Yes, send me offers;2026-03-01;sheet 13
+1 202 555 0143;service;Ticked the box;2026-03-02 10:30;"""


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestConsentImport(WaCase):
    """Every line has its outcome, and its proof; no number is guessed, nothing is doubled."""

    def wizard(self, **vals):
        return (
            self.env["wa.consent.import"]
            .with_user(self.lead_manager)
            .create({"account_id": self.account.id, "source": "Fair in Leeds", **vals})
        )

    def results(self, wizard):
        return [(line.row, line.problem or line.result) for line in wizard.line_ids]

    def test_each_line_says_what_becomes_of_it_and_nothing_is_written_before(self):
        wizard = self.wizard(text=LINES)
        wizard.action_check()
        self.assertEqual(
            self.results(wizard),
            [
                (2, "Will be recorded"),
                (3, "country_missing"),
                (4, "evidence_missing"),
                (5, "date_two_ways"),
                (6, "twice"),
                (7, "Will be recorded"),
            ],
        )
        self.assertIn("choose the country", wizard.line_ids[1].result)
        self.assertIn("in line 2", wizard.line_ids[4].result)
        self.assertEqual((wizard.line_count, wizard.good_count, wizard.old_count, wizard.bad_count), (6, 2, 1, 3))
        self.assertIn("separated by “;”", wizard.how_read)
        self.assertFalse(self.env["wa.consent"].search([("source", "=", "import")]))

    def test_good_lines_are_recorded_with_proof_and_file(self):
        self.lead_manager.tz = "Europe/Berlin"
        customer = self.env["res.partner"].create({"name": "Ada", "phone": "+12025550143"})
        partners = self.env["res.partner"].search_count([])
        wizard = self.wizard(text=LINES)
        wizard.action_check()
        wizard.action_import()
        rows = self.env["wa.consent"].search([("source", "=", "import")]).sorted("happened_at")
        self.assertEqual(rows.mapped("contact_id.wa_id"), ["447700900123", "12025550143"])
        self.assertEqual(rows.mapped("place"), ["sheet 12", "Fair in Leeds"])
        self.assertEqual(str(rows[1].happened_at), "2026-03-02 09:30:00", "the time of whoever imports")
        self.assertEqual(rows.user_id, self.lead_manager)
        self.assertEqual(rows[1].partner_id, customer)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertEqual(rows.attachment_id.raw.decode(), LINES)
        with self.assertRaises(AccessError):
            rows.attachment_id.with_user(self.ana).read(["datas"])
        self.assertEqual(wizard.line_ids[0].result, "Recorded")
        self.assertEqual(customer.wa_consent_service, "granted")

    def test_second_import_of_the_same_list_doubles_nothing(self):
        for expected in (2, 2):
            wizard = self.wizard(text=LINES)
            wizard.action_check()
            if wizard.good_count:
                wizard.action_import()
            self.assertEqual(self.env["wa.consent"].search_count([("source", "=", "import")]), expected)
        with self.assertRaises(UserError):
            wizard.action_import()

    def test_country_of_local_numbers(self):
        wizard = self.wizard(text=LINES, country_id=self.env.ref("base.uk").id)
        wizard.action_check()
        self.assertEqual(wizard.line_ids[1].e164, "+447700900124")

    def test_excel(self):
        book = Workbook()
        for row in (["Telephone", "Purpose", "Evidence", "Date"], ["+44 7700 900123", "marketing", "Yes", None], []):
            book.active.append(row)
        book.active.append([447700900124, "marketing", "Signed", datetime(2026, 3, 1)])
        buffer = io.BytesIO()
        book.save(buffer)
        wizard = self.wizard(
            file=base64.b64encode(buffer.getvalue()), file_name="fair.xlsx", country_id=self.env.ref("base.uk").id
        )
        wizard.action_check()
        self.assertEqual(self.results(wizard), [(2, "date_missing"), (4, "Will be recorded")])
        wizard.action_import()
        row = self.env["wa.consent"].search([("source", "=", "import")])
        self.assertEqual((row.contact_id.wa_id, row.attachment_id.name), ("447700900124", "fair.xlsx"))

    def test_csv_of_an_old_windows_program(self):
        text = "+44 7700 900123;marketing;Oui, bien sûr;2026-03-01;salon"
        wizard = self.wizard(file=base64.b64encode(text.encode("cp1252")), file_name="a.csv")
        wizard.action_check()
        self.assertEqual(wizard.line_ids.evidence, "Oui, bien sûr")

    def test_lists_of_the_reports(self):
        """R1, R34: former spellings and digits of other scripts are read."""
        wizard = self.wizard(text="phone;purpose;evidence;date;source\n+229 97 00 00 01;service;Oui;2026-03-01;counter\n")
        wizard.action_check()
        self.assertEqual((wizard.line_ids.problem, wizard.line_ids.e164), (False, "+2290197000001"))
        text = (
            "phone;purpose;evidence;date;source\n+٩٦٦٥٠١٢٣٤٥٦٧;marketing;Yes please;2026-03-01;counter\n"
            "٠٥٠١٢٣٤٥٦٧;marketing;Yes please;2026-03-01;counter\n+۹۸۹۱۲۰۰۰۰۰۰۱;marketing;Yes please;2026-03-01;counter\n"
        )
        wizard = self.wizard(file=base64.b64encode(text.encode()), country_id=self.env.ref("base.sa").id)
        wizard.action_check()
        self.assertEqual(wizard.line_ids.mapped("e164"), ["+966501234567", "+966501234567", "+989120000001"])
        self.assertEqual(wizard.line_ids.mapped("problem"), [False, "twice", False])
        wizard.action_import()
        contacts = self.env["wa.consent"].search([("source", "=", "import")]).contact_id
        self.assertEqual(set(contacts.mapped("wa_id")), {"966501234567", "989120000001"})

    def test_former_number_is_the_contact_and_customer_we_know(self):
        """R1"""
        customer = self.env["res.partner"].create({"name": "Koffi", "phone": "+229 01 97 00 00 01"})
        conversation = self.receive(self.inbound(wa_id="22997000001", bsuid=None))
        self.assertEqual(conversation.partner_id, customer)
        wizard = self.wizard(text="+229 97 00 00 01;marketing;Oui;2026-03-01;counter")
        wizard.action_check()
        wizard.action_import()
        self.assertEqual(conversation.consent_marketing, "granted")

    def test_two_people_import_one_list(self):
        """What a colleague recorded between check and import is not recorded twice, and the count says so."""
        first, second = self.wizard(text=LINES), self.wizard(text=LINES + "\n+1 202 555 0144;service;Yes;2026-03-03;")
        first.action_check()
        second.action_check()
        first.action_import()
        second.action_import()
        self.assertEqual(self.env["wa.consent"].search_count([("source", "=", "import")]), 3)
        self.assertEqual((second.good_count, second.old_count, second.bad_count), (1, 3, 3))
        third = self.wizard(text=LINES)
        third.action_check()
        self.assertEqual((third.good_count, third.old_count), (0, 3))

    def test_order_of_dates(self):
        wizard = self.wizard(text="+1 202 555 0143;service;Yes;03/04/2026;", date_order="dmy")
        wizard.action_check()
        self.assertEqual(str(wizard.line_ids.happened_at)[:10], "2026-04-03")

    def test_sheets_and_columns_that_are_not_read_are_said(self):
        book = Workbook()
        book.active.title = "Fair"
        book.active.append(["Phone", "Purpose", "Evidence", "Date", "Shoe size"])
        book.active.append(["+44 7700 900123", "marketing", "Yes", "2026-03-01", 43])
        book.create_sheet("Second day").append(["+44 7700 900124"])
        buffer = io.BytesIO()
        book.save(buffer)
        wizard = self.wizard(file=base64.b64encode(buffer.getvalue()), file_name="fair.xlsx")
        wizard.action_check()
        self.assertIn("Fair", wizard.how_read)
        self.assertIn("Second day", wizard.how_read)
        self.assertIn("Shoe size", wizard.how_read)

    def rewritten(self, change):
        """Return a workbook of two rows after ``change`` of its sheet's XML."""
        book, plain, changed = Workbook(), io.BytesIO(), io.BytesIO()
        book.active.append(["Phone", "Purpose", "Evidence", "Date"])
        book.active.append(["+44 7700 900123", "marketing", "Yes", "2026-03-01"])
        book.save(plain)
        with zipfile.ZipFile(plain) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                raw = old.read(name)
                new.writestr(name, change(raw) if name.endswith("sheet1.xml") else raw)
        return base64.b64encode(changed.getvalue())

    def test_sheet_that_claims_to_be_endless(self):
        """R1: seventeen billion cells, as whole columns with a colour make them; only what is there is read."""
        raw = self.rewritten(lambda xml: xml.replace(b'ref="A1:D2"', b'ref="A1:XFD1048576"'))
        wizard = self.wizard(file=raw, file_name="fair.xlsx")
        wizard.action_check()
        self.assertEqual(self.results(wizard), [(2, "Will be recorded")])

    def test_sheet_that_breaks_off_is_refused_in_words(self):
        raw = self.rewritten(lambda xml: xml[: len(xml) // 2])
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self.wizard(file=raw, file_name="fair.xlsx").action_check()

    def test_last_day_of_time_is_refused_and_the_others_are_read(self):
        """West of Greenwich that moment lies in the year 10000."""
        self.lead_manager.tz = "America/Mexico_City"
        last = "+1 202 555 0143;service;Yes;9999-12-31 23:59;"
        wizard = self.wizard(text=f"{last}\n+1 202 555 0144;service;Yes;2026-03-01;")
        wizard.action_check()
        self.assertEqual(self.results(wizard), [(1, "date_unclear"), (2, "Will be recorded")])

    def test_fifty_thousand_lines(self):
        """Checked within seconds, with the number of every line, and not one more."""
        lines = "\n".join(f"+1202{5550000 + i:07};marketing;Yes;2026-03-01;fair" for i in range(50_000))
        wizard = self.wizard(file=base64.b64encode(lines.encode("utf-16")))
        wizard.action_check()
        self.assertEqual((wizard.line_count, wizard.good_count, wizard.bad_count), (50_000, 50_000, 0))
        self.assertEqual(wizard.line_ids[-1:].row, 50_000)
        with self.assertRaisesRegex(UserError, "50001 lines"):
            self.wizard(text=lines + "\n+1 202 555 0143;marketing;Yes;2026-03-01;fair").action_check()

    def test_unusable_files_are_refused_with_a_reason(self):
        for raw in (b"PK\x03\x04 no spreadsheet", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x00\x01\x02\xff", b""):
            with self.assertRaises(UserError):
                self.wizard(file=base64.b64encode(raw), file_name="x").action_check()
        with self.assertRaisesRegex(UserError, "empty"):
            self.wizard(text="phone;purpose").action_check()

    def test_no_consent_in_another_companys_name(self):
        company = self.env["res.company"].create({"name": "Second"})
        wizard = self.wizard(text=LINES)
        wizard.action_check()
        wizard.sudo().company_id = company
        with self.assertRaisesRegex(UserError, "belong together"):
            wizard.action_import()

    def test_managers_only(self):
        with self.assertRaises(AccessError):
            self.wizard().with_user(self.ana).read(["text"])
        with self.assertRaises(AccessError):
            self.env["wa.consent.import"].with_user(self.ana).create({"account_id": self.account.id, "source": "x"})
