from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestTeamsAndCompanies(WaCase):
    """Teams and companies of a conversation fit, and do not vanish under it."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.company_b = self.env["res.company"].create({"name": "Second"})

    def test_team_with_conversations_stays(self):
        self.assertFalse(self.conversation.with_user(self.cid).has_access("read"))
        with self.assertRaises(UserError), self.cr.savepoint():
            self.conversation.team_id.unlink()
        self.assertEqual(self.conversation.team_id, self.team)
        unused = self.env["crm.team"].create({"name": "Unused"})
        unused.unlink()
        self.assertFalse(unused.exists())

    def test_nothing_of_another_company_is_attached(self):
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": self.company_b.id})
        lead = self.env["crm.lead"].create({"name": "Theirs", "company_id": self.company_b.id})
        user = new_test_user(
            self.env,
            "wa_theirs",
            groups="crm_whatsapp.crm_whatsapp_group_user",
            company_id=self.company_b.id,
            company_ids=[Command.set(self.company_b.ids)],
        )
        for vals in ({"team_id": team.id}, {"lead_id": lead.id}, {"user_id": user.id}):
            with self.assertRaises(UserError, msg=str(vals)), self.cr.savepoint():
                self.conversation.with_user(self.lead_manager).write(vals)

    def test_owner_of_another_company_is_passed_over(self):
        user = new_test_user(
            self.env,
            "wa_theirs",
            groups="crm_whatsapp.crm_whatsapp_group_user",
            company_id=self.company_b.id,
            company_ids=[Command.set(self.company_b.ids)],
        )
        lead = self.env["crm.lead"].create(
            {"name": "Theirs", "company_id": self.company_b.id, "user_id": user.id, "team_id": False}
        )
        vals = self.conversation._prepare_adoption(lead, self.conversation.company_id)
        self.assertFalse(vals.keys() & {"lead_id", "user_id"})

    def test_lead_of_another_company_gets_no_template_of_ours(self):
        """Neither in the customer's conversation nor in a new one; the others get theirs."""
        partner = self.conversation.partner_id
        leads = self.env["crm.lead"].create(
            [
                {"name": "Theirs", "company_id": self.company_b.id, "partner_id": partner.id, "expected_revenue": 5},
                {"name": "Theirs, new", "company_id": self.company_b.id, "phone": "+1 202-555-0161"},
                {"name": "Ours", "company_id": self.env.company.id, "partner_id": partner.id, "expected_revenue": 5},
            ]
        )
        outcomes = self.template._send_to_records(leads)
        self.assertEqual([o.code for o in outcomes], ["other_company", "other_company", ""])
        self.assertEqual(outcomes[2].status, "queued")

    def test_template_of_another_account_does_not_fit_a_conversation(self):
        account = self.env["wa.account"].create({"name": "Second Shop", "waba_id": "900000000000008"})
        template = self._make_template("theirs", "Hello", [], account_id=account.id)
        outcome = template._send_in_conversation(self.conversation, self.conversation.lead_id, "manual")
        self.assertEqual((outcome.status, outcome.code), ("refused", "other_account"))
        self.assertFalse(self.last_outgoing(self.conversation))

    def test_sender_jobs_go_with_the_account(self):
        account = self.env["wa.account"].create({"name": "Short", "waba_id": "900000000000009"})
        numbers = self.env["wa.number"].create(
            [
                {"name": str(i), "account_id": account.id, "phone_number_id": f"90000000000019{i}", "active": i > 0}
                for i in range(2)
            ]
        )
        crons = numbers.with_context(active_test=False).sender_cron_id
        self.assertEqual(len(crons), 2)
        account.unlink()
        self.assertFalse(crons.with_context(active_test=False).exists())
