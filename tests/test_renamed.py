import importlib.util
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, TransactionCase, tagged

from ..models import renamed
from ..models.renamed import FORMER

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.5.0" / "pre-names.py"


def names_script():
    """Return the migration as a module."""
    spec = importlib.util.spec_from_file_location("pre_names", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@tagged("post_install", "-at_install", "wa")
class TestFormerNames(TransactionCase):
    """Addons of others that use a former name are told the new one."""

    def test_every_model_that_is_renamed_has_its_former_name(self):
        self.assertEqual({former: new for former, (new, _kind) in FORMER.items()}, names_script().MODELS)
        for former, (new, kind) in FORMER.items():
            self.assertIn(new, self.env)
            self.assertEqual(self.env[former]._abstract, self.env[new]._abstract, former)
            self.assertEqual(self.env[former]._transient, self.env[new]._transient, former)
            self.assertTrue(issubclass(type(self.env[former]), kind))

    def test_an_addon_that_extends_it_is_stopped_with_the_new_name(self):
        for former, (new, _kind) in FORMER.items():
            parts = type(self.env[former]).mro()
            self.assertEqual(renamed.extending_addons(former, parts), set())
            self.env[former]._register_hook()
            for said in (former, [former], ["mail.thread", former]):
                theirs = type("Theirs", (), {"_inherit": said, "_module": "their_addon"})
                self.assertEqual(renamed.extending_addons(former, [theirs, *parts]), {"their_addon"})
            with (
                patch.object(renamed, "extending_addons", lambda *_args: {"their_addon"}),
                self.assertRaisesRegex(TypeError, rf"{former} is called {new} since .*their_addon"),
            ):
                self.env[former]._register_hook()

    def test_code_that_asks_it_is_told_the_new_name(self):
        for former in ("wa.dispatch", "wa.event"):
            with self.assertRaisesRegex(AttributeError, FORMER[former][0]):
                self.env[former].search([])
            with self.assertRaisesRegex(AttributeError, FORMER[former][0]):
                self.env[former].create({})

    def test_nothing_of_it_is_cleaned_up(self):
        for former in FORMER:
            if self.env[former]._transient:
                self.env[former]._transient_vacuum()


@tagged("post_install", "-at_install", "wa")
class TestNamesInWords(BaseCase):
    """What people wrote with former names says the new ones after the update; what others call alike stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = names_script()
        cls.names = {**cls.script.METHODS}
        for changed in cls.script.FIELDS.values():
            cls.names.update(changed)

    def renamed(self, text, model="crm.lead", ids=None):
        return self.script.renamed_in(text, model, self.names, ids or {})

    def test_paths_and_code(self):
        for text, wanted in {
            "[('wa_dispatch_ids.state', '=', 'planned')]": "[('wa_scheduled_message_ids.state', '=', 'planned')]",
            "record.wa_dispatch_ids.filtered(f)": "record.wa_scheduled_message_ids.filtered(f)",
            "{'default_wa_dispatch_ids': []}": "{'default_wa_scheduled_message_ids': []}",
            "[('wa_message_ids.posted_at', '!=', False)]": "[('wa_message_ids.submitted_at', '!=', False)]",
            "env['wa.event'], env['wa.event.replay']": "env['wa.webhook.event'], env['wa.webhook.event.replay']",
            "wa_event = env['wa.events']": "wa_event = env['wa.events']",
        }.items():
            self.assertEqual(self.renamed(text), wanted)

    def test_names_that_others_have_too_stay_theirs(self):
        text = "[('posted_at', '!=', False), ('dispatch_ids', '=', False)]"
        self.assertEqual(self.renamed(text, "stock.picking"), text)
        self.assertEqual(self.renamed("[('posted_at', '!=', False)]", "wa.message"), "[('submitted_at', '!=', False)]")

    def test_external_ids(self):
        ids = {"crm_whatsapp.wa_event_action": "crm_whatsapp.wa_webhook_event_action"}
        code = "env.ref('crm_whatsapp.wa_event_action'), env.ref('crm_whatsapp.wa_event_other')"
        wanted = "env.ref('crm_whatsapp.wa_webhook_event_action'), env.ref('crm_whatsapp.wa_event_other')"
        self.assertEqual(self.renamed(code, ids=ids), wanted)
        for name, new in {
            "field_wa_dispatch__due_at": "field_wa_scheduled_message__due_at",
            "field_wa_message__posted_at": "field_wa_message__submitted_at",
            # A field called as a model was.
            "field_calendar_attendee__wa_event_start": "field_calendar_attendee__wa_event_start",
            "field_res_config_settings__wa_event_days": "field_res_config_settings__wa_event_days",
            "selection__wa_dispatch__state__planned": "selection__wa_scheduled_message__state__planned",
            "wa_rehearsal_line_view_list": "wa_dry_run_line_view_list",
        }.items():
            self.assertEqual(self.script._external_id(name), new)
