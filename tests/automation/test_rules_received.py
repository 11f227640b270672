import time
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..rule_case import LOG, AnswerCase


@tagged("post_install", "-at_install", "wa")
class TestRulesReceived(AnswerCase):
    """Which messages start a rule, on which records, and how often."""

    # ---------------------------------------------------------------- conditions

    def test_words(self):
        self.rule("contains", wa_text_mode="contains", wa_text="price, precio\ncuánto")
        self.rule("exact", wa_text_mode="exact", wa_text="si")
        self.rule("starts", wa_text_mode="starts", wa_text="order")
        for text, expected in (
            ("¿CUANTO cuesta?", ["contains"]),
            ("priceless", []),
            ("¡Sí!", ["exact"]),
            ("Order 4711, which price?", ["contains", "starts"]),
        ):
            self.say(text)
            self.assertRan(*expected)

    def test_words_are_demanded(self):
        with self.assertRaisesRegex(ValidationError, "which words"):
            self.rule(wa_text_mode="contains", wa_text=" , ")

    def test_kinds(self):
        kinds = ("any", "text", "button", "list", "media", "location", "contacts", "order", "form", "reaction")
        for kind in kinds:
            self.rule(kind, wa_kind=kind)
        reply = {"id": "k1", "title": "Yes"}
        for message, expected in (
            ({"type": "text", "text": {"body": "Hi"}}, "text"),
            ({"type": "button", "button": {"text": "Yes", "payload": "Yes"}}, "button"),
            ({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}, "button"),
            ({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}, "list"),
            (
                {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}},
                "form",
            ),
            ({"type": "image", "image": {"id": "1", "mime_type": "image/png"}}, "media"),
            ({"type": "audio", "audio": {"id": "2", "mime_type": "audio/ogg", "voice": True}}, "media"),
            ({"type": "location", "location": {"latitude": 1.0, "longitude": 2.0}}, "location"),
            ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Bo"}}]}, "contacts"),
            ({"type": "order", "order": {"catalog_id": "1", "product_items": []}}, "order"),
            ({"type": "poll_of_the_future", "poll_of_the_future": {}}, None),
        ):
            self.say(**message)
            with self.subTest(message["type"]):
                self.assertRan(*filter(None, ("any", expected)))

    def test_a_reaction_is_no_message_unless_chosen(self):
        self.rule("any")
        self.rule("reaction", wa_kind="reaction", wa_template_id=self.template.id)
        row = self.our_template()
        self.say(type="reaction", reaction={"message_id": row.wamid, "emoji": "👍"})
        self.assertRan("reaction")
        self.say(type="reaction", reaction={"message_id": "wamid.NOT_HERE", "emoji": "👍"})
        self.assertRan()

    def test_a_group_starts_nothing(self):
        self.rule()
        self.say(type="text", text={"body": "Hi all"}, group_id="G1")
        self.assertRan()

    def test_button_by_label_or_payload_and_in_every_language(self):
        spanish = self._make_template("proposal_ready", "Hola", [], buttons=("Sí, llámame", "Ahora no"), language="es")
        self.rule("call", wa_kind="button", wa_button="Yes, call me", wa_template_id=self.template.id)
        self.rule("code", wa_kind="button", wa_button="CALL_1")
        row = self.our_template(spanish)

        def tap(text, payload, quoted=row):
            self.say(type="button", button={"text": text, "payload": payload}, context={"id": quoted.wamid})

        tap("Sí, llámame", "Sí, llámame")
        self.assertRan("call")
        tap("Ahora no", "call_1")
        self.assertRan("code")
        tap("Yes, call me", "x", quoted=self.our_template(self._make_template("other", "Hi", [], buttons=("Yes, call me",))))
        self.assertRan()

    def test_answer_to_a_template_quotes_it_or_follows_it(self):
        self.rule("answer", wa_template_id=self.template.id)
        self.say("first")
        self.assertRan()
        row = self.our_template()
        self.say("yes please")
        self.assertRan("answer")
        self.say("and quickly")
        self.assertRan()
        self.ours("Of course")
        self.say("thanks")
        self.assertRan()
        self.say(type="text", text={"body": "this one"}, context={"id": row.wamid})
        self.assertRan("answer")
        self.our_template()
        self.say(type="text", text={"body": "that one"}, context={"id": "wamid.NOT_HERE"})
        self.assertRan()

    def test_a_rule_whose_template_is_gone_waits(self):
        rule = self.rule("answer", wa_template_id=self._make_template("gone", "Hi", []).id)
        rule.wa_template_id.unlink()
        self.env.invalidate_all()
        self.say("yes")
        self.assertRan()
        rule.name = "Renamed"
        self.say("yes")
        self.assertRan()
        rule.wa_template_id = False
        self.say("yes")
        self.assertRan("answer")

    def test_only_answers(self):
        self.rule("answer", wa_is_answer=True)
        self.say("I write, nobody asked")
        self.assertRan()
        self.ours(state="queued")
        self.say("it has not left yet")
        self.assertRan()
        self.ours()
        self.say("an answer")
        self.assertRan("answer")
        self.say("more")
        self.assertRan()

    def test_stop_is_no_answer(self):
        self.rule("any")
        self.rule("answer", wa_is_answer=True)
        self.ours()
        self.say("STOP")
        self.assertEqual(self.conversation.consent_marketing, "withdrawn")
        self.assertRan("any")

    def test_only_the_first_message_of_a_customer(self):
        self.rule("welcome", "res.partner", wa_first_only=True, action=self.adding("comment", "'W'"))
        self.say("again")
        self.assertFalse(self.conversation.partner_id.comment)
        newcomer = self.receive(self.inbound("Hello", wa_id="447700900123", bsuid="GB.1", name="Bo"))
        self.assertIn("W", newcomer.partner_id.comment)
        self.receive(self.inbound("Still here", wa_id="447700900123", bsuid="GB.1", name="Bo"))
        self.assertEqual(newcomer.partner_id.comment.count("W"), 1)

    def test_two_first_messages_in_one_batch_are_one_first_message(self):
        self.rule("welcome", "wa.conversation", wa_first_only=True, action=self.adding("last_preview", "'W'"))
        for text in ("One", "Two"):
            self.store_webhook(self.inbound(text, wa_id="447700900123", bsuid="GB.1", name="Bo"))
        self.process_webhooks()
        conversation = self.env["wa.conversation"].search([("contact_id.bsuid", "=", "GB.1")])
        self.assertEqual(conversation.last_preview, "TwoW")

    def test_working_hours_of_rule_team_and_company(self):
        always, never = (
            self.env["resource.calendar"].create(
                {
                    "name": name,
                    "tz": "UTC",
                    "attendance_ids": [
                        (5, 0, 0),
                        *((0, 0, {"name": day, "dayofweek": day, "hour_from": 0, "hour_to": 24}) for day in days),
                    ],
                }
            )
            for name, days in (("Always", "0123456"), ("Never", ""))
        )
        rule = self.rule("away", wa_hours="outside", wa_calendar_id=never.id)
        self.rule("there", wa_hours="inside", wa_calendar_id=never.id)
        self.say()
        self.assertRan("away")
        rule.wa_calendar_id = False
        self.team.wa_calendar_id = always
        self.say()
        self.assertRan()
        self.team.wa_calendar_id = False
        self.conversation.company_id.resource_calendar_id = never
        self.say()
        self.assertRan("away")
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": always.id,
                "date_from": fields.Datetime.now() - timedelta(hours=1),
                "date_to": fields.Datetime.now() + timedelta(hours=1),
            }
        )
        rule.wa_calendar_id = always
        self.say()
        self.assertRan("away")

    def test_a_rule_pauses_in_a_conversation_after_it_ran(self):
        self.rule("away", wa_pause_hours=12)
        self.say()
        self.assertRan("away")
        self.say()
        self.assertRan()
        run = self.env["wa.rule.run"].search([("conversation_id", "=", self.conversation.id)])
        run.ran_at -= timedelta(hours=13)
        self.say()
        self.assertRan("away")
        self.assertEqual(self.env["wa.rule.run"].search_count([]), 1)

    def test_numbers_and_the_filter_on_records(self):
        other = self.number.copy({"phone_number_id": "900000000000102"})
        self.rule("theirs", wa_number_ids=[(4, other.id)])
        self.rule("ours", wa_number_ids=[(4, self.number.id)])
        self.rule("rich", filter_domain="[('expected_revenue', '>', 1000)]")
        self.say()
        self.assertRan("ours")
        self.lead.expected_revenue = 2000
        self.say()
        self.assertRan("ours", "rich")

    # ------------------------------------------------------------------- records

    def test_models_and_the_message_at_hand(self):
        for model in ("crm.lead", "res.partner", "wa.conversation", "wa.message"):
            field = {"crm.lead": "description", "res.partner": "comment", "wa.conversation": "last_preview"}.get(model)
            code = f"record.write({{'{field}': 'got: ' + wa_message.text}})"
            if model == "wa.message":
                code = "record.write({'preview': 'the same: %s' % (record == wa_message)})"
            self.rule(model, model=model, action=self.code(code))
        self.say("forty-two")
        self.assertIn("forty-two", self.lead.description)
        self.assertIn("forty-two", self.conversation.partner_id.comment)
        self.assertEqual(self.conversation.last_preview, "got: forty-two")
        self.assertEqual(self.conversation.message_ids[:1].preview, "the same: True")

    def test_other_models_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "not about"):
            self.rule(model="res.users", action=self.code("pass"))

    def test_an_answer_to_a_message_about_another_lead_is_about_that_lead(self):
        other = self.env["crm.lead"].create({"name": "Second", "partner_id": self.lead.partner_id.id})
        row = self.ours()
        row.lead_id = other
        self.rule("answer")
        self.say(type="text", text={"body": "about that"}, context={"id": row.wamid})
        self.assertEqual((self.tags(other), self.tags(self.lead)), (["answer"], []))

    def test_rules_run_as_odoobot_in_the_company_of_the_number(self):
        self.rule(action=self.code("record.write({'description': '%s %s' % (env.user.login, env.company.id)})"))
        self.say()
        self.assertIn(f"__system__ {self.number.company_id.id}", self.lead.description)

    # --------------------------------------------------------------------- once

    def test_once_per_message(self):
        self.rule(action=self.adding("description", "'!'"))
        self.lead.description = False
        payload = self.inbound("Hi", wamid="wamid.ONE")
        self.receive(payload)
        event = self.env["wa.webhook.event"].search([], limit=1)
        event.action_process_again()
        self.process_webhooks()
        self.store_webhook({**payload, "nonce": time.monotonic_ns()})
        self.process_webhooks()
        self.assertEqual(self.lead.description.count("!"), 1)

    def test_a_rule_that_moves_the_lead_does_not_start_the_next_stages_rule_at_once(self):
        one, two, three = self.env["crm.stage"].create([{"name": f"Step {i}"} for i in range(3)])
        for source, target in ((one, two), (two, three)):
            self.rule(
                action=self.moving("stage_id", target),
                filter_domain=[("stage_id", "=", source.id)],
            )
        self.lead.stage_id = one
        self.say()
        self.assertEqual(self.lead.stage_id, two)
        self.say()
        self.assertEqual(self.lead.stage_id, three)

    def test_what_a_rule_does_starts_other_rules(self):
        stage = self.env["crm.stage"].create({"name": "Next"})
        self.rule(action=self.moving("stage_id", stage))
        self.rule("entered", trigger="on_stage_set", trg_field_ref=stage.id)
        self.say()
        self.assertRan("entered")

    # ----------------------------------------------------------------- failures

    @mute_logger(LOG)
    def test_a_rule_that_fails_keeps_the_message_and_the_other_rules(self):
        bad = self.rule("broken", action=self.code("record.write({'name': 'half done'})\nraise UserError('No such warehouse')"))
        self.rule("good")
        self.say("important")
        event = self.env["wa.webhook.event"].search([], limit=1)
        row = self.conversation.message_ids[:1]
        self.assertEqual((row.text, event.state), ("important", "done"))
        self.assertIn("rule failed: broken", event.note)
        self.assertNotEqual(self.lead.name, "half done")
        self.assertRan("good")
        run = self.env["wa.rule.run"].search([("automation_id", "=", bad.id)])
        self.assertEqual((run.message_id, run.reason), (row, "No such warehouse"))
        self.assertIn("UserError", run.error)
        self.assertEqual(bad.wa_failure_count, 1)
        action = bad.action_view_wa_failures()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), run)
        self.say("again")
        notes = self.env["mail.message"].search(
            [
                ("model", "=", "discuss.channel"),
                ("res_id", "=", self.conversation.channel_id.id),
                ("body", "ilike", "No such warehouse"),
            ]
        )
        self.assertEqual(len(notes), 1, "colleagues are told once a day")
        self.assertEqual(notes.message_type, "notification")

    @mute_logger(LOG)
    def test_a_condition_that_cannot_be_evaluated_stops_no_message(self):
        self.rule("broken", filter_domain="[('stage_id', '=', unknown_name)]")
        self.rule("good")
        self.say("still here")
        self.assertEqual(self.conversation.message_ids[:1].text, "still here")
        self.assertRan("good")

    def test_a_conflict_is_not_a_failure_of_the_rule(self):
        self.rule("tagged")
        process, calls = type(self.env["base.automation"])._process, []

        def collide(rules, records, **kwargs):
            calls.append(rules)
            if len(calls) == 1:
                raise SerializationFailure("somebody else was faster")
            return process(rules, records, **kwargs)

        with patch.object(type(self.env["base.automation"]), "_process", collide):
            self.store_webhook(self.inbound("Hi"))
            with self.assertRaises(SerializationFailure):
                self.env["wa.webhook.event"].search([], limit=1)._process()
        self.assertFalse(self.env["wa.rule.run"].search([]))

    def test_what_we_write_is_no_customers_message(self):
        self.rule()
        self.ours()
        self.assertRan()

    # --------------------------------------------------------------------- cost

    def test_without_a_rule_a_message_costs_no_query(self):
        rows = self.conversation.message_ids
        self.env["wa.rule"]._on_received(rows)
        with self.assertQueryCount(0):
            self.assertFalse(self.env["wa.rule"]._on_received(rows))

    def test_rules_are_noticed_when_they_come_change_and_go(self):
        self.say()
        rule = self.rule()
        self.say()
        self.assertRan("Seen")
        rule.active = False
        self.say()
        self.assertRan()
        rule.active = True
        self.say()
        self.assertRan("Seen")
        rule.unlink()
        self.say()
        self.assertRan()

    # --------------------------------------------------------------------- form

    def test_the_form_keeps_conditions_and_forgets_those_of_other_triggers(self):
        form = Form(self.env["base.automation"])
        form.name = "By hand"
        form.model_id = self.env["ir.model"]._get("crm.lead")
        form.trigger = "on_wa_received"
        self.assertEqual(form.wa_kind, "any")
        form.wa_text_mode = "contains"
        form.wa_text = "yes"
        form.wa_hours = "outside"
        rule = form.save()
        rule.filter_domain = "[('type', '=', 'opportunity')]"
        rule.name = "Renamed"
        self.add_action(rule, **self.tagging("form"))
        self.assertEqual(
            (rule.wa_text, rule.wa_hours, rule.filter_domain), ("yes", "outside", "[('type', '=', 'opportunity')]")
        )
        copy = rule.copy()
        self.assertEqual((copy.wa_text, copy.wa_hours, len(copy.action_server_ids)), ("yes", "outside", 1))
        rule.trigger = "on_create"
        self.assertFalse(rule.wa_text or rule.wa_hours or rule.wa_kind)
