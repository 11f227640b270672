"""Clients upload files, ask for their address, download and delete them."""

import pytest
from node_client import blob
from pywa.errors import WhatsAppError
from samples import FILES
from sandbox_site import NUMBER

OTHER = "900000000000201"


@pytest.mark.parametrize("kind", FILES)
def test_pywa_keeps_a_file(ground, wa, kind):
    data, mime_type, name = FILES[kind]
    media = wa.upload_media(data, mime_type=mime_type, filename=name)
    address = wa.get_media_url(media.id)
    assert (address.mime_type, address.file_size) == (mime_type, len(data))
    assert wa.get_media_bytes(address.url) == data
    assert b"".join(wa.stream_media(address.url)) == data
    assert wa.delete_media(media.id).success
    assert media.id not in ground.world.media


def test_pywa_names_the_number_when_it_deletes(ground, wa):
    media = wa.upload_media(FILES["image"][0], mime_type="image/png", filename="chair.png")
    assert wa.delete_media(media.id, phone_id=NUMBER).success


def test_pywa_cannot_delete_the_file_of_another_number(ground, wa):
    ground.control("POST", "numbers", {"phone_number_id": OTHER, "display": "+1 202-555-0181"})
    media = wa.upload_media(FILES["image"][0], mime_type="image/png", filename="chair.png")
    with pytest.raises(WhatsAppError) as caught:
        wa.delete_media(media.id, phone_id=OTHER)
    assert caught.value.code == 100
    assert media.id in ground.world.media


def test_pywa_uploads_opus(wa):
    assert wa.upload_media(FILES["voice"][0], mime_type="audio/opus", filename="note.opus").id


def test_pywa_reads_that_a_type_is_not_taken(wa):
    with pytest.raises(WhatsAppError) as caught:
        wa.upload_media(b"GIF89a", mime_type="image/gif", filename="a.gif")
    assert (caught.value.code, "audio/ogg, audio/opus" in caught.value.message) == (100, True)


def test_pywa_downloads_what_a_customer_sent(ground, wa, reader, tmp_path):
    customer = ground.writer()
    data = FILES["document"][0]

    async def put():
        address = f"{ground.url}/sandbox/customers/{customer['id']}/media?filename=offer.pdf"
        async with ground.stage.session.post(address, data=data, headers={"Content-Type": "application/pdf"}) as answer:
            return (await answer.json())["id"]

    media_id = ground.run(put())
    ground.says(customer, type="document", document={"id": media_id, "caption": "See here", "filename": "offer.pdf"})
    message = reader.read(ground.hooks(lambda field, value: value.get("messages", [{}])[0].get("type") == "document")[0])
    assert (message.caption, message.document.mime_type, message.document.filename) == (
        "See here",
        "application/pdf",
        "offer.pdf",
    )
    assert message.document.get_bytes() == data
    assert message.document.download(path=tmp_path).read_bytes() == data


@pytest.mark.parametrize("kind", FILES)
def test_kapso_keeps_a_file(ground, kapso, kind):
    data, mime_type, name = FILES[kind]
    media_id = kapso(
        "media.upload",
        {"phoneNumberId": NUMBER, "type": mime_type, "file": blob(data, mime_type), "fileName": name},
    )["id"]
    read = kapso("media.get", {"mediaId": media_id, "phoneNumberId": NUMBER})
    assert (read["mimeType"], int(read["fileSize"])) == (mime_type, len(data))
    assert kapso("media.download", {"mediaId": media_id, "auth": "always"}) == {"$bytes": blob(data, "")["$bytes"]}
    assert kapso("media.delete", {"mediaId": media_id, "phoneNumberId": NUMBER})["success"]
    assert media_id not in ground.world.media
