from odoo import Command
from odoo.tests import tagged

from ..rule_case import RuleCase

AWAY = "Thank you for your message. We are away and will answer on Monday."


@tagged("post_install", "-at_install", "wa")
class TestTwoMachines(RuleCase):
    """Another business's auto-responder and our rules answer each other: that ends, is told once, and stays ended."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("Hello"))
        self.conversation.user_id = self.ana
        self.conversation.lead_id.expected_revenue = 5
        self.bounce = self.rule(
            "bounce", action={"state": "wa_template", "wa_template_id": self.template.id, "wa_repeat": "always"}
        )

    def say(self, text):
        self.receive(self.inbound(text))
        self.run_plans()

    def sent(self):
        return self.env["wa.message"].search_count(
            [("conversation_id", "=", self.conversation.id), ("direction", "=", "out"), ("origin", "=", "automation")]
        )

    def later(self, **delta):
        """Let everything have happened earlier."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wa_message SET create_date = create_date - make_interval(hours => %s) WHERE conversation_id = %s",
            [delta["hours"], self.conversation.id],
        )
        self.env.invalidate_all()

    def notes(self):
        return self.conversation.channel_id.message_ids.filtered(lambda m: "again and again" in (m.body or ""))

    def test_the_same_words_again_and_again(self):
        for _turn in range(8):
            self.say(AWAY)
        self.assertEqual(self.sent(), 3)
        self.assertEqual(len(self.notes()), 1)
        plan = self.env["wa.scheduled.message"].search([("action_id.base_automation_id", "=", self.bounce.id)], limit=1)
        self.assertEqual((plan.state, plan.code), ("refused", "machine_answers"))
        self.assertTrue(self.conversation.waiting_since, "somebody still waits for a person")

    def test_ever_new_words_and_no_new_hour(self):
        """Ten within an hour; the next hour does not begin anew."""
        for turn in range(13):
            self.say(f"Answer number {turn} of a bot that knows many words")
        self.assertEqual(self.sent(), 10)
        self.later(hours=2)
        self.say("Good evening")
        self.assertEqual(self.sent(), 10)

    def test_slowly_all_day(self):
        """A rule that waits, or a machine that does: few an hour, and many a day."""
        for turn in range(8):
            for part in range(4):
                self.say(f"Turn {turn}, part {part} of a slow machine")
            self.later(hours=2)
        self.assertEqual(self.sent(), 30)

    def test_a_colleague_writes(self):
        """A person of ours ends it: what was counted before counts no more."""
        for _turn in range(5):
            self.say(AWAY)
        before = self.sent()
        self.reply(self.ana, self.conversation, "Is there anybody?")
        self.assertFalse(self.conversation.machine_since)
        self.say("Yes, me, a person")
        self.assertEqual(self.sent(), before + 1)

    def test_silence_of_a_day(self):
        for _turn in range(5):
            self.say(AWAY)
        before = self.sent()
        self.later(hours=30)
        self.say("Me again")
        self.assertEqual(self.sent(), before + 1)

    def test_people_who_choose_again(self):
        """Short answers are a person's choice; a menu may be asked for again."""
        for _turn in range(6):
            self.say("menu")
        self.assertEqual(self.sent(), 6)

    def test_rules_by_other_roads(self):
        """Whatever starts the rule: here any change of the lead. What we keep about our own messages is no change."""
        self.bounce.active = False
        self.rule(
            "touched",
            trigger="on_create_or_write",
            action={"state": "wa_template", "wa_template_id": self.template.id, "wa_repeat": "always"},
        )
        self.conversation.lead_id.description = "Touched"
        self.run_plans()
        before = self.sent()
        for _turn in range(3):
            self.run_plans()
        self.assertEqual(self.sent(), before, "it does not answer itself")
        self.assertLessEqual(before, 3)
        for turn in range(13):
            self.receive(self.inbound(f"Answer number {turn} of a bot that knows many words"))
            self.conversation.lead_id.description = f"Touched {turn}"
            self.run_plans()
        self.assertLessEqual(self.sent(), 10)

    def test_a_rule_that_starts_itself(self):
        """One that names the field which its own message changes: ten, not a thousand."""
        self.bounce.active = False
        self.rule(
            "itself",
            trigger="on_create_or_write",
            trigger_field_ids=[Command.set(self.env["ir.model.fields"]._get("crm.lead", "wa_awaiting_since").ids)],
            action={"state": "wa_template", "wa_template_id": self.template.id, "wa_repeat": "always"},
        )
        self.reply(self.ana, self.conversation, "Hello")
        for _turn in range(30):
            self.run_plans()
        self.assertLessEqual(self.sent(), 11)
        self.assertEqual(len(self.notes()), 1 if self.sent() > 9 else 0)

    def test_what_people_send_goes_on(self):
        """Only what sends itself is held back; tags and moves of the rule happen."""
        self.rule("Seen")
        for _turn in range(5):
            self.say(AWAY)
        self.assertEqual(self.tags(self.conversation.lead_id), ["Seen"])
        [outcome] = self.template.with_user(self.ana)._send_to_records(
            self.conversation.lead_id.with_user(self.ana), origin="manual"
        )
        self.assertEqual(outcome.status, "queued", outcome.reason)
