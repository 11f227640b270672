from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import gate

#: Reasons a person solves by sending a template instead.
SOLVED_BY_TEMPLATE = ("window_closed",)
#: Reasons a person solves by writing down what the customer said.
SOLVED_BY_CONSENT = ("consent_missing", "consent_withdrawn")


class WaGate(models.AbstractModel):
    """The one gate every message passes: asked by the composer, wizards, automation and the sender.

    This model collects the facts from the database; the rules are the pure
    functions of ``tools/gate.py``, the sentences those of ``wa.failure``.
    """

    _name = "wa.gate"
    _description = "WhatsApp Gate"

    @api.model
    def _decide(self, conversation, kind, template=None, now=None, origin="chat", message=None):
        """Decide whether a message may leave.

        :param conversation: ``wa.conversation`` it would go out in.
        :param str kind: ``free`` or ``template``.
        :param template: ``wa.template``, for kind ``template``.
        :param datetime now: naive UTC; defaults to now.
        :param str origin: who wants it sent, as ``wa.message.origin``.
        :param message: ``wa.message`` that waits and is looked at again: it does not count itself.
        :returns: ``tools.gate.Decision``
        """
        return gate.decide(self._facts(conversation, kind, template, now, origin, message))

    @api.model
    def _facts(self, conversation, kind, template=None, now=None, origin="chat", message=None):
        """Return what the rules need to know as ``tools.gate.Facts``."""
        return gate.Facts(**self._fact_values(conversation, kind, template, now, origin, message))

    @api.model
    def _fact_values(self, conversation, kind, template=None, now=None, origin="chat", message=None):
        """Collect the values of the facts; rules in other files add theirs (hook)."""
        conversation = conversation.sudo()
        contact, number = conversation.contact_id, conversation.number_id
        account = number.account_id
        return {
            "kind": kind,
            "now": now or fields.Datetime.now(),
            "wa_id": contact.wa_id or None,
            "bsuid": contact.bsuid or None,
            "window_until": conversation.window_until or None,
            "purpose": template._get_purpose() if template else "service",
            "origin": origin,
            "template_status": (template and template.active and template.status) or None,
            "template_review_until": (template and template.review_until) or None,
            "is_template_changed": bool(template) and bool(message) and message._is_for_other_words(),
            "needs_phone": bool(template) and template.category == "AUTHENTICATION",
            "opted_out": contact.opted_out_marketing,
            "reachable": not contact.is_unreachable,
            "machine_answers": bool(conversation.machine_since),
            "is_insisted": bool(message) and message.is_insisted,
            "number_ok": not number.is_blocked,
            "account_ok": account.state != "blocked",
            "account_archived": not account.active,
            "number_archived": not number.active,
            "contact_hold_until": contact.hold_until or None,
            "number_hold_until": number.hold_until or None,
        }

    @api.model
    def _check(self, conversation, kind, template=None, origin="chat"):
        """Raise if the message may not leave; one that has to wait may be queued.

        :raises UserError: the reason and the next step.
        """
        decision = self._decide(conversation, kind, template, origin=origin)
        if decision.verdict == gate.REFUSED:
            refusal = self.env["wa.refusal"]
            refusal._count_surely([refusal._vals(decision.code, kind, origin, conversation, template)])
            raise UserError(self.env["wa.failure"]._sentence(decision.code))

    @api.model
    def _explain(self, conversation, kind):
        """Return why a message cannot be sent now, for the composer, or False.

        :returns: ``{"code", "sentence", "next_step", "action"}``; ``action`` is
            ``template`` when sending a template is the way out, ``consent`` when recording one is.
        """
        if not conversation:
            return False
        decision = self._decide(conversation, kind)
        if decision.verdict != gate.REFUSED:
            return False
        sentence, next_step = self.env["wa.failure"]._parts(decision.code)
        return {
            "code": decision.code,
            "sentence": sentence,
            "next_step": next_step,
            "action": self._next_action(decision.code),
        }

    @api.model
    def _next_action(self, code):
        """Return what the screen offers to get past a refusal: ``template``, ``consent`` or False."""
        if code in SOLVED_BY_TEMPLATE:
            return "template"
        return "consent" if code in SOLVED_BY_CONSENT else False
