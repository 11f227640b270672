from markupsafe import Markup

from odoo import api, fields, models

from ...tools.markup import plain, to_html
from ..concurrency import lock_fresh, savepoint
from ..discuss.wa_discuss_writer import DiscussPost
from .wa_optout_words import LANGUAGE_OF_COUNTRY, confirmation


class WaOptout(models.AbstractModel):
    """What follows when customers stop messages, beside the consent itself.

    In plain words: one short text confirms it, then silence. Inside WhatsApp: the refusal of a message tells it. In a
    sentence that may ask for it: machines stop nothing then, a person decides.
    """

    _name = "wa.optout"
    _description = "WhatsApp Opt-outs"

    # -------------------------------------------------------------- confirmation

    @api.model
    def _send_confirmation(self, conversation: models.BaseModel, purpose: str, language: str = "") -> models.BaseModel:
        """Queue the confirmation if the account wants one and the gate lets it through.

        The caller makes sure that this is the first "stop" since the customer wanted messages.

        :param purpose: ``all`` or ``marketing``: what the customer stopped.
        :param language: of the keyword they used, if it has one.
        """
        account = conversation.account_id
        if not account.is_optout_confirmed:
            return self.env["wa.message"]
        text = self._confirmation(conversation, purpose, language)
        probe = self.env["wa.message"].new({"is_confirmation": True})
        decision = self.env["wa.gate"]._decide(conversation, "free", origin="automation", message=probe)
        if decision.verdict == "refused":
            return self.env["wa.message"]
        row = self.env["wa.message"]._outgoing_vals(
            "text",
            {"body": text},
            origin="automation",
            is_confirmation=True,
            preview=plain(text, 200),
            lead_id=conversation.lead_id.id,
            next_attempt_at=decision.when or False,
            **self.env["wa.message"]._waiting_vals(decision),
        )
        rows = self.env["wa.discuss.writer"]._post_all(
            [DiscussPost(conversation, to_html(text), self.env.user.partner_id, row)]
        )
        conversation._on_outbound(rows.preview, by_person=False)
        rows.number_id._trigger_sender()
        return rows

    @api.model
    def _confirmation(self, conversation: models.BaseModel, purpose: str, language: str) -> str:
        """Return the account's own words, else ours in the customer's language (hook)."""
        account = conversation.account_id
        spoken = conversation.partner_id.lang or account.env.lang
        if own := account.with_context(lang=spoken).optout_confirmation:
            return own
        languages = (language, LANGUAGE_OF_COUNTRY.get(conversation.contact_id.country_id.code), conversation.partner_id.lang)
        return confirmation(purpose, languages, conversation.number_id.name)

    # ------------------------------------------------------------ told by a refusal

    @api.model
    def _on_refused(self, message: models.BaseModel) -> None:
        """Remember that WhatsApp delivers no marketing to this person, unless they allowed it since.

        In the answer or in a later status. Source: cloud-api reference, error 131050.

        :param message: the ``wa.message`` that WhatsApp refused
        """
        contact, at = message.contact_id, message.failed_at or fields.Datetime.now()
        lock_fresh(contact, "opted_out_marketing", "marketing_preference_at")
        if not contact.marketing_preference_at or contact.marketing_preference_at <= at:
            contact.write({"opted_out_marketing": True, "marketing_preference_at": at})
        evidence = self.env._("WhatsApp did not deliver a message: %s", message.error_detail or message.error_code)
        # The sender stores what became of many messages together: no rule about consents may undo that.
        with savepoint(self.env, f"the opt-out that WhatsApp reported for message {message.id} is not recorded"):
            consents = self.env["wa.consent"]
            consents._record_from_platform(contact, message.number_id, "withdrawn", "error", evidence, at, message)

    # -------------------------------------------------------- a person decides

    @api.model
    def _note_request(self, row: models.BaseModel) -> None:
        """A sentence may ask for silence: mark the conversation and tell whoever is responsible, once until somebody decided.

        :param row: the customer's ``wa.message``.
        """
        conversation = row.conversation_id.sudo()
        if conversation.stop_request_id or conversation.contact_id.is_blocked:
            return
        conversation.with_context(wa_no_broadcast=True).write(
            {"stop_request_id": row.id, "stop_activity_id": self._plan_decision(row).id}
        )
        words = self.env._(
            "This may ask for no more messages. Nothing was stopped: read it, and if it does, record it under Consent. "
            "It is not counted as consent."
        )
        self.env["wa.inbound.note"]._post(row.conversation_id, words)

    @api.model
    def _plan_decision(self, row: models.BaseModel) -> models.BaseModel:
        """Return the activity of whoever is responsible for the customer; empty if there is nobody."""
        conversation = row.conversation_id.sudo()
        record, user = conversation.lead_id or conversation.partner_id, self._get_decider(conversation)
        activities = self.env["mail.activity"].sudo()
        if not record or not user:
            return activities
        speaking = self.with_context(lang=user.lang or self.env.lang)
        # It is in their list at once; an e-mail would be sent by SMTP while customers wait.
        return (
            record.sudo()
            .with_context(mail_activity_quick_update=True, lang=speaking.env.lang)
            .activity_schedule(
                "mail.mail_activity_data_todo",
                summary=speaking.env._("May want no more WhatsApp messages"),
                note=Markup("<p>%s</p><blockquote>%s</blockquote>")
                % (
                    speaking.env._(
                        "Read what the customer wrote. If they want no more messages, record it in the conversation."
                    ),
                    Markup(to_html(row.text or row.preview)),  # noqa: S704 (escaped by to_html)
                ),
                user_id=user.id,
            )
        )

    @api.model
    def _get_decider(self, conversation: models.BaseModel) -> models.BaseModel:
        """Return who decides: the owner of the talk or lead, else the team's leader, else a manager."""
        group = self.env.ref("crm_whatsapp.crm_whatsapp_group_manager")
        managers = group.sudo().all_user_ids.sorted("id")
        candidates = [conversation.user_id, conversation.lead_id.user_id, conversation.team_id.user_id, *managers]
        fitting = (user for user in candidates if user and conversation._can_own(user, conversation.company_id))
        return next(fitting, self.env["res.users"])

    @api.model
    def _settle_requests(self, conversations: models.BaseModel) -> None:
        """Take the mark away and close the activity: somebody decided, or the customer said it plainly."""
        marked = conversations.sudo().filtered("stop_request_id")
        activities = marked.stop_activity_id
        marked.with_context(wa_no_broadcast=True).write({"stop_request_id": False, "stop_activity_id": False})
        activities.filtered("active").action_feedback()
