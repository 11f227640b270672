"""What customers write, by the signed webhook: lines, links, moments, order, and what an answer is about."""

import json
import time
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..words_case import WA_ID, WordsCase

#: Before this number was ever connected, and after anything can have been written.
YEAR_2016, YEAR_2099 = 1467367200, 4086000000


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestLinesOfStrangers(WordsCase):
    """What a stranger writes is text wherever it becomes HTML."""

    def test_text_within_the_text_of_a_form_is_kept(self):
        """R21: answers written as text within text, with what no database takes, and a picture among them."""
        inner = json.dumps({"note": "a\x00b\ud800", "photos": [{"id": "7\x00", "mime_type": "image/png", "sha256": "\x00"}]})
        reply = {"name": "flow", "body": "Sent", "response_json": json.dumps({"extra": inner, "flow_token": "t"})}
        row = self.customer_writes("x", type="interactive", interactive={"type": "nfm_reply", "nfm_reply": reply})
        self.assertIn("ab", self.thread()[-1])
        self.assertEqual(row.media_ids.mapped("media_uid"), ["7"])

    def test_notes_of_the_new_lead_have_the_same_lines(self):
        """R9: four lines with < and > stand in the notes of the lead as they were written."""
        words = "Hola, busco:\n1) mesa <redonda>\n2) presupuesto < 500 EUR\nGracias"
        lead = self.customer_writes(words).lead_id
        self.assertIn("&lt;redonda&gt;", lead.description)
        self.assertEqual(lead.description.count("<br"), 3)
        self.assertEqual(html2plaintext(lead.description).strip(), words)

    def test_tags_and_scripts_are_words_in_the_notes(self):
        """R9: what looks like HTML does nothing and is not lost; blanks, quotes and "-- " stay."""
        words = "<b>5 < 6 && 7 > 3</b>\n<img src=x onerror=alert(1)>\n-- \n</p><table>\n&lt; is no <"
        lead = self.customer_writes(words).lead_id
        self.assertNotIn("<img", lead.description)
        self.assertNotIn("<table", lead.description)
        lines = [line.rstrip() for line in html2plaintext(lead.description).strip().split("\n")]
        self.assertEqual(lines, [line.rstrip() for line in words.split("\n")])

    def test_message_and_lists_have_the_same_words(self):
        """R9: bubble, preview and notes say the same."""
        row = self.customer_writes("mesa <redonda>\nGracias")
        self.assertEqual(html2plaintext(row.mail_message_id.body).strip(), "mesa <redonda>\nGracias")
        self.assertEqual(row.conversation_id.last_preview, "mesa <redonda> Gracias")


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestMoments(WordsCase):
    """The bubble says when the customer wrote."""

    def test_late_message_has_its_time_and_is_new(self):
        """R10: written three hours ago, came now: its own time, unread, and told as late."""
        at = int(time.time()) - 10800
        row = self.customer_writes("Written three hours ago", at=at)
        written = fields.Datetime.to_datetime(fields.Datetime.now().replace(microsecond=0)) - timedelta(hours=3)
        self.assertLess(abs(row.mail_message_id.date - written), timedelta(minutes=1))
        self.assertEqual(row.mail_message_id.date, row.sent_at)
        self.assertEqual(row.conversation_id.waiting_since, row.sent_at)
        member = row.conversation_id.channel_id.channel_member_ids
        self.assertEqual(member.message_unread_counter, 1)
        self.assertTrue(row.mail_message_id._wa_came_at())

    def test_message_of_2016(self):
        """U16: a message of 2016 is of 2016, and opens no window."""
        row = self.customer_writes("Hello from the past", at=YEAR_2016)
        self.assertEqual(row.mail_message_id.date.year, 2016)
        self.assertLess(row.conversation_id.window_until, fields.Datetime.now())

    def test_moments_that_cannot_be(self):
        """R10: 1970, a negative moment, the future and nonsense are the moment at which it came."""
        for moment in ("0", "1", "-5", "86400", str(YEAR_2099), str(YEAR_2099 * 1000), "soon", ""):
            name = f"odd{moment}"
            self.post(self.frame(name, "Hi") | {"timestamp": moment})
            self.process_webhooks()
            row = self.row(name)
            self.assertEqual(row.sent_at, row.event_id.received_at.replace(microsecond=0), moment)
            self.assertEqual(row.mail_message_id.date, row.sent_at, moment)
            self.assertFalse(row.mail_message_id._wa_came_at(), moment)

    def test_milliseconds(self):
        """R10: a moment in milliseconds is understood."""
        now = int(time.time()) - 7200
        self.post(self.frame("ms") | {"timestamp": str(now * 1000)})
        self.process_webhooks()
        self.assertLess(abs(self.row("ms").sent_at - fields.Datetime.now() + timedelta(hours=2)), timedelta(minutes=1))

    def test_late_message_does_not_turn_the_list_back(self):
        """R10: what comes late is no news of what was said last, and the waiting began with it."""
        now = int(time.time())
        newer = self.customer_writes("newer", at=now - 60)
        older = self.customer_writes("older", at=now - 7200)
        conversation = newer.conversation_id
        self.assertEqual(conversation.last_preview, "newer")
        self.assertEqual(conversation.last_message_at, newer.sent_at)
        self.assertEqual(conversation.waiting_since, older.sent_at)
        self.assertEqual(conversation.last_inbound_at, newer.sent_at)

    def test_stop_of_the_future_does_not_hold_for_ever(self):
        """R10: a wish about marketing with a moment of 2099 does not make every later one old news."""
        conversation = self.customer_writes("Hi").conversation_id
        for moment, value in ((YEAR_2099, "stop"), (int(time.time()) + 5, "resume")):
            preference = {
                "wa_id": WA_ID,
                "detail": "x",
                "category": "marketing_messages",
                "value": value,
                "timestamp": moment,
            }
            body = self.payload_of(contacts=[{"wa_id": WA_ID, "profile": {"name": "Nora"}}])
            body["entry"][0]["changes"][0]["field"] = "user_preferences"
            body["entry"][0]["changes"][0]["value"]["user_preferences"] = [preference]
            self.assertEqual(self.post_webhook(body).status_code, 200)
            self.process_webhooks()
            if value == "stop":
                contact = conversation.contact_id
                self.assertTrue(contact.opted_out_marketing)
                contact.marketing_preference_at -= timedelta(minutes=1)
        self.assertLess(conversation.contact_id.marketing_preference_at, fields.Datetime.now() + timedelta(minutes=1))
        self.assertFalse(conversation.contact_id.opted_out_marketing)


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestOrder(WordsCase):
    """Messages that come together stand in the order in which they were written."""

    def test_one_post(self):
        """Order within a batch: by time; of one second, by place."""
        now = int(time.time()) - 100
        self.post(
            self.frame("c", "third", now + 2),
            self.frame("a", "first", now),
            self.frame("b1", "second, a", now + 1),
            self.frame("b2", "second, b", now + 1),
            self.frame("b3", "second, c", now + 1),
        )
        self.process_webhooks()
        self.assertEqual(self.thread(), ["first", "second, a", "second, b", "second, c", "third"])
        conversation = self.row("a").conversation_id
        self.assertEqual(conversation.last_preview, "third")
        self.assertEqual(html2plaintext(conversation.lead_id.description).strip(), "first")

    def test_several_posts_worked_off_together(self):
        """Order within a batch: also of several POSTs that wait together."""
        now = int(time.time()) - 100
        self.post(self.frame("c", "three", now + 3), self.frame("b", "two", now + 2))
        self.post(self.frame("a", "one", now))
        self.post(self.frame("c2", "three, too", now + 3))
        self.process_webhooks()
        self.assertEqual(self.thread(), ["one", "two", "three", "three, too"])

    def test_answer_and_reaction_before_what_they_are_about(self):
        """Order within a batch: an answer and a reaction that stand first in a POST find their message."""
        now = int(time.time()) - 100
        self.post(
            self.frame("re", at=now + 9, type="reaction", reaction={"message_id": "wamid.q", "emoji": "👍"}),
            self.frame("an", "to that", now + 5, context={"id": "wamid.q"}),
            self.frame("q", "question", now),
        )
        self.process_webhooks()
        question = self.row("q")
        self.assertEqual(self.thread(), ["question", "to that"])
        self.assertEqual(self.row("an").quoted_id, question)
        self.assertEqual(self.row("an").mail_message_id.parent_id, question.mail_message_id)
        self.assertEqual(question.mail_message_id.reaction_ids.content, "👍")

    def test_answer_of_the_same_second_before_its_question(self):
        """Order within a batch: an answer that stands first is tied to its question all the same."""
        now = int(time.time()) - 100
        self.post(self.frame("an", "to that", now, context={"id": "wamid.q"}), self.frame("q", "question", now))
        self.process_webhooks()
        self.assertEqual(self.row("an").quoted_id, self.row("q"))
        self.assertNotIn("o_wa_quote_missing", self.row("an").mail_message_id.body)

    def test_answer_a_webhook_before_its_question(self):
        """Order within a batch: the question comes an hour later; then the answer quotes it."""
        now = int(time.time()) - 100
        self.post(self.frame("an", "to that", now + 5, context={"id": "wamid.q"}))
        self.process_webhooks()
        answer = self.row("an")
        self.assertIn("o_wa_quote_missing", answer.mail_message_id.body)
        self.post(self.frame("q", "question", now))
        self.process_webhooks()
        self.assertEqual(answer.quoted_id, self.row("q"))
        self.assertEqual(answer.mail_message_id.parent_id, self.row("q").mail_message_id)
        self.assertNotIn("o_wa_quote_missing", answer.mail_message_id.body)

    def test_answer_to_a_message_of_somebody_else_stays_apart(self):
        """What a reply is about: only a message of the same conversation."""
        self.post(self.frame("an", "to that", context={"id": "wamid.q"}))
        self.process_webhooks()
        other = self.inbound("question", wamid="wamid.q", wa_id="12025550110", bsuid=None)
        self.assertEqual(self.post_webhook(other).status_code, 200)
        self.process_webhooks()
        self.assertFalse(self.row("an").quoted_id)
