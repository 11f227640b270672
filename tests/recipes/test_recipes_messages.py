from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ...models.automation.wa_rule_match import Facts
from ..recipe_case import RecipeCase


class MessageRecipeCase(RecipeCase):
    """Recipes that answer a customer's message."""

    def switched_on(self, code):
        recipe = self.set_up(code)
        recipe.action_switch_on()
        return recipe

    def answers(self, recipe, conversation):
        """Return the texts a recipe sent in a conversation, oldest first."""
        self.run_plans()
        action = recipe.sudo().automation_id.action_server_ids
        plans = self.env["wa.scheduled.message"].search([("action_id", "=", action.id)], order="id")
        self.assertEqual(set(plans.mapped("state")) - {"queued"}, set(), plans.mapped("reason"))
        own = plans.message_id.filtered(lambda message: message.conversation_id == conversation)
        return [message.content["body"] for message in own]

    def outcomes(self, recipe):
        dry_run = self.env["wa.dry.run"].browse(recipe.action_dry_run()["res_id"])
        return [(line.res_id, line.outcome) for line in dry_run.line_ids]


@tagged("post_install", "-at_install", "wa")
class TestWelcomeAndAway(MessageRecipeCase):
    """No template: the customer has just written."""

    def test_the_first_message_is_greeted_and_no_other(self):
        recipe = self.switched_on("welcome")
        conversation = self.receive(self.inbound("Hello?"))
        [text] = self.answers(recipe, conversation)
        self.assertTrue(text.startswith("Hello Ada Example, thank you"), text)
        self.receive(self.inbound("Are you there?"))
        self.assertEqual(len(self.answers(recipe, conversation)), 1)

    def test_the_welcome_is_in_the_companys_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env.company.partner_id.lang = "de_DE"
        recipe = self.switched_on("welcome")
        [text] = self.answers(recipe, self.receive(self.inbound("Hallo?")))
        self.assertIn("danke für Ihre Nachricht", text)

    def test_away_answers_outside_working_hours_once_a_night(self):
        recipe = self.switched_on("away")
        with patch.object(Facts, "_is_at_work", lambda *_args: True):
            conversation = self.receive(self.inbound("By day"))
        self.assertEqual(self.answers(recipe, conversation), [])
        with patch.object(Facts, "_is_at_work", lambda *_args: False):
            self.receive(self.inbound("By night"))
            self.receive(self.inbound("Hello?"))
        [text] = self.answers(recipe, conversation)
        self.assertIn("Nobody is here", text)

    def test_a_new_customer_at_night_gets_one_answer(self):
        """That nobody is there; where the away message says nothing, the welcome is not lost."""
        welcome, away = self.switched_on("welcome"), self.switched_on("away")
        with patch.object(Facts, "_is_at_work", lambda *_args: False):
            conversation = self.receive(self.inbound("Hello?"))
        self.assertEqual((len(self.answers(away, conversation)), self.answers(welcome, conversation)), (1, []))
        self.assertIn("Away message", " ".join(welcome._hints()))
        with patch.object(Facts, "_is_at_work", lambda *_args: True):
            by_day = self.receive(self.inbound("Hi", wa_id="12025550177", bsuid="US.7770200030004", name="Bea"))
        self.assertEqual((self.answers(away, by_day), len(self.answers(welcome, by_day))), ([], 1))
        self.rule(away).filter_domain = repr([("team_id", "=", self.other_team.id)])
        with patch.object(Facts, "_is_at_work", lambda *_args: False):
            other = self.receive(self.inbound("Hi", wa_id="12025550178", bsuid="US.8880200030004", name="Cleo"))
        self.assertEqual((self.answers(away, other), len(self.answers(welcome, other))), ([], 1))
        away.action_switch_off()
        with patch.object(Facts, "_is_at_work", lambda *_args: False):
            last = self.receive(self.inbound("Hi", wa_id="12025550179", bsuid="US.9990200030004", name="Dan"))
        self.assertEqual(len(self.answers(welcome, last)), 1)
        self.assertFalse(welcome._hints())

    def test_the_rehearsal_of_the_welcome_knows_the_away_message(self):
        conversation = self.receive(self.inbound("Hello?"))
        welcome, away = self.set_up("welcome"), self.switched_on("away")
        with patch.object(Facts, "_is_at_work", lambda *_args: False):
            self.assertEqual(self.outcomes(welcome), [])
            away.action_switch_off()
            self.assertEqual(self.outcomes(welcome), [(conversation.id, "get")])

    def test_the_rehearsal_reads_the_messages_of_the_period(self):
        first = self.receive(self.inbound("Hello?"))
        self.receive(self.inbound("Are you there?"))
        second = self.receive(self.inbound("I am new", wa_id="12025550177", bsuid="US.7770200030004", name="Bea Example"))
        self.receive(self.inbound("Long ago", wa_id="12025550178", bsuid="US.8880200030004", name="Cleo"))
        old = self.env["wa.message"].search([], limit=1)
        long_ago = fields.Datetime.now() - timedelta(days=50)
        self.env.cr.execute("UPDATE wa_message SET create_date = %s WHERE id = %s", [long_ago, old.id])
        old.mail_message_id.date = long_ago
        self.env.invalidate_all()
        recipe = self.set_up("welcome")
        self.assertEqual(self.outcomes(recipe), [(first.id, "get"), (second.id, "get")])

    def test_the_rehearsal_knows_working_hours_and_pauses_of_then(self):
        conversation = self.receive(self.inbound("Late"))
        self.receive(self.inbound("Later"))
        self.receive(self.inbound("At noon"))
        late, later, noon = conversation.message_ids.filtered(lambda m: m.direction == "in").sorted("id")
        monday = fields.Datetime.now().replace(hour=22, minute=0, second=0, microsecond=0) - timedelta(days=7)
        monday -= timedelta(days=monday.weekday())
        for message, at in ((late, monday), (later, monday + timedelta(minutes=30)), (noon, monday + timedelta(hours=13))):
            self.env.cr.execute("UPDATE wa_message SET create_date = %s WHERE id = %s", [at, message.id])
            message.mail_message_id.date = at
        self.env.invalidate_all()
        calendar = self.env["resource.calendar"].create(
            {
                "name": "By day",
                "tz": "UTC",
                "attendance_ids": [
                    (0, 0, {"name": str(day), "dayofweek": str(day), "hour_from": 8, "hour_to": 18}) for day in range(5)
                ],
            }
        )
        recipe = self.set_up("away")
        self.rule(recipe).wa_calendar_id = calendar
        dry_run = self.env["wa.dry.run"].browse(recipe.action_dry_run()["res_id"])
        self.assertEqual([(line.at, line.outcome) for line in dry_run.line_ids], [(monday, "get")])

    def test_reports_are_rehearsed_by_their_own_time(self):
        conversation = self.receive(self.inbound("Hello?"))
        row = self.reply(self.ana, conversation, "Hi").wa_message_ids
        yesterday = fields.Datetime.now().replace(microsecond=0) - timedelta(days=1)
        row.sudo().write({"state": "read", "delivered_at": yesterday - timedelta(hours=1), "read_at": yesterday})
        rule = self.env["base.automation"].create(
            {
                "name": "Read",
                "model_id": self.env["ir.model"]._get_id("wa.conversation"),
                "trigger": "on_wa_status",
                "wa_on_read": True,
                "active": False,
            }
        )
        self.env["ir.actions.server"].create(
            {
                "name": "send",
                "model_id": rule.model_id.id,
                "base_automation_id": rule.id,
                "usage": "base_automation",
                "state": "wa_template",
                "wa_content": "text",
                "wa_text": "You have read it.",
            }
        )
        dry_run = self.env["wa.dry.run"].browse(rule.with_user(self.lead_manager).action_wa_dry_run()["res_id"])
        self.assertEqual([(line.at, line.res_id) for line in dry_run.line_ids], [(yesterday, conversation.id)])
