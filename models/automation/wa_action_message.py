from odoo import api, models
from odoo.exceptions import ValidationError


class WaActionMessage(models.AbstractModel):
    """Server actions “Send WhatsApp”: a template, or a text while WhatsApp lets us write freely."""

    _name = "wa.action.message"
    _description = "Action: Send WhatsApp"
    _inherit = ["wa.action.kind"]

    _label_fields = ("wa_content", "wa_template_id")
    _warning_fields = (
        "model_id",
        "state",
        "wa_content",
        "wa_text",
        "wa_template_id",
        *(f"wa_value_ids.{name}" for name in ("field_path", "fallback", "report_id", "file")),
    )

    @api.model
    def _label(self, action: models.BaseModel) -> str:
        if action.wa_content == "text":
            return self.env._("Send WhatsApp text")
        if action.wa_template_id:
            return self.env._("Send WhatsApp: %s", action.wa_template_id.display_name)
        return ""

    @api.model
    def _warnings(self, action: models.BaseModel) -> list[str]:
        if action.wa_content == "text":
            try:
                self.env["wa.free.text"]._check_text(action.wa_text, action.model_id.model, action.wa_text_user_id)
            except ValidationError as error:
                return [str(error)]
        elif action.wa_template_id and (unfilled := self._unfilled(action)):
            return [
                self.env._(
                    "This template was made for another kind of record. Say where its values come from: %s.",
                    ", ".join(unfilled.mapped("label")),
                )
            ]
        return []

    @api.model
    def _unfilled(self, action: models.BaseModel) -> models.BaseModel:
        """Return the required variables for which nothing can be found on an action's records."""
        template = action.wa_template_id.sudo()
        if template.model_id == action.model_id:
            return template.parameter_ids.browse()
        told = action.wa_value_ids.filtered(lambda line: line._says_something()).parameter_id
        return template._sent_parameters().filtered("is_required") - told

    @api.model
    def _written(self, action: models.BaseModel) -> str:
        if action.wa_content == "text":
            return self.env._("a text")
        return f"“{action.wa_template_id.display_name or ''}”"

    @api.model
    def _run(self, action: models.BaseModel, eval_context: dict) -> None:
        """Plan the message for the records; nothing is looked at while the user waits.

        A job sends: what cannot be sent is said in the record's chatter and in the list
        of planned messages, and stops nobody else.
        """
        is_text = action.wa_content == "text"
        if not (action.wa_text if is_text else action.wa_template_id) or action._is_recompute() or self._is_echo(action):
            return
        records = eval_context.get("records") or eval_context.get("record") or action._wa_scheduled_records()
        if not records:
            return
        person = action._wa_person()
        self.env["wa.reach"]._check_records(person, records)
        self.env["wa.scheduled.message"].sudo()._plan(
            records,
            origin="automation",
            template=None if is_text else action.wa_template_id,
            text=action.wa_text if is_text else None,
            key=action._wa_dedupe_key if action.wa_repeat != "always" else None,
            due_at=action._wa_due_at(),
            by_language=not is_text and action.wa_by_language,
            action_id=action.id,
            by_hand=bool(person),
            number_id=action.wa_number_id.id if action.wa_number_policy == "fixed" and action.wa_number_id else None,
        )

    @api.model
    def _is_echo(self, action: models.BaseModel) -> bool:
        """Tell whether nothing changed but what we keep about our own messages: a rule would answer itself.

        Each message that leaves changes when a lead was last written to, and a rule for any change would start
        again with it. Rules that name such a field mean it.
        """
        changed = {name for names in (self.env.context.get("old_values") or {}).values() for name in names}
        if not changed:
            return False
        facts = getattr(self.env[action.sudo().model_id.model], "_wa_facts", None)
        watched = set(action.sudo().base_automation_id.trigger_field_ids.mapped("name"))
        return facts is not None and changed <= facts() and not changed & watched
