import importlib.util
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import ROOT, WaCase


@tagged("post_install", "-at_install", "wa", "wa_consent")
class TestConsentPast(WaCase):
    """A database from before consents were kept: its customers wrote, and nothing is on record about them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.consent_policy = "all"

    def before_consents(self, *conversations):
        """Make conversations look as the version before left them."""
        contacts = self.env["wa.contact"].union(*[conversation.contact_id for conversation in conversations])
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM wa_consent WHERE contact_id = ANY(%s)", [contacts.ids])
        self.env.cr.execute(
            "UPDATE wa_conversation SET consent_service = 'none', consent_marketing = 'none' WHERE contact_id = ANY(%s)",
            [contacts.ids],
        )
        self.env.invalidate_all()

    def upgrade(self, script="19.0.1.1.0/post-consent.py"):
        path = ROOT / "migrations" / script
        spec = importlib.util.spec_from_file_location("post_consent", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def wrote(self, text, number, **message):
        return self.receive(self.inbound(text, wa_id=f"1202555010{number}", bsuid=f"US.10002000300{number}", **message))

    def decide(self, conversation):
        return self.env["wa.gate"]._decide(conversation, "template", self.template, origin="automation").code

    def test_who_wrote_has_agreed_and_can_be_sent_templates_again(self):
        self.template.category = "UTILITY"
        conversation = self.wrote("Is the oak table still there?", 1)
        self.before_consents(conversation)
        self.assertEqual(self.decide(conversation), "consent_missing")
        self.upgrade()
        row = conversation.contact_id.consent_ids
        self.assertEqual(
            (row.purpose, row.action, row.source, row.evidence, row.message_id, row.happened_at),
            ("service", "granted", "message", "Is the oak table still there?", conversation.message_ids,
             conversation.last_inbound_at),
        )  # fmt: skip
        self.assertEqual((conversation.consent_service, conversation.consent_marketing), ("granted", "none"))
        self.assertEqual(self.decide(conversation), "")

    def test_whose_last_word_was_a_stop_has_stopped(self):
        stopped, back = self.wrote("Hello", 1), self.wrote("STOP", 2)
        self.wrote("STOP", 1)
        self.wrote("One more question", 2)
        for conversation in (stopped, back):
            first, last = conversation.message_ids.filtered(lambda m: m.direction == "in").sorted("id")
            first.sent_at, last.sent_at = (fields.Datetime.now() - timedelta(minutes=m) for m in (20, 10))
        self.before_consents(stopped, back)
        self.upgrade()
        self.assertEqual((stopped.consent_service, stopped.consent_marketing), ("withdrawn", "withdrawn"))
        self.assertEqual(back.consent_service, "granted")

    def test_what_is_on_record_stays_and_a_second_run_adds_nothing(self):
        conversation, other = self.wrote("Hello", 1), self.wrote("Hi", 2)
        self.give_consent(other.contact_id, purpose="service", action="withdrawn")
        before = len(other.contact_id.consent_ids)
        self.before_consents(conversation)
        self.upgrade()
        self.upgrade()
        self.assertEqual(len(conversation.contact_id.consent_ids), 1)
        self.assertEqual((len(other.contact_id.consent_ids), other.consent_service), (before, "withdrawn"))

    def test_reactions_groups_and_imports_are_no_consent(self):
        conversation = self.wrote("Hello", 1)
        self.before_consents(conversation)
        message = conversation.message_ids
        for vals in ({"is_history": True}, {"group_uid": "G1"}, {"kind": "reaction"}):
            kept = {name: message[name] for name in vals}
            message.write(vals)
            self.upgrade()
            self.assertFalse(conversation.contact_id.consent_ids, vals)
            message.write(kept)

    def test_words_that_said_no_are_no_consent_any_more(self):
        """R29: what the version before put down as consent with a "no" as its proof is taken away, stops are stops."""
        no, stop, both = (self.wrote("Hi", number).contact_id for number in (4, 5, 6))
        self.before_consents(*(no | stop | both).conversation_ids)
        words = {no: ("No, gracias",), stop: ("Salir",), both: ("no me interesa", "¿Cuánto cuesta?")}
        for contact, texts in words.items():
            messages = contact.conversation_ids.message_ids
            messages.text = texts[-1]
            self.env["wa.consent"].sudo().create(
                {
                    "contact_id": contact.id,
                    "company_id": self.env.company.id,
                    "purpose": "service",
                    "action": "granted",
                    "source": "message",
                    "evidence": texts[0],
                    "happened_at": fields.Datetime.now() - timedelta(hours=1),
                }
            )
        self.assertEqual(set((no | stop | both).conversation_ids.mapped("consent_service")), {"granted"})
        for _time in range(2):
            self.upgrade("19.0.1.3.0/post-words-that-say-no.py")
            self.assertFalse(no.consent_ids)
            self.assertEqual(no.conversation_ids.consent_service, "none")
            self.assertEqual(stop.conversation_ids.consent_service, "withdrawn")
            self.assertEqual(both.consent_ids.mapped("evidence"), ["¿Cuánto cuesta?"])
