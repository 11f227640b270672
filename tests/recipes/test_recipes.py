from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.recipes import definition
from ...models.recipes.definition import LANGUAGES, Definition, Variable
from ..common import WaSandboxCase
from ..recipe_case import RecipeCase


@tagged("post_install", "-at_install", "wa")
class TestShelf(RecipeCase):
    """What stands on the shelf, and who may take it."""

    def test_texts_are_shown_for_people_to_read(self):
        readable = self.env["wa.value.source"]._readable
        self.assertEqual(readable("Hello {{ partner_id.name | there }}!", "wa.conversation"), "Hello [Customer]!")
        self.assertEqual(readable("In {{partner_id.country_id}}, {{1}}", "wa.conversation"), "In [Customer Country], {{1}}")
        self.assertEqual(readable("{{ gone.name }}", "crm.lead"), "[gone.name]")

    def test_everything_is_off_and_says_what_is_missing(self):
        recipes = self.env["wa.recipe"].search([])
        self.assertEqual(
            set(recipes.mapped("code")),
            {"welcome", "away", "quotation", "appointment", "renewal", "cart", "delivery"},
        )
        self.assertLessEqual(set(recipes.mapped("state")), {"new", "missing"})
        for recipe in recipes:
            self.assertEqual(bool(recipe._missing_app()), recipe.state == "missing", recipe.code)
            self.assertEqual(bool(recipe.install_hint), recipe.state == "missing", recipe.code)

    def test_texts_are_complete_in_every_language(self):
        for recipe in self.env["wa.recipe"].search([]):
            definition = recipe._definition(delay=2)
            self.assertEqual(set(definition.texts), set(LANGUAGES), recipe.code)
            for code, text in definition.texts.items():
                with self.subTest(recipe=recipe.code, language=code):
                    for variable in definition.variables:
                        self.assertEqual(text.count("{{" + variable.name + "}}"), 1)
                        self.assertTrue(variable.example.get(code) or variable.example.get("en"))
                    # Meta's reviewers refuse a variable at either end.
                    self.assertFalse(definition.template and (text.startswith("{{") or text.endswith("}}")))
                    self.assertTrue(all(len(label) <= 25 for label in definition.replies.get(code, ())))
            if definition.replies:
                self.assertEqual(set(definition.replies), set(LANGUAGES), recipe.code)

    def test_a_file_of_texts_that_somebody_broke_is_named_with_the_line(self):
        with TemporaryDirectory() as folder, patch.object(definition, "FOLDER", folder):
            Path(folder, "away.json").write_text('{\n"texts": {"en": "Hello"\n')
            unread = patch.object(definition, "_texts", definition._texts.__wrapped__)
            with unread, self.assertRaisesRegex(ValueError, r"away\.json.*line 3"):
                self.recipe("away")._definition()

    def test_an_app_that_is_not_there_is_named_and_nothing_is_set_up(self):
        recipe = self.recipe("renewal")
        self.env["ir.module.module"].create({"name": "x_nowhere", "shortdesc": "Nowhere", "state": "uninstalled"})
        recipe.sudo().module = "x_nowhere"
        self.assertEqual((recipe.state, recipe.install_hint), ("missing", "Install “Nowhere” first."))
        with self.assertRaisesRegex(UserError, "Nowhere"):
            recipe.action_set_up()

    def test_administrators_set_up_managers_look(self):
        recipe = self.recipe("renewal")
        self.assertTrue(recipe.with_user(self.lead_manager).read(["name", "state", "install_hint", "missing"]))
        with self.assertRaises(AccessError):
            recipe.with_user(self.lead_manager).action_set_up()
        with self.assertRaises(AccessError):
            recipe.with_user(self.ana).read(["name"])
        self.set_up("renewal")
        for name in ("action_switch_on", "action_switch_off"):
            with self.assertRaises(AccessError):
                getattr(recipe.with_user(self.lead_manager), name)()
        self.assertEqual(recipe.with_user(self.lead_manager).action_dry_run()["res_model"], "wa.dry.run")

    def test_drafts_in_the_languages_spoken_here_and_one_resting_rule(self):
        for lang in ("de_DE", "es_ES"):
            self.env["res.lang"]._activate_lang(lang)
        recipe = self.set_up("renewal")
        drafts = recipe.template_ids
        self.assertEqual(set(drafts.mapped("language")), {"en", "de", "es"})
        self.assertEqual(set(drafts.mapped("status")), {"DRAFT"})
        german = drafts.filtered(lambda draft: draft.language == "de")
        self.assertIn("Guten Tag", german.body)
        self.assertEqual(german.parameter_ids[0].fallback, "zusammen")
        self.assertEqual(german.parameter_ids.mapped("field_path"), ["partner_id.name", "date_deadline", "name"])
        rule = self.rule(recipe)
        self.assertEqual((rule.active, rule.trg_date_range, rule.trg_date_range_mode), (False, 14, "before"))
        self.assertEqual(rule.action_server_ids.wa_template_id.language, "en")
        self.assertEqual(recipe.state, "off")

    def test_a_second_set_up_is_refused_and_existing_templates_are_kept(self):
        recipe = self.set_up("renewal")
        draft = recipe.template_ids[0]
        draft.body = "Hello {{1}}, our own words about {{2}} and {{3}}."
        with self.assertRaisesRegex(UserError, "set up already"):
            recipe.action_set_up()
        self.rule(recipe).unlink()
        self.assertEqual(recipe.state, "new")
        self.set_up("renewal")
        self.assertIn("our own words", recipe.template_ids.mapped("body")[0])

    def test_switching_on_says_all_that_is_missing(self):
        recipe = self.set_up("renewal")
        self.number.active = False
        self.account.state = "draft"
        with self.assertRaises(UserError) as caught:
            recipe.action_switch_on()
        for words in ("draft", "no number", "not connected"):
            self.assertIn(words, str(caught.exception))
        self.assertFalse(self.rule(recipe).active)
        self.number.active = True
        self.account.state = "connected"
        self.approve(recipe)
        recipe.invalidate_recordset()
        self.assertFalse(recipe.missing)
        recipe.action_switch_on()
        self.assertTrue(self.rule(recipe).active)
        self.assertEqual(recipe.state, "on")
        recipe.action_switch_off()
        self.assertEqual(recipe.state, "off")

    def test_renewal_of_any_record_with_a_date(self):
        partners = self.env["ir.model"]._get("res.partner")
        created = self.env["ir.model.fields"]._get("res.partner", "create_date")
        setup = {"model_id": partners.id, "date_field_id": created.id, "delay": 3}
        rule = self.rule(self.set_up("renewal", **setup))
        self.assertEqual((rule.model_name, rule.trg_date_id, rule.trg_date_range), ("res.partner", created, 3))
        self.assertEqual(rule.action_server_ids.wa_template_id.parameter_ids[0].field_path, "name")

    def test_senseless_choices_are_refused(self):
        with self.assertRaisesRegex(UserError, "at least 1"):
            self.set_up("renewal", delay=0)
        foreign = self.env["ir.model.fields"]._get("res.partner", "create_date")
        with self.assertRaisesRegex(UserError, "date of this kind"):
            self.set_up("renewal", date_field_id=foreign.id)
        self.assertFalse(self.rule(self.recipe("renewal")))

    def test_another_addon_adds_its_own(self):
        self.env["wa.recipe"].create({"code": "birthday", "name": "Birthday", "summary": "Wishes well."})

        def birthday(_recipe, **_options):
            return Definition(
                model="res.partner",
                template="birthday",
                texts=dict.fromkeys(LANGUAGES, "Hello {{1}}, all the best!"),
                variables=(Variable("1", "name", {"en": "there"}, {"en": "Ada"}),),
                rule={"trigger": "on_create", "filter_domain": "[]"},
            )

        with patch.object(type(self.env["wa.recipe"]), "_definition_birthday", birthday, create=True):
            recipe = self.set_up("birthday")
        self.assertEqual((recipe.state, self.rule(recipe).model_name), ("off", "res.partner"))


