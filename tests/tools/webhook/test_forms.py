"""R21: answers of forms as words, and the files among them."""

import json

from tools.webhook import forms

SAID = ("Yes", "No", "File")


def rows(answers):
    return forms.rows(answers, *SAID)


def test_files_are_found_at_any_depth_and_written_as_text():
    picture = {"id": "7", "mime_type": "image/jpeg", "file_name": "a.jpg"}
    for answers in ({"p": [picture]}, {"p": picture}, {"a": {"b": [{"c": picture}]}}, {"p": json.dumps([picture])}):
        [file] = forms.files(answers)
        assert (file.id, file.filename, file.mime_type, file.url) == ("7", "a.jpg", "image/jpeg", "")
        assert [words for _name, words in rows(answers)] == ["a.jpg"]


def test_an_address_counts_only_with_its_keys():
    plain = {"cdn_url": "https://example.com/a", "file_name": "a.jpg"}
    assert forms.files({"p": plain}) == []
    [file] = forms.files({"p": {**plain, "media_id": "7"}})
    assert (file.id, file.url, file.cipher) == ("7", "", None)
    [file] = forms.files({"p": {**plain, "encryption_metadata": {"iv": "x"}}})
    assert (file.id, file.url, file.cipher) == ("", plain["cdn_url"], {"iv": "x"})


def test_choices_are_no_files():
    assert forms.files({"c": {"id": "1", "title": "Red"}}) == []
    assert rows({"c": [{"id": "1", "title": "Red"}, {"id": "2"}]}) == [("C", "Red, 2")]


def test_anything_ends():
    deep = value = {}
    for _ in range(50):
        value["a"] = value = {}
    value["b"] = 1
    assert forms.files(deep) == []
    assert rows(deep)[0][1] == "…"
    assert len(rows({str(n): n for n in range(10_000)})) == forms.ROWS_LIMIT
    assert len(forms.files({"p": [{"id": str(n), "sha256": "x"} for n in range(1000)]})) == forms.FILES_LIMIT
    for odd in (None, 7, "x", [], {}, [[[]]], {"a": [None, {}]}):
        assert forms.files(odd) == []
        rows(odd)


def test_text_within_text_can_be_stored():
    """R21: answers written as text once more hold what no database takes, and the same is done about it."""
    inner = json.dumps({"note": "a\x00b\ud800", "big": float("inf")})
    picture = json.dumps([{"id": "1\x00", "mime_type": "image/png", "file_name": "a\x00.png"}])
    answers = {"extra": inner, "photos": picture}
    assert forms.rows(answers, "yes", "no", "file") == [("Extra: Note", "ab\ufffd"), ("Photos", "a.png")]
    assert [(file.id, file.filename) for file in forms.files(answers)] == [("1", "a.png")]
    deep = "[" * 80 + "]" * 80
    assert forms.unfolded(deep) == deep
