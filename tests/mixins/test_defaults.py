from odoo.tests import tagged

from ..common import WaCase

MODELS = ("wa.message", "wa.conversation", "wa.contact")


@tagged("post_install", "-at_install", "wa")
class TestFewDefaults(WaCase):
    """Asking for fewer defaults gives the same defaults, wherever they come from."""

    def _defaults(self, model, **context):
        return self.env[model].with_context(**context).default_get(list(self.env[model]._fields))

    def test_fields(self):
        for model in MODELS:
            with self.subTest(model):
                fields = self.env[model]._fields
                expected = {name for name, field in fields.items() if field.default}
                self.assertEqual(set(self._defaults(model)), expected)
        self.assertEqual(self._defaults("wa.conversation")["state"], "open")

    def test_defaults_of_administrators_and_of_the_context(self):
        self.env["ir.default"].set("wa.conversation", "user_id", self.ana.id)
        self.assertEqual(self._defaults("wa.conversation")["user_id"], self.ana.id)
        self.assertEqual(self._defaults("wa.message", default_preview="Hi")["preview"], "Hi")

    def test_each_row_gets_its_own(self):
        contact = self.receive(self.inbound()).contact_id
        conversation = contact.conversation_ids
        vals = {"conversation_id": conversation.id, "number_id": self.number.id, "direction": "out", "kind": "text"}
        rows = self.env["wa.message"].sudo().create([{**vals, "state": "sent"} for _each in range(3)])
        self.assertEqual(len(set(rows.mapped("uuid"))), 3)
