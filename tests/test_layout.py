"""The shape of the addon: nothing is left out of the manifest, of the test run or of the access rules without a word."""

import ast
from pathlib import Path

from odoo.modules.module import Manifest
from odoo.tests import BaseCase, TransactionCase, tagged

from .. import tests

ROOT = Path(__file__).resolve().parents[1]
PURE = ROOT / "tests" / "tools"  # run by pytest, never imported by Odoo
DATA_FOLDERS = ("security", "data", "views", "wizards", "report")


def _test_files():
    return [file for file in sorted((ROOT / "tests").rglob("test_*.py")) if not file.is_relative_to(PURE)]


@tagged("post_install", "-at_install", "wa", "wa_layout")
class TestManifest(BaseCase):
    """Odoo ignores a file the manifest does not name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manifest = Manifest.for_addon("crm_whatsapp")

    def test_every_data_file_is_listed(self):
        present = {
            str(file.relative_to(ROOT))
            for folder in DATA_FOLDERS
            for suffix in ("*.xml", "*.csv")
            for file in (ROOT / folder).rglob(suffix)
        }
        self.assertEqual(present - set(self.manifest["data"]), set())

    def test_every_demo_file_is_listed(self):
        present = {str(file.relative_to(ROOT)) for suffix in ("*.xml", "*.csv") for file in (ROOT / "demo").rglob(suffix)}
        self.assertEqual(present, set(self.manifest["demo"]))

    def test_no_listed_file_is_missing(self):
        listed = [*self.manifest["data"], *self.manifest["demo"]]
        self.assertEqual([name for name in listed if not (ROOT / name).is_file()], [])
        self.assertEqual(len(listed), len(set(listed)), "a file is listed twice")

    def test_groups_come_before_access_rows_and_menus_last(self):
        order = self.manifest["data"]
        access = order.index("security/ir.model.access.csv")
        self.assertTrue(order[0].startswith("security/"))
        self.assertLess(access, min(order.index(name) for name in order if name.startswith("views/")))


@tagged("post_install", "-at_install", "wa", "wa_layout")
class TestTests(BaseCase):
    """Odoo passes over test modules and classes it does not recognise, and says nothing."""

    def _module(self, file):
        return "odoo.addons.crm_whatsapp." + ".".join(file.relative_to(ROOT).with_suffix("").parts)

    def test_every_test_module_is_a_member_of_the_tests_package(self):
        seen = {value.__name__ for name, value in vars(tests).items() if name.startswith("test_")}
        self.assertEqual({self._module(file) for file in _test_files()} - seen, set())

    def test_every_test_class_is_one_odoo_runs(self):
        modules = {value.__name__: value for name, value in vars(tests).items() if name.startswith("test_")}
        wrong = []
        for file in _test_files():
            module = modules.get(self._module(file))
            for node in ast.parse(file.read_text()).body:
                if not (isinstance(node, ast.ClassDef) and node.name.startswith("Test")):
                    continue
                found = getattr(module, node.name, None)
                tags = getattr(found, "test_tags", set())
                if not (isinstance(found, type) and issubclass(found, BaseCase)) or not {"post_install", "wa"} <= set(tags):
                    wrong.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}")
        self.assertEqual(wrong, [], "not derived from BaseCase, or not tagged post_install and wa")

    def test_test_methods_stand_in_classes_named_test(self):
        """`dev/test` counts the methods of every class; one in a helper class would run once per heir or not at all."""
        wrong = [
            f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
            for file in _test_files()
            for node in ast.parse(file.read_text()).body
            if isinstance(node, ast.ClassDef)
            and not node.name.startswith("Test")
            and any(isinstance(item, ast.FunctionDef) and item.name.startswith("test_") for item in node.body)
        ]
        self.assertEqual(wrong, [])


@tagged("post_install", "-at_install", "wa", "wa_layout")
class TestAccess(TransactionCase):
    """Every model of ours says who may do what."""

    def _own_models(self):
        names = self.env["ir.model.data"].search([("module", "=", "crm_whatsapp"), ("model", "=", "ir.model")]).mapped("res_id")
        models = self.env["ir.model"].browse(names).filtered(lambda model: model.model.startswith("wa."))
        return models.filtered(lambda model: not self.env[model.model]._abstract)

    def test_every_model_has_access_rows(self):
        models = self._own_models()
        self.assertTrue(models)
        self.assertEqual([model.model for model in models if not model.access_ids], [])

    def test_no_access_row_is_for_everybody(self):
        rows = self._own_models().access_ids
        self.assertEqual([row.name for row in rows if not row.group_id], [])

    def test_every_readable_model_has_a_record_rule(self):
        """Rows of one company, team or person are not for all; transient rows are their owner's by Odoo's own rule."""
        kept = self._own_models().filtered(lambda model: not self.env[model.model]._transient)
        readable = kept.filtered(lambda model: any(row.perm_read for row in model.access_ids))
        self.assertEqual([model.model for model in readable if not model.rule_ids], [])
