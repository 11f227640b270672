from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...models.renamed import FORMER
from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestWizardRights(WaCase):
    """What somebody types or uploads in a wizard, or is shown there, nobody else reads by its id."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.lead = self.conversation.lead_id

    def test_every_wizard_has_an_owner(self):
        wizards = [
            name
            for name, model in self.env.registry.items()
            if model._transient and not model._abstract and name.startswith("wa.")
            if name not in {"wa.webhook.event.replay", *FORMER}
        ]
        self.assertIn("wa.consent.import", wizards)
        for name in wizards:
            rules = self.env["ir.rule"].search([("model_id.model", "=", name), ("groups", "=", False)])
            self.assertIn("('create_uid', '=', user.id)", "".join(rules.mapped("domain_force")), name)

    def test_words_and_files_of_a_consent_are_for_who_records_it(self):
        wizard = (
            self.env["wa.consent.record"]
            .with_user(self.ana)
            .create({"res_model": "crm.lead", "res_id": self.lead.id, "evidence": "on the phone", "file": "eA=="})
        )
        self.assertEqual(wizard.evidence, "on the phone")
        for user in (self.cid, self.lead_manager):
            with self.assertRaises(AccessError):
                wizard.with_user(user).read(["evidence", "file"])

    def test_a_list_to_import_is_for_who_imports_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "wa_manager_other",
            groups="sales_team.group_sale_manager,crm_whatsapp.crm_whatsapp_group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        wizard = (
            self.env["wa.consent.import"]
            .with_user(self.lead_manager)
            .create({"account_id": self.account.id, "source": "fair", "text": "+12025550143;service"})
        )
        with self.assertRaises(AccessError):
            wizard.with_user(stranger).read(["text"])
        self.assertFalse(self.env["wa.consent.import"].with_user(stranger).search([("id", "=", wizard.id)]))

    def test_the_template_wizard_tells_nothing_of_a_record_one_may_not_read(self):
        lead = self.env["crm.lead"].create(
            {"name": "Closed", "contact_name": "Grace", "phone": "+12025550177", "user_id": self.cid.id}
        )
        with self.assertRaises(AccessError):
            lead.with_user(self.ana).read(["phone"])
        self.env.invalidate_all()
        wizards = self.env["wa.template.send"].with_user(self.ana)
        with self.assertRaises(AccessError):
            # As the web client asks before anything is saved.
            wizards.onchange({"res_model": "crm.lead", "res_id": lead.id}, [], {"res_model": {}, "res_id": {}, "recipient": {}})

    def test_words_that_may_ask_for_silence_are_for_who_answers(self):
        """R29: the action that records them brings the customer's words along."""
        self.env["wa.optout"]._note_request(self.conversation.message_ids[:1])
        paul = new_test_user(self.env, "wa_paul", groups="base.group_user", name="Paul")
        portal = new_test_user(self.env, "wa_portal_user", groups="base.group_portal", name="Portal")
        self.conversation.user_id = self.ana
        for user in (self.cid, paul, portal):
            with self.assertRaises(AccessError):
                self.conversation.with_user(user).action_record_stop()
        action = self.conversation.with_user(self.ana).action_record_stop()
        self.assertEqual(action["context"]["default_evidence"], "Hi")

    def test_the_sequence_wizard_tells_nothing_of_another_team(self):
        sequence = self.env["wa.sequence"].create(
            {
                "name": "Of the team",
                "team_id": self.team.id,
                "calendar_id": False,
                "step_ids": [Command.create({"template_id": self.template.id, "delay": 1})],
            }
        )
        wizard = self.env["wa.sequence.add"].with_user(self.cid).create({"lead_ids": [0], "sequence_id": sequence.id})
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            wizard.read(["explanation"])
