from odoo import api, models

from ...tools.webhook import reading
from ..account.meta_words import meta_word
from .notice import News

#: Messages per second after Meta's upgrade. Source: cloud-api reference §1.6.
UPGRADED_THROUGHPUT = 1000
#: Quality words of the older form of the quality webhook.
QUALITY_OF_EVENT = {"FLAGGED": "RED", "UNFLAGGED": "GREEN"}


class WaInboundNotice(models.AbstractModel):
    """News about single numbers. Source: cloud-api reference §5.8."""

    _inherit = "wa.inbound.notice"

    @api.model
    def _notice_phone_number_quality_update(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        """Throughput, limits and quality of a number.

        What Meta says about quality are two words; which colour it has become is read.
        """
        event = self._word(value, "event")
        vals = self._limit_vals(value)
        if number and event == "THROUGHPUT_UPGRADE":
            vals["messages_per_second"] = UPGRADED_THROUGHPUT
        if number and event in QUALITY_OF_EVENT:
            vals["quality_rating"] = QUALITY_OF_EVENT[event]
            account._look_again()
        return News(self.env._("WhatsApp says about quality and limits: %s", self._facts(value)), vals)

    @api.model
    def _notice_phone_number_name_update(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        """The verified name was approved, or not."""
        decision, name = self._word(value, "decision"), self._word(value, "requested_verified_name")
        reason = self._word(value, "rejection_reason")
        vals = {"name_status": decision} if number else {}
        if number and decision == "APPROVED" and name:
            vals["name"] = name
        words = self.env._(
            "WhatsApp's decision on the name “%(name)s”: %(decision)s", name=name, decision=meta_word(self.env, decision)
        )
        return News(f"{words} ({meta_word(self.env, reason)})" if reason and reason != "NONE" else words, vals)

    @api.model
    def _notice_business_username_update(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        status, username = self._word(value, "status"), self._word(value, "username")
        vals = {}
        if number and status in ("approved", "deleted"):
            vals["username"] = username if status == "approved" else False
        return News(
            self.env._("Business username %(username)s: %(status)s", username=username, status=meta_word(self.env, status)),
            vals,
        )

    _notice_business_username_updates = _notice_business_username_update

    @api.model
    def _notice_security(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        event, requester = self._word(value, "event"), self._word(value, "requester")
        words = {
            "PIN_CHANGED": self.env._("The two-step verification PIN of this number was changed."),
            "PIN_RESET_REQUEST": self.env._(
                "Somebody asked to reset the two-step verification PIN. If it was nobody of yours, act now in WhatsApp Manager."
            ),
            "PIN_REQUEST_SUCCESS": self.env._("The two-step verification PIN was reset."),
        }.get(event) or self.env._("Security notice: %s", meta_word(self.env, event))
        return News(self.env._("%(words)s Requested by user %(user)s.", words=words, user=requester) if requester else words)

    @api.model
    def _notice_messaging_handovers(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        """Another app, or Meta's own agent, took over or gave back conversations of this number."""
        kind = meta_word(self.env, self._word(value, "type"))
        return News(self.env._("Conversations were handed over at WhatsApp: %s", kind))

    @api.model
    def _notice_history(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        """How far the import of the phone's history is, or why there is none."""
        errors = reading.errors(value.get("errors"))
        if errors:
            reason = errors[0].details or errors[0].message or errors[0].title
            return News(self.env._("The history of the phone is not imported. WhatsApp says: %s", reason))
        progress = reading.integer(reading.mapping(value.get("metadata")).get("progress"))
        if progress is not None and progress >= 100:
            return News(self.env._("The history of the phone has been imported."))
        return News()

    @api.model
    def _notice_messages(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        """Errors about a number as a whole, such as too many messages."""
        lines = [
            f"{error.code or ''} {error.title or error.message}".strip() + (f": {error.details}" if error.details else "")
            for error in reading.errors(value.get("errors"))
        ]
        return News(self.env._("WhatsApp reports: %s", "; ".join(lines)))
