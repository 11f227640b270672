from odoo import api, models

from ...tools.bidi import one_line


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
