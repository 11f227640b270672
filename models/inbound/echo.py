from collections import defaultdict

from odoo import api, models

from ...tools.status import RANK
from ..discuss.vouching import vouch
from .message import EFFECTS, THIN


class WaInboundEcho(models.AbstractModel):
    """Coexistence: messages from outside the API, on a number that is also used on a phone.

    *Echoes* were just written on the phone: shown as outgoing, by the business, never
    sent again. *History* is from before the number was connected: old messages with
    their own time. Neither opens a window, makes a lead, or counts as unread.

    Source: cloud-api reference §5.6, §9.7.
    """

    _name = "wa.inbound.echo"
    _inherit = "wa.inbound.message"
    _description = "WhatsApp Inbound: Echoes and History"

    @api.model
    def _handle_all(self, pairs):
        """Store messages that were written elsewhere, each exactly once.

        :param pairs: list of ``(wa.webhook.event, EchoEvent)``.
        :returns: ``{wa.webhook.event: [notes]}``
        """
        notes = defaultdict(list)
        echoes = {id(item.message): item for _event, item in pairs}
        drafts = self._new_drafts([(event, item.message) for event, item in pairs], notes)
        if not drafts:
            return notes
        for draft in drafts:
            draft.echo = echoes[id(draft.item)]
            draft.direction = "out" if draft.echo.outgoing else "in"
        drafts.sort(key=lambda draft: draft.sent_at)
        self._resolve_contacts(drafts)
        self._resolve_conversations(drafts)
        shown = [draft for draft in drafts if draft.item.kind not in (*EFFECTS, *THIN)]
        self._resolve_quotes(shown)
        self._update_conversations(shown, notes)
        for source in ("history", "echo"):
            own = [draft for draft in shown if draft.echo.source == source]
            if own:
                self._post(own)
        self.env["wa.inbound.message.change"]._apply_all([draft for draft in drafts if draft.item.kind in EFFECTS], notes)
        for draft in drafts:
            if draft.item.kind in THIN:
                self._post_thin(draft)
            elif draft.item.kind not in EFFECTS and not self.env["wa.inbound.content"]._is_supported(draft.item):
                notes[draft.event].append(f"message type not handled yet: {draft.item.kind}")
        return notes

    @api.model
    def _update_conversations(self, drafts, notes):
        """Keep what lists show; an answer on the phone ends the customer's waiting like any other."""
        by_conversation = defaultdict(list)
        for draft in drafts:
            by_conversation[draft.conversation].append(draft)
        for conversation, own in by_conversation.items():
            newest, vals = own[-1], {}
            if not conversation.last_message_at and newest.echo.source == "history":
                vals["state"] = "closed"
            if not conversation.last_message_at or newest.sent_at >= conversation.last_message_at:
                vals.update(last_message_at=newest.sent_at, last_preview=newest.preview)
            answers = [draft.sent_at for draft in own if draft.direction == "out" and draft.echo.source == "echo"]
            if answers:
                vals["last_touch_at"] = max(*answers, conversation.last_touch_at or answers[0])
                if conversation.waiting_since and conversation.waiting_since <= max(answers):
                    vals["waiting_since"] = False
                if not conversation.last_inbound_at or max(answers) >= conversation.last_inbound_at:
                    vals["awaiting_since"] = max(*answers, conversation.awaiting_since or answers[0])
            if vals:
                conversation.with_context(wa_no_broadcast=True).write(vals)

    @api.model
    def _prepare_post(self, draft):
        """As the business where it wrote, with the time at which it was written."""
        post = super()._prepare_post(draft)
        post.date = draft.sent_at
        post.is_import = draft.echo.source == "history"
        post.silent = True
        post.row["is_history"] = post.is_import
        if draft.direction == "out":
            post.author = draft.number.company_id.partner_id
            post.row.update(direction="out", state=self._state_of(draft.echo), origin="phone", author_id=False)
        return post

    @api.model
    def _state_of(self, echo):
        """Return how far an outgoing message had come; WhatsApp says so only for the past."""
        if echo.status == "error":
            return "failed"
        return echo.status if echo.status in ("delivered", "read", "played") and echo.status in RANK else "sent"

    @api.model
    def _complete(self, row, item):
        """Files of the history come later, under the id of their placeholder."""
        if row.kind == "media_placeholder" and item.kind != row.kind:
            row.write(
                {
                    "kind": item.kind,
                    "content": item.raw,
                    "preview": self._preview(item),
                    **self._prepare_data(item),
                }
            )
            if item.media:
                self.env["wa.media"].sudo().create(self.env["wa.media"]._prepare_inbound(row, item.media))
                self.env["wa.media"]._trigger_download()
            vouch(row.mail_message_id).body = self.env["wa.inbound.content"]._render(row)
            row.mail_message_id._wa_broadcast_content("body")
            return []
        return super()._complete(row, item)
