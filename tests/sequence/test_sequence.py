from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..sequence_case import SequenceCase


@tagged("post_install", "-at_install", "wa")
class TestSequence(SequenceCase):
    """A lead gets one message after the other, each once, until something ends it."""

    def test_one_step_after_the_other_each_when_its_time_has_come(self):
        run = self.enrol(self.sequence())
        self.assertEqual((len(self.plans(run)), run.next_step_id.template_id), (1, self.first))
        self.step(run)
        self.assertEqual(self.story(run), [("first", "queued", ""), ("second", "planned", "")])
        message = self.plans(run)[0].message_id
        self.assertEqual((message.origin, message.lead_id, message.template_id), ("sequence", self.lead, self.first))
        self.step(run, minutes=119)
        self.assertEqual(self.plans(run)[1].state, "planned")
        self.step(run, minutes=2)
        self.step(run, hours=4)
        self.assertEqual([state for _name, state, _code in self.story(run)], ["queued"] * 3)
        self.assertEqual((run.state, run.next_at), ("done", False))

    def test_a_lead_is_in_a_sequence_at_most_once(self):
        sequence = self.sequence()
        run = self.enrol(sequence)
        runs, refused = sequence._enrol(self.lead)
        self.assertFalse(runs)
        self.assertIn("is or was in this sequence", refused[self.lead])
        run.action_leave()
        self.assertIn(self.lead, sequence._enrol(self.lead)[1])
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            run.copy()

    def test_who_cannot_be_added_is_told_why_and_stops_nobody(self):
        leads = self.lead | self.env["crm.lead"].create(
            [
                {"name": "No phone", "type": "opportunity", "team_id": self.team.id},
                {"name": "Won", "phone": "+12025550150", "stage_id": self.won.id, "team_id": self.team.id},
                {"name": "Others", "phone": "+12025550151", "team_id": self.other_team.id, "type": "opportunity"},
            ]
        )
        runs, refused = self.sequence(team_id=self.team.id)._enrol(leads)
        self.assertEqual(runs.lead_id, self.lead)
        sentences = [refused[lead] for lead in leads - self.lead]
        expected = ("no WhatsApp identity", "won, lost or archived", "another sales team")
        for sentence, words in zip(sentences, expected, strict=True):
            self.assertIn(words, sentence)

    def test_an_empty_or_archived_sequence_adds_nobody(self):
        sequence = self.sequence()
        sequence.step_ids.unlink()
        with self.assertRaises(UserError):
            sequence._enrol(self.lead)
        archived = self.sequence()
        archived.active = False
        with self.assertRaises(UserError):
            archived._enrol(self.lead)

    def test_an_answer_ends_it_at_once(self):
        run = self.enrol(self.sequence())
        self.step(run)
        self.pass_time(run, minutes=5)
        self.answer("Not interested")
        self.assertEqual((run.state, run.code), ("left", "sequence_replied"))
        self.assertEqual(self.plans(run)[1].code, "sequence_replied")
        self.assertIn("The customer answered", self.lead.message_ids[0].body)
        self.step(run, hours=9)
        self.assertEqual([state for _name, state, _code in self.story(run)], ["queued", "cancelled"])

    def test_an_older_message_that_comes_late_is_no_answer(self):
        run = self.enrol(self.sequence())
        long_ago = fields.Datetime.now() - timedelta(hours=2)
        self.answer("Earlier", at=long_ago.replace(tzinfo=pytz.utc).timestamp())
        self.assertEqual(run.state, "running")

    def test_messages_cost_one_query_with_sequences_and_none_without(self):
        messages = self.answer().message_ids
        runs = self.env["wa.sequence.run"]
        self.env["wa.sequence"].search([]).active = False
        self.assertFalse(self.env["wa.sequence"]._exist())
        with self.assertQueryCount(0):
            runs._on_customer_messages(messages)
        self.sequence()
        self.env["wa.sequence"]._exist()
        self.env.flush_all()
        messages.mapped("conversation_id")
        with self.assertQueryCount(1):
            runs._on_customer_messages(messages)

    def test_won_lost_archived_and_stages_end_it(self):
        sequence = self.sequence(exit_on_stage_left=False, exit_stage_ids=self.proposition.ids)
        cases = {
            "sequence_stage": lambda lead: lead.write({"stage_id": self.proposition.id}),
            "sequence_closed": lambda lead: lead.action_set_lost(),
        }
        for code, change in cases.items():
            lead = self.lead.copy({"stage_id": self.qualified.id})
            run = self.enrol(sequence, lead)
            change(lead)
            self.assertEqual((run.state, run.code, self.plans(run).state), ("left", code, "cancelled"))
        run = self.enrol(sequence)
        self.lead.stage_id = self.won
        self.assertEqual(run.code, "sequence_closed")

    def test_leaving_the_stage_ends_it_only_if_asked_for(self):
        self.lead.stage_id = self.qualified
        stays, leaves = self.sequence(), self.sequence(exit_on_stage_left=True)
        runs = self.enrol(stays) | self.enrol(leaves)
        self.lead.stage_id = self.proposition
        self.assertEqual(runs.mapped("state"), ["running", "left"])

    def customer(self):
        """Return the conversation in which the lead's customer wrote to us; both consents are on record."""
        conversation = self.answer()
        self.lead.partner_id = conversation.partner_id
        self.give_consent(conversation.contact_id)
        return conversation

    def take_back(self, conversation, purpose):
        self.give_consent(conversation.contact_id, purpose, "withdrawn")

    def test_it_ends_when_nothing_that_is_left_may_be_sent(self):
        conversation = self.customer()
        (self.first | self.second | self.third).category = "MARKETING"
        stopped = self.enrol(self.sequence())
        conversation.contact_id.opted_out_marketing = True
        self.assertEqual((stopped.state, stopped.code), ("left", "sequence_opted_out"))
        conversation.contact_id.opted_out_marketing = False
        taken_back = self.enrol(self.sequence())
        self.take_back(conversation, "marketing")
        self.assertEqual((taken_back.state, taken_back.code), ("left", "sequence_opted_out"))
        other = self.lead.copy()
        self.assertIn("does not want", self.sequence()._enrol(other)[1][other])

    def test_it_goes_on_when_it_needs_only_the_other_consent(self):
        conversation = self.customer()
        run = self.enrol(self.sequence())
        self.take_back(conversation, "marketing")
        conversation.contact_id.opted_out_marketing = True
        self.assertEqual(run.state, "running", "utility only")
        self.step(run)
        self.assertEqual(self.story(run)[0], ("first", "queued", ""))
        self.assertTrue(self.enrol(self.sequence(), self.lead.copy()))
        self.take_back(conversation, "service")
        self.assertEqual((run.state, run.code), ("left", "sequence_opted_out"), "nothing at all leaves after that")

    def test_a_step_that_is_not_wanted_is_left_out_and_the_last_one_that_is_ends_it(self):
        conversation = self.customer()
        (self.first | self.third).category = "MARKETING"
        run = self.enrol(self.sequence(exit_on_reply=False))
        self.take_back(conversation, "marketing")
        self.assertEqual(run.state, "running", "the second is utility")
        self.step(run)
        self.step(run, hours=3)
        self.assertEqual(
            self.story(run), [("first", "refused", "consent_withdrawn"), ("second", "queued", ""), ("third", "planned", "")]
        )
        self.step(run, hours=4)
        self.assertEqual((run.state, run.code), ("left", "sequence_opted_out"))
        self.assertEqual(self.story(run)[2][1], "cancelled")

    def test_switched_off_only_the_gate_speaks(self):
        conversation = self.customer()
        self.first.category = "MARKETING"
        run = self.enrol(self.sequence({"template_id": self.first.id}, exit_on_opt_out=False))
        self.take_back(conversation, "marketing")
        self.assertEqual(run.state, "running")
        self.step(run)
        self.assertEqual((self.story(run), run.state), ([("first", "refused", "consent_withdrawn")], "done"))

    def test_a_refused_step_goes_on_or_ends(self):
        for on_refused, states in (("go_on", ["refused", "planned"]), ("end", ["refused"])):
            run = self.enrol(self.sequence(on_refused=on_refused), self.lead.copy())
            self.first.sudo().status = "PAUSED"
            self.step(run)
            self.first.sudo().status = "APPROVED"
            self.assertEqual([state for _name, state, _code in self.story(run)], states)
            self.assertEqual(self.plans(run)[0].code, "template_paused")
        self.assertEqual((run.state, run.code), ("left", "sequence_refused"))

    def test_an_exit_that_nobody_noticed_is_found_when_it_is_time(self):
        run = self.enrol(self.sequence())
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET stage_id = %s, won_status = 'won' WHERE id = %s", [self.won.id, self.lead.id])
        self.env.invalidate_all()
        self.step(run)
        self.assertEqual((run.code, self.plans(run).state), ("sequence_closed", "cancelled"))

    def test_start_again_is_a_managers_and_sends_everything_anew(self):
        run = self.enrol(self.sequence())
        self.step(run)
        run.action_leave()
        with self.assertRaises(AccessError):
            run.with_user(self.ana).action_start_again()
        run.with_user(self.lead_manager).action_start_again()
        self.step(run)
        self.assertEqual(
            [name for name, state, _code in self.story(run) if state == "queued"], ["first", "first"], "once in each round"
        )
        self.assertEqual(len(set(self.plans(run).message_id.mapped("dedupe_key"))), 2)
        with self.assertRaises(UserError):
            run.with_user(self.lead_manager).action_start_again()

    def test_merged_leads_keep_one_run(self):
        moved, doubled = self.sequence(), self.sequence()
        other = self.lead.copy({"name": "Keeper", "probability": 99})
        mine = self.enrol(moved)
        twins = self.enrol(doubled) | self.enrol(doubled, other)
        kept = (other | self.lead).merge_opportunity(auto_unlink=False)
        self.assertEqual(kept, other)
        self.assertEqual((mine.lead_id, mine.state), (kept, "running"))
        self.assertEqual(self.plans(mine).res_id, kept.id)
        self.assertEqual([(run.state, run.code) for run in twins], [("left", "sequence_merged"), ("running", False)])

    def test_deleting_the_lead_takes_its_plans_along(self):
        run = self.enrol(self.sequence())
        plans = self.plans(run)
        self.lead.unlink()
        self.assertFalse(run.exists() or plans.exists())

    def test_a_sequence_with_leads_is_archived_not_deleted(self):
        sequence = self.sequence()
        run = self.enrol(sequence)
        with self.assertRaises(UserError):
            sequence.unlink()
        sequence.active = False
        self.assertEqual((run.state, run.code), ("cancelled", "sequence_archived"))
        self.sequence().unlink()

    def test_three_hundred_leads_cost_a_bounded_number_of_queries(self):
        leads = self.env["crm.lead"].create(
            [{"name": f"L{i}", "phone": f"+1202555{i:04d}", "type": "opportunity"} for i in range(100, 400)]
        )
        few, many = leads[:5], leads[5:]
        sequence = self.sequence()
        counts = []
        for group in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.enrol(sequence, group)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 15, counts)
        self.assertEqual(len(self.plans(sequence.run_ids)), 300)


