import time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import PHONE_NUMBER_ID, WaCase


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestCompanies(WaCase):
    """Companies of one database do not reach into each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_b = cls.env["res.company"].create({"name": "Second"})
        cls.account_b = cls.env["wa.account"].create(
            {
                "name": "Second Shop",
                "waba_id": "900000000000002",
                "company_id": cls.company_b.id,
                "access_token": "EAASECOND",
                "app_secret": "second-app-secret",
            }
        )
        cls.env["wa.number"].create(
            {"name": "Second Shop", "account_id": cls.account_b.id, "phone_number_id": "900000000000102"}
        )
        cls.manager_b = new_test_user(
            cls.env,
            "wa_manager_b",
            groups="crm_whatsapp.crm_whatsapp_group_manager",
            company_id=cls.company_b.id,
            company_ids=[Command.set(cls.company_b.ids)],
        )

    def event_of(self, payload, account):
        payload["nonce"] = time.monotonic_ns()
        self.store_webhook(payload, account)
        self.process_webhooks()
        return self.env["wa.webhook.event"].search([("account_id", "=", account.id)], limit=1)

    def test_webhook_of_one_company_writes_nothing_into_another(self):
        conversation = self.receive(self.inbound())
        row = self.reply(self.ana, conversation, "Hello").wa_message_ids
        row.write({"state": "sent", "wamid": "wamid.OUT"})
        moment = str(int(time.time()))
        status = {"id": "wamid.OUT", "status": "failed", "timestamp": moment, "recipient_id": "12025550143"}
        change = {
            "type": "user_changed_number",
            "body": "changed",
            "wa_id": "12025550199",
            "user_id": "US.EVIL",
            "previous_user_id": conversation.contact_id.bsuid,
        }
        preference = {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": self.account.waba_id,
                    "changes": [
                        {
                            "field": "user_preferences",
                            "value": {
                                "metadata": {"phone_number_id": PHONE_NUMBER_ID},
                                "user_preferences": [
                                    {
                                        "wa_id": "12025550143",
                                        "category": "marketing_messages",
                                        "value": "stop",
                                        "timestamp": moment,
                                    }
                                ],
                            },
                        }
                    ],
                }
            ],
        }
        template = {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": self.account.waba_id,
                    "changes": [
                        {
                            "field": "message_template_status_update",
                            "value": {
                                "event": "DISABLED",
                                "message_template_id": 1,
                                "message_template_name": self.template.name,
                                "message_template_language": self.template.language,
                            },
                        }
                    ],
                }
            ],
        }
        count = len(conversation.message_ids)
        for payload in (
            self.inbound("forged", wamid="wamid.FORGED"),
            self.payload_of(statuses=[status]),
            self.payload_of(statuses=[{**status, "biz_opaque_callback_data": row.uuid}]),
            self.payload_of(messages=[{"id": "wamid.SYS", "timestamp": moment, "type": "system", "system": change}]),
            preference,
            template,
        ):
            event = self.event_of(payload, self.account_b)
            self.assertEqual(event.state, "done")
            self.assertTrue(event.note, "what is not theirs is noted")
        self.assertEqual(len(conversation.message_ids), count)
        self.assertEqual(row.state, "sent")
        contact = conversation.contact_id
        self.assertEqual((contact.wa_id, contact.bsuid), ("12025550143", "US.1000200030004"))
        self.assertFalse(contact.opted_out_marketing)
        self.assertEqual(self.template.status, "APPROVED")

    def test_same_webhook_of_an_account_of_the_same_app_is_taken(self):
        """One Meta app has one callback for all of its accounts."""
        self.account_b.app_secret = self.account._secret("app_secret")
        conversation = self.receive(self.inbound("through the other callback"), self.account_b)
        self.assertEqual(conversation.number_id, self.number)
        self.assertEqual(conversation.company_id, self.account.company_id)

    def test_contacts_and_threads_are_those_of_own_companies(self):
        conversation = self.receive(self.inbound())
        mine = {"conversation": conversation, "contact": conversation.contact_id, "message": conversation.message_ids}
        for name, records in {**mine, "channel": conversation.channel_id}.items():
            seen = records.with_user(self.manager_b).search([("id", "in", records.ids)])
            self.assertFalse(seen, name)
            with self.assertRaises(AccessError, msg=name):
                records.with_user(self.manager_b).read(["display_name"])
        for name, records in mine.items():
            self.assertTrue(records.with_user(self.lead_manager).search([("id", "in", records.ids)]), name)
