from odoo import fields
from odoo.tests import tagged

from ...models.outbox import results
from ...models.outbox.claim import mark_claimed
from ...models.outbox.results import apply_error, apply_uploads, upload_again
from ...models.outbox.uploads import collect_uploads, run_uploads
from ...tools.failures import MEDIA_UNKNOWN
from ...tools.graph.errors import from_answer
from ...tools.graph.media import media_uids
from ..common import PHONE_NUMBER_ID
from ..media_samples import picture
from ..template_case import TemplateCase


class Client:
    """Takes files and gives each a new id."""

    count = 0

    def upload_media(self, *_args):
        self.count += 1
        return f"media-{self.count}"


@tagged("post_install", "-at_install", "wa")
class TestFilesForgotten(TemplateCase):
    """WhatsApp does not have a file any more that it once took: it is brought anew once, and nobody gets anything twice."""

    def setUp(self):
        super().setUp()
        self.sandbox.control("POST", "switches", pair_rate=False)
        # A slow machine must not come to the second try within the first run.
        later = fields.Datetime.add(fields.Datetime.now(), hours=1)
        self.patch(results, "next_attempt_at", lambda *_args: later)
        self.channel = self.conversation.channel_id

    def forget(self, *rows):
        """Have us believe in uploads that WhatsApp does not have; returns how many files these messages carry."""
        files = {(file["checksum"], file["mime_type"]) for row in rows for file in row.content["files"]}
        long_ago = fields.Datetime.subtract(fields.Datetime.now(), days=3)
        self.env["wa.upload"].search([]).unlink()
        self.env["wa.upload"].create(
            [
                {
                    "number_id": self.number.id,
                    "checksum": checksum,
                    "mime_type": mime_type,
                    "media_uid": f"12345{index}",
                    "uploaded_at": long_ago,
                }
                for index, (checksum, mime_type) in enumerate(files)
            ]
        )
        return len(files)

    def uploads(self):
        return len([r for r in self.sandbox.requests_log() if r["path"].endswith("/media") and r["method"] == "POST"])

    def refusals(self):
        return [r["error"] for r in self.sandbox.requests_log() if r["error_code"] == 100]

    def again(self, *rows):
        """Send, be refused, send again."""
        self.run_sender()
        for row in rows:
            self.assertEqual((row.state, row.error_code, row.submitted_at), ("queued", "media_unknown", False))
            row.next_attempt_at = False
        self.run_sender()
        self.deliver()

    def arrived_once(self, *rows):
        sent = [m["biz_opaque_callback_data"] for m in self.sandbox.control("GET", "sent")["sent"]]
        for row in rows:
            self.assertEqual((row.state, row.error_code), ("delivered", False))
            self.assertEqual(sent.count(row.uuid), 1)

    def check(self, row, words):
        """The refusal names its place; the message arrives once, with each file uploaded once."""
        files = self.forget(row)
        before = self.uploads()
        self.again(row)
        self.assertIn(words, self.refusals()[-1])
        self.arrived_once(row)
        self.assertEqual(self.uploads() - before, files)

    def test_picture(self):
        picture_ = self.attachment("a.png", picture("PNG"))
        message = self.reply(self.ana, self.conversation, "Look", attachment_ids=picture_.ids)
        self.check(message.wa_message_ids, "Param image['id']")

    def test_header_of_buttons(self):
        picture_ = self.attachment("a.png", picture("PNG"))
        self.channel.with_user(self.ana).wa_send_buttons("Which?", [{"id": "a", "title": "A"}], header=picture_.id)
        self.check(self.last_outgoing(self.conversation), "Param interactive['header']['image']['id']")

    def test_cards_of_a_message(self):
        cards = [
            {
                "attachment_id": self.attachment(f"{n}.png", picture("PNG", color=(n, 0, 0))).id,
                "label": "Buy",
                "url": "https://example.com",
            }
            for n in range(2)
        ]
        self.channel.with_user(self.ana).wa_send_cards("Which one?", cards)
        self.check(self.last_outgoing(self.conversation), "Param interactive['action']['cards'][0]['header']['image']['id']")

    def send_template(self, template, values):
        [outcome] = template._send_to_records(self.lead, origin="manual", overrides=values)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        return outcome.message

    def test_header_of_a_template(self):
        template = self.approved("look", {"type": "HEADER", "format": "IMAGE"}, self.body())
        row = self.send_template(template, {"header.media": self.attachment("a.png", picture("PNG"))})
        self.check(row, "Param template['components'][0]['parameters'][0]['image']['id']")

    def test_cards_of_a_template(self):
        card = {
            "components": [
                {"type": "HEADER", "format": "IMAGE"},
                {"type": "BODY", "text": "A chair."},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "This one"}]},
            ]
        }
        template = self.approved(
            "chairs", self.body("Two chairs for you."), {"type": "CAROUSEL", "cards": [card, card]}, category="MARKETING"
        )
        files = {f"card.{n}.header.media": self.attachment(f"{n}.png", picture("PNG", color=(n, 0, 0))) for n in range(2)}
        self.check(self.send_template(template, files), "['cards'][0]['components'][0]['parameters'][0]['image']['id']")

    def test_one_file_of_many_messages_is_brought_once(self):
        people = [self.customer(f"Person {n}", f"+1202555015{n}") for n in range(4)]
        conversations = [self.customer_writes(person, "Hi") for person in people]
        raw = picture("PNG")
        rows = []
        for conversation in conversations:
            conversation.user_id = self.ana
            message = self.reply(self.ana, conversation, "", attachment_ids=self.attachment("a.png", raw).ids)
            rows.append(message.wa_message_ids)
        self.forget(*rows)
        self.again(*rows)
        self.arrived_once(*rows)
        self.assertEqual(self.uploads(), 1)

    def test_what_was_brought_and_forgotten_within_one_run_is_brought_again(self):
        """A file WhatsApp loses at once, in the second in which it was uploaded: each message gets an id of its own."""
        known, client = self.env["wa.upload"], Client()
        file = self.attachment("a.png", picture("PNG"))
        first = self.reply(self.ana, self.conversation, "", attachment_ids=file.ids).wa_message_ids
        mark_claimed(first)
        self.assertTrue(apply_uploads(first, run_uploads(client, PHONE_NUMBER_ID, collect_uploads(first, first.content))))
        error = from_answer({"code": 100, "message": "Invalid parameter"}, 400)
        error.failure = MEDIA_UNKNOWN
        error.media_uids = media_uids(first._prepare_request())
        self.assertEqual(error.media_uids, {"media-1"})
        apply_error(first, error)
        self.assertEqual((first.state, first.error_code), ("queued", "media_unknown"))
        self.assertFalse(known.search([]), "uploaded in this very second, and forgotten all the same")
        mark_claimed(first)
        self.assertTrue(apply_uploads(first, run_uploads(client, PHONE_NUMBER_ID, collect_uploads(first, first.content))))
        self.assertEqual(known.search([]).media_uid, "media-2")

    def test_the_id_another_message_was_refused_with_is_not_the_new_one(self):
        file = self.attachment("a.png", picture("PNG"))
        row = self.reply(self.ana, self.conversation, "", attachment_ids=file.ids).wa_message_ids
        self.forget(row)
        self.env["wa.upload"].search([]).write({"media_uid": "new", "uploaded_at": fields.Datetime.now()})
        mark_claimed(row)
        upload_again(row, {"old"})
        self.assertEqual(self.env["wa.upload"].search([]).media_uid, "new")

    def test_messages_that_waited_for_an_upload_share_it(self):
        client = Client()
        file = self.attachment("a.png", picture("PNG"))
        rows = self.env["wa.message"]
        for _n in range(3):
            rows |= self.reply(self.ana, self.conversation, "", attachment_ids=file.ids).wa_message_ids
        orders = [collect_uploads(row, row.content) for row in rows]
        for row, order in zip(rows, orders, strict=True):
            self.assertTrue(apply_uploads(row, run_uploads(client, PHONE_NUMBER_ID, order)))
        self.assertEqual(client.count, 1)

    def test_refused_again_it_fails_and_a_person_may_try_once_more(self):
        file = self.attachment("a.png", picture("PNG"))
        row = self.reply(self.ana, self.conversation, "", attachment_ids=file.ids).wa_message_ids
        self.forget(row)
        self.run_sender()
        self.assertEqual(row.error_code, "media_unknown")
        self.forget(row)  # what was brought is gone as well
        row.next_attempt_at = False
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", "media_unknown"))
        self.assertIn("does not know the file", row.with_user(self.ana).error_text)
        row.mail_message_id.with_user(self.ana).action_wa_retry()
        self.run_sender()
        self.deliver()
        self.arrived_once(row)
