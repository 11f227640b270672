from odoo.tests import tagged

from ..common import WaHttpCase

WA_ID = "447700900202"
NUMBER = "+44 7700 900202"


@tagged("post_install", "-at_install", "wa", "wa_http")
class TestIdentityNames(WaHttpCase):
    """R2: whoever was known by a number alone has a name as soon as WhatsApp tells it, wherever the number stood for it."""

    def hear(self, text, name=None, wa_id=WA_ID, bsuid=None, username=None):
        payload = self.inbound(text, wa_id=wa_id, bsuid=bsuid, name=name or "")
        value = payload["entry"][0]["changes"][0]["value"]
        if name is None and username is None:
            del value["contacts"]
        if username:
            value["contacts"][0]["profile"]["username"] = username
        self.assertEqual(self.post_webhook(payload).status_code, 200)
        self.process_webhooks()
        return self.env["wa.message"].search([("direction", "=", "in"), ("text", "=", text)], limit=1).conversation_id

    def status(self, row, **ids):
        frame = {"id": row.wamid, "status": "delivered", "timestamp": "1780000000", "biz_opaque_callback_data": row.uuid, **ids}
        self.assertEqual(self.post_webhook(self.payload_of(statuses=[frame])).status_code, 200)
        self.process_webhooks()

    def assertCalled(self, conversation, name):
        self.assertEqual(conversation.partner_id.name, name)
        self.assertEqual(conversation.channel_id.name, name)
        self.assertEqual(conversation.lead_id.contact_name, name)
        self.assertEqual(conversation.display_name, name)

    def test_name_comes_with_the_second_message(self):
        """R2"""
        conversation = self.hear("hola")
        self.assertCalled(conversation, NUMBER)
        self.assertEqual(conversation.lead_id.name, f"WhatsApp: {NUMBER}")
        lead = conversation.lead_id
        self.assertEqual(self.hear("soy yo otra vez", "Lucía Prueba"), conversation)
        self.assertCalled(conversation, "Lucía Prueba")
        self.assertEqual((conversation.lead_id, lead.name), (lead, "WhatsApp: Lucía Prueba"))

    def test_name_comes_in_the_same_batch(self):
        """R2"""
        nameless = self.inbound("hola", wa_id=WA_ID, bsuid=None)
        del nameless["entry"][0]["changes"][0]["value"]["contacts"]
        for payload in (nameless, self.inbound("otra vez", wa_id=WA_ID, bsuid=None, name="Lucía Prueba")):
            self.assertEqual(self.post_webhook(payload).status_code, 200)
        self.process_webhooks()
        self.assertCalled(self.env["wa.contact"].search([("wa_id", "=", WA_ID)]).conversation_ids, "Lucía Prueba")

    def test_title_of_another_language(self):
        """R2: the lead was made while the job spoke another language."""
        self.env["res.lang"]._activate_lang("es_ES")
        conversation = self.hear("hola")
        for title, expected in (
            (NUMBER, "Lucía"),
            ("+447700900202", "Lucía"),
            ("07700 900202", "Lucía"),
            (f"Pedido de {NUMBER}", f"Pedido de {NUMBER}"),
            ("Pedido", "Pedido"),
        ):
            conversation.lead_id.name = title
            conversation.contact_id.profile_name = False
            conversation.partner_id.name = NUMBER
            self.hear(f"title {title}", "Lucía")
            self.assertEqual(conversation.lead_id.name, expected)

    def test_typed_names_stay(self):
        """R2: customer, lead's person and lead's title, each typed by a colleague."""
        conversation = self.hear("hola")
        conversation.partner_id.name = "Sra. Prueba, puerta 3"
        self.assertEqual(conversation.channel_id.name, "Sra. Prueba, puerta 3", "the thread is called like its customer")
        conversation.lead_id.write({"name": "Cocina nueva", "contact_name": "La vecina"})
        self.hear("soy yo", "Lucía Prueba")
        self.assertEqual(conversation.partner_id.name, "Sra. Prueba, puerta 3")
        self.assertEqual(conversation.channel_id.name, "Sra. Prueba, puerta 3")
        self.assertEqual((conversation.lead_id.name, conversation.lead_id.contact_name), ("Cocina nueva", "La vecina"))

    def test_new_profile_names_change_nothing(self):
        """R2: a name is a name, also one of WhatsApp's; people change theirs every week."""
        conversation = self.hear("hola", "Lucía Prueba")
        self.hear("mira", "✨ Lu ✨")
        self.assertCalled(conversation, "Lucía Prueba")
        self.assertEqual(conversation.contact_id.profile_name, "✨ Lu ✨")

    def test_we_wrote_first_to_a_lead_that_has_only_a_phone(self):
        """R2"""
        lead = self.env["crm.lead"].create(
            {"name": "+1 202-555-0171", "phone": "+1 202-555-0171", "team_id": self.team.id, "expected_revenue": 1}
        )
        [outcome] = self.template._send_to_records(lead)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        conversation = self.hear("gracias", "Lucía Prueba", wa_id="12025550171")
        self.assertEqual(conversation, outcome.message.conversation_id)
        self.assertEqual(conversation.lead_id, lead)
        self.assertCalled(conversation, "Lucía Prueba")
        self.assertEqual(lead.name, "Lucía Prueba")

    def test_we_wrote_first_to_a_lead_with_a_name(self):
        """R2: the name of the lead's form is the customer's, and stays."""
        lead = self.env["crm.lead"].create(
            {
                "name": "From the fair",
                "contact_name": "Lucía of the fair",
                "phone": "+1 202-555-0171",
                "team_id": self.team.id,
                "expected_revenue": 1,
            }
        )
        self.template._send_to_records(lead)
        conversation = self.hear("gracias", "lu", wa_id="12025550171")
        self.assertCalled(conversation, "Lucía of the fair")
        self.assertEqual(lead.name, "From the fair")

    def test_other_open_leads_of_the_customer_are_named_and_lost_ones_left(self):
        """R2"""
        conversation = self.hear("hola")
        other, lost = self.env["crm.lead"].create(
            [{"name": "Other", "partner_id": conversation.partner_id.id, "team_id": self.team.id} for _ in range(2)]
        )
        lost.action_set_lost()
        self.hear("soy yo", "Lucía Prueba")
        self.assertEqual((other.contact_name, lost.contact_name), ("Lucía Prueba", NUMBER))

    def test_username_gives_way_to_the_name(self):
        """R2: a person with a username hides the number; id, then @username, then name."""
        conversation = self.hear("hola", wa_id=None, bsuid="ES.202")
        self.assertCalled(conversation, "ES.202")
        self.hear("ya tengo", wa_id=None, bsuid="ES.202", username="lucia.p")
        self.assertCalled(conversation, "@lucia.p")
        self.hear("y nombre", "Lucía Prueba", wa_id=None, bsuid="ES.202", username="lucia.p")
        self.assertCalled(conversation, "Lucía Prueba")

    def test_joined_contacts_keep_the_name_that_one_of_them_has(self):
        """R2: the phone is known from a lead, the name from a message without phone; a status says they are one."""
        named = self.hear("I hide my number", "Lucía Prueba", wa_id=None, bsuid="US.71")
        lead = self.env["crm.lead"].create(
            {"name": "x", "phone": "+12025550171", "team_id": self.team.id, "expected_revenue": 1}
        )
        [outcome] = self.template._send_to_records(lead)
        row = outcome.message
        row.write({"state": "sending", "wamid": "wamid.R2"})
        self.assertEqual(row.conversation_id.partner_id.name, "+1 202-555-0171")
        self.status(row, recipient_id="12025550171", recipient_user_id="US.71")
        contact = row.conversation_id.contact_id
        self.assertEqual((contact.bsuid, contact.wa_id, contact.profile_name), ("US.71", "12025550171", "Lucía Prueba"))
        self.assertEqual(contact.partner_id.name, "Lucía Prueba")
        self.assertEqual(contact.conversation_ids.channel_id.name, "Lucía Prueba")
        self.assertEqual(named.exists() or row.conversation_id, contact.conversation_ids)

    def test_number_changes_and_the_old_one_is_nobodys_name(self):
        """R2"""
        conversation = self.hear("hola", bsuid="ES.OLD")
        frame = {
            "id": "wamid.SYS.R2",
            "timestamp": "1780000000",
            "type": "system",
            "system": {
                "type": "user_changed_number",
                "user_id": "ES.NEW",
                "previous_user_id": "ES.OLD",
                "wa_id": "447700900299",
            },
        }
        self.post_webhook(self.payload_of(messages=[frame]))
        self.process_webhooks()
        self.assertCalled(conversation, "+44 7700 900299")

    def test_merging_and_choosing_customers_renames_the_thread(self):
        """R2"""
        conversation = self.hear("hola")
        known, better = self.env["res.partner"].create([{"name": "Lucía of the card file"}, {"name": "Lucía López"}])
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((conversation.partner_id | known).ids, known)
        self.assertEqual(conversation.channel_id.name, "Lucía of the card file")
        conversation.contact_id.with_user(self.lead_manager).write({"partner_id": better.id})
        self.assertEqual(conversation.channel_id.name, "Lucía López")

    def test_a_rule_that_fails_keeps_the_message(self):
        """R2: what customers' own rules do to a renamed customer never loses the message."""
        conversation = self.hear("hola")
        self.env["base.automation"].create(
            {
                "name": "Fails",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "trigger": "on_create_or_write",
                "trigger_field_ids": [(6, 0, self.env["ir.model.fields"]._get("res.partner", "name").ids)],
                "action_server_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Fail",
                            "model_id": self.env["ir.model"]._get_id("res.partner"),
                            "state": "code",
                            "code": "raise UserError('no')",
                        },
                    )
                ],
            }
        )
        with self.assertLogs("odoo.addons.crm_whatsapp.models.concurrency", "WARNING"):
            self.assertEqual(self.hear("soy yo", "Lucía Prueba"), conversation)
        self.assertEqual(conversation.partner_id.name, NUMBER)
