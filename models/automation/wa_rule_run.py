import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.redact import redact
from ..concurrency import traceback_text

_logger = logging.getLogger(__name__)


class WaRuleRun(models.Model):
    """What is remembered about one rule in one conversation: when it ran last, and why it failed.

    Only where somebody needs it: rules that pause after they ran, and failures.
    """

    _name = "wa.rule.run"
    _description = "WhatsApp Rule in a Conversation"
    _order = "failed_at desc, id desc"
    _rec_name = "automation_id"

    automation_id = fields.Many2one(
        "base.automation", "Automation Rule", required=True, readonly=True, index=True, ondelete="cascade"
    )
    conversation_id = fields.Many2one("wa.conversation", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="conversation_id.company_id")
    message_id = fields.Many2one("wa.message", "Last Message", readonly=True, index="btree_not_null", ondelete="set null")
    ran_at = fields.Datetime("Ran", readonly=True)
    failed_at = fields.Datetime("Failed", readonly=True)
    told_at = fields.Datetime(readonly=True, help="When colleagues last saw in the thread that the rule failed.")
    reason = fields.Char(readonly=True)
    error = fields.Text("Details", readonly=True)

    _rule_conversation_uniq = models.Constraint(
        "UNIQUE(automation_id, conversation_id)", "This rule is remembered in this conversation already."
    )

    @api.model
    def _of(self, rule: models.BaseModel, conversation: models.BaseModel) -> models.BaseModel:
        """Return the row of a rule in a conversation, or an empty set."""
        return self.sudo().search([("automation_id", "=", rule.id), ("conversation_id", "=", conversation.id)], limit=1)

    @api.model
    def _remember(self, rule: models.BaseModel, row: models.BaseModel, **vals) -> models.BaseModel:
        """Write down something about a rule in the conversation of a message; returns the row."""
        vals["message_id"] = row.id
        run = self._of(rule, row.conversation_id)
        if run:
            run.write(vals)
            return run
        return self.sudo().create({"automation_id": rule.id, "conversation_id": row.conversation_id.id, **vals})

    @api.model
    def _keep_failure(self, rule: models.BaseModel, row: models.BaseModel, error: Exception) -> str:
        """Keep why a rule failed, and say so in the thread once a day.

        :param row: ``wa.message`` that started the rule.
        :param error: what it raised.
        :returns: one line for those who look at the webhook
        """
        # What is told to users explains itself.
        details = redact(str(error)) if isinstance(error, UserError) else traceback_text(error)
        _logger.warning("WhatsApp: rule %s failed in conversation %s: %s", rule.id, row.conversation_id.id, details)
        reason = (
            redact(str(error))
            if isinstance(error, UserError)
            else self.env._("something in the rule or in another part of this database went wrong")
        )
        now = fields.Datetime.now()
        run = self._remember(rule, row, failed_at=now, reason=reason[:500], error=traceback_text(error, with_rows=True)[-4000:])
        if not run.told_at or run.told_at < now - timedelta(days=1):
            run.told_at = now
            words = self.env._(
                "The automation rule “%(rule)s” failed here: %(reason)s. An administrator finds the details on the rule.",
                rule=rule.name,
                reason=reason.rstrip(".")[:500],
            )
            self.env["wa.inbound.note"]._post(row.conversation_id, words)
        return f"rule failed: {rule.name}: {redact(str(error))[:300]}"

    def action_open_chat(self):
        """Open the conversation in which the rule failed."""
        return self.conversation_id.action_open_chat()

    @api.autovacuum
    def _gc_old(self):
        """Forget what is older than three months; no rule pauses longer."""
        limit = fields.Datetime.now() - timedelta(days=90)
        self.search([("write_date", "<", limit)], limit=10_000).unlink()
