from datetime import timedelta

from odoo import fields, models

#: Messages that were handed over longer ago are looked at again before they leave.
FRESH = timedelta(minutes=1)


class Base(models.AbstractModel):
    """What about a record makes a message pointless that was planned for it before."""

    _inherit = "base"

    def _wa_endings(self):
        """Return ``{id: codes}``: why nothing that was planned earlier should be sent for these records (hook).

        Codes of the catalogue ``wa.failure``, the one to be told first in front. What holds already when
        something is planned is no reason: a farewell to customers who were lost is meant for them.
        """
        partners = self.sudo()._wa_partners()
        has_active = "active" in self._fields
        return {
            record.id: [
                *(["record_archived"] if has_active and not record.sudo()["active"] else []),
                *(["customer_archived"] if partners[record.id] and not partners[record.id].sudo().active else []),
            ]
            for record in self
        }


class WaScheduledMessage(models.Model):
    """A planned message whose record or customer has come to an end since."""

    _inherit = "wa.scheduled.message"

    def _endings_now(self):
        """Return ``{plan: codes}`` of what holds now and did not when it was planned, as far as the owner minds."""
        found = {}
        for model, plans in self.grouped("res_model").items():
            if model not in self.env:
                continue
            records = self.env[model].sudo().with_context(active_test=False).browse(plans.mapped("res_id")).exists()
            endings = records._wa_endings()
            for plan in plans:
                codes = [
                    code
                    for code in endings.get(plan.res_id, ())
                    if code not in (plan.ended_then or "").split(",") and plan._minds(code)
                ]
                if codes:
                    found[plan] = codes
        return found

    def _minds(self, code):
        """Tell whether whatever planned this message minds that its record came to such an end (hook)."""
        self.ensure_one()
        if code == "lead_won":
            return not self.action_id.wa_even_if_won
        return True

    def _call_off_ended(self):
        """Call off plans whose record has come to an end since they were made; returns the others."""
        ended = self._endings_now()
        for plan, codes in ended.items():
            plan._cancel(codes[0])
        return self.filtered(lambda plan: plan not in ended)


class WaMessage(models.Model):
    """The same for a message that was handed over and waits, for the morning or behind ten thousand others."""

    _inherit = "wa.message"

    def _withdraw_ended(self):
        """Call off messages that waited and whose record has come to an end meanwhile; returns the others."""
        since = fields.Datetime.now() - FRESH
        waited = self.filtered(
            lambda message: message.origin in ("automation", "sequence", "bulk") and message.create_date < since
        )
        if not waited:
            return self
        plans = self.env["wa.scheduled.message"].sudo().search([("message_id", "in", waited.ids)])
        withdrawn = self.browse()
        for plan, codes in plans._endings_now().items():
            message = self.browse(plan.message_id.id)
            message._withdraw(plan, codes[0])
            withdrawn |= message
        return self - withdrawn

    def _withdraw(self, plan, code):
        """Call off a message that was handed over, with its plan."""
        self._settle({"state": "cancelled", "error_code": code, "error_detail": False, "next_attempt_at": False})
        plan.sudo().write({"state": "cancelled", "code": code})
