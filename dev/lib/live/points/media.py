"""Files: upload, address, download, deletion, and the resumable upload of samples."""

from __future__ import annotations

from ..check import SAMPLE_TYPES, SAMPLES, Check
from ..expectations import Accepted, Has, Refused
from ..point import LIKELY, SURE, UNVERIFIED, Points
from .access import NOBODY

POINTS = Points("media", "Files")


@POINTS.add(
    "life-of-a-file",
    "An upload answers an id; its address is on lookaside.fbsbx.com, wants the token and hands out the same "
    "bytes; once deleted "
    "the id is 100/33.",
    source="Meta, business-phone-numbers/media",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_templates.py::test_media_is_uploaded_sent_fetched_and_deleted",
    makes=("file",),
)
def life_of_a_file(check: Check) -> None:
    media_id = check.upload("picture.png", Accepted(), Has("id", r"\d+", private=True))
    answer = check.call(
        lambda client: client.media(media_id, check.number),
        Accepted(),
        Has("messaging_product", ("whatsapp",)),
        Has("url", rf"(https://lookaside\.fbsbx\.com|{check.settings.base_url})/.+", private=True),
        Has("mime_type", ("image/png",)),
        Has("sha256", str),
        Has("file_size"),
    )
    check.fetch(answer.result.url, (SAMPLES / "picture.png").read_bytes())
    check.call(lambda client: client.delete_media(media_id, check.number), Accepted(), Has("success", (True,)))
    check.call(lambda client: client.media(media_id), Refused(100, 33))


@POINTS.add(
    "types",
    "Pictures, films, sounds, stickers and pages are taken with their bare type.",
    source="Meta, business-phone-numbers/media (supported types)",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_rules_templates.py::test_uploads",
    makes=("file",),
)
def types(check: Check) -> None:
    for sample in SAMPLE_TYPES:
        check.upload(sample, Accepted(), Has("id", str, private=True))


@POINTS.add(
    "opus",
    "audio/opus is among the types that are taken.",
    source="four recorded answers that list the types",
    dated="2026-11",
    sure=SURE,
    holds="T20",
    tests="sandbox/tests/test_rules_templates.py::test_uploads",
    makes=("file",),
)
def opus(check: Check) -> None:
    check.upload("voice.ogg", Accepted(), Has("id", str, private=True), mime_type="audio/opus")


@POINTS.add(
    "unknown-type",
    "A type that is not taken is 100, and the sentence lists those that are.",
    source="four recorded answers",
    dated="2026-11",
    sure=SURE,
    holds="T20",
    tests="sandbox/tests/test_rules_templates.py::test_uploads",
)
def unknown_type(check: Check) -> None:
    check.upload("picture.png", Refused(100, says="audio/ogg"), mime_type="image/x-nothing")


@POINTS.add(
    "number-of-another",
    "A file read with the phone_number_id of a number it does not belong to is refused; the code is not documented.",
    source="Meta, business-phone-numbers/media, and openapi file: checked first",
    dated="2026-03",
    sure=UNVERIFIED,
    holds="T13",
    tests="sandbox/tests/test_graph_files.py::test_a_file_belongs_to_the_number_it_was_uploaded_for",
    makes=("file",),
)
def number_of_another(check: Check) -> None:
    media_id = check.upload("picture.jpg")
    check.call(lambda client: client.media(media_id, NOBODY), Refused(100, 33))


@POINTS.add(
    "parameters-in-the-address",
    "A parameter may stand in the address as well as in the form.",
    source="whatsapp-api-js uploads so; Graph's general habit",
    dated="2026-11",
    sure=LIKELY,
    holds="T14",
    tests="sandbox/tests/test_graph_parameters.py::test_an_upload_may_name_the_product_in_the_address",
    makes=("file",),
)
def parameters_in_the_address(check: Check) -> None:
    data = (SAMPLES / "picture.png").read_bytes()
    answer = check.call(
        lambda client: client._request(
            "POST",
            f"{check.number}/media",
            params={"messaging_product": "whatsapp", "type": "image/png"},
            files={"file": ("picture.png", data, "image/png")},
        ),
        Accepted(),
        Has("id", str, private=True),
    )
    check.keep_file(str(answer.body["id"]))


