import time

from odoo.tests import tagged

from ..rule_case import AnswerCase


@tagged("post_install", "-at_install", "wa")
class TestWhatAnswersAreAbout(AnswerCase):
    """Several things were sent at once: which of them does an answer mean?"""

    def setUp(self):
        super().setUp()
        self.other = self._make_template("offer_of_the_week", "An offer. Shall we?", [], buttons=("Yes, call me",))
        self.rule("proposal", wa_template_id=self.template.id)
        self.rule("offer", wa_template_id=self.other.id)

    def test_tap_and_quote_say_it(self):
        """What a reply is about: a tap or a quote means its own template, whichever came last."""
        first, second = self.our_template(), self.our_template(self.other)
        for row, expected in ((first, "proposal"), (second, "offer")):
            self.say(type="button", button={"text": "Yes, call me", "payload": "x"}, context={"id": row.wamid})
            self.assertRan(expected)
        self.our_template()
        self.our_template(self.other)
        self.say(type="text", text={"body": "yes"}, context={"id": first.wamid})
        self.assertRan("proposal")

    def test_words_alone_answer_no_one_of_two_questions(self):
        """What a reply is about: "yes" to two questions asked together starts neither rule."""
        self.rule("answer", wa_is_answer=True)
        self.our_template()
        self.our_template(self.other)
        self.say("yes")
        self.assertRan("answer")

    def test_questions_one_after_the_other(self):
        """What a reply is about: the later one, if the first was long ago or answered."""
        first = self.our_template()
        first.sent_at = first.sent_at.replace(year=first.sent_at.year - 1)
        self.our_template(self.other)
        self.say("yes")
        self.assertRan("offer")
        self.our_template()
        self.say("yes, that too")
        self.assertRan("proposal")

    def test_late_message_answers_nothing_that_came_later(self):
        """What a reply is about: what was written before our question is no answer to it."""
        self.rule("answer", wa_is_answer=True)
        self.our_template()
        self.say("I wrote this an hour ago", at=time.time() - 3600)
        self.assertRan()

    def test_quote_of_any_part_shows_the_whole(self):
        """What a reply is about: a message of ours that left in several parts is quoted as one."""
        message = self.reply(self.ana, self.conversation, "word " * 1500)
        parts = message.wa_message_ids.sorted("id")
        self.assertGreater(len(parts), 1)
        for part in parts:
            part.write({"state": "sent", "wamid": f"wamid.PART.{part.id}"})
            about = {"type": "text", "text": {"body": "this"}, "context": {"id": part.wamid}}
            self.receive(self.inbound(wamid=f"wamid.RE.{part.id}", **about))
            row = self.env["wa.message"].search([("wamid", "=", f"wamid.RE.{part.id}")])
            self.assertEqual((row.quoted_id, row.mail_message_id.parent_id), (part, message))
        answer = self.reply(self.ana, self.conversation, "as above", parent_id=message.id)
        self.assertEqual(answer.wa_message_ids.quoted_id, parts[0], "we quote its beginning")
