from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import WaHttpCase

CONTENT = b"%PDF-1.4 for the team alone"


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestMediaAccess(WaHttpCase):
    """A received file opens for whoever may see the conversation, by every address of it."""

    def setUp(self):
        super().setUp()
        document = {"id": "1000200030004", "mime_type": "application/pdf", "filename": "order.pdf"}
        conversation = self.receive(self.inbound(type="document", document=document))
        self.media = conversation.message_ids.media_ids
        self.media._attach(CONTENT, "application/pdf")
        self.attachment = self.media.attachment_id

    def _answers(self, login):
        self.authenticate(login, login)
        paths = (f"/web/content/{self.attachment.id}", f"/web/content/{self.attachment.id}/order.pdf?download=true")
        return [self.url_open(path) for path in paths]

    def test_colleague_of_the_team_opens_it(self):
        for answer in self._answers("wa_ana"):
            self.assertEqual((answer.status_code, answer.content), (200, CONTENT))

    def test_other_team_and_strangers_do_not(self):
        for login in ("wa_cid", None):
            for answer in self._answers(login):
                with self.subTest(login=login, url=answer.url):
                    self.assertNotEqual((answer.status_code, answer.content), (200, CONTENT))
                    self.assertNotIn(CONTENT, answer.content)

    @mute_logger("odoo.http")  # refusals are logged as warnings
    def test_other_team_does_not_get_it_by_rpc(self):
        self.authenticate("wa_cid", "wa_cid")
        for record, names in ((self.attachment, ["raw", "datas"]), (self.media, ["filename"])):
            model = record._name
            with self.subTest(model):
                answer = self.url_open(
                    "/web/dataset/call_kw",
                    json={
                        "jsonrpc": "2.0",
                        "method": "call",
                        "params": {"model": model, "method": "read", "args": [record.ids, names], "kwargs": {}},
                    },
                ).json()
                self.assertIn("AccessError", str(answer.get("error")))
