from odoo import fields, models

from ...tools.markup import plain, to_html
from ..discuss.wa_discuss_writer import DiscussPost
from .wa_optout_words import LANGUAGE_OF_COUNTRY, confirmation


class WaMessage(models.Model):
    """The last message before silence is marked, so that the gate lets this one through."""

    _inherit = "wa.message"

    is_confirmation = fields.Boolean(
        "Confirms an Opt-out", readonly=True, help="Tells the customer once that they will get no more of these messages."
    )


class WaAccount(models.Model):
    """Which consent templates need, and what customers are told who stop messages."""

    _inherit = "wa.account"

    consent_policy = fields.Selection(
        [
            ("all", "Every template needs a recorded consent"),
            ("marketing", "Only marketing templates need a recorded consent"),
        ],
        "Consent",
        required=True,
        default="all",
        tracking=True,
        help="Whoever writes to you agrees to answers and to messages about their request; "
        "marketing always needs a consent of its own.",
    )
    is_optout_confirmed = fields.Boolean(
        "Confirm Opt-outs", default=True, help="Customers who stop messages are told once that it is done."
    )
    optout_confirmation = fields.Text(
        "Confirmation",
        translate=True,
        help="Empty: a sentence in the language in which the customer stopped the messages. "
        "Otherwise this text, in the language of the customer where you translated it.",
    )


class WaConversation(models.Model):
    """Confirming an opt-out: one short text, then silence."""

    _inherit = "wa.conversation"

    def _send_optout_confirmation(self, purpose, language=""):
        """Queue the confirmation if the account wants one and the gate lets it through.

        The caller makes sure that this is the first "stop" since the customer wanted messages.

        :param str purpose: ``all`` or ``marketing``: what the customer stopped.
        :param str language: of the keyword they used, if it has one.
        """
        self.ensure_one()
        account = self.account_id
        if not account.is_optout_confirmed:
            return self.env["wa.message"]
        text = self._optout_confirmation(purpose, language)
        probe = self.env["wa.message"].new({"is_confirmation": True})
        decision = self.env["wa.gate"]._decide(self, "free", origin="automation", message=probe)
        if decision.verdict == "refused":
            return self.env["wa.message"]
        row = self.env["wa.message"]._outgoing_vals(
            "text",
            {"body": text},
            origin="automation",
            is_confirmation=True,
            preview=plain(text, 200),
            lead_id=self.lead_id.id,
            next_attempt_at=decision.when or False,
            **self.env["wa.message"]._waiting_vals(decision),
        )
        rows = self.env["wa.discuss.writer"]._post_all([DiscussPost(self, to_html(text), self.env.user.partner_id, row)])
        self._on_outbound(rows.preview, by_person=False)
        rows.number_id._trigger_sender()
        return rows

    def _optout_confirmation(self, purpose, language):
        """Return the account's own words, else ours in the customer's language (hook)."""
        account = self.account_id
        spoken = self.partner_id.lang or account.env.lang
        if own := account.with_context(lang=spoken).optout_confirmation:
            return own
        languages = (language, LANGUAGE_OF_COUNTRY.get(self.contact_id.country_id.code), self.partner_id.lang)
        return confirmation(purpose, languages, self.number_id.name)
