import importlib.util
from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..common import ROOT
from ..scheduled_case import ScheduledCase

EVENT_PATH = "wa_conversation_ids.message_ids.event_id.body"


class ValueCase(ScheduledCase):
    """One template with one variable, filled from the lead."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["res.lang"]._activate_lang("es_ES")
        self.customer = self.lead.partner_id
        self.env.company.partner_id.tz = "Europe/Madrid"

    def template_of(self, path, fallback=False, language="en", name="value", **source):
        self.made = getattr(self, "made", 0) + 1
        template = self._make_template(f"{name}_{self.made}", "Look: {{1}}, please.", [("1", path, fallback)])
        template.language = language
        template.parameter_ids.write(source)
        return template

    def said(self, template, lead=None):
        """Return what the template says at its variable when a rule sends it, or the refusal."""
        self.env.flush_all()
        self.env.invalidate_all()
        [outcome] = template._send_to_records(lead or self.lead)
        if outcome.status == "refused":
            return outcome.code
        return outcome.message.content["text"].removeprefix("Look: ").removesuffix(", please.")


@tagged("post_install", "-at_install", "wa")
class TestTemplateValues(ValueCase):
    """What stands in a field, the way it stands in a sentence to a customer."""

    def test_moments_are_in_the_customers_time_zone(self):
        """R26: 15:00 UTC is nine in Mexico City, sent by the clock's job, whatever zone that has."""
        template = self.template_of("date_automation_last")
        self.customer.tz = "America/Mexico_City"
        self.by_the_clock(self.rule(wa_template_id=template.id))
        self.env.cr.execute(
            "UPDATE crm_lead SET date_automation_last = %s WHERE id = %s", [datetime(2026, 11, 30, 15, 0), self.lead.id]
        )
        self.env.invalidate_all()
        for zone in (False, "Asia/Tokyo"):
            self.env.ref("base.user_root").tz = zone
            plan = self.env["wa.scheduled.message"].sudo()._plan(self.lead, origin="automation", template=template)
            self.run_plans()
            self.assertRegex(plan.message_id.content["text"], r"9:00\sAM")

    def test_moments_are_in_the_companys_time_zone_when_the_customers_is_not_known(self):
        """R26: else the company's; and never UTC without saying so."""
        template = self.template_of("date_open")
        self.lead.date_open = datetime(2026, 11, 30, 15, 0)
        self.customer.tz = False
        self.assertRegex(self.said(template), r"11/30/26, 4:00\sPM$")
        self.env.company.partner_id.tz = False
        self.env.company.resource_calendar_id.tz = "UTC"
        self.assertRegex(self.said(template), r"3:00\sPM UTC$")

    def test_free_text_and_wizard_say_the_same_hour(self):
        """R26: by every road, also typed into a rule's text, and in the wizard before it is sent."""
        self.customer.tz = "America/Mexico_City"
        self.lead.date_open = datetime(2026, 11, 30, 15, 0)
        [outcome] = self.env["wa.free.text"]._send_to_records(self.lead, text="At {{ date_open }}")
        self.assertRegex(outcome.message.content["body"], r"9:00\sAM")
        template = self.template_of("date_open")
        self.ana.tz = "Asia/Tokyo"
        self.lead.user_id = self.conversation.user_id = self.ana
        context = {"default_res_model": "crm.lead", "default_res_id": self.lead.id}
        wizard = Form(self.env["wa.template.send"].with_user(self.ana).with_context(**context))
        wizard.template_id = template
        self.assertRegex(wizard.preview, r"9:00\sAM")
        wizard.save().action_send()
        self.assertRegex(self.last_outgoing(self.conversation).content["text"], r"9:00\sAM")

    def test_values_are_written_in_the_templates_language(self):
        """Dates, amounts, labels and boxes in the language of the words around them, whatever the customer speaks."""
        self.customer.lang = "en_US"
        self.lead.write({"expected_revenue": 1250, "date_deadline": "2026-11-30", "priority": "2"})
        company = self.env.company.currency_id.symbol
        for path, text in (
            ("date_deadline", "30.11.2026"),
            ("expected_revenue", f"1.250,00\xa0{company}" if self.env.company.currency_id.position == "after" else "1.250,00"),
            ("active", "Ja"),
        ):
            self.assertIn(text, self.said(self.template_of(path, language="de", name=f"de_{path}")), path)
        german = self.lead.with_context(lang="de_DE")
        label = dict(german._fields["priority"]._description_selection(german.env))["2"]
        self.assertEqual(self.said(self.template_of("priority", language="de", name="de_label")), label)

    def test_a_language_odoo_does_not_speak_here_has_its_own_dates(self):
        """Dates and amounts follow the template's language also where Odoo has no such language installed."""
        self.lead.date_deadline = "2026-11-30"
        self.assertEqual(self.said(self.template_of("date_deadline", language="fi")), "30.11.2026")
        self.lead.date_open = datetime(2026, 11, 30, 15, 0)
        self.assertIn("16.00", self.said(self.template_of("date_open", language="fi", name="moment")))

    def test_lists_are_joined_as_the_language_does(self):
        """Several records: all of them, in words; also those on the way to a field."""
        tags = self.env["crm.tag"].create([{"name": name} for name in ("oak", "ash", "elm")])
        self.lead.tag_ids = tags
        ids = ", ".join(self.lead.tag_ids.mapped("name")).rsplit(", ", 1)
        self.assertEqual(self.said(self.template_of("tag_ids")), f"{ids[0]}, and {ids[1]}")
        self.assertEqual(self.said(self.template_of("tag_ids.name", language="es")), f"{ids[0]} y {ids[1]}")
        self.lead.tag_ids = tags[:1]
        self.assertEqual(self.said(self.template_of("tag_ids", name="one")), "oak")

    def test_html_becomes_text_on_one_line(self):
        """HTML is words, blocks do not stick together, and nothing Meta refuses is left."""
        self.lead.description = "<p>Two <b>chairs</b> &amp; a table</p><ul><li>oak</li></ul><p>5 &lt; 6</p>"
        self.assertEqual(self.said(self.template_of("description")), "Two chairs & a table - oak 5 < 6")
        self.lead.description = "<p><br></p>"
        self.assertEqual(self.said(self.template_of("description", name="blank")), "template_incomplete")
        [outcome] = self.env["wa.free.text"]._send_to_records(self.lead, text="{{ description | nothing yet }}")
        self.assertEqual(outcome.message.content["body"], "nothing yet")

    def test_booleans_numbers_and_durations(self):
        self.assertEqual(self.said(self.template_of("active")), "Yes")
        self.lead.active = False
        self.assertEqual(self.said(self.template_of("active", name="no")), "No")
        self.lead.active = True
        words = self.env["wa.value.text"]
        event = self.env["calendar.event"].new({"name": "x", "duration": 1.5})
        self.assertEqual(words._value(event, "duration"), "01:30")
        self.customer.partner_latitude = 1234.5
        self.assertIn("1,234.5", self.said(self.template_of("partner_id.partner_latitude")))

    def test_properties_of_the_team(self):
        """A property, by its name, is said as what it is; all of them with their names."""
        self.lead.team_id.lead_properties_definition = [
            {"name": "wood", "string": "Wood", "type": "selection", "selection": [["o", "Oak"], ["a", "Ash"]]},
            {"name": "visit", "string": "Visit", "type": "datetime"},
            {"name": "tags", "string": "Tags", "type": "tags", "tags": [["x", "Round", 1], ["y", "Small", 2]]},
            {"name": "note", "string": "Note", "type": "char"},
        ]
        self.customer.tz = "America/Mexico_City"
        self.lead.lead_properties = {"wood": "o", "visit": "2026-11-30 15:00:00", "tags": ["x", "y"], "note": False}
        self.assertEqual(self.said(self.template_of("lead_properties.wood")), "Oak")
        self.assertEqual(self.said(self.template_of("lead_properties.tags", name="tags")), "Round and Small")
        self.assertRegex(self.said(self.template_of("lead_properties.visit", name="visit")), r"9:00\sAM")
        self.assertEqual(self.said(self.template_of("lead_properties.note", name="note")), "template_incomplete")
        self.assertIn("Wood: Oak", self.said(self.template_of("lead_properties", name="all")))

    def test_what_cannot_be_said_is_refused_while_it_is_chosen(self):
        """Files and data are no words; and False never becomes one."""
        for path in ("partner_id.image_1920", "duration_tracking"):
            with self.assertRaises(ValidationError):
                self.template_of(path)
        self.lead.referred = False
        self.assertEqual(self.said(self.template_of("referred")), "template_incomplete")

    def test_newlines_tabs_and_gaps_go(self):
        """Meta refuses them in values of templates: newline, tab, four blanks, in whatever dress."""
        self.customer.name = "Ada\r\nMaria\t\x0b Example    \xa0 \x85Ltd\u2028x"
        text = self.said(self.template_of("partner_id.name"))
        self.assertEqual(text, "Ada Maria Example Ltd x")

    # ------------------------------------------------------------------- nothing

    def test_zero_is_refused_when_asked_for(self):
        """U6: “Take as empty”: the fallback, and without one nothing is sent."""
        self.lead.expected_revenue = 0
        self.assertIn("0.00", self.said(self.template_of("expected_revenue", name="sent")))
        refusing = self.template_of("expected_revenue", if_empty_like="refuse", name="refused")
        self.assertEqual(self.said(refusing), "template_incomplete")
        with_fallback = self.template_of("expected_revenue", "a fair price", if_empty_like="refuse", name="fallback")
        self.assertEqual(self.said(with_fallback), "a fair price")
        [outcome] = refusing._send_to_records(self.lead, overrides={"body.1": "$ 0.00"})
        self.assertEqual(outcome.code, "template_incomplete", "also when somebody types it")

    def test_zero_is_warned_of_in_the_wizard(self):
        """U6: the person who sends is told which variable says nothing."""
        self.lead.expected_revenue = 0
        self.lead.user_id = self.conversation.user_id = self.ana
        context = {"default_res_model": "crm.lead", "default_res_id": self.lead.id}
        wizard = Form(self.env["wa.template.send"].with_user(self.ana).with_context(**context))
        wizard.template_id = self.template_of("expected_revenue")
        self.assertEqual(wizard.doubts, "{{1}}")
        with wizard.value_ids.edit(0) as line:
            line.value = "$ 90.00"
        self.assertFalse(wizard.doubts)
        with wizard.value_ids.edit(0) as line:
            line.value = "n/a"
        self.assertEqual(wizard.doubts, "{{1}}")
        wizard.template_id = self.template_of("expected_revenue", if_empty_like="send", name="calm")
        self.assertFalse(wizard.doubts)

    def test_zero_is_counted_before_many_get_it(self):
        """U6: the list says how many would read a zero; the preview walks through the recipients."""
        leads = self.lead
        for number, revenue in enumerate((0, 90, 0)):
            leads |= leads.create(
                {"name": f"L{number}", "phone": f"+1202555018{number}", "expected_revenue": revenue, "user_id": self.ana.id}
            )
        leads |= leads.create({"name": "No phone", "user_id": self.ana.id})
        self.lead.user_id = self.ana
        context = {"default_res_model": "crm.lead", "default_res_ids": leads.ids}
        form = Form(self.env["wa.template.send.many"].with_user(self.ana).with_context(**context))
        form.template_id = self.template_of("expected_revenue")
        self.assertIn("4 of 5 get it", form.summary)
        self.assertIn("For 2 of them this looks empty", form.summary)
        self.assertEqual((form.record_count, form.preview_name), (5, self.lead.display_name))
        form.position = 2
        self.assertEqual((form.preview_name, form.preview_doubts), ("L0", "{{1}}"))
        form.position = 3
        self.assertIn("90.00", form.preview)
        self.assertFalse(form.preview_doubts)
        form.position = 5
        self.assertFalse(form.preview)
        self.assertTrue(form.preview_problem)
        form.position = 99
        self.assertEqual(form.preview_name, "No phone")


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestValuePaths(ValueCase):
    """Nobody puts into a message what they may not read, and nobody has it put there by a sequence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mona = new_test_user(
            cls.env,
            "wa_mona",
            groups="sales_team.group_sale_salesman_all_leads,crm_whatsapp.crm_whatsapp_group_manager",
            name="Mona",
        )

    def choose(self, path, user=None, template=None):
        """Have a manager choose the field of a template's variable."""
        template = template or self.template_of(False)
        template.with_user(user or self.mona).parameter_ids.write({"field_path": path})
        return template

    def test_paths_over_models_one_may_not_read_are_refused(self):
        """S8: raw webhooks, other people's settings, by write, create, import, and inside of the template."""
        for path in (EVENT_PATH, "wa_conversation_ids.message_ids.event_id", "user_id.log_ids", "company_id.bank_ids.x"):
            with self.subTest(path), self.assertRaises(ValidationError):
                self.choose(path)
        template = self.template_of(False)
        line = {"name": "2", "component": "body", "field_path": EVENT_PATH}
        with self.assertRaises(ValidationError):
            template.with_user(self.mona).write({"parameter_ids": [Command.create(line)]})
        with self.assertRaises(ValidationError):
            self.env["wa.template.parameter"].with_user(self.mona).create({**line, "template_id": template.id})
        found = (
            self.env["wa.template.parameter"]
            .with_user(self.mona)
            .load([".id", "field_path"], [[str(template.parameter_ids.id), EVENT_PATH]])
        )
        self.assertFalse(found["ids"])
        self.assertFalse(template.parameter_ids.field_path)

    def test_nobody_says_that_somebody_else_chose_a_field(self):
        """S8: who stands for a field is not typed in, nor given by a default."""
        root = self.env.ref("base.user_root")
        template = self.template_of(False)
        mine = template.with_user(self.mona).with_context(default_path_user_id=root.id).parameter_ids
        mine.write({"field_path": "partner_id.name", "path_user_id": root.id})
        self.assertEqual(template.parameter_ids.path_user_id, self.mona)
        mine.write({"path_user_id": root.id})
        self.assertEqual(template.parameter_ids.path_user_id, self.mona)
        copy = template.with_user(self.mona).copy({"name": "other"})
        self.assertEqual(copy.sudo().parameter_ids.path_user_id, self.mona)

    def test_a_sequence_asks_again_who_chose_the_field(self):
        """S8: what mona set before she lost the right is not sent; the plan says why."""
        template = self.choose("partner_id.ref")
        self.customer.ref = "the landlord's brother"
        sequence = (
            self.env["wa.sequence"]
            .with_user(self.mona)
            .create(
                {
                    "name": "Follow up",
                    "calendar_id": False,
                    "step_ids": [Command.create({"template_id": template.id, "delay": 0, "delay_unit": "hours"})],
                }
            )
        )
        self.lead.type = "opportunity"
        self.env["ir.rule"].create(
            {
                "name": "Not this customer",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.customer.id})]",
                "groups": [Command.set(self.env.ref("crm_whatsapp.crm_whatsapp_group_manager").ids)],
            }
        )
        # Mona's groups are salespeople's, too: only rules of all her groups together keep her out.
        runs, _refused = sequence._enrol(self.lead)
        own = [("model_id.model", "=", "res.partner"), ("groups", "in", self.mona.all_group_ids.ids)]
        self.env["ir.rule"].search([*own, ("name", "!=", "Not this customer")]).active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.run_plans()
        plan = runs.sudo().scheduled_message_ids
        self.assertEqual(plan.state, "refused", plan.detail)
        self.assertIn("Mona", plan.reason)
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_paths_set_before_are_refused_with_a_reason(self):
        """S8: an old path over webhooks, and one nobody stands for, are refused when sending; nothing crashes."""
        template = self.template_of(False)
        for user_id in (self.mona.id, None):
            self.env.cr.execute(
                "UPDATE wa_template_parameter SET field_path = %s, path_user_id = %s WHERE id = %s",
                [EVENT_PATH, user_id, template.parameter_ids.id],
            )
            self.env.invalidate_all()
            plan = self.env["wa.scheduled.message"].sudo()._plan(self.lead, origin="automation", template=template)
            self.run_plans()
            self.assertEqual(plan.state, "refused")
            self.assertIn("choose the field again", plan.reason)
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_update_from_a_version_that_noted_nobody(self):
        """S8: what every sales manager may read goes on being sent after the update; a path over webhooks is not."""
        path = ROOT / "migrations" / "19.0.1.3.0" / "post-value-paths.py"
        spec = importlib.util.spec_from_file_location("post_value_paths", path)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        evil = self.template_of(False, name="evil").parameter_ids
        own = self.template_of("lead_properties", name="properties").parameter_ids | self.template.parameter_ids
        rule = self.rule(wa_content="text", wa_text="Hello {{ partner_id.name }}", wa_template_id=False)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE wa_template_parameter SET field_path = %s WHERE id = %s;"
            "UPDATE wa_template_parameter SET path_user_id = NULL;"
            "UPDATE ir_act_server SET wa_text_user_id = NULL",
            [EVENT_PATH, evil.id],
        )
        self.env.invalidate_all()
        migration.migrate(self.env.cr, None)
        self.assertFalse(own.path_user_id, "a new installation has nothing to update")
        migration.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(own.path_user_id, self.env.ref("base.user_root"))
        self.assertFalse(evil.path_user_id)
        self.assertEqual(rule.wa_text_user_id, self.env.ref("base.user_root"))
        self.assertEqual(self.template._send_to_records(self.lead)[0].status, "queued")
        [outcome] = evil.template_id._send_to_records(self.lead)
        self.assertIn("choose the field again", outcome.reason)

    def test_the_one_who_sends_is_asked_too(self):
        """S8: a field that its author may read is not sent by somebody who may not."""
        self.env.cr.execute(
            "UPDATE wa_template_parameter SET field_path = 'wa_conversation_ids.message_ids.event_id.error', path_user_id = %s"
            " WHERE id = %s",
            [self.env.ref("base.user_root").id, self.template.parameter_ids[0].id],
        )
        self.env.invalidate_all()
        self.lead.user_id = self.ana
        [outcome] = self.template.with_user(self.ana)._send_to_records(self.lead.with_user(self.ana), origin="manual")
        self.assertEqual(outcome.status, "refused", outcome.reason)

    def test_texts_and_values_of_rules(self):
        """S8: rules are for administrators; one who may not read leads puts none of their fields into a message."""
        settings = new_test_user(self.env, "wa_settings", groups="base.group_system", name="Sam")
        settings.write({"group_ids": [Command.set(self.env.ref("base.group_system").ids)]})
        action = self.rule()
        line = {"parameter_id": self.template.parameter_ids[0].id, "field_path": "partner_id.name", "action_id": action.id}
        if not self.env["crm.lead"].with_user(settings).has_access("read"):
            with self.assertRaises(ValidationError):
                self.env["wa.action.value"].with_user(settings).create(line)
        self.assertEqual(self.env["wa.action.value"].with_user(self.env.ref("base.user_root")).create(line).path_user_id.id, 1)
        text = self.rule(wa_content="text", wa_text="Hello {{ user_id.login }}", wa_template_id=False)
        text.with_user(settings).write({"wa_text": "Hello {{ partner_id.name }}"})
        self.assertEqual(text.wa_text_user_id, settings)
        plan = (
            self.env["wa.scheduled.message"].sudo()._plan(self.lead, origin="automation", text=text.wa_text, action_id=text.id)
        )
        self.run_plans()
        readable = self.env["crm.lead"].with_user(settings).has_access("read")
        self.assertEqual(plan.state, "queued" if readable else "refused", plan.detail)

    def test_a_report_is_printed_only_for_whom_its_author_could_print(self):
        """S8: a report that is closed to whoever chose it is not sent."""
        report = self.env["ir.actions.report"].create(
            {
                "name": "Board only",
                "model": "crm.lead",
                "report_name": "crm_whatsapp.none",
                "report_type": "qweb-pdf",
                "group_ids": [Command.set(self.env.ref("base.group_system").ids)],
            }
        )
        template = self.template_of(False, name="with_report")
        template.parameter_ids.write({"value_kind": "document", "kind": "media", "component": "header", "key": "header.media"})
        template.with_user(self.mona).parameter_ids.write({"report_id": report.id})
        with self.assertRaises(AccessError):
            template._get_values(self.lead)

    def test_another_kind_of_record_is_checked_too(self):
        """A template that is filled from something else may not keep the fields of before."""
        with self.assertRaises(UserError):
            self.template.model_id = self.env["ir.model"]._get("res.company")