@tagged("post_install", "-at_install", "wa")
class TestShelfAtTheReviewer(RecipeCase, WaSandboxCase):
    """T6, T7: what the recipes draft is handed in at a strict reviewer, in every language it exists in."""

    def test_every_draft_is_taken(self):
        for lang in ("de_DE", "es_ES", "fr_FR"):
            self.env["res.lang"]._activate_lang(lang)
        self.sandbox.control("POST", "switches", review="hold")
        handed_in = self.env["wa.template"]
        for recipe in self.env["wa.recipe"].search([]).filtered(lambda recipe: not recipe._missing_app()):
            definition = recipe._definition(delay=2)
            if definition.template:
                handed_in |= recipe._draft_templates(self.account, definition).sudo()
        self.assertEqual(set(handed_in.mapped("language")), set(LANGUAGES))
        handed_in.action_submit()
        self.assertEqual(set(handed_in.mapped("status")), {"PENDING"})


@tagged("post_install", "-at_install", "wa")
class TestAppointment(RecipeCase):
    """From the shelf to the guest's phone."""

    def setUp(self):
        super().setUp()
        self.guest = self.env["res.partner"].create(
            {"name": "Ada Example", "phone": "+12025550143", "tz": "America/New_York", "lang": "en_US"}
        )
        self.other = self.env["res.partner"].create({"name": "Bea Example", "phone": "+442079460123", "tz": "Europe/London"})
        self.lead = self.env["crm.lead"].create({"name": "Chairs", "partner_id": self.guest.id})

    def meeting(self, start, *guests):
        return self.env["calendar.event"].create(
            {
                "name": "Chairs",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": self.lead.id,
                "partner_ids": [(6, 0, [self.ana.partner_id.id, *(guest.id for guest in guests)])],
                "user_id": self.ana.id,
            }
        )

    def run_clock(self):
        self._run_cron(self.env.ref("base_automation.ir_cron_data_base_automation_check"))
        self.run_plans()

    def test_every_guest_is_reminded_once_in_their_own_time(self):
        recipe = self.set_up("appointment", delay=24)
        self.approve(recipe)
        recipe.action_switch_on()
        rule = self.rule(recipe)
        rule.last_run = fields.Datetime.now() - timedelta(hours=1)
        start = datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=24)  # noqa: DTZ005 (tests run in UTC)
        event = self.meeting(start, self.guest, self.other)
        self.meeting(start + timedelta(days=5), self.guest)
        self.run_clock()
        plans = self.env["wa.scheduled.message"].search([("action_id", "=", rule.action_server_ids.id)])
        self.assertEqual(len(plans), 2, "two guests of one meeting; no colleague, no later meeting")
        self.assertEqual(set(plans.mapped("state")), {"queued"}, plans.mapped("reason"))
        texts = {plan.message_id.contact_id.partner_id: plan.message_id.content["text"] for plan in plans}
        for guest in (self.guest, self.other):
            attendee = event.attendee_ids.filtered(lambda a, guest=guest: a.partner_id == guest)
            # Dates have narrow spaces, which leave as plain ones.
            self.assertIn(" ".join(attendee.with_context(lang=guest.lang).wa_event_when.split()), texts[guest])
        self.assertNotEqual(texts[self.guest].split("on ")[1][:22], texts[self.other].split("on ")[1][:22])
        self.run_clock()
        self.assertEqual(self.env["wa.scheduled.message"].search_count([("action_id", "=", rule.action_server_ids.id)]), 2)

    def test_nobody_is_reminded_of_the_past_when_it_is_switched_on(self):
        recipe = self.set_up("appointment", delay=24)
        self.approve(recipe)
        now = fields.Datetime.now().replace(microsecond=0)
        for days in (-300, -2, 0):
            self.meeting(now + timedelta(days=days, hours=3), self.guest)
        recipe.action_switch_on()
        self.run_clock()
        self.assertFalse(self.env["wa.scheduled.message"].search([("res_model", "=", "calendar.attendee")]))
        recipe.action_switch_off()
        self.rule(recipe).last_run = now - timedelta(days=90)
        recipe.action_switch_on()
        self.assertGreaterEqual(self.rule(recipe).last_run, now)

    def test_when_is_said_in_zone_and_language_of_the_guest(self):
        event = self.meeting(datetime(2026, 12, 1, 20, 0), self.guest, self.other)
        mine, theirs = (event.attendee_ids.filtered(lambda a, g=g: a.partner_id == g) for g in (self.guest, self.other))
        self.assertIn("3:00", mine.wa_event_when)
        self.assertIn("8:00", theirs.wa_event_when)
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertIn("20:00", theirs.with_context(lang="de_DE").wa_event_when)
        event.write({"allday": True, "start_date": "2026-12-01", "stop_date": "2026-12-01"})
        self.assertEqual(mine.with_context(lang="en_US").wa_event_when, "12/01/2026")

    def test_whoever_declined_is_left_alone_and_the_rehearsal_knows(self):
        recipe = self.set_up("appointment", delay=2)
        self.approve(recipe)
        now = fields.Datetime.now().replace(minute=0, second=0)
        event = self.meeting(now - timedelta(days=3), self.guest, self.other)
        event.attendee_ids.filtered(lambda a: a.partner_id == self.other).state = "declined"
        dry_run = self.env["wa.dry.run"].browse(recipe.action_dry_run()["res_id"])
        line = dry_run.line_ids.filtered(lambda line: line.customer in ("Ada Example", "Bea Example", "Ana"))
        self.assertEqual((line.customer, line.outcome), ("Ada Example", "get"))
        self.assertEqual(line.when, now - timedelta(days=3, hours=2))


