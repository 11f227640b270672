import json

from odoo.tests import tagged

from ..common import WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestConsentLive(WaHttpCase):
    """Open screens are told what a customer says about messages, as far as their users may see it."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana
        self.contact = self.conversation.contact_id
        self.news = [self.env.cr.dbname, "wa.contact", self.contact.id, "consents"]

    def channels(self, *wanted):
        """Return to which channels a browser that asks for some is subscribed, by the websocket's own route."""
        return self.make_jsonrpc_request(
            "/websocket/peek_notifications", {"channels": list(wanted), "last": 0, "is_first_poll": True}
        )["channels"]

    def sent(self):
        """Return the channels on which news about consents left, and forget them."""
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search([("message", "like", "wa.consent/changed")])
        channels = [json.loads(row.channel) for row in rows]
        rows.unlink()
        return channels

    def test_what_a_customer_says_is_told_about_the_contact(self):
        self.sent()
        self.receive(self.inbound("stop"))
        self.assertEqual(self.sent(), [self.news])
        self.receive(self.inbound("What else is new?"))
        self.assertEqual(self.sent(), [self.news], "writing again gives the consent for service anew")
        self.receive(self.inbound("And the chairs?"))
        self.assertEqual(self.sent(), [], "nothing has changed")

    def test_whoever_may_read_the_record_listens(self):
        records = (self.conversation.lead_id, self.conversation.partner_id, self.contact, self.conversation)
        self.conversation.lead_id.user_id = self.ana
        wanted = [f"wa_consent.{record._name}_{record.id}" for record in records]
        self.authenticate(self.ana.login, self.ana.login)
        for channel in wanted:
            self.assertIn(self.news, self.channels(channel), channel)
            self.assertFalse([found for found in self.channels(channel) if channel in found], "only as the contact's")
        self.assertNotIn(self.news, self.channels())
        for channel in ("wa_consent.crm.lead_0", "wa_consent.res.users_2", f"{wanted[0]}9", "wa_consent.crm.lead_x"):
            self.assertNotIn(self.news, self.channels(channel), channel)
        self.authenticate(self.cid.login, self.cid.login)
        for channel in (wanted[0], wanted[2], wanted[3]):
            self.assertNotIn(self.news, self.channels(channel), f"{channel}: of another team")
        self.authenticate(None, None)
        for channel in wanted:
            self.assertNotIn(self.news, self.channels(channel), f"{channel}: nobody")

    def test_a_list_is_not_told_line_by_line_but_who_stops_is(self):
        self.sent()
        contacts = self.env["wa.contact"].create(
            [{"portfolio_key": self.contact.portfolio_key, "wa_id": f"4477009001{i:02}"} for i in range(100)]
        )
        row = {
            "company_id": self.env.company.id,
            "purpose": "marketing",
            "source": "import",
            "evidence": "List of the fair",
            "happened_at": self.conversation.last_inbound_at,
        }
        self.env["wa.consent"]._record(
            [
                *({**row, "contact_id": contact.id, "action": "granted"} for contact in contacts),
                {**row, "contact_id": self.contact.id, "action": "withdrawn"},
            ]
        )
        self.assertEqual(self.sent(), [self.news])
