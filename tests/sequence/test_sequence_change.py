import time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..sequence_case import SequenceCase


@tagged("post_install", "-at_install", "wa")
class TestSequenceChange(SequenceCase):
    """A sequence changes while leads are under way: nothing is sent twice, and what is planned follows."""

    def sent(self, run):
        return [name for name, state, _code in self.story(run) if state == "queued"]

    def test_changed_template_and_delay_hold_for_what_is_planned(self):
        sequence = self.sequence()
        run = self.enrol(sequence)
        self.step(run)
        second = sequence.step_ids[1]
        sequence.write({"step_ids": [Command.update(second.id, {"template_id": self.third.id, "delay": 1})]})
        [_sent, planned] = self.plans(run)
        self.assertEqual((planned.template_id, planned.state), (self.third, "planned"))
        self.assertEqual((planned.due_at - run.last_at).total_seconds(), 3600)

    def test_editing_what_was_sent_sends_nothing_again(self):
        sequence = self.sequence()
        run = self.enrol(sequence)
        self.step(run)
        sequence.step_ids[0].template_id = self.third
        self.step(run)
        self.step(run, hours=2, minutes=1)
        self.assertEqual(self.sent(run), ["first", "second"])

    def test_reordering_goes_on_with_what_is_not_done(self):
        sequence = self.sequence()
        run = self.enrol(sequence)
        self.step(run)
        first, second, third = sequence.step_ids
        order = {third: 1, second: 2, first: 3}
        sequence.write({"step_ids": [Command.update(step.id, {"sequence": place}) for step, place in order.items()]})
        self.step(run, hours=4)
        self.step(run, hours=4)
        self.assertEqual((self.sent(run), run.state), (["first", "third", "second"], "done"))

    def test_a_new_step_before_one_that_was_sent_is_not_made_up_for(self):
        sequence = self.sequence()
        late, early = self.enrol(sequence), self.enrol(sequence, self.lead.copy({"phone": "+12025550177"}))
        self.pass_time(early, hours=-1)
        self.step(late)
        extra = self._make_template("extra", "Extra for {{1}}", [("1", "name", "you")])
        sequence.write(
            {"step_ids": [Command.create({"sequence": 1, "template_id": extra.id, "delay": 0, "delay_unit": "hours"})]}
        )
        self.assertEqual((late.next_step_id.template_id, early.next_step_id.template_id), (self.second, extra))

    def test_a_deleted_step_is_not_sent_and_the_next_one_follows(self):
        sequence = self.sequence()
        run = self.enrol(sequence)
        self.step(run)
        sequence.write({"step_ids": [Command.delete(sequence.step_ids[1].id)]})
        self.assertEqual(run.next_step_id.template_id, self.third)
        sequence.step_ids[-1].unlink()
        self.assertEqual((run.state, self.sent(run)), ("done", ["first"]))

    def test_a_job_that_runs_twice_sends_once(self):
        run = self.enrol(self.sequence())
        plan = self.plans(run)
        plan._hand_over()
        plan.write({"state": "planned", "message_id": False})
        run.write({"done_step_ids": [Command.clear()]})
        self.plans(run)[1:].sudo().unlink()
        plan._hand_over()
        self.assertEqual((plan.state, plan.code), ("cancelled", "sent_before"))
        self.assertEqual(
            self.env["wa.message"].search_count([("lead_id", "=", self.lead.id), ("template_id", "=", self.first.id)]), 1
        )
        self.assertEqual(run.next_step_id.template_id, self.second)

    def test_cancelling_a_message_skips_it_and_does_not_bring_forward_the_rest(self):
        run = self.enrol(self.sequence())
        self.step(run)
        planned = self.plans(run)[1]
        planned.with_user(self.ana).action_cancel()
        following = self.plans(run)[2]
        self.assertEqual((run.state, following.template_id), ("running", self.third))
        self.assertEqual((following.due_at - planned.due_at).total_seconds(), 3 * 3600)

    def test_a_coming_step_can_be_called_off_before_it_is_planned(self):
        sequence = self.sequence()
        run = self.enrol(sequence)
        run.with_user(self.ana).action_skip_step(sequence.step_ids[1].id)
        [shown] = self.lead.with_user(self.ana).wa_sequence_plan
        self.assertEqual([step["what"] for step in shown["steps"]], ["first (en)", "third (en)"])
        self.step(run)
        self.step(run, hours=3, minutes=1)
        self.assertEqual(self.sent(run), ["first", "third"])
        with self.assertRaises(UserError):
            run.action_skip_step(sequence.step_ids[0].id)


