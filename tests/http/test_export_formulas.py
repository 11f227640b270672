import io
import json
import zipfile

from odoo.http import Request
from odoo.tests import new_test_user, tagged

from ..common import WaHttpCase

NAME = '=HYPERLINK("https://example.com","Pay here")'


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestExportFormulas(WaHttpCase):
    """What a customer calls themselves or writes is never computed by a spreadsheet."""

    def setUp(self):
        super().setUp()
        new_test_user(
            self.env,
            "wa_exporter",
            groups="base.group_system,sales_team.group_sale_manager,crm_whatsapp.crm_whatsapp_group_admin",
        )
        self.conversation = self.receive(self.inbound("=1+1", name=NAME))
        self.message = self.conversation.message_ids[:1]

    def exported(self, kind, record, *names, groupby=()):
        """Return the sheet of an export, as a colleague downloads it."""
        self.authenticate("wa_exporter", "wa_exporter")
        data = {
            "model": record._name,
            "fields": [{"name": name, "label": name, "type": record._fields[name].type} for name in names],
            "ids": record.ids,
            "domain": [],
            "groupby": list(groupby),
            "context": {},
            "import_compat": False,
        }
        answer = self.url_open(f"/web/export/{kind}", data={"data": json.dumps(data), "csrf_token": Request.csrf_token(self)})
        self.assertEqual(answer.status_code, 200, answer.text[:500])
        if kind == "csv":
            return answer.text
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return book.read("xl/worksheets/sheet1.xml").decode() + book.read("xl/sharedStrings.xml").decode()

    def test_names_are_harmless_where_they_are_stored(self):
        """S17: contact, customer, lead and channel."""
        contact = self.conversation.contact_id
        lead = self.conversation.lead_id
        self.assertTrue(lead)
        for record, name in (
            (contact, "profile_name"),
            (contact.partner_id, "name"),
            (lead, "contact_name"),
            (lead, "partner_name"),
            (self.conversation.channel_id, "name"),
            (lead, "name"),
        ):
            value = record[name] or ""
            with self.subTest(record=record._name, field=name):
                self.assertNotRegex(value, r"^[\s=+@\-]")
        self.assertIn("HYPERLINK", contact.partner_id.name)

    def test_no_export_computes_what_strangers_wrote(self):
        """S17: in Odoo's workbook and in its CSV, in rows and in the names of groups."""
        lead = self.conversation.lead_id
        lead.sudo().write({"contact_name": NAME})  # as from before this was guarded
        for record, name in ((self.message, "text"), (self.message, "preview"), (lead, "contact_name")):
            with self.subTest(record=record._name, field=name):
                sheet = self.exported("xlsx", record, name)
                self.assertNotIn("<f>", sheet)
                self.assertTrue("1+1" in sheet or "HYPERLINK" in sheet)
        self.assertNotIn("<f>", self.exported("xlsx", lead, "contact_name", groupby=["contact_name"]))
        lead.sudo().write({"contact_name": "@SUM(1+1)"})
        self.assertIn("\"'@SUM", self.exported("csv", lead, "contact_name"))

    def test_a_number_stays_a_number_and_a_name_a_name(self):
        """S17: nothing legitimate is spoilt."""
        from ...tools.bidi import short_name

        for name in ("+1 202-555-0143", "Jean-Luc", "Ana =)", "O'Brien", "A+B GmbH", "maria@example.com", "عمر"):
            self.assertEqual(short_name(name), name)
        sheet = self.exported("xlsx", self.conversation.contact_id, "display_name")
        self.assertNotIn("<f>", sheet)
