import base64
from datetime import timedelta

from odoo import Command, api, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..account_case import APP_ID
from ..common import WABA_ID
from ..media_samples import PDF, picture
from ..template_case import TemplateCase

OLD = "Hello {{1}}, your order is ready to be fetched."
NEW = "Dear {{1}}, your order {{2}} is waiting for you at the shop."


class EditCase(TemplateCase):
    """A template that is approved and opened for changes."""

    def setUp(self):
        super().setUp()
        self.start, self.passed = fields.Datetime.now(), timedelta()

    def later(self, **duration):
        """Let time pass, here and at WhatsApp."""
        self.passed += timedelta(**duration)
        moment = self.start + self.passed
        self.sandbox.control("POST", "clock", forward_s=timedelta(**duration).total_seconds())
        self.patch(fields.Datetime, "now", staticmethod(lambda *_args: moment))

    def ready(self, name="order_ready", *parts, **vals):
        """Return an approved template with one variable, which the lead's customer fills."""
        template = self.approved(name, *parts, self.body(OLD, "Ada"), **vals)
        self.parameter(template, "body.1").field_path = "partner_id.name"
        return template

    def opened(self, template=None, body=NEW, **vals):
        """Open a template and write other words into it, as a manager."""
        template = (template or self.ready()).with_user(self.lead_manager)
        # Not within the second in which it was approved.
        self.later(seconds=5)
        template.action_edit()
        if body == NEW:
            vals["parameter_ids"] = [Command.create({"name": "2", "example": "S42", "fallback": "S7"})]
        template.write({"body": body, **vals})
        return template.with_user(self.admin_user)

    def verdict(self, template, status):
        """Let WhatsApp decide, and take it over."""
        self.later(seconds=2)
        self.sandbox.control("POST", f"templates/{template.template_uid}", status=status)
        self.deliver()

    def read_again(self):
        self.env["wa.template.sync"]._sync_account(self.account)

    def queued(self, template, origin="automation", **content):
        [outcome] = template.sudo()._send_to_records(self.lead, origin=origin, **content)
        self.assertEqual(outcome.status, "queued", outcome.reason)
        return outcome.message

    def edits_asked(self, template):
        path = f"/{template.template_uid}"
        return [r["body"] for r in self.sandbox.requests_log() if r["method"] == "POST" and r["path"].endswith(path)]

    def words(self, template):
        return " ".join(template.sudo().message_ids.mapped("body"))


