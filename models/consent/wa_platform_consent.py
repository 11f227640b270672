from odoo import api, fields, models

from ...tools.bidi import one_line
from ..concurrency import lock_fresh
from ..savepoint import apart


class WaContact(models.Model):
    """What customers tell WhatsApp itself about marketing is a consent or the end of one.

    ``opted_out_marketing`` stays what it is, "WhatsApp will not deliver": no row that
    a colleague writes lifts it.
    """

    _inherit = "wa.contact"

    def _record_platform_consent(self, number, action, source, evidence, at, message=None):
        """Write down what WhatsApp reported about this person, once.

        :param number: ``wa.number`` it was reported for; it holds for its whole company.
        :param str source: ``platform`` or ``error``
        :param datetime at: naive UTC
        """
        self.ensure_one()
        vals = {
            "contact_id": self.id,
            "company_id": number.company_id.id,
            "purpose": "marketing",
            "action": action,
            "source": source,
            "happened_at": min(at, fields.Datetime.now()),
        }
        known = self.env["wa.consent"].sudo().search_count([(name, "=", value) for name, value in vals.items()], limit=1)
        if not known:
            self.env["wa.consent"]._record([{**vals, "evidence": evidence, "message_id": message.id if message else False}])


class WaMessage(models.Model):
    """Error 131050, in the answer or in a later status: the customer stopped marketing."""

    _inherit = "wa.message"

    def _note_opted_out(self):
        """Remember that WhatsApp delivers no marketing to this person, unless they allowed it since.

        Source: cloud-api reference, error 131050.
        """
        self.ensure_one()
        contact, at = self.contact_id, self.failed_at or fields.Datetime.now()
        lock_fresh(contact, "opted_out_marketing", "marketing_preference_at")
        if not contact.marketing_preference_at or contact.marketing_preference_at <= at:
            contact.write({"opted_out_marketing": True, "marketing_preference_at": at})
        evidence = self.env._("WhatsApp did not deliver a message: %s", self.error_detail or self.error_code)
        # The sender stores what became of many messages together: no rule about consents may undo that.
        with apart(self.env, f"the opt-out that WhatsApp reported for message {self.id} is not recorded"):
            contact._record_platform_consent(self.number_id, "withdrawn", "error", evidence, at, self)


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
        contact._record_platform_consent(
            number, "withdrawn" if item.value == "stop" else "granted", "platform", evidence, said_at
        )
