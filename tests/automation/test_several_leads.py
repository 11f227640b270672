from odoo.tests import tagged

from ..rule_case import RuleCase


@tagged("post_install", "-at_install", "wa")
class TestSeveralLeads(RuleCase):
    """One number, several open leads: what is sent, what rules do and what an answer is about is deterministic and said."""

    def setUp(self):
        super().setUp()
        self.customer = self.env["res.partner"].create({"name": "Ada Example", "phone": "+12025550143"})
        vals = {"partner_id": self.customer.id, "expected_revenue": 5, "team_id": self.team.id}
        self.chair, self.table, self.lamp = self.env["crm.lead"].create(
            [{"name": name, **vals} for name in ("Chair", "Table", "Lamp")]
        )
        self.lamp.team_id = self.other_team
        self.conversation = self.receive(self.inbound("Hello"))

    def send(self, *leads):
        for lead in leads:
            [outcome] = self.template._send_to_records(lead)
            self.assertEqual(outcome.status, "queued", outcome.reason)
            self.assertEqual(outcome.message.conversation_id, self.conversation, "one thread for one customer")
            self.assertEqual(outcome.message.lead_id, lead)
        return outcome.message

    def answered(self, words="Yes", quoting=None):
        """Let the customer answer; returns the leads that the rule for answers ran on."""
        leads = self.chair | self.table | self.lamp
        for lead in leads:
            self.untag(lead)
        payload = self.inbound(words)
        if quoting:
            payload["entry"][0]["changes"][0]["value"]["messages"][0]["context"] = {"id": quoting}
        self.receive(payload)
        return leads.filtered(lambda lead: self.tags(lead))

    def notes(self, conversation):
        return [body for body in conversation.channel_id.message_ids.mapped("body") if "open leads" in (body or "")]

    def test_chosen_and_explained(self):
        """The newest of the number's team, and one line says so, once."""
        self.assertEqual(self.conversation.lead_id, self.table)
        notes = self.notes(self.conversation)
        self.assertEqual(len(notes), 1)
        self.assertIn("3 open leads", notes[0])
        self.assertIn("“Table”", notes[0])
        self.assertIn("team", notes[0])
        self.receive(self.inbound("Again"))
        self.assertEqual(len(self.notes(self.conversation)), 1)

    def test_one_lead_is_no_choice(self):
        conversation = self.receive(self.inbound("Hi", wa_id="12025550177", bsuid="US.7", name="Grace Example"))
        self.assertFalse(self.notes(conversation))

    def test_answer_is_about_what_was_written(self):
        """Without a quote: the lead of what we wrote since the customer wrote last."""
        self.rule()
        self.send(self.lamp)
        self.assertEqual(self.answered(), self.lamp)
        self.assertEqual(self.answered("Another thing"), self.table, "nothing was written since: the conversation's lead")

    def test_several_written_at_once(self):
        """About several at once: the conversation's lead if it is among them, else the last one."""
        self.rule()
        self.send(self.chair, self.table, self.lamp)
        self.assertEqual(self.answered(), self.table)
        self.send(self.chair, self.lamp)
        self.assertEqual(self.answered(), self.lamp)

    def test_quoted_and_closed(self):
        """A quote says it; a lead that was closed meanwhile is answered for by the conversation's."""
        self.rule()
        quoted = self.send(self.chair)
        quoted.wamid = "wamid.CHAIR"
        self.send(self.lamp)
        self.assertEqual(self.answered(quoting="wamid.CHAIR"), self.chair)
        self.send(self.lamp)
        self.lamp.action_set_lost()
        self.assertEqual(self.answered(), self.table)
