import base64

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import WaHttpCase
from ..media_samples import picture


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

    def test_submitting_checks_before_it_asks(self):
        """U12: also what stands above the text of the preview, and which files the chooser offers."""
        admin = new_test_user(
            self.env, "wa_submitter", groups="crm_whatsapp.crm_whatsapp_group_admin,sales_team.group_sale_manager", lang="en_US"
        )
        template = self._make_template("draft_me", "It is here.", [], status="DRAFT")
        template.header_kind = "IMAGE"
        path = f"/odoo/whatsapp-templates/{template.id}"
        with mute_logger("odoo.http"):
            self.start_tour(path, "wa_template_submit_unfinished", login=admin.login)
        template.write({"sample": base64.b64encode(picture("PNG")), "sample_name": "a.png"})
        self.start_tour(path, "wa_template_submit_asks", login=admin.login)
        self.assertEqual(template.status, "DRAFT")
        template.sudo().write({"template_uid": "1234567", "status": "APPROVED"})
        self.start_tour(path, "wa_template_language_by_name", login=admin.login)

    def test_an_approved_template_is_opened_and_taken_back(self):
        """T5: what happens is said before it does; the form shows the change, and then what WhatsApp has again."""
        template = self._make_template(
            "price_told", "It costs {{1}} only.", [("1", "name", False)], template_uid="930000000000777"
        )
        self.start_tour(f"/odoo/whatsapp-templates/{template.id}", "wa_template_edit", login=self.lead_manager.login)
        self.assertEqual((template.body, template.reopened_at), ("It costs {{1}} only.", False))
        said = " ".join(template.message_ids.mapped("body"))
        self.assertIn("Opened for changes", said)
        self.assertIn("discarded", said)
