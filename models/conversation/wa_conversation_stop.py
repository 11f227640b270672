from markupsafe import Markup

from odoo import models

from ...tools.markup import to_html


class WaConversation(models.Model):
    """A sentence may ask for no more messages: machines stop nothing then, a person decides."""

    _inherit = "wa.conversation"

    def _note_stop_request(self, row):
        """Mark the conversation and tell whoever is responsible, once until somebody decided.

        :param row: the customer's ``wa.message``.
        """
        self.ensure_one()
        conversation = self.sudo()
        if conversation.stop_request_id or conversation.contact_id.is_blocked:
            return
        conversation.with_context(wa_no_broadcast=True).write(
            {"stop_request_id": row.id, "stop_activity_id": conversation._plan_stop_decision(row).id}
        )
        words = self.env._(
            "This may ask for no more messages. Nothing was stopped: read it, and if it does, record it under Consent. "
            "It is not counted as consent."
        )
        self.env["wa.inbound.note"]._post(self, words)

    def _plan_stop_decision(self, row):
        """Return the activity of whoever is responsible for the customer; empty if there is nobody."""
        record, user = self.lead_id or self.partner_id, self._get_stop_decider()
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

    def _get_stop_decider(self):
        """Return who decides: the owner of the talk or lead, else the team's leader, else a manager."""
        group = self.env.ref("crm_whatsapp.crm_whatsapp_group_manager")
        managers = group.sudo().all_user_ids.sorted("id")
        candidates = [self.user_id, self.lead_id.user_id, self.team_id.user_id, *managers]
        return next((user for user in candidates if user and self._can_own(user, self.company_id)), self.env["res.users"])

    def _settle_stop_request(self):
        """Take the mark away and close the activity: somebody decided, or the customer said it plainly."""
        marked = self.sudo().filtered("stop_request_id")
        activities = marked.stop_activity_id
        marked.with_context(wa_no_broadcast=True).write({"stop_request_id": False, "stop_activity_id": False})
        activities.filtered("active").action_feedback()

    # ------------------------------------------------------------------ actions

    def action_record_stop(self):
        """Open the wizard to record that the customer wants no more messages, with their words."""
        self.ensure_one()
        # Their words go into the action.
        self.check_access("write")
        request = self.sudo().stop_request_id
        action = self.action_record_wa_consent()
        action["context"] = {
            **action["context"],
            "default_action": "withdrawn",
            "default_purpose": "both",
            "default_evidence": request.text or request.preview,
            "default_happened_at": request.sent_at,
        }
        return action

    def action_dismiss_stop(self):
        """Say that the customer did not mean it: the talk goes on."""
        self.check_access("write")
        self._settle_stop_request()
