from __future__ import annotations

from datetime import timedelta

from odoo import api, fields, models

from ...tools.webhook import reading
from ...tools.webhook.events import TemplateEvent
from ...tools.window import CLOCK_AHEAD, moment_of
from .template_words import EVENT_WORDS, STATUS_LABELS, quality_word
from .wa_template import PURPOSES

#: Events that are no status of their own, and the status after them; None: it stays what it was (a locked template is
#: sent, it only cannot be edited). Source: Meta, ``message_template_status_update``.
STATUS_AFTER = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "FLAGGED": None, "LOCKED": None}
#: For how long a review may last before what waits for it is refused. Source: reference §7.4, PENDING.
REVIEW = timedelta(hours=24)


class WaTemplateReview(models.AbstractModel):
    """What WhatsApp decides about templates, and what follows from it: who is told, what waits, what is read again."""

    _name = "wa.template.review"
    _description = "Review of WhatsApp Templates"

    # ------------------------------------------------------------------ webhooks

    @api.model
    def _apply(self, template: models.BaseModel, item: TemplateEvent) -> None:
        """Take over a webhook about a template, and say what Meta gave as its reason.

        :param item: change and value. Source: cloud-api reference §5.7.
        """
        template.ensure_one()
        former_status, former_at = template.status, (template.status_at, template.warned_at)
        former_verdict = (template.status, template.status_at, template.status_reason)
        self._take_over(template, item)
        if template.is_edited and not template.reopened_at and template.status == "APPROVED" != former_status:
            # What WhatsApp has is sent from now on, so it has to stand here again.
            template.account_id._have_templates_read()
        value = item.value
        event = reading.text(value.get("event"))
        if item.change == "status" and event in EVENT_WORDS:
            if (template.status_at, template.warned_at) != former_at:  # once, however often it comes
                words = self.env._(EVENT_WORDS[event])  # pylint: disable=translation-not-lazy
                said = reading.text(reading.mapping(value.get("other_info")).get("description"))
                template._message_log(body=f"{words} {said}".strip())
        elif item.change == "status" and (template.status, template.status_at, template.status_reason) != former_verdict:
            # Also when WhatsApp reports the same verdict again: its sentence says more than the word that comes with it.
            if words := self._reasons(value):
                template.status_reason = words
                if template.status != former_status:
                    template._message_log(body=self.env._("WhatsApp says: %s", words))
        elif item.change == "quality":
            template._message_log(
                body=self.env._(
                    "Quality at WhatsApp: %(now)s (before: %(before)s)",
                    now=quality_word(self.env, reading.text(value.get("new_quality_score"))),
                    before=quality_word(self.env, reading.text(value.get("previous_quality_score"))),
                )
            )
        elif item.change == "category" and value.get("correct_category"):
            category = reading.text(value["correct_category"]).upper()
            labels = dict(template._fields["category"]._description_selection(self.env))
            template._message_log(
                body=self.env._("WhatsApp will move this template to the category %s.", labels.get(category, category))
            )
        elif item.change == "components":
            template._message_log(body=self.env._("The content was changed at WhatsApp; it is being read again."))
            template.account_id._have_templates_read()

    @api.model
    def _take_over(self, template: models.BaseModel, item: TemplateEvent) -> None:
        """Write what was decided into the template; what is older than that is left out."""
        value = item.value
        decided_at = moment_of(item.timestamp, fields.Datetime.now(), CLOCK_AHEAD)
        if item.change == "status" and value.get("event"):
            if template.status_at and template.status_at > decided_at:
                if template.review_until:
                    # Or clocks differ, and it is the verdict: WhatsApp knows.
                    template.account_id._have_templates_read()
                return  # a late webhook about something that was decided anew since
            status = STATUS_AFTER.get(value["event"], value["event"])
            if status is None:
                # Nothing is decided: what was decided before may still be on its way, and its reason holds.
                template.warned_at = max(filter(None, (template.warned_at, decided_at)))
                return
            reason = value.get("reason")
            template.write(
                {
                    "status": status,
                    "status_at": decided_at,
                    "status_reason": False if reason in (None, "NONE") else str(reason),
                    "template_uid": item.template_id or template.template_uid,
                }
            )
        elif item.change == "quality":
            template.quality = value.get("new_quality_score") or False
        elif item.change == "category" and value.get("new_category") in PURPOSES:
            template.category = value["new_category"]

    @api.model
    def _reasons(self, value: dict) -> str:
        """Return Meta's own sentences about a verdict; "" without any."""
        rejection = reading.mapping(value.get("rejection_info"))
        details = [
            reading.text(rejection.get("reason")),
            reading.text(rejection.get("recommendation")),
            reading.text(reading.mapping(value.get("other_info")).get("description")),
        ]
        return " ".join(filter(None, details))

    # -------------------------------------------------------------- what follows

    @api.model
    def _follow(self, template: models.BaseModel, former: str) -> None:
        """Say that the approval changed; let messages wait while a change is reviewed, and let them go when it is decided.

        :param former: Meta's word for the state before.
        """
        template.ensure_one()
        if template.status == former:
            return
        self._log_status(template, former)
        template = template.sudo()
        if template.status == "PENDING" and (former in ("APPROVED", "PAUSED") or template.approved_components):
            template.review_until = fields.Datetime.now() + REVIEW
        elif template.status != "PENDING" and template.review_until:
            template.review_until = False
            self.sudo()._wake_waiting(template)
            if template.status == "APPROVED":
                # Once more, as WhatsApp has it.
                template.account_id._have_templates_read()
        if template.status == "APPROVED" and template.approved_components:
            template.approved_components = False

    @api.model
    def _log_status(self, template: models.BaseModel, former: str) -> None:
        """Say in the chatter, in words, that the approval changed."""
        before = STATUS_LABELS.get(former)
        words = {"before": self.env._(before) if before else former, "now": template.status_label}
        body = self.env._("Approval: %(before)s → %(now)s", **words)
        reason = template.status_reason_text
        template._message_log(body=f"{body}. {reason}" if reason and template.status != "APPROVED" else body)

    @api.model
    def _wake_waiting(self, template: models.BaseModel) -> None:
        """Have the gate asked again about what waited for the verdict: it goes, or is refused in words."""
        waiting = self.env["wa.message"].search(
            [("template_id", "=", template.id), ("state", "=", "queued"), ("error_code", "=", "template_in_review")]
        )
        waiting.write({"next_attempt_at": False, "error_code": False})
        waiting.number_id._trigger_sender()
