from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import new_test_user, tagged

from ..common import WaCase

SAMPLES = {"boolean": True, "char": "x", "text": "x", "integer": 7, "selection": "enter"}


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestForeignFacts(WaCase):
    """S15: what WhatsApp did is written by what happens, and on no road by people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Somebody with every right there is, short of being the system.
        groups = "base.group_system,base.group_partner_manager,sales_team.group_sale_manager"
        cls.boss = new_test_user(cls.env, "wa_boss", groups=f"{groups},crm_whatsapp.crm_whatsapp_group_admin")

    def facts(self):
        """Return ``[(model, field)]``: stored read-only fields of ours on models of others, whatever their names."""
        return [
            (name, field)
            for name, model in self.env.registry.items()
            if not name.startswith("wa.") and not model._abstract and not model._transient
            for field in model._fields.values()
            if field.name.startswith("wa_") and field.store and field.readonly and not field.related
        ]

    def sample(self, field):
        if field.type == "datetime":
            return fields.Datetime.now()
        if field.type == "many2one":
            return self.env[field.comodel_name].search([], limit=1).id
        return [Command.clear()] if field.type == "one2many" else SAMPLES[field.type]

    def needed(self, model, number="+12025550188"):
        """Return values without which there is no record of a model."""
        leads = self.env["ir.model"]._get_id("crm.lead")
        return {
            "base.automation": {"name": "x", "model_id": leads, "trigger": "on_create"},
            "ir.actions.server": {"name": "x", "model_id": leads, "state": "code"},
            "phone.blacklist": {"number": number},
        }.get(model, {"name": "x"})

    def record(self, model):
        return self.env[model].create(self.needed(model))

    def test_sweep(self):
        """S15: every such field, by write and by create over RPC."""
        facts = self.facts()
        self.assertLessEqual(
            {("crm.lead", "wa_idle_since"), ("crm.lead", "wa_awaiting_since"), ("res.partner", "wa_is_source")},
            {(model, field.name) for model, field in facts},
        )
        for model, field in facts:
            with self.subTest(model=model, field=field.name):
                vals = {field.name: self.sample(field)}
                record = self.record(model)
                before = record[field.name]
                self.is_refused(lambda record=record, vals=vals: record.with_user(self.boss).write(vals))
                self.assertEqual(record[field.name], before)
                again = record.with_user(self.boss).with_context(active_test=False)
                made_up = {**self.needed(model, "+12025550189"), **vals}
                made = self.is_refused(lambda again=again, made_up=made_up: again.create(made_up))
                self.assertTrue(made is None or made.sudo()[field.name] in (before, self.boss), "made up")

    def is_refused(self, work):
        """Do something that is refused, or that leaves the fact alone; returns what came of it."""
        try:
            with self.env.cr.savepoint():
                return work()
        except AccessError:
            return None

    def test_import(self):
        """S15: through the import of a list."""
        leads = self.env["crm.lead"].with_user(self.boss)
        result = leads.load(["name", "wa_awaiting_since"], [["Imported", "2020-01-01 00:00:00"]])
        self.assertFalse(result["ids"])
        self.assertIn("Waiting for the Customer Since", str(result["messages"]))
        self.assertFalse(self.env["crm.lead"].search([("name", "=", "Imported")]))

    def test_defaults(self):
        """S15: through a context, which Odoo takes for values."""
        leads = self.env["crm.lead"].with_user(self.boss)
        lead = leads.with_context(default_wa_awaiting_since="2020-01-01 00:00:00", default_wa_referral_uid="x").create(
            {"name": "Default"}
        )
        self.assertFalse(lead.wa_awaiting_since)
        self.assertFalse(lead.wa_referral_uid)

    def test_merged_customers(self):
        """Merging takes facts along, by a person."""
        new, old = self.env["res.partner"].create([{"name": "New", "wa_is_source": True}, {"name": "Old"}])
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.boss).create({})
        wizard._merge((new | old).ids, old)
        self.assertTrue(old.wa_is_source)

    def test_people_work_as_before(self):
        """What is no fact stays theirs, and facts follow what happens."""
        conversation = self.receive(self.inbound())
        lead = conversation.lead_id.with_user(self.ana)
        conversation.user_id = self.ana
        before = lead.wa_idle_since
        self.reply(self.ana, conversation, "Hello")
        self.assertGreaterEqual(lead.wa_idle_since, before)
        self.assertTrue(lead.wa_awaiting_since)
        lead.write({"name": "Renamed"})
        copied = lead.copy()
        self.assertFalse(copied.wa_awaiting_since)


@tagged("post_install", "-at_install", "wa", "wa_rights")
class TestFacts(WaCase):
    """What WhatsApp said is nobody's to rewrite: window, identity, consent, routing."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound())
        self.conversation.user_id = self.ana

    def facts_of(self, record, editable):
        """Return ``{field: another value of its own type}`` of every stored field that is not editable."""
        samples = {
            "char": "x",
            "text": "x",
            "boolean": True,
            "integer": 7,
            "datetime": fields.Datetime.now(),
            "selection": "x",
            "many2one": record.id,
            "one2many": [Command.clear()],
        }
        return {
            name: samples[field.type]
            for name, field in record._fields.items()
            if field.type in samples and name not in editable and name not in MAGIC_COLUMNS
        }

    def test_salesperson_cannot_write_facts(self):
        for record, editable in (
            (self.conversation.contact_id, {"partner_id"}),
            (self.conversation, {"user_id", "team_id", "lead_id", "state"}),
        ):
            facts = self.facts_of(record, editable)
            self.assertGreater(len(facts), 8)
            for user in (self.ana, self.lead_manager, self.admin_user):
                for name, value in facts.items():
                    with self.assertRaises(AccessError, msg=f"{record._name}.{name} as {user.login}"):
                        record.with_user(user).write({name: value})

    def test_no_way_round_by_the_records_on_the_other_side(self):
        """Commands of one2many fields write the row behind them with the same rights."""
        contact, conversation = self.conversation.contact_id, self.conversation
        row, channel = conversation.message_ids[0], conversation.channel_id
        message = row.mail_message_id
        attempts = {
            "partner": (contact.partner_id, {"wa_contact_ids": [Command.update(contact.id, {"wa_id": "1"})]}),
            "partner, delete": (contact.partner_id, {"wa_contact_ids": [Command.delete(contact.id)]}),
            "channel": (
                channel,
                {"wa_conversation_ids": [Command.update(conversation.id, {"last_inbound_at": fields.Datetime.now()})]},
            ),
            "message": (message, {"wa_message_ids": [Command.update(row.id, {"state": "read"})]}),
        }
        for name, (record, vals) in attempts.items():
            with self.assertRaises(AccessError, msg=name), self.cr.savepoint():
                record.with_user(self.ana).write(vals)
                self.env.flush_all()

    def test_closed_window_cannot_be_opened_by_rpc(self):
        self.conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=25)
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.ana).write({"last_inbound_at": fields.Datetime.now()})
        with self.assertRaises(AccessError):
            self.conversation.with_user(self.ana).write({"window_until": fields.Datetime.now() + timedelta(days=1)})
        with self.assertRaises(UserError):
            self.reply(self.ana, self.conversation, "too late")

    def test_facts_are_neither_made_nor_deleted_by_people(self):
        contact, conversation = self.conversation.contact_id, self.conversation
        for user in (self.ana, self.lead_manager, self.admin_user):
            for record in (contact, conversation, conversation.message_ids[0]):
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    record.with_user(user).create({})

    def test_people_still_choose_what_is_theirs(self):
        partner = self.env["res.partner"].create({"name": "The right one"})
        self.conversation.with_user(self.ana).write({"state": "closed", "user_id": self.ben.id})
        self.conversation.contact_id.with_user(self.ana).write({"partner_id": partner.id})
        self.assertEqual(self.conversation.partner_id, partner)
        self.assertEqual((self.conversation.state, self.conversation.user_id), ("closed", self.ben))

    def test_other_team_cannot_act_on_a_conversation(self):
        row = self.reply(self.ana, self.conversation, "Hello").wa_message_ids
        row.write({"state": "failed", "error_code": "131026"})
        conversation = self.conversation.with_user(self.cid)
        for act in (
            conversation.action_take,
            conversation.action_close,
            conversation.action_reopen,
            row.with_user(self.cid).action_retry,
            row.mail_message_id.with_user(self.cid).action_wa_retry,
            self.conversation.channel_id.with_user(self.cid).action_wa_send_template,
        ):
            with self.assertRaises(AccessError, msg=act.__name__):
                act()
                self.env.flush_all()
        self.assertEqual(row.state, "failed")
