"""Automation rules for tests of what WhatsApp messages start."""

from odoo import Command, fields

from .common import WaCase

#: Says which rules failed.
LOG = "odoo.addons.crm_whatsapp.models.automation.wa_rule_run"


class RuleMixin:
    """Makes rules that tag leads, so that a test sees which ones ran on what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["base.automation"].search([]).active = False

    def tag(self, name):
        """Return a tag of leads with this name, made if need be."""
        tags = self.env["crm.tag"]
        return tags.search([("name", "=", name)], limit=1) or tags.create({"name": name})

    def rule(self, name="Seen", model="crm.lead", trigger="on_wa_received", action=None, **vals):
        """Make a rule; unless told otherwise it tags the lead with its name."""
        rule = self.env["base.automation"].create(
            {"name": name, "model_id": self.env["ir.model"]._get_id(model), "trigger": trigger, **vals}
        )
        self.add_action(rule, **(action or self.tagging(name)))
        return rule

    def add_action(self, rule, **vals):
        """Give a rule one more action."""
        return self.env["ir.actions.server"].create(
            {
                "name": rule.name,
                "model_id": rule.model_id.id,
                "base_automation_id": rule.id,
                "usage": "base_automation",
                **vals,
            }
        )

    def tagging(self, name):
        """Return the values of an action that tags a lead."""
        return {
            "state": "object_write",
            "update_path": "tag_ids",
            "update_m2m_operation": "add",
            "evaluation_type": "value",
            "resource_ref": f"crm.tag,{self.tag(name).id}",
        }

    def moving(self, field, target):
        """Return the values of an action that sets a many2one field."""
        return {
            "state": "object_write",
            "update_path": field,
            "evaluation_type": "value",
            "resource_ref": f"{target._name},{target.id}",
        }

    def adding(self, field, words):
        """Return the values of an action that appends to a text."""
        return self.code(f"record.write({{'{field}': (record.{field} or '') + {words}}})")

    def code(self, text):
        """Return the values of an action that runs code."""
        return {"state": "code", "code": text}

    def tags(self, lead):
        """Return the names of a lead's tags, sorted."""
        return sorted(lead.tag_ids.mapped("name"))

    def untag(self, lead):
        """Forget which rules ran."""
        lead.tag_ids = [Command.clear()]


class RuleCase(RuleMixin, WaCase):
    """A connected account, and no rules but those of the test."""


class AnswerCase(RuleCase):
    """A customer who has written, and what both sides say then."""

    def setUp(self):
        super().setUp()
        self.conversation = self.receive(self.inbound("Good morning"))
        self.lead = self.conversation.lead_id

    def say(self, text="Hi", **message):
        self.receive(self.inbound(text, **message))

    def ours(self, text="May we help you?", **vals):
        """Write to the customer, as if it had been sent."""
        row = self.reply(self.ana, self.conversation, text).wa_message_ids
        row.write({"state": "sent", "sent_at": fields.Datetime.now(), "wamid": f"wamid.OUT.{row.id}", **vals})
        return row

    def our_template(self, template=None):
        template = template or self.template
        return self.ours(kind="template", template_id=template.id, content={"name": template.name, "language": "en"})

    def assertRan(self, *names):
        self.assertEqual(self.tags(self.lead), sorted(names))
        self.untag(self.lead)
