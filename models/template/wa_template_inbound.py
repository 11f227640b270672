import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ...tools.graph.errors import GraphError
from ...tools.webhook import reading
from .wa_template import QUALITY_LABELS

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

#: What WhatsApp does with a template besides deciding its status.
EVENT_WORDS = {
    "FLAGGED": _lt("WhatsApp flagged this template because of low quality: it may be paused or disabled soon."),
    "LOCKED": _lt("WhatsApp locked this template: it can be sent, and not be changed for now."),
    "REINSTATED": _lt("WhatsApp reinstated this template: it can be sent again."),
    "UNARCHIVED": _lt("WhatsApp took this template out of its archive: it can be sent again."),
}


class WaTemplate(models.Model):
    """News about templates: the reason in the chatter, the definition read again when it changed."""

    _inherit = "wa.template"

    def _apply_event(self, item):
        """Take over the change, and say what Meta gave as its reason.

        :param TemplateEvent item: Source: cloud-api reference §5.7.
        """
        former_status, former_at = self.status, (self.status_at, self.warned_at)
        former_verdict = (self.status, self.status_at, self.status_reason)
        result = super()._apply_event(item)
        value = item.value
        if self.is_edited and not self.reopened_at and self.status == "APPROVED" != former_status:
            # What WhatsApp has is sent from now on, so it has to stand here again.
            self.account_id._have_templates_read()
        event = reading.text(value.get("event"))
        if item.change == "status" and event in EVENT_WORDS:
            if (self.status_at, self.warned_at) != former_at:  # once, however often it comes
                words = self.env._(EVENT_WORDS[event])  # pylint: disable=translation-not-lazy
                said = reading.text(reading.mapping(value.get("other_info")).get("description"))
                self._message_log(body=f"{words} {said}".strip())
        elif item.change == "status" and (self.status, self.status_at, self.status_reason) != former_verdict:
            # Also when WhatsApp reports the same verdict again: its sentence says more than the word that comes with it.
            rejection = reading.mapping(value.get("rejection_info"))
            details = [
                reading.text(rejection.get("reason")),
                reading.text(rejection.get("recommendation")),
                reading.text(reading.mapping(value.get("other_info")).get("description")),
            ]
            words = " ".join(filter(None, details))
            if words:
                self.status_reason = words
                if self.status != former_status:
                    self._message_log(body=self.env._("WhatsApp says: %s", words))
        elif item.change == "quality":
            self._message_log(
                body=self.env._(
                    "Quality at WhatsApp: %(now)s (before: %(before)s)",
                    now=self._quality_in_words(reading.text(value.get("new_quality_score"))),
                    before=self._quality_in_words(reading.text(value.get("previous_quality_score"))),
                )
            )
        elif item.change == "category" and value.get("correct_category"):
            category = reading.text(value["correct_category"]).upper()
            labels = dict(self._fields["category"]._description_selection(self.env))
            self._message_log(
                body=self.env._("WhatsApp will move this template to the category %s.", labels.get(category, category))
            )
        elif item.change == "components":
            self._message_log(body=self.env._("The content was changed at WhatsApp; it is being read again."))
            self.account_id._have_templates_read()
        return result

    @api.model
    def _quality_in_words(self, score):
        """Return Meta's quality score for people."""
        label = QUALITY_LABELS.get(score or "UNKNOWN")
        return self.env._(label) if label else score

    @api.model
    def _cron_refresh(self):
        """Read the templates of accounts again in which something changed. Body of a scheduled job."""
        for account in self.env["wa.account"].search([("templates_outdated", "=", True)]):
            try:
                with self.env.cr.savepoint():
                    self._sync_account(account)
                    account.templates_outdated = False
            except (GraphError, UserError) as error:
                _logger.warning("WhatsApp account %s: templates could not be read, later again: %s", account.id, error)
                if isinstance(error, GraphError):
                    account._take_refusal(error)
            self.env["ir.cron"]._commit_progress(1)