@tagged("post_install", "-at_install", "wa")
class TestRecipesOfOtherApps(RecipeCase):
    """Recipes of apps that need not be here: set up where they are, refused where they are not."""

    def usable(self, code):
        """Return a set up and approved recipe, or None after seeing that it is refused without its app."""
        recipe = self.recipe(code)
        if recipe._missing_app():
            self.assertEqual(recipe.state, "missing")
            with self.assertRaisesRegex(UserError, "Install"):
                recipe.action_set_up()
            return None
        self.set_up(code)
        self.approve(recipe)
        return recipe

    def customer(self):
        return self.env["res.partner"].create({"name": "Ada Example", "phone": "+12025550143"})

    def results(self, recipe, records):
        # Who administers WhatsApp need not see orders and deliveries; here it is about the recipe.
        dry_run = self.env["wa.dry.run"].browse(recipe.with_env(self.env).action_dry_run()["res_id"])
        return {line.res_id: line.outcome for line in dry_run.line_ids if line.res_id in records.ids}

    def test_quotation_without_an_answer(self):
        if not (recipe := self.usable("quotation")):
            return
        orders = self.env["sale.order"].create(
            [
                {"partner_id": self.customer().id, "date_order": fields.Datetime.now() - timedelta(days=5), "state": state}
                for state in ("sent", "draft")
            ]
        )
        self.assertEqual(self.results(recipe, orders), {orders[0].id: "get"})
        conversation = self.receive(self.inbound("I take it"))
        orders.partner_id = conversation.partner_id
        self.assertEqual(self.results(recipe, orders), {}, "the customer wrote since")

    def test_delivery_that_left(self):
        if not (recipe := self.usable("delivery")):
            return
        kind = self.env["stock.picking.type"].search([("code", "=", "outgoing")], limit=1)
        product = self.env["product.product"].create({"name": "Chair", "type": "consu"})
        places = {
            "location_id": kind.default_location_src_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        left, waits = pickings = self.env["stock.picking"].create(
            [
                {
                    "partner_id": self.customer().id,
                    "picking_type_id": kind.id,
                    "origin": "S00042",
                    "move_ids": [(0, 0, {"product_id": product.id, "product_uom_qty": 1, **places})],
                    **places,
                }
                for _ in range(2)
            ]
        )
        recipe.with_env(self.env).action_switch_on()
        pickings.action_confirm()
        left.move_ids.write({"quantity": 1, "picked": True})
        left.button_validate()
        self.assertEqual((left.state, waits.state == "done"), ("done", False))
        self.run_plans()
        plan = self.env["wa.scheduled.message"].search([("res_model", "=", "stock.picking")])
        self.assertEqual((plan.res_id, plan.state), (left.id, "queued"), plan.reason)
        self.assertIn("S00042", plan.message_id.content["text"])
        self.assertEqual(self.results(recipe, pickings), {left.id: "before"})

    def test_forgotten_basket_is_marketing(self):
        if not (recipe := self.usable("cart")):
            return
        self.assertEqual(recipe.template_ids.mapped("category"), ["MARKETING"] * len(recipe.template_ids))
        self.assertIn("marketing", recipe._hints()[0])
        product = self.env["product.product"].create({"name": "Chair", "list_price": 85})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer().id,
                "website_id": self.env["website"].search([], limit=1).id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
        )
        order.date_order = fields.Datetime.now() - timedelta(days=2)
        self.assertIn(order.id, self.results(recipe, order))
