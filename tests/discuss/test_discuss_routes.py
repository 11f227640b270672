import json

from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import WaHttpCase
from ..media_samples import PDF


@tagged("post_install", "-at_install", "wa")
class TestOutboundRoutes(WaHttpCase):
    """Files, reactions and typing through the routes the web client uses."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.channel = self.conversation.channel_id

    def upload(self, name="offer.pdf", content=PDF):
        answer = self.url_open(
            "/mail/attachment/upload",
            data={
                "thread_id": self.channel.id,
                "thread_model": "discuss.channel",
                "is_pending": "true",
                "csrf_token": Request.csrf_token(self),
            },
            files={"ufile": (name, content, "application/octet-stream")},
        )
        return answer.json()["data"]

    def call(self, route, **params):
        answer = self.url_open(route, data=json.dumps({"params": params}), headers={"Content-Type": "application/json"})
        return answer.json()

    def post(self, text, *attachments):
        return self.call(
            "/mail/message/post",
            thread_model="discuss.channel",
            thread_id=self.channel.id,
            post_data={
                "body": text,
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                "attachment_ids": [data["attachment_id"] for data in attachments],
            },
            context={"wa_post_token": "a1b2c3d4e5"},
        )

    def test_file_with_caption(self):
        self.authenticate("wa_ana", "wa_ana")
        answer = self.post("Your offer", self.upload())
        row = self.last_outgoing(self.conversation)
        self.assertEqual((row.kind, row.content["caption"], row.author_id), ("document", "Your offer", self.ana))
        shown = {record["id"]: record for record in answer["result"]["store_data"]["mail.message"]}
        self.assertEqual(shown[answer["result"]["message_id"]]["wa_state"], "queued")
        self.assertEqual(row.mail_message_id.attachment_ids.name, "offer.pdf")

    @mute_logger("odoo.http")
    def test_refusal_names_the_file_and_queues_nothing(self):
        self.authenticate("wa_ana", "wa_ana")
        answer = self.post("Your offer", self.upload("offer.zip", b"PK\x03\x04" + bytes(30)))
        self.assertIn("offer.zip", answer["error"]["data"]["message"])
        self.assertFalse(self.last_outgoing(self.conversation))

    @mute_logger("odoo.http")
    def test_reaction(self):
        question = self.channel.message_ids[-1]
        self.authenticate("wa_ana", "wa_ana")
        self.call("/mail/message/reaction", message_id=question.id, content="👍", action="add")
        self.assertEqual(self.last_outgoing(self.conversation).content["emoji"], "👍")
        self.authenticate("wa_cid", "wa_cid")
        answer = self.call("/mail/message/reaction", message_id=question.id, content="❤️", action="add")
        self.assertIn("error", answer, "another team")
        self.assertEqual(question.reaction_ids.mapped("content"), ["👍"])

    def test_typing(self):
        self.authenticate("wa_ana", "wa_ana")
        self.call("/discuss/channel/notify_typing", channel_id=self.channel.id, is_typing=True)
        self.env.invalidate_all()
        self.assertEqual(self.conversation.typing_wamid, self.conversation.message_ids.wamid)

    @mute_logger("odoo.http")
    def test_public_api_over_rpc(self):
        self.authenticate("wa_ana", "wa_ana")
        answer = self.call(
            "/web/dataset/call_kw/discuss.channel/wa_send_buttons",
            model="discuss.channel",
            method="wa_send_buttons",
            args=[[self.channel.id], "Shall we call?", ["Yes", "No"]],
            kwargs={},
        )
        row = self.last_outgoing(self.conversation)
        self.assertEqual((row.kind, answer["result"]), ("interactive", row.mail_message_id.ids))
        self.authenticate("wa_cid", "wa_cid")
        answer = self.call(
            "/web/dataset/call_kw/discuss.channel/wa_request_location",
            model="discuss.channel",
            method="wa_request_location",
            args=[[self.channel.id], "Where?"],
            kwargs={},
        )
        self.assertEqual(answer["error"]["data"]["name"], "odoo.exceptions.AccessError")
