from odoo.tests import tagged

from .common import WaHttpCase


@tagged("post_install", "-at_install", "wa", "wa_tour")
class TestTemplateTours(WaHttpCase):
    """Templates in the browser, with the keyboard and with Odoo's own widgets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.ana | cls.lead_manager).lang = "en_US"

    def test_values_can_be_typed_after_search_more(self):
        """U11: the value cells take words after "Search more…", and Tab reaches them."""
        conversation = self.receive(self.inbound("Which code?"))
        conversation.user_id = conversation.lead_id.user_id = self.ana
        for number in range(9):
            self._make_template(f"aaa_{number}", "Hello there.", [])
        variables = [("1", False, False), ("2", False, False)]
        self._make_template("ask_for_code", "Your code is {{1}}, valid until {{2}}.", variables)
        action = self.env.ref("crm_whatsapp.wa_template_send_action")
        action.path = "whatsapp-send-one"
        action.context = {"default_res_model": "crm.lead", "default_res_id": conversation.lead_id.id}
        path = f"/odoo/crm.lead/{conversation.lead_id.id}/whatsapp-send-one"
        self.start_tour(path, "wa_template_search_more", login=self.ana.login)
        self.assertEqual(self.last_outgoing(conversation).content["text"], "Your code is A-17, valid until noon.")

    def test_field_selector_and_counter(self):
        """U12, U21: the field of a variable is chosen with Odoo's selector; texts that are too long are counted."""
        template = self._make_template("draft_me", "It costs {{1}} only.", [("1", "name", False)], status="DRAFT")
        self.start_tour(f"/odoo/whatsapp-templates/{template.id}", "wa_template_draft", login=self.lead_manager.login)
        self.assertEqual((template.parameter_ids.field_path, template.footer), ("expected_revenue", "Example Shop"))
        self.assertEqual(template.parameter_ids.path_user_id, self.lead_manager)
