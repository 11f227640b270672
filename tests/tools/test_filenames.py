"""R19: names of files, and what files are."""

import io
import tracemalloc
import zipfile

import pytest

from tools import filetypes
from tools.filenames import clean, ending, replaced_ending, with_ending


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("offer.pdf", "offer.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\\b.pdf", "b.pdf"),
        (".htaccess", "htaccess"),
        ("..", ""),
        (" . ", ""),
        ("\u3164", ""),
        ("con.tar.gz", "_con.tar.gz"),
        ("console.txt", "console.txt"),
        ("COM¹.txt", "_COM¹.txt"),
        ("a\x00\r\n\tb.pdf", "a b.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("x.exe\u200b\u200d", "x.exe"),
        ("نامه\u200cها.pdf", "نامه\u200cها.pdf"),
        ('<a>"b"|c?.pdf', "_a__b__c_.pdf"),
        ("=cmd' 'A0.pdf", "cmd' 'A0.pdf"),
        ("@SUM.pdf", "SUM.pdf"),
        (None, ""),
    ],
)
def test_clean(given, expected):
    assert clean(given) == expected
    assert clean(clean(given)) == clean(given)


def test_endless_names_cost_nothing():
    """A million characters, of any kind, are cut at once."""
    for character in ("x", "=", "\u0301", "\u200b", "😀", " ", ".", "👩\u200d"):
        name = clean(character * 1_000_000 + ".pdf")
        assert len(name) <= 120
        assert len(with_ending(name or "x", "application/pdf")) <= 120


def test_a_colleagues_name_keeps_its_words():
    assert clean("offer 1/2.pdf", from_stranger=False) == "offer 1_2.pdf"
    assert clean("-final.pdf", from_stranger=False) == "-final.pdf"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.pdf", "pdf"),
        ("a.PDF", "pdf"),
        ("2026 09.51", ""),
        ("v1.2", ""),
        ("Mr. Smith", ""),
        ("a.7z", "7z"),
        (".pdf", ""),
        ("a.", ""),
    ],
)
def test_ending(name, found):
    assert ending(name) == found


def test_replaced_ending():
    assert replaced_ending("a.heic", "jpg") == "a.jpg"
    assert replaced_ending("09.51", ".jpg") == "09.51.jpg"
    assert replaced_ending("", "jpg") == "file.jpg"


def test_proven_types_decide_and_said_ones_do_not():
    assert with_ending("list.csv", "application/vnd.ms-excel", proven=False) == "list.csv"
    assert with_ending("list.csv", "application/vnd.ms-excel") == "list.csv.xls"
    assert with_ending("a.final", "application/pdf", proven=False) == "a.final.pdf"
    assert with_ending("a.kmz", "application/zip") == "a.kmz"
    assert with_ending("a.pdf", "application/zip") == "a.pdf.zip"
    assert with_ending("a.py", "text/plain") == "a.py"
    assert with_ending("a.jpg", "text/plain") == "a.jpg.txt"
    assert with_ending("a", "application/x-unheard") == "a"


def zipped(**members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def test_sniff():
    assert filetypes.sniff(zipped(word__document_dot_xml="x")).endswith("wordprocessingml.document")
    assert filetypes.sniff(zipped(ppt__presentation_dot_xml="x")).endswith("presentationml.presentation")
    assert "macroenabled" in filetypes.sniff(zipped(xl__workbook_dot_xml="x", xl__vbaProject_dot_bin="x"))
    assert filetypes.sniff(zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet")).endswith("spreadsheet")
    assert filetypes.sniff(zipped(mimetype="text/html")) == "application/zip"
    assert filetypes.sniff(zipped(readme="x")) == "application/zip"
    assert filetypes.sniff(b"PK\x03\x04 broken") == "application/zip"
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le")
    assert filetypes.sniff(compound) == "application/vnd.ms-excel"
    assert filetypes.sniff(b"MZ" + b"is the name of a song, and these are its words: la la la la la la la la") == ""
    assert filetypes.sniff(b"BMW has a new car, and here is what it costs") == ""
    for raw in (b"", b"x", b"PK", b"RIFF", b"MZ"):
        filetypes.sniff(raw)


def test_a_list_of_a_million_members_is_not_read(monkeypatch):
    end = b"PK\x05\x06" + bytes(8) + (80_000_000).to_bytes(4, "little") + bytes(6)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("it was read"))
    assert filetypes.sniff(b"PK\x03\x04" + bytes(100) + end) == "application/zip"


def test_bytes_decide_where_they_are_distinct():
    word = zipped(word__document_dot_xml="x")
    assert filetypes.actual_type(word, "application/pdf").endswith("wordprocessingml.document")
    assert filetypes.actual_type(zipped(a="x"), "application/vnd.google-earth.kmz") == "application/vnd.google-earth.kmz"
    assert filetypes.actual_type(zipped(a="x"), "application/pdf") == "application/zip"
    assert filetypes.actual_type(b"%PDF-1", "text/plain; charset=utf-8") == "application/pdf"
    assert filetypes.actual_type(b"hello", "text/plain; charset=utf-8") == "text/plain"
    assert filetypes.actual_type(b"\0\0\0\x18ftypmp42", "audio/mp4") == "audio/mp4"
    assert filetypes.actual_type(b"???", "") == ""


def test_member_that_tells_the_type_is_not_unfolded():
    """S12: a compressed member lies about its size and unfolds into far more; broken ones raise nothing."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", b"application/epub+zip" + bytes(50_000_000))
    size = (50_000_020).to_bytes(4, "little")
    lying = held.getvalue().replace(size, (20).to_bytes(4, "little"))
    assert lying != held.getvalue()
    tracemalloc.start()
    try:
        assert filetypes.sniff(lying) == "application/zip"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    broken = bytearray(held.getvalue())
    broken[40:60] = b"\xff" * 20
    assert filetypes.sniff(bytes(broken)) == "application/zip"
