import io
import zipfile

from odoo.tests import tagged

from ..media_case import MediaCase
from ..media_samples import PNG

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def office(part, **members):
    """Return a document of Office, or of OpenOffice, as small as it gets."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in {**members, part: "x"}.items():
            archive.writestr(name, content)
    return target.getvalue()


WORD = office("word/document.xml")
SHEET = office("xl/workbook.xml")
ODT = office("content.xml", mimetype="application/vnd.oasis.opendocument.text")
PDF = b"%PDF-1.4 offer"


@tagged("post_install", "-at_install", "wa")
class TestNamesIn(MediaCase):
    """What a customer sends can be opened after it was downloaded."""

    def kept(self, content, mime_type, name="", kind="document"):
        row = self.send_file(kind, content, mime_type, name)
        if not name:
            row.media_ids.filename = False
        self.fetch_files()
        return row.media_ids

    def test_names_end_as_their_files_are(self):
        """R19: `cotizacion` is a PDF, a Word file has no name, and what else people and phones call files."""
        for content, mime_type, name, expected in (
            (PDF, "application/pdf", "cotizacion", "cotizacion.pdf"),
            (PDF, "application/pdf; charset=binary", "Offer v1.2", "Offer v1.2.pdf"),
            (PDF, "application/pdf", "2026-11-30 09.51", "2026-11-30 09.51.pdf"),
            (PDF, "application/pdf", "Mr. Smith", "Mr. Smith.pdf"),
            (PDF, "application/pdf", "Order.PDF", "Order.PDF"),
            (PDF, "application/octet-stream", "order", "order.pdf"),
            (PDF, "application/pdf", "photo.png", "photo.png.pdf"),
            (PDF, "application/pdf", "عرض السعر", "عرض السعر.pdf"),
            (PDF, "application/pdf", "C:\\Users\\ada\\offer.pdf", "offer.pdf"),
            (PDF, "application/pdf", "folder/offer", "offer.pdf"),
            (PDF, "application/pdf", "CON", "_CON.pdf"),
            (PDF, "application/pdf", "lpt1.pdf", "_lpt1.pdf"),
            (PDF, "application/pdf", "a:b?*.pdf", "a_b__.pdf"),
            (PDF, "application/pdf", "offer\u202efdp.\u200bpdf\n", "offerfdp.pdf"),
            (PDF, "application/pdf", "=HYPERLINK(1).pdf", "HYPERLINK(1).pdf"),
            (WORD, DOCX, "letter", "letter.docx"),
            (WORD, "application/zip", "letter.zip", "letter.zip.docx"),
            (WORD, "application/octet-stream", "letter.docx", "letter.docx"),
            (SHEET, "application/vnd.ms-excel", "prices.xls", "prices.xls.xlsx"),
            (ODT, "application/vnd.oasis.opendocument.text", "brief", "brief.odt"),
            (b"a;b\n1;2\n", "application/vnd.ms-excel", "list.csv", "list.csv"),
            (b"a,b\n", "text/plain", "notes", "notes.txt"),
            (b"a,b\n", "text/plain", "notes.md", "notes.md"),
            (b"\x00\x01", "application/x-cad", "part.dwg", "part.dwg"),
            (b"\x00\x01", "application/x-cad", "part", "part"),
        ):
            with self.subTest(name=name, mime_type=mime_type):
                media = self.kept(content, mime_type, name)
                self.assertEqual(media.attachment_id.name, expected)
                self.assertEqual(media.filename, expected)
                self.assertEqual(media.attachment_id.raw, content)

    def test_long_names_keep_their_ends(self):
        """R19: 300 characters; characters of four bytes; the ending stays, and no character is cut in two."""
        for name in ("x" * 300 + ".pdf", "😀" * 200 + ".pdf", "👩‍🚀" * 100, "ع" * 300):
            stored = self.kept(PDF, "application/pdf", name).attachment_id.name
            self.assertTrue(stored.endswith(".pdf"), stored)
            self.assertLessEqual(len(stored), 120)
            self.assertLessEqual(len(stored.encode()), 245)
            self.assertNotIn("\u200d.", stored)

    def test_files_without_a_name_get_one_with_an_ending(self):
        """R19: the minutes of a moment were taken for an ending."""
        for content, mime_type, kind, ending in (
            (WORD, DOCX, "document", ".docx"),
            (PDF, "application/pdf", "document", ".pdf"),
            (ODT, "application/octet-stream", "document", ".odt"),
            (PNG, "image/png", "image", ".png"),
            (b"OggS" + bytes(60), "audio/ogg; codecs=opus", "audio", ".ogg"),
        ):
            with self.subTest(mime_type):
                name = self.kept(content, mime_type, kind=kind).attachment_id.name
                self.assertTrue(name.endswith(ending), name)
                self.assertEqual(name.count("."), 1, name)

    def test_programs_are_refused_under_any_name(self):
        """R19: two endings, invisible signs behind the ending, and a program that calls itself a PDF."""
        program = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(60)
        for content, mime_type, name in (
            (PDF, "application/pdf", "invoice.pdf.exe"),
            (PDF, "application/pdf", "invoice.exe\u200b"),
            (PDF, "application/pdf", "invoice.exe. ."),
            (PDF, "application/pdf", "invoice\u202efdp.exe"),
            (program, "application/pdf", "invoice.pdf"),
            (program, "application/octet-stream", "invoice"),
        ):
            with self.subTest(name):
                media = self.kept(content, mime_type, name)
                self.assertEqual((media.state, media.error_code), ("failed", "media_refused"))
                self.assertFalse(media.attachment_id)


@tagged("post_install", "-at_install", "wa")
class TestNamesOut(MediaCase):
    """What the customer sees is what stands in the thread, and opens on their phone."""

    def setUp(self):
        super().setUp()
        self.conversation = self.customer_writes(self.ada, "Hello")

    def send(self, name, content, mime_type=None):
        """Send a file as the composer does; returns its name in the thread and the one on the phone."""
        values = {"name": name, "raw": content, "res_model": "mail.compose.message", "res_id": 0}
        if mime_type:
            values["mimetype"] = mime_type
        attachment = self.env["ir.attachment"].with_user(self.ana).create(values)
        message = self.reply(self.ana, self.conversation, "", attachment_ids=attachment.ids)
        self.run_sender()
        self.assertEqual(message.wa_message_ids.state, "sent", message.wa_message_ids.error_text)
        sent = [request for request in self.sandbox.requests_log() if request["path"].endswith("/messages")][-1]
        return message.attachment_ids.name, sent["body"]["document"]["filename"]

    def test_what_the_customer_sees_is_what_we_show(self):
        """R19: names without ending, with a wrong one, with slashes, reserved or endless."""
        for name, content, mime_type, expected in (
            ("offer.pdf", PDF, None, "offer.pdf"),
            ("offer", PDF, "application/pdf", "offer.pdf"),
            ("Offer 09.51", PDF, "application/pdf", "Offer 09.51.pdf"),
            ("offer 1/2.pdf", PDF, "application/pdf", "offer 1_2.pdf"),
            ("offer.png", PDF, "application/pdf", "offer.png.pdf"),
            ("nul.pdf", PDF, "application/pdf", "_nul.pdf"),
            ("offer\u202efdp.pdf", PDF, "application/pdf", "offerfdp.pdf"),
            ("عرض السعر 😀", PDF, "application/pdf", "عرض السعر 😀.pdf"),
            ("letter", WORD, DOCX, "letter.docx"),
            ("list.csv", b"a,b\n1,2\n", "text/csv", "list.csv"),
            ("..", PDF, "application/pdf", "file.pdf"),
        ):
            with self.subTest(name):
                shown, seen = self.send(name, content, mime_type)
                self.assertEqual((shown, seen), (expected, expected))

    def test_endless_names(self):
        """R19: cut in the middle, alike on both sides."""
        shown, seen = self.send("x" * 300 + ".pdf", PDF, "application/pdf")
        self.assertEqual(shown, seen)
        self.assertTrue(seen.endswith("x.pdf"))

    def test_a_received_file_that_is_sent_on_keeps_its_name_here(self):
        """R19 and S5: a name that does not suit phones changes on a copy, not on what was received."""
        row = self.send_file("document", PDF, "application/pdf", "order.pdf")
        self.fetch_files()
        received = row.media_ids.attachment_id
        self.env.cr.execute("UPDATE ir_attachment SET name = 'order 1/2' WHERE id = %s", [received.id])
        received.invalidate_recordset(["name"])
        message = self.reply(self.ana, row.conversation_id, "", attachment_ids=received.ids)
        self.assertEqual((message.attachment_ids.name, received.name), ("order 1_2.pdf", "order 1/2"))

    def test_converted_files_keep_the_whole_name(self):
        """R19: a number behind a dot is no ending that may be replaced."""
        from PIL import Image

        target = io.BytesIO()
        Image.new("RGB", (8, 8)).save(target, "BMP")
        for name, expected in (("Photo 09.51", "Photo 09.51.jpg"), ("photo.bmp", "photo.jpg"), ("...", "file.jpg")):
            attachment = self.env["ir.attachment"].create({"name": name, "raw": target.getvalue(), "mimetype": "image/bmp"})
            file = self.env["wa.file"]._prepare(attachment, self.conversation.channel_id)
            self.assertEqual(file.shown.name, expected)
