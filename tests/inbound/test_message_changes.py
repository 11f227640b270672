import time

from odoo.tests import tagged

from ..inbound_case import OUR_WAMID, RecordedCase


@tagged("post_install", "-at_install", "wa")
class TestMessageChanges(RecordedCase):
    """Reactions, edits and deletions change the message they are about, in any order."""

    def setUp(self):
        super().setUp()
        # One moment for all: recordings are made "now", and a slow machine needs seconds between two.
        self.start = int(time.time()) - 60

    def _react(self, emoji, wamid, seconds=0, target=OUR_WAMID):
        def change(value):
            message = value["messages"][0]
            message["id"] = wamid
            message["timestamp"] = str(self.start + seconds)
            message["reaction"] = {"message_id": target, **({"emoji": emoji} if emoji else {})}

        return self.receive_recorded("reaction", change)

    def test_reaction_and_its_removal(self):
        ours = self.our_message(self.ada())
        count = len(self.thread(ours.conversation_id))
        row = self.receive_recorded("reaction")
        self.assertEqual((row.kind, row.text, row.target_id), ("reaction", "👍", ours))
        self.assertEqual(ours.mail_message_id.reaction_ids.mapped("content"), ["👍"])
        self.assertEqual(ours.mail_message_id.reaction_ids.partner_id, ours.conversation_id.partner_id)
        self.receive_recorded("reaction_removed")
        self.assertFalse(ours.mail_message_id.reaction_ids)
        self.assertEqual(len(self.thread(ours.conversation_id)), count, "a reaction is no message of its own")

    def test_one_reaction_per_person_and_the_latest_counts_in_any_order(self):
        ours = self.our_message(self.ada())
        self._react("👍", "wamid.R1", 1)
        self._react("❤️", "wamid.R3", 3)
        self._react("😂", "wamid.R2", 2)
        self.assertEqual(ours.mail_message_id.reaction_ids.mapped("content"), ["❤️"])

    def test_reaction_makes_nobody_wait_and_opens_no_window(self):
        conversation = self.ada()
        self.our_message(conversation)
        window = conversation.window_until
        self.assertFalse(conversation.waiting_since)
        self.receive_recorded("reaction")
        self.assertFalse(conversation.waiting_since)
        self.assertEqual(conversation.window_until, window)

    def test_reaction_to_a_message_that_is_not_here_is_visible(self):
        row = self.receive_recorded("reaction")
        self.assertIn("Reacted with 👍", self.thread(row.conversation_id)[-1])
        self.assertIn("not here", self.last_event().note)

    def test_reaction_before_its_message_is_applied_when_that_comes(self):
        self._react("🎉", "wamid.EARLY", target="wamid.SAMPLE_IN_0001")
        row = self.receive_recorded("text")
        self.assertEqual(row.mail_message_id.reaction_ids.mapped("content"), ["🎉"])

    def test_nobody_changes_another_persons_message(self):
        stranger = self.receive(self.inbound("Mine", wamid="wamid.THEIRS", wa_id="12025550177", bsuid="US.OTHER"))
        for name, key in (("reaction", "message_id"), ("edit", "original_message_id"), ("revoke", "original_message_id")):
            with self.subTest(name):

                def aim(value, name=name, key=key):
                    value["messages"][0][name][key] = "wamid.THEIRS"

                self.receive_recorded(name, aim)
        row = stranger.message_ids.filtered(lambda m: m.wamid == "wamid.THEIRS")
        self.assertFalse(row.mail_message_id.reaction_ids or row.edited_at or row.deleted_at)
        self.assertEqual(row.text, "Mine")

    def test_customer_cannot_edit_what_we_wrote(self):
        ours = self.our_message(self.ada())

        def aim(value):
            value["messages"][0]["edit"]["original_message_id"] = OUR_WAMID

        body = ours.mail_message_id.body
        self.receive_recorded("edit", aim)
        self.assertEqual(ours.mail_message_id.body, body)

    def test_edit_shows_the_new_words_and_keeps_the_old_ones(self):
        conversation = self.ada()
        row = conversation.message_ids
        self.receive_recorded("edit")
        body = row.mail_message_id.body
        self.assertIn("is this one still available?", body)
        self.assertIn("<details", body)
        self.assertIn("Edited</summary>", body)
        self.assertIn("Hello, is <strong>this</strong> still available?", body)
        self.assertLess(body.index("this one"), body.index("<strong>this"))
        self.assertEqual(row.text, "Hello, is this one still available?")
        self.assertTrue(row.edited_at)
        self.assertEqual(row.mail_message_id._wa_changed(), "edited")

    def test_deletion_is_marked_and_the_words_stay_readable(self):
        row = self.ada().message_ids
        self.receive_recorded("revoke")
        body = row.mail_message_id.body
        self.assertIn("The customer deleted this message", body)
        self.assertIn("Hello, is <strong>this</strong> still available?", body)
        self.assertTrue(row.deleted_at)
        self.assertEqual(row.mail_message_id._wa_changed(), "deleted")

    def test_edit_and_deletion_before_the_message_itself(self):
        edit = self.receive_recorded("edit")
        self.receive_recorded("revoke")
        self.assertIn("Changed a message that is not here", "".join(self.thread(edit.conversation_id)))
        row = self.receive_recorded("text")
        self.assertTrue(row.edited_at and row.deleted_at)
        self.assertIn("The customer deleted this message", row.mail_message_id.body)
        self.assertIn("this one", row.mail_message_id.body)

    def test_same_reaction_again_changes_nothing(self):
        ours = self.our_message(self.ada())
        self.receive_recorded("reaction")
        self.env["wa.webhook.event"].search([]).action_process_again()
        self.process_webhooks()
        self.assertEqual(len(ours.mail_message_id.reaction_ids), 1)
        self.assertEqual(len(ours.effect_ids), 1)
