from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from ..common import WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestSharedRecords(WaCase):
    """What holds for all companies is changed by those who may act for all of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.env["res.company"].create({"name": "Second"})
        # One who may choose between both in the web client, but works in the first at the moment.
        cls.head = new_test_user(
            cls.env,
            "wa_head",
            groups="crm_whatsapp.crm_whatsapp_group_manager",
            company_ids=[Command.set(cls.env["res.company"].search([]).ids)],
        )
        uk = cls.env.ref("base.uk").id
        cls.shared = {
            "wa.keyword": cls.env["wa.keyword"].create({"word": "enough"}),
            "wa.country.rule": cls.env["wa.country.rule"].create({"country_id": uk, "what": "no_business"}),
        }
        cls.fresh = {
            "wa.keyword": {"word": "plenty"},
            "wa.country.rule": {"country_id": uk, "what": "no_marketing"},
        }

    def test_managers_of_one_company_read_but_do_not_change_them(self):
        for name, record in self.shared.items():
            own = record.with_user(self.lead_manager)
            self.assertTrue(own.read(["display_name"]), name)
            with self.assertRaisesRegex(AccessError, "all companies"):
                own.active = False
            with self.assertRaisesRegex(AccessError, "all companies"):
                own.unlink()
            with self.assertRaisesRegex(AccessError, "all companies"), self.cr.savepoint():
                own.create({**self.fresh[name], "company_id": False})
            self.assertTrue(record.exists().active, name)

    def test_they_make_their_own(self):
        for name, vals in self.fresh.items():
            records = self.env[name].with_user(self.lead_manager)
            record = records.create(vals)
            self.assertEqual(record.company_id, self.env.company, f"{name}: without a word about it, the own company")
            record.active = False
            with self.assertRaisesRegex(AccessError, "all companies"), self.cr.savepoint():
                record.company_id = False
            with self.assertRaises(AccessError), self.cr.savepoint():
                record.company_id = self.second
            record.unlink()
            with Form(records) as form:
                for field, value in vals.items():
                    form[field] = self.env["res.country"].browse(value) if field == "country_id" else value
            self.assertEqual(records.search([], order="id desc", limit=1).company_id, self.env.company)

    def test_whoever_may_act_for_all_companies_changes_them(self):
        keeper = new_test_user(self.env, "wa_keeper", groups="base.group_erp_manager,crm_whatsapp.crm_whatsapp_group_manager")
        for user in (self.head, keeper, self.admin_user):
            for name, record in self.shared.items():
                own = record.with_user(user)
                own.active = False
                own.active = True
                with self.cr.savepoint() as savepoint:
                    self.assertFalse(own.create(self.fresh[name]).company_id, f"{name} by {user.login}")
                    savepoint.rollback()

    def test_rights_follow_the_companies(self):
        word = self.shared["wa.keyword"].with_user(self.head)
        word.active = False
        third = self.env["res.company"].create({"name": "Third"})
        with self.assertRaisesRegex(AccessError, "all companies"):
            word.active = True
        third.active = False
        word.active = True

    def test_people_known_to_another_company_only_are_not_ours(self):
        account = self.env["wa.account"].create(
            {"name": "Their shop", "waba_id": "900000000000077", "company_id": self.second.id}
        )
        contact = self.env["wa.contact"].create({"portfolio_key": account._get_portfolio_key(), "wa_id": "12025550155"})
        self.give_consent(contact, company_id=self.second.id, at=fields.Datetime.now())
        for mode in ("read", "write"):
            self.assertFalse(contact.with_user(self.lead_manager).has_access(mode), mode)
        own = self.env["wa.contact"].create({"portfolio_key": self.account._get_portfolio_key(), "wa_id": "12025550155"})
        self.assertTrue(own.with_user(self.lead_manager).has_access("write"), "the same person, as ours")
