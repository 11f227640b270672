from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..sequence_case import SequenceCase


@tagged("post_install", "-at_install", "wa", "wa_sequence")
class TestSequenceFilters(SequenceCase):
    """A filter of leads is compared with all rights, so who writes it must be able to read what it asks for."""

    def setUp(self):
        super().setUp()
        self.closed = self.env["crm.lead"]._fields["referred"]
        groups = self.closed.groups
        self.closed.groups = "base.group_system"
        self.addCleanup(setattr, self.closed, "groups", groups)
        self.lead.referred = "secret word"

    def manager_makes(self, **vals):
        step = {"template_id": self.first.id, **vals.pop("step", {})}
        return (
            self.env["wa.sequence"]
            .with_user(self.lead_manager)
            .create({"name": "Probe", "calendar_id": False, "step_ids": [Command.create(step)], **vals})
        )

    def test_entry_filter_asks_for_nothing_closed(self):
        with self.assertRaises(ValidationError):
            self.manager_makes(entry="domain", entry_domain="[('referred', '=like', 's%')]")
        self.assertTrue(self.manager_makes(entry="domain", entry_domain="[('name', '=', 'Table')]").automation_id)

    def test_condition_of_a_step_asks_for_nothing_closed(self):
        for path in ("referred", "wa_conversation_ids.lead_id.referred"):
            with self.assertRaises(ValidationError, msg=path):
                self.manager_makes(step={"condition": "domain", "condition_domain": f"[({path!r}, '=like', 's%')]"})
        self.manager_makes(step={"condition": "domain", "condition_domain": "[('name', '=', 'Table')]"})