@POINTS.add(
    "without-product",
    "An upload that does not say messaging_product is refused.",
    source="Meta, business-phone-numbers/media: required",
    dated="2026-03",
    sure=LIKELY,
    holds="T14",
    tests="sandbox/tests/test_graph_parameters.py::test_a_form_still_refuses_what_is_missing",
)
def without_product(check: Check) -> None:
    data = (SAMPLES / "picture.png").read_bytes()
    check.call(
        lambda client: client._request("POST", f"{check.number}/media", files={"file": ("picture.png", data, "image/png")}),
        Refused((100, 131008)),
    )


@POINTS.add(
    "empty-file",
    "A file without a byte is refused.",
    source="code unverified",
    dated="2026-11",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_rules_templates.py::test_uploads",
)
def empty_file(check: Check) -> None:
    check.call(lambda client: client.upload_media(check.number, b"", "image/png", "empty.png"), Refused((100, 131000, 131053)))


@POINTS.add(
    "picture-too-large",
    "A picture of more than 5 MB is refused when it is uploaded.",
    source="Meta, business-phone-numbers/media (sizes); whether at the upload or later is unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_rules_templates.py::test_uploads",
)
def picture_too_large(check: Check) -> None:
    data = (SAMPLES / "picture.jpg").read_bytes().ljust(5 * 1024 * 1024 + 1, b"\0")
    check.call(lambda client: client.upload_media(check.number, data, "image/jpeg", "large.jpg"), Refused((100, 131053)))


@POINTS.add(
    "samples-in-steps",
    "A sample for a template is uploaded in steps: a session, bytes from file_offset on, and the session tells how far it got.",
    source="Meta, docs/graph-api/guides/upload",
    dated="2026-03",
    sure=LIKELY,
    holds="T2",
    tests="sandbox/tests/test_graph_samples.py::test_an_upload_goes_on_where_it_stopped "
    "tests/tools/graph/test_client_calls.py::test_sample_of_a_template",
    makes=("file",),
)
def samples_in_steps(check: Check) -> None:
    data = (SAMPLES / "picture.jpg").read_bytes()
    half = len(data) // 2
    begun = check.start_upload("picture.jpg", len(data), "image/jpeg", Accepted(), Has("id", r"upload:.+", private=True))
    upload_id = str(begun.body["id"])
    check.get(upload_id, None, Accepted(), Has("file_offset", (0,)))
    check.continue_upload(upload_id, data[:half], 0, Accepted())
    check.get(upload_id, None, Accepted(), Has("file_offset", (half,)))
    check.continue_upload(upload_id, data[half:], half, Accepted(), Has("h", r"\d+::?.+", private=True))


@POINTS.add(
    "samples-at-the-wrong-place",
    "Bytes for another place than the session has reached are refused.",
    source="Meta, docs/graph-api/guides/upload; code unverified",
    dated="2026-03",
    sure=UNVERIFIED,
    holds="T2",
    tests="sandbox/tests/test_graph_samples.py::test_an_upload_goes_on_where_it_stopped",
)
def samples_at_the_wrong_place(check: Check) -> None:
    begun = check.start_upload("picture.jpg", 4000, "image/jpeg", Accepted(), Has("id", r"upload:.+", private=True))
    check.continue_upload(str(begun.body["id"]), b"x" * 10, 99, Refused(100))


@POINTS.add(
    "samples-of-other-types",
    "A session for a sample is opened for JPEG, PNG, MP4 and PDF alone.",
    source="Meta, docs/graph-api/guides/upload",
    dated="2026-03",
    sure=LIKELY,
    holds="T2",
    tests="sandbox/tests/test_graph_samples.py::test_an_upload_goes_on_where_it_stopped",
)
def samples_of_other_types(check: Check) -> None:
    check.start_upload("page.txt", 10, "text/plain", Refused(100, says="file_type"))
