from odoo import api, fields, models

from ...tools.bidi import one_line
from ..concurrency import savepoint


class WaMessage(models.Model):
    """Error 131050, in the answer or in a later status: the customer stopped marketing."""

    _inherit = "wa.message"

    def _note_opted_out(self):
        """Remember that WhatsApp delivers no marketing to this person, unless they allowed it since.

        Source: cloud-api reference, error 131050.
        """
        self.ensure_one()
        contact, at = self.contact_id, self.failed_at or fields.Datetime.now()
        if not contact.marketing_preference_at or contact.marketing_preference_at <= at:
            contact.write({"opted_out_marketing": True, "marketing_preference_at": at})
        evidence = self.env._("WhatsApp did not deliver a message: %s", self.error_detail or self.error_code)
        # The sender stores what became of many messages together: no rule about consents may undo that.
        with savepoint(self.env, f"the opt-out that WhatsApp reported for message {self.id} is not recorded"):
            self.env["wa.consent"]._record_from_platform(
                contact, self.number_id, "withdrawn", "error", evidence, at, self
            )


class WaInboundPreference(models.AbstractModel):
    """Stop, resume and sign-up inside WhatsApp are written down, also when they come late."""

    _inherit = "wa.inbound.preference"

    @api.model
    def _keep(self, contact, number, item, said_at):
        """Write down one wish.

        :param PreferenceEvent item: with value ``stop``, ``resume`` or ``signup``.
        """
        evidence = one_line(item.detail) or self.env._("Chosen inside WhatsApp: %s", one_line(item.value))
        if item.value == "signup":
            evidence = self.env._("Signed up inside WhatsApp, link %s", one_line(item.signup_id or "?"))
        action = "withdrawn" if item.value == "stop" else "granted"
        self.env["wa.consent"]._record_from_platform(contact, number, action, "platform", evidence, said_at)