@tagged("post_install", "-at_install", "wa")
class TestSequenceConditions(SequenceCase):
    """Steps that are sent only if."""

    def conditional(self, otherwise="skip", **condition):
        return self.sequence(
            {"template_id": self.first.id, "delay": 0},
            {"template_id": self.second.id, "delay": 1, "otherwise": otherwise, **condition},
            {"template_id": self.third.id, "delay": 1},
        )

    def test_fields_of_the_lead(self):
        sequence = self.conditional(condition="domain", condition_domain="[('expected_revenue', '>', 100)]")
        poor, rich = self.enrol(sequence), self.enrol(sequence, self.lead.copy({"expected_revenue": 500}))
        self.step(poor | rich)
        self.step(poor | rich, minutes=61)
        self.assertEqual(self.story(poor)[1:], [("second", "cancelled", "sequence_condition"), ("third", "planned", "")])
        self.assertEqual(self.story(rich)[1][:2], ("second", "queued"))

    def test_otherwise_end(self):
        run = self.enrol(self.conditional("end", condition="domain", condition_domain="[('expected_revenue', '>', 100)]"))
        self.step(run)
        self.step(run, minutes=61)
        self.assertEqual((run.state, run.code), ("done", "sequence_condition"))
        self.assertEqual(len(self.plans(run)), 2)

    def test_a_word_waited_for_does_not_end_it_and_another_does(self):
        sequence = self.conditional(condition="keyword", keywords="price, call me")
        for text, state in (("What is the PRICE?", "running"), ("Priceless!", "left")):
            lead = self.lead.copy()
            run = self.enrol(sequence, lead)
            self.step(run)
            self.pass_time(run, minutes=5)
            self.answer(text)
            self.assertEqual(run.state, state, text)
            if state == "running":
                self.step(run, minutes=61)
                self.assertEqual(self.story(run)[1][:2], ("second", "queued"))
                run.action_leave()

    def test_a_tapped_button_counts_in_every_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        self._make_template("first", "first para {{1}}", [("1", "name", "ti")], ("Sí, por favor", "No"), language="es")
        sequence = self.conditional(condition="button", button_id=self.first.button_ids[0].id)
        conversation = self.answer(at=time.time() - 3 * 86400)
        conversation.partner_id.lang = "es_ES"
        self.lead.partner_id = conversation.partner_id
        for label, state in (("Sí, por favor", "running"), ("No", "left")):
            run = self.enrol(sequence, self.lead.copy({"partner_id": conversation.partner_id.id}))
            self.step(run)
            message = self.plans(run)[0].message_id
            self.assertEqual(message.template_id.language, "es")
            message.wamid = f"wamid.OUT.{run.id}"
            self.pass_time(run, minutes=5)
            self.answer(type="button", button={"text": label, "payload": label}, context={"id": message.wamid})
            self.assertEqual(run.state, state, label)
            if state == "running":
                self.step(run, minutes=61)
                self.assertEqual(self.story(run)[1][:2], ("second", "queued"))
                run.action_leave()

    def test_no_answer_since(self):
        sequence = self.conditional(condition="no_answer")
        sequence.exit_on_reply = False
        silent = self.enrol(sequence, self.lead.copy({"phone": "+12025550178"}))
        talks = self.enrol(sequence)
        self.step(silent | talks)
        self.pass_time(silent | talks, minutes=61)
        self.answer("Let me think")
        self.run_plans()
        self.assertEqual((self.story(silent)[1][1], self.story(talks)[1][1:]), ("queued", ("cancelled", "sequence_condition")))

    def test_conditions_that_say_nothing_are_refused_while_typing(self):
        for condition in ({"condition": "button"}, {"condition": "keyword", "keywords": " , "}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.conditional(**condition)

    def test_a_button_survives_that_the_template_is_synchronised(self):
        sequence = self.conditional(condition="button", button_id=self.first.button_ids[0].id)
        self.first.button_ids = [Command.clear(), Command.create({"text": "Yes please"}), Command.create({"text": "No"})]
        step = sequence.step_ids[1]
        self.assertEqual((step.button_text, step.button_template_id), ("Yes please", self.first))
        step.delay = 2

    def test_every_step_has_a_sentence(self):
        sequence = self.conditional("end", condition="keyword", keywords="price")
        self.assertIn("1 hour later: send “second (en)” if the customer wrote price; otherwise end.", sequence.explanation)
        template = sequence.step_ids[0].template_id
        # No template can be named like this here; what came by another way is inert all the same.
        self.env.cr.execute("UPDATE wa_template SET name = '<b>bold' WHERE id = %s", [template.id])
        self.env.invalidate_all()
        self.assertNotIn("<b>", sequence.explanation)

    def test_a_filter_is_said_in_words(self):
        step = self.conditional(
            condition="domain",
            condition_domain=f"['&', ('expected_revenue', '>=', 100), ('stage_id', '=', {self.qualified.id})]",
        ).step_ids[1]
        self.assertEqual(step.condition_text, "Expected Revenue ≥ 100 and Stage = Qualified")
        step.condition_domain = "['|', ('name', 'ilike', 'oak'), ('partner_id.email', '!=', False)]"
        self.assertEqual(step.condition_text, "Opportunity contains oak or Contact → Email ≠ not set")
        step.condition_domain = "['|', '&', ('name', '=', 'a'), ('name', '=', 'b'), ('name', '=', 'c')]"
        self.assertEqual(step.condition_text, "the lead matches the filter")
