from collections.abc import Callable, Iterable

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ...tools.status import reached
from ..concurrency import attempt
from ..core.base_automation import RECEIVED, STATUS
from .wa_rule_match import Facts


class WaRule(models.AbstractModel):
    """Runs the automation rules that WhatsApp messages and statuses start.

    Rules run as OdooBot, whoever had the webhook processed. Each (rule, message) is done
    or undone as a whole, and one that fails touches neither the message nor the others.
    Which rules apply is decided before the first one runs: moving a lead to the next
    stage does not start the rule of that stage with the same message.
    """

    _name = "wa.rule"
    _description = "WhatsApp Rules"

    @api.model
    def _on_received(self, rows: models.BaseModel) -> dict[models.BaseModel, list[str]]:
        """Run what customers' messages start; those of blocked people start nothing.

        :param rows: ``wa.message`` that were stored just now, each for the first time.
        :returns: ``{wa.message: [lines about rules that failed]}``
        """
        rows = rows.filtered(lambda row: not row.is_from_blocked)
        if not rows:
            return {}
        if self.env["base.automation"]._wa_any_writes():
            self.env["wa.machine"]._notice(rows)
        rules = self._rules(RECEIVED)
        if not rules:
            return {}
        facts = Facts(rows)
        return {
            row: lines
            for row in rows
            if (lines := self._run_all(row, [rule for rule in rules if facts.is_received(rule, row)]))
        }

    @api.model
    def _on_status(self, former: dict[models.BaseModel, str]) -> None:
        """Run what changes of our messages' states start; nothing where the customer is blocked.

        :param former: ``{wa.message: state before}``
        """
        rules = self._rules(STATUS)
        for row, state in former.items() if rules else ():
            if row.contact_id.is_blocked:
                continue
            statuses = set(reached(state, row.state))
            self._run_all(row, [rule for rule in rules if Facts.is_report(rule, row, statuses)])

    # ------------------------------------------------------------------ running

    @api.model
    def _rules(self, trigger: str) -> models.BaseModel:
        """Return the rules of a trigger, to be run as OdooBot; costs no query when there are none."""
        ids = self.env["base.automation"]._wa_rule_ids(trigger)
        rules = self.env["base.automation"].with_user(SUPERUSER_ID).browse(ids)
        return rules.exists() if rules else rules

    @api.model
    def _run_all(self, row: models.BaseModel, rules: Iterable[models.BaseModel]) -> list[str]:
        """Run rules for one message; returns a line for each that failed."""
        found, failed = [], []
        for rule in rules:
            rule = rule.with_company(row.company_id).with_context(
                wa_message_id=row.id, wa_conversation_id=row.conversation_id.id, old_values=None, __action_done={}
            )
            line, records = self._isolated(rule, row, lambda rule=rule: rule._filter_post(self._records(rule, row)))
            failed += line
            if records:
                found.append((rule, records))
        for rule, records in self._without_superseded(found):
            for record in records:
                line, _result = self._isolated(rule, row, lambda rule=rule, record=record: self._run(rule, record, row))
                failed += line
        return failed

    @api.model
    def _without_superseded(
        self, found: list[tuple[models.BaseModel, models.BaseModel]]
    ) -> list[tuple[models.BaseModel, models.BaseModel]]:
        """Return those of ``[(rule, records)]`` that do not give way to another one of them."""
        if len(found) < 2:
            return found
        started = {rule.id for rule, _records in found}
        return [(rule, records) for rule, records in found if not started & set(rule._wa_gives_way_to().ids)]

    @api.model
    def _run(self, rule: models.BaseModel, record: models.BaseModel, row: models.BaseModel) -> None:
        record = record.exists()
        if not record:
            return  # another rule deleted or merged it
        rule._process(record)
        if rule.wa_pause_hours:
            self.env["wa.rule.run"]._remember(rule, row, ran_at=fields.Datetime.now())

    @api.model
    def _isolated(
        self, rule: models.BaseModel, row: models.BaseModel, work: Callable[[], models.BaseModel | None]
    ) -> tuple[list[str], models.BaseModel | None]:
        """Do something of a rule; what it raises is undone and kept with its reason.

        :returns: ``([line about the failure], result or None)``
        """
        result, error = attempt(self.env, work)
        return ([self.env["wa.rule.run"]._keep_failure(rule, row, error)] if error else []), result

    @api.model
    def _records(self, rule: models.BaseModel, row: models.BaseModel) -> models.BaseModel:
        """Return the record of a rule's model that a message is about, or an empty set."""
        conversation = row.conversation_id
        found = {
            "wa.message": row,
            "wa.conversation": conversation,
            "res.partner": conversation.partner_id,
            "crm.lead": rule.model_name == "crm.lead" and self._lead(row),
        }.get(rule.model_name)
        model = rule.env[rule.model_name]
        return model.browse(found.ids) if found else model

    @api.model
    def _lead(self, row: models.BaseModel) -> models.BaseModel:
        """Return the lead a message is about.

        A customer may have several open leads, in one conversation. An answer that quotes a message of ours is
        about that one's lead. Else it is about the lead of what we wrote since they wrote last; if that was
        about several, or about none, about the lead of the conversation, or the last one of these.
        """
        if row.direction == "out":
            return row.lead_id or row.conversation_id.lead_id
        answered = row.target_id.lead_id or row.quoted_id.lead_id
        if answered and row.conversation_id._is_open_lead(answered):
            return answered
        own = row.conversation_id.lead_id
        written = self._leads_written_about(row)
        return own if own in written or not written else written[0]

    @api.model
    def _leads_written_about(self, row: models.BaseModel) -> models.BaseModel:
        """Return the open leads about which we wrote between the customer's message before and this one, latest first."""
        ids = self.env.execute_query(
            SQL(
                """
                SELECT m.lead_id FROM wa_message m
                 WHERE m.conversation_id = %(conversation)s AND m.direction = 'out' AND m.lead_id IS NOT NULL
                   AND m.id < %(row)s AND m.state NOT IN ('failed', 'cancelled')
                   AND m.id > COALESCE((SELECT MAX(p.id) FROM wa_message p
                                         WHERE p.conversation_id = %(conversation)s AND p.direction = 'in'
                                           AND p.id < %(row)s), 0)
              GROUP BY m.lead_id ORDER BY MAX(m.id) DESC
                """,
                conversation=row.conversation_id.id,
                row=row.id,
            )
        )
        leads = self.env["crm.lead"].sudo().browse([lead_id for (lead_id,) in ids])
        return leads.filtered(row.conversation_id._is_open_lead)
