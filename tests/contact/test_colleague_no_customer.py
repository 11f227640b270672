from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import WaCase

PHONE = "+12025550143"


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestColleagueIsNoCustomer(WaCase):
    """S16: a customer's words never stand under a colleague's name, however the customer was chosen."""

    def ours(self):
        """Return everybody who is us: colleagues, one who left, OdooBot, the company."""
        left = new_test_user(self.env, "wa_left", groups="base.group_user")
        left.active = False
        return self.ben.partner_id | left.partner_id | self.env.ref("base.partner_root") | self.account.company_id.partner_id

    def author_of(self, words, **kwargs):
        self.receive(self.inbound(words, **kwargs))
        return self.env["mail.message"].search([("body", "ilike", words)], limit=1).author_id

    def test_by_hand(self):
        """S16: refused on the contact and on the partner, for people and for the server's own code."""
        contact = self.receive(self.inbound()).contact_id
        customer = contact.partner_id
        for partner in self.ours():
            for env in (self.env(user=self.ana), self.env(user=self.admin_user), self.env(su=True)):
                with self.assertRaises(ValidationError, msg=partner.name), self.cr.savepoint():
                    contact.with_env(env).write({"partner_id": partner.id})
                with self.assertRaises(UserError, msg=partner.name), self.cr.savepoint():
                    partner.with_env(env).write({"wa_contact_ids": [Command.link(contact.id)]})
                    self.env.flush_all()
        portal = new_test_user(self.env, "wa_portal", groups="base.group_portal")
        contact.with_user(self.ana).write({"partner_id": portal.partner_id.id})
        self.assertNotEqual(contact.partner_id, customer, "customers may have a login")

    def test_by_number(self):
        """S16: a colleague's private number, first contact and known contact; the partner who is no colleague wins."""
        for partner in self.ours():
            with self.subTest(partner.name), self.cr.savepoint() as savepoint:
                partner.phone = PHONE
                author = self.author_of("Am I one of you?")
                self.assertTrue(author)
                self.assertNotEqual(author, partner)
                savepoint.rollback()
                self.env.invalidate_all()
        self.ben.partner_id.phone = PHONE
        customer = self.env["res.partner"].create({"name": "Zoe Example", "phone": PHONE})
        self.assertEqual(self.author_of("I am Zoe"), customer)
        self.assertFalse(customer.wa_contact_ids.other_partner_ids & self.ben.partner_id, "not offered either")

    def test_by_a_lead(self):
        """S16: a colleague tries a template with a lead about themselves, and answers it."""
        self.ben.partner_id.phone = PHONE
        leads = self.env["crm.lead"].create(
            [{"name": f"Try it out {n}", "partner_id": self.ben.partner_id.id, "team_id": self.team.id} for n in range(2)]
        )
        leads.invalidate_recordset()
        contacts = self.env["wa.contact"]._ensure_for_records(self.account, leads, leads._wa_partners())
        self.assertTrue(contacts[leads[0].id].partner_id)
        self.assertNotEqual(self.author_of("It works", bsuid=None), self.ben.partner_id)

    def test_who_becomes_a_colleague(self):
        """S16: a customer is hired: from then on they write under a record of their own."""
        customer = self.author_of("I would like to work for you")
        self.env["res.users"].create(
            {
                "name": customer.name,
                "login": "wa_hired",
                "partner_id": customer.id,
                "group_ids": [Command.set(self.env.ref("base.group_user").ids)],
            }
        )
        author = self.author_of("And now as a customer")
        self.assertNotEqual(author, customer)
        self.assertTrue(author)
        self.assertEqual(self.env["wa.conversation"].search([("partner_id", "=", author.id)]).contact_id.partner_id, author)

    def test_merging_customers_with_colleagues(self):
        """S16: Odoo's merging, in both directions."""
        customer = self.author_of("Hello")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        for kept in (customer, self.ben.partner_id):
            with self.assertRaises(UserError), self.cr.savepoint():
                wizard._merge((customer | self.ben.partner_id).ids, kept)
        twin = self.env["res.partner"].create({"name": customer.name})
        wizard._merge((customer | twin).ids, twin)
        self.assertEqual(self.author_of("Me again"), twin)

    def test_asked_once_for_many(self):
        """S16: ten times as many strangers cost no more questions about who is us."""
        counts = []
        for first, number in ((0, 3), (10, 30)):
            contacts = self.env["wa.contact"].create(
                [
                    {"portfolio_key": self.account._get_portfolio_key(), **self.env["wa.contact"]._phone_vals(f"1202555{n:04}")}
                    for n in range(first + 100, first + 100 + number)
                ]
            )
            partners = contacts._create_partners(self.account.company_id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            partners._wa_ours()
            for contact, partner in zip(contacts, partners, strict=True):
                contact.partner_id = partner
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