@tagged("post_install", "-at_install", "wa")
class TestTemplateEdit(EditCase):
    """T5, decision 90: what WhatsApp approved is changed from the form."""

    def test_the_approved_text_is_sent_until_the_change_is_approved(self):
        template = self.ready().with_user(self.lead_manager)
        self.assertTrue(template.is_fixed)
        template.action_edit()
        form = Form(template)
        form.body = NEW
        form.footer = "Example Shop"
        with form.parameter_ids.new() as line:
            line.name, line.example, line.fallback = "2", "S42", "S7"
        with form.button_ids.new() as button:
            button.drafted_type, button.text = "QUICK_REPLY", "On my way"
        form.save()
        self.assertEqual((template.status, template.editor_id, template.is_edited), ("APPROVED", self.lead_manager, True))
        self.assertIn("at the shop", template.preview_html)
        _row, card = self.send(template)
        self.assertEqual((card["body"], card["buttons"]), ("Hello Ada Example, your order is ready to be fetched.", []))
        with self.assertRaises(AccessError):
            template.action_submit()
        self.sandbox.control("POST", "switches", review="hold")
        template.with_user(self.admin_user).action_submit()
        [asked] = self.edits_asked(template)
        self.assertEqual(set(asked), {"category", "components"})
        self.assertEqual((template.status, template.is_fixed, template.reopened_at), ("PENDING", True, False))
        self.read_again()
        self.assertEqual((template.status, template.body), ("PENDING", NEW))
        self.verdict(template, "APPROVED")
        self.read_again()
        self.assertEqual((template.status, template.body, template.review_until), ("APPROVED", NEW, False))
        _row, card = self.send(template)
        self.assertEqual(card["body"], "Dear Ada Example, your order S7 is waiting for you at the shop.")
        self.assertEqual(card["buttons"][0]["text"], "On my way")

    def test_discarding_restores_all_that_whatsapp_has(self):
        """Words, buttons and variables; and what rules fill variables with was never gone."""
        reply = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thanks"}]}
        template = self.ready("order_ready", {"type": "HEADER", "format": "TEXT", "text": "Good news"}, reply)
        rule = self.env["ir.actions.server"].create(
            {
                "name": "Tell them",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "wa_template",
                "wa_template_id": template.id,
            }
        )
        line = rule.wa_value_ids.create(
            {"action_id": rule.id, "parameter_id": self.parameter(template, "body.1").id, "field_path": "contact_name"}
        )
        manager = self.opened(template, header_kind="DOCUMENT", footer="x").with_user(self.lead_manager)
        manager.button_ids.text = "No, thanks"
        manager.button_ids.create({"template_id": template.id, "text": "More"})
        self.assertIn("Tell them", template.used_by)
        manager.action_discard_edit()
        self.assertEqual(
            (template.header_format, template.header_text, template.body, template.footer, template.button_ids.mapped("text")),
            ("TEXT", "Good news", OLD, False, ["Thanks"]),
        )
        self.assertEqual(set(template.parameter_ids.mapped("key")), {"body.1", "button.0"})
        self.assertEqual(self.parameter(template, "body.1").field_path, "partner_id.name")
        self.assertEqual((line.exists().field_path, template.is_fixed, template.is_edited), ("contact_name", True, False))
        self.assertFalse(self.edits_asked(template))
        with self.assertRaises(AccessError):
            manager.body = "Other words"

    def test_who_may_open_and_what_stays(self):
        template = self.ready()
        with self.assertRaises(AccessError):
            template.with_user(self.ana).action_edit()
        manager = template.with_user(self.lead_manager)
        for vals in ({"reopened_at": fields.Datetime.now()}, {"edit_moments": []}, {"approved_components": []}):
            with self.subTest(vals), self.assertRaises(AccessError):
                manager.write(vals)
        manager.action_edit()
        since = template.reopened_at
        template.with_user(self.admin_user).action_edit()
        self.assertEqual((template.editor_id, template.reopened_at), (self.lead_manager, since), "opened once")
        with self.assertRaisesRegex(UserError, "category of an approved template"):
            manager.category = "MARKETING"
        for vals in ({"name": "other"}, {"language": "de"}, {"parameter_format": "NAMED"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                manager.write(vals)
        with self.assertRaisesRegex(UserError, "Nothing that customers read was changed"):
            template.with_user(self.admin_user).action_submit()
        self.assertFalse(self.edits_asked(template))

    def test_a_file_above_the_text_needs_its_sample_again(self):
        """Discarding another kind of header drops its sample; nothing but a new sample makes a change of it."""
        self.account.app_id = APP_ID
        template = self.ready("order_pictured", {"type": "HEADER", "format": "IMAGE"})
        opened = self.opened(template, body="Hello {{1}}, this is what your order looks like.")
        with self.assertRaisesRegex(UserError, "sample of the file above the text again"):
            opened.action_submit()
        manager = opened.with_user(self.lead_manager)
        manager.write({"header_kind": "DOCUMENT", "sample_name": "a.pdf", "sample": base64.b64encode(PDF)})
        manager.action_discard_edit()
        self.assertEqual((template.header_format, template.sample), ("IMAGE", False))
        self.opened(template, body=OLD)
        manager.write({"sample_name": "a.png", "sample": base64.b64encode(picture("PNG"))})
        opened.action_submit()
        [header] = [part for part in self.edits_asked(template)[-1]["components"] if part["type"] == "HEADER"]
        self.assertTrue(header["example"]["header_handle"][0])

    def test_what_cannot_be_opened_says_why(self):
        offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Two days only"}}
        with self.assertRaisesRegex(UserError, "WhatsApp Manager"):
            self.approved("with_offer", offer, self.body(), category="MARKETING").action_edit()
        code = self.approved(
            "login_code",
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
            category="AUTHENTICATION",
        )
        with self.assertRaisesRegex(UserError, "WhatsApp Manager"):
            code.action_edit()
        paused = self.ready("paused_one")
        self.verdict(paused, "DISABLED")
        with self.assertRaisesRegex(UserError, "approved.*Disabled"):
            paused.action_edit()

    def test_variables_that_are_sent_stay_while_it_is_open(self):
        template = self.opened(body="Your order is ready, come when you like.")
        variable = template.with_user(self.lead_manager).parameter_ids
        for work in (variable.unlink, lambda: variable.write({"name": "3"})):
            with self.assertRaisesRegex(UserError, r"has the variable \{\{1\}\}"):
                work()
        variable.write({"name": "1", "fallback": "friend"})
        _row, card = self.send(template)
        self.assertEqual(card["body"], "Hello Ada Example, your order is ready to be fetched.")
        self.sandbox.control("POST", "switches", review="hold")
        template.action_submit()
        self.assertFalse(template.parameter_ids, "the new words have none")

    def test_two_people_edit(self):
        """Whoever comes late hears it, and changes nothing of what is under review."""
        template = self.opened()
        self.sandbox.control("POST", "switches", review="hold")
        template.action_submit()
        with self.assertRaises(AccessError):
            template.with_user(self.lead_manager).body = "What I still had open, {{1}}, in my browser."
        with self.assertRaisesRegex(UserError, "has this template already .In review"):
            template.action_submit()
        template.with_user(self.lead_manager).action_discard_edit()
        self.assertEqual((template.body, len(self.edits_asked(template))), (NEW, 1))


@tagged("post_install", "-at_install", "wa")
class TestTemplateEditLimit(EditCase):
    """Once in 24 hours and ten times in 30 days: said before WhatsApp is asked."""

    def change(self, template, number):
        template.with_user(self.lead_manager).action_edit()
        template.with_user(self.lead_manager).body = f"Hello {{{{1}}}}, order number {number} is ready for you."
        template.with_user(self.admin_user).action_submit()
        self.verdict(template, "APPROVED")

    def test_the_next_edit_by_the_clock(self):
        template = self.ready()
        self.assertEqual((template.edits_used, template.next_edit_at), (0, False))
        self.later(seconds=1)
        first = fields.Datetime.now()
        self.change(template, 0)
        self.assertEqual((template.edits_used, template.next_edit_at), (1, first + timedelta(hours=24)))
        self.admin_user.tz = "Asia/Tokyo"
        asked = len(self.sandbox.requests_log())
        with self.assertRaisesRegex(UserError, r"one edit.*24 hours.*1 used") as caught:
            self.change(template, 1)
        local = first + timedelta(hours=24 + 9)
        self.assertIn(f"{local:%M}", str(caught.exception))
        self.assertIn(f"{(local.hour % 12) or 12}:", str(caught.exception))
        self.assertEqual(len(self.sandbox.requests_log()), asked, "WhatsApp was not asked")
        template.with_user(self.lead_manager).action_discard_edit()
        for number in range(1, 10):
            self.later(hours=24)
            template.invalidate_recordset()
            self.assertFalse(template.next_edit_at)
            self.change(template, number)
        self.later(hours=24)
        template.invalidate_recordset()
        self.assertEqual((template.edits_used, template.next_edit_at), (10, first + timedelta(days=30)))
        with self.assertRaisesRegex(UserError, "ten in 30 days .10 used"):
            self.change(template, 10)
        self.later(days=20, hours=1)
        template.invalidate_recordset()
        self.assertFalse(template.next_edit_at)
        template.with_user(self.admin_user).action_submit()
        self.assertEqual(template.status, "PENDING")

    def test_rejected_and_paused_ones_are_free(self):
        template = self.ready()
        self.change(template, 0)
        for number, status in enumerate(("PAUSED", "REJECTED", "PAUSED"), 1):
            self.verdict(template, status)
            template.with_user(self.lead_manager).body = f"Hello {{{{1}}}}, order number {number} is ready for you."
            template.with_user(self.admin_user).action_submit()
            self.verdict(template, "APPROVED")
        self.assertEqual((template.edits_used, len(self.edits_asked(template))), (1, 4))

    def test_what_whatsapp_refuses_is_said_and_kept(self):
        """Edited in WhatsApp Manager a moment ago, which is not seen here."""
        template = self.opened()
        other = [self.body("Hello {{1}}, somebody else wrote this one here.", "Ada")]
        self.account._get_transport().edit_template(template.template_uid, {"components": other})
        self.sandbox.control("POST", f"templates/{template.template_uid}", status="APPROVED")
        self.env.flush_all()
        said = None
        with self.enter_registry_test_mode():
            # Not assertRaises of this class: its savepoint would undo what is kept as well.
            try:
                with self.registry.cursor() as cr:
                    api.Environment(cr, self.admin_user.id, {})["wa.template"].browse(template.id).action_submit()
            except UserError as error:
                said = str(error)
        self.env.invalidate_all()
        self.assertIn("once in 24 hours", said)
        self.assertIn("once in 24 hours", template.edit_refusal)
        self.assertEqual((template.status, template.is_edited, template.body), ("APPROVED", True, NEW))
        self.assertTrue(template.edit_refused_at)
        self.later(hours=24)
        template.action_submit()
        self.assertEqual((template.status, template.edit_refusal, template.edit_refused_at), ("PENDING", False, False))


@tagged("post_install", "-at_install", "wa")
class TestTemplateEditMessages(EditCase):
    """Nothing that waits is sent with other words than it was filled for."""

    def test_what_waits_keeps_the_change_back_or_is_not_sent(self):
        """Also when the number of variables stays: the values belong to other words."""
        for number, body in enumerate((NEW, "Hello {{1}}, your order could not be made, we are sorry.")):
            with self.subTest(body):
                template = self.opened(self.ready(f"order_{number}"), body)
                row = self.queued(template)
                self.assertEqual(template.waiting_count, 1)
                with self.assertRaisesRegex(UserError, r"1 message\(s\) with the approved text still wait"):
                    template.action_submit()
                self.assertFalse(self.edits_asked(template))
                template.action_submit_all_the_same()
                self.verdict(template, "APPROVED")
                self.read_again()
                before = len(self.phone_messages(self.ada))
                self.run_sender()
                self.assertEqual((row.state, row.error_code), ("failed", "template_changed"))
                self.assertEqual(len(self.phone_messages(self.ada)), before)
                told = self.env["mail.notification"].search([("res_partner_id", "=", self.ana.partner_id.id)]).mail_message_id
                self.assertTrue(told.filtered(lambda m: "was changed after this message" in (m.body or "")))

    def test_an_edit_elsewhere_stops_what_waits(self):
        template = self.ready()
        row = self.queued(template)
        other = [self.body("Hello {{1}}, somebody else wrote this one here.", "Ada")]
        self.account._get_transport().edit_template(template.template_uid, {"components": other})
        self.verdict(template, "APPROVED")
        self.read_again()
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", "template_changed"))

    def test_what_comes_due_during_the_review_waits_for_it(self):
        self.sandbox.control("POST", "switches", review="hold")
        template = self.opened()
        template.action_submit()
        rows = [self.queued(template, origin) for origin in ("automation", "sequence", "bulk")]
        self.assertEqual({row.error_code for row in rows}, {"template_in_review"})
        [outcome] = template.sudo()._send_to_records(self.lead, origin="manual")
        self.assertEqual((outcome.status, outcome.code), ("refused", "template_not_approved"))
        other = self.queued(self.approved("other_news", self.body("We are open all day tomorrow.")))
        self.run_sender()
        self.assertEqual(other.state, "sent", "nobody else's message waits behind them")
        self.later(hours=1, seconds=1)
        self.run_sender()
        self.assertEqual({(row.state, row.error_code) for row in rows}, {("queued", "template_in_review")}, "looked again")
        self.verdict(template, "APPROVED")
        self.run_sender()
        self.assertEqual({row.state for row in rows}, {"sent"}, [row.error_text for row in rows])
        cards = {message["card"]["body"] for message in self.phone_messages(self.ada) if message.get("card")}
        words = "Dear Ada Example, your order S7 is waiting for you at the shop."
        self.assertEqual(cards, {words, "We are open all day tomorrow."})

    def test_a_rejected_edit_and_one_nobody_decides(self):
        """What waited is refused in words; the approved text can be put back and handed in at once."""
        self.sandbox.control("POST", "switches", review="hold")
        template = self.opened()
        template.action_submit()
        row = self.queued(template)
        self.verdict(template, "REJECTED")
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", "template_not_approved"))
        self.assertEqual((template.body, template.is_fixed), (NEW, False))
        template.with_user(self.lead_manager).action_back_to_approved()
        self.assertEqual((template.body, template.is_edited, template.parameter_ids.mapped("key")), (OLD, True, ["body.1"]))
        self.read_again()
        self.assertEqual(template.body, OLD)
        template.action_submit()
        self.assertEqual(template.edits_used, 1)
        row = self.queued(template)
        self.later(hours=25)
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", "template_not_approved"), "a day is enough")
        self.verdict(template, "APPROVED")
        self.assertFalse(template.approved_components)
        _row, card = self.send(template)
        self.assertEqual(card["body"], "Hello Ada Example, your order is ready to be fetched.")
        with self.assertRaisesRegex(UserError, "no approved text"):
            template.action_back_to_approved()

    def test_another_language_is_left_alone_and_not_sent_instead(self):
        """Who reads Spanish waits for the Spanish one and does not get the English one."""
        self.env["res.lang"]._activate_lang("es_ES")
        english, spanish = self.ready(), self.approved("order_ready", self.body("Su pedido está listo."), language="es")
        self.ada_partner = self.conversation.partner_id
        self.ada_partner.lang = "es_ES"
        self.sandbox.control("POST", "switches", review="hold")
        self.opened(spanish, "Su pedido le espera en la tienda.").action_submit()
        row = self.queued(english, by_language=True)
        self.assertEqual((row.template_id, row.error_code), (spanish, "template_in_review"))
        self.assertEqual((english.status, english.body, english.reopened_at), ("APPROVED", OLD, False))
        self.ada_partner.lang = "en_US"
        self.assertEqual(self.queued(english, by_language=True).template_id, english)
        self.verdict(spanish, "APPROVED")
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)


@tagged("post_install", "-at_install", "wa")
class TestTemplateEditNews(EditCase):
    """Webhooks and synchronising while somebody edits."""

    def test_synchronising_leaves_the_change_alone_and_takes_what_is_sent(self):
        template = self.opened()
        self.read_again()
        self.assertEqual((template.body, template.is_edited), (NEW, True))
        self.assertNotIn("changed at WhatsApp while", self.words(template))
        other = [self.body("Hello {{1}} and {{2}}, somebody else wrote this one here.", "Ada", "Bo")]
        self.account._get_transport().edit_template(template.template_uid, {"components": other})
        self.verdict(template, "APPROVED")
        self.read_again()
        self.assertEqual((template.body, template.is_edited), (NEW, True))
        self.assertIn("changed at WhatsApp while", self.words(template))
        _row, card = self.send(template)
        self.assertEqual(card["body"], "Hello Ada Example and S7, somebody else wrote this one here.")
        template.with_user(self.lead_manager).action_discard_edit()
        self.assertIn("somebody else", template.body)

    def test_a_pause_that_comes_and_goes_leaves_the_change_alone(self):
        template = self.opened()
        self.verdict(template, "PAUSED")
        self.assertEqual((template.status, template.body, template.is_fixed), ("PAUSED", NEW, False))
        self.verdict(template, "APPROVED")
        self.read_again()
        self.assertEqual((template.status, template.body, template.is_edited), ("APPROVED", NEW, True))
        _row, card = self.send(template)
        self.assertEqual(card["body"], "Hello Ada Example, your order is ready to be fetched.")

    def test_an_approval_from_before_is_not_taken_for_the_verdict(self):
        """A webhook that was on its way while the change was handed in; WhatsApp is asked to be sure."""
        self.sandbox.control("POST", "switches", review="hold")
        template = self.opened()
        self.later(minutes=5)
        template.action_submit()
        self.account.templates_outdated = False
        value = {
            "event": "APPROVED",
            "message_template_id": int(template.template_uid),
            "message_template_name": template.name,
            "message_template_language": "en",
            "reason": "NONE",
        }
        entry = {
            "id": WABA_ID,
            "time": int((self.start + timedelta(minutes=1) - fields.Datetime.to_datetime("1970-01-01")).total_seconds()),
            "changes": [{"field": "message_template_status_update", "value": value}],
        }
        self.store_webhook({"object": "whatsapp_business_account", "entry": [entry]})
        self.process_webhooks()
        self.assertEqual((template.status, self.account.templates_outdated), ("PENDING", True))
        self.read_again()
        self.assertEqual(template.status, "PENDING")
        self.verdict(template, "APPROVED")
        self.assertEqual(template.status, "APPROVED")

    def test_deleted_while_it_is_open(self):
        template = self.opened()
        self.account._get_transport().delete_template(self.account.waba_id, template.name)
        self.read_again()
        self.assertIn(template.status, ("DELETED", "PENDING_DELETION"))
        with self.assertRaisesRegex(UserError, "has this template already"):
            template.action_submit()
        template.with_user(self.lead_manager).action_discard_edit()
        self.assertEqual((template.body, template.is_fixed), (OLD, True))