@tagged("post_install", "-at_install", "wa")
class TestSequenceTimes(SequenceCase):
    """Steps come in working hours, over weekends and changes of the clocks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create({"name": "Office", "tz": "Europe/Madrid"})

    def due(self, delay, unit, base, calendar=True):
        step = self.sequence(
            {"template_id": self.first.id, "delay": delay, "delay_unit": unit},
            calendar_id=self.calendar.id if calendar else False,
        ).step_ids
        zone = pytz.timezone("Europe/Madrid")
        start = zone.localize(datetime.fromisoformat(base)).astimezone(pytz.utc).replace(tzinfo=None)
        return pytz.utc.localize(step._due_after(start)).astimezone(zone).strftime("%a %d %H:%M")

    def test_working_hours_leave_out_the_weekend(self):
        # Friday, 27 November 2026; the calendar is 8-12 and 13-17.
        self.assertEqual(self.due(2, "working_hours", "2026-11-27 16:00"), "Mon 30 09:00")
        self.assertEqual(self.due(0, "working_hours", "2026-11-28 11:00"), "Mon 30 08:00")
        self.assertEqual(self.due(0, "working_hours", "2026-11-27 10:30"), "Fri 27 10:30")
        self.assertEqual(self.due(1, "working_days", "2026-11-27 10:30"), "Mon 30 10:30")
        self.assertEqual(self.due(1, "working_days", "2026-11-27 20:00"), "Mon 30 17:00")
        self.assertEqual(self.due(2, "working_days", "2026-11-28 06:00"), "Tue 01 08:00")
        self.assertEqual(self.due(0, "working_days", "2026-11-28 06:00"), "Mon 30 08:00")

    def test_public_holidays_are_no_working_time(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": "2026-11-30 00:00:00",
                "date_to": "2026-11-30 22:59:59",
            }
        )
        self.assertEqual(self.due(2, "working_hours", "2026-11-27 16:00"), "Tue 01 09:00")
        self.assertEqual(self.due(1, "working_days", "2026-11-27 10:30"), "Tue 01 10:30")

    def test_days_keep_the_time_of_day_when_the_clocks_change(self):
        # Clocks go back on Sunday, 25 October 2026, and forward on 29 March 2026.
        self.assertEqual(self.due(2, "days", "2026-10-24 10:00"), "Mon 26 10:00")
        self.assertEqual(self.due(1, "working_days", "2026-10-23 10:00"), "Mon 26 10:00")
        self.assertEqual(self.due(1, "working_days", "2026-03-27 10:00"), "Mon 30 10:00")
        self.assertEqual(self.due(1, "working_hours", "2026-03-27 17:00"), "Mon 30 09:00")
        self.assertEqual(self.due(24, "hours", "2026-10-24 10:00"), "Sun 25 09:00", "hours are hours")

    def test_without_a_calendar_every_hour_counts(self):
        self.assertEqual(self.due(2, "working_hours", "2026-11-28 23:00", calendar=False), "Sun 29 01:00")
        self.assertEqual(self.due(1, "working_days", "2026-11-28 23:00", calendar=False), "Sun 29 23:00")
        self.assertEqual(self.due(20, "minutes", "2026-11-28 23:00"), "Sat 28 23:20")

    def test_the_plan_of_a_lead_shows_every_coming_step_with_its_date(self):
        with freeze_time("2026-11-27 15:00:00"):
            run = self.enrol(
                self.sequence(
                    {"template_id": self.first.id, "delay": 1, "delay_unit": "working_hours"},
                    {"template_id": self.second.id, "delay": 1, "delay_unit": "working_days"},
                    calendar_id=self.calendar.id,
                )
            )
            [shown] = self.lead.with_user(self.ana).wa_sequence_plan
            self.assertEqual(
                [(step["what"], step["when"]) for step in shown["steps"]],
                [("first (en)", "2026-11-27 16:00:00"), ("second (en)", "2026-11-30 16:00:00")],
            )
            self.assertEqual(run.next_at, datetime(2026, 11, 27, 16, 0))

    def test_the_rehearsal_lists_who_gets_what_when_and_writes_nothing(self):
        sequence = self.sequence(
            {"template_id": self.first.id, "delay": 0},
            {"template_id": self.second.id, "delay": 2, "condition": "no_answer"},
        )
        silent = self.env["crm.lead"].create({"name": "No phone"})
        start = datetime(2026, 11, 27, 9, 0)
        plan = sequence._dry_run_plan(self.lead | silent, start)
        first, second = sequence.step_ids
        self.assertEqual(
            plan,
            [(self.lead, first, start, self.first), (self.lead, second, start + timedelta(hours=2), self.second)],
        )
        self.assertIn("did not answer", second.condition_text)
        self.assertFalse(sequence.run_ids)


@tagged("post_install", "-at_install", "wa")
class TestSequenceRights(SequenceCase):
    """Managers write sequences; salespeople add and take out their own leads; teams are kept apart."""

    def test_salespeople_use_sequences_and_change_none(self):
        sequence = self.sequence()
        with self.assertRaises(AccessError):
            sequence.with_user(self.ana).name = "Mine"
        with self.assertRaises(AccessError):
            sequence.step_ids[0].with_user(self.ana).delay = 9
        action = self.lead.with_user(self.ana).action_add_to_wa_sequence()
        wizards = self.env["wa.sequence.add"].with_user(self.ana).with_context(**action["context"])
        wizard = wizards.create({"sequence_id": sequence.id})
        self.assertIn("The lead can be added.", wizard.summary)
        wizard.action_add()
        run = sequence.run_ids
        self.assertEqual((run.user_id, run.lead_id), (self.ana, self.lead))
        with self.assertRaises(AccessError):
            run.with_user(self.ana).write({"state": "done"})
        run.with_user(self.ana).action_leave()
        self.assertEqual((run.state, run.code), ("cancelled", "sequence_left_by_person"))

    def test_other_teams_neither_see_nor_steer(self):
        sequence = self.sequence(team_id=self.team.id)
        run = self.enrol(sequence)
        stranger = run.with_user(self.cid)
        for act in (lambda: stranger.read(["state"]), stranger.action_leave, lambda: stranger.action_skip_step(1)):
            with self.assertRaises(AccessError):
                act()
        with self.assertRaises(AccessError):
            sequence.with_user(self.cid).read(["name"])
        self.assertFalse(self.env["wa.sequence.step"].with_user(self.cid).search([("sequence_id", "=", sequence.id)]))

    def test_nobody_adds_leads_they_may_not_change(self):
        sequence = self.sequence()
        wizard = self.env["wa.sequence.add"].with_user(self.cid).create({"lead_ids": self.lead.ids, "sequence_id": sequence.id})
        with self.assertRaises(AccessError):
            wizard.action_add()

    def test_other_companies_see_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        run = self.enrol(self.sequence())
        manager = self.lead_manager
        manager.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        with self.assertRaises(AccessError):
            run.with_user(manager).read(["state"])
        with self.assertRaises(AccessError):
            run.sequence_id.with_user(manager).read(["name"])

    def test_a_manager_sets_up_the_entry_without_rights_on_rules(self):
        form = Form(self.env["wa.sequence"].with_user(self.lead_manager))
        form.name = "By stage"
        form.entry = "stage"
        form.entry_stage_id = self.proposition
        with form.step_ids.new() as step:
            step.template_id = self.first
        sequence = form.save()
        rule = sequence.sudo().automation_id
        self.assertTrue(rule.active)
        self.lead.with_user(self.ana).stage_id = self.proposition
        self.assertEqual(sequence.run_ids.lead_id, self.lead)
        self.lead.stage_id = self.qualified
        self.lead.stage_id = self.proposition
        self.assertEqual(len(sequence.run_ids), 1)
        sequence.entry = "manual"
        self.assertFalse(rule.active)

    def test_leads_that_match_come_in_when_they_do(self):
        sequence = self.sequence(entry="domain", entry_domain="[('expected_revenue', '>', 1000)]")
        self.assertFalse(sequence.run_ids)
        self.lead.expected_revenue = 500
        self.assertFalse(sequence.run_ids)
        self.lead.expected_revenue = 5000
        self.assertEqual(sequence.run_ids.lead_id, self.lead)

    def test_filters_hold_values_only(self):
        for text in ("[('name', '=', self.env)]", "nonsense", "[('no_such_field', '=', 1)]"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.sequence(entry="domain", entry_domain=text)
        with self.assertRaises(ValidationError):
            self.sequence(entry="domain", entry_domain="[]")
