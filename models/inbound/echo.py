from collections import defaultdict

from odoo import api, models

from ...tools.status import RANK
from ...tools.webhook.events import EchoEvent, MessageEvent
from ..discuss.wa_discuss_writer import DiscussPost
from .context import InboundContext


class WaInboundEcho(models.AbstractModel):
    """Coexistence: what is different in the pipeline for messages from outside the API, on a number also used on a phone.

    *Echoes* were just written on the phone: shown as outgoing, by the business, never
    sent again. *History* is from before the number was connected: old messages with
    their own time. Neither opens a window, makes a lead, or counts as unread.

    Source: cloud-api reference §5.6, §9.7.
    """

    _name = "wa.inbound.echo"
    _description = "WhatsApp Inbound: Echoes and History"

    @api.model
    def _update_conversations(self, contexts: list[InboundContext]) -> None:
        """Keep what lists show; an answer on the phone ends the customer's waiting like any other."""
        by_conversation = defaultdict(list)
        for context in contexts:
            by_conversation[context.conversation].append(context)
        for conversation, own in by_conversation.items():
            newest, vals = own[-1], dict[str, object]()
            if not conversation.last_message_at and newest.is_history:
                vals["state"] = "closed"
            if not conversation.last_message_at or newest.sent_at >= conversation.last_message_at:
                vals.update(last_message_at=newest.sent_at, last_preview=newest.preview)
            answers = [context.sent_at for context in own if context.direction == "out" and not context.is_history]
            if answers:
                vals["last_touch_at"] = max(*answers, conversation.last_touch_at or answers[0])
                if conversation.waiting_since and conversation.waiting_since <= max(answers):
                    vals["waiting_since"] = False
                if not conversation.last_inbound_at or max(answers) >= conversation.last_inbound_at:
                    vals["awaiting_since"] = max(*answers, conversation.awaiting_since or answers[0])
            if vals:
                conversation.with_context(wa_no_broadcast=True).write(vals)

    @api.model
    def _adapt_post(self, context: InboundContext, post: DiscussPost) -> None:
        """Show a message as the business where it wrote, with the time at which it was written."""
        post.date = context.sent_at
        post.is_import = context.is_history
        post.silent = True
        post.row["is_history"] = post.is_import
        if context.direction == "out":
            post.author = context.number.company_id.partner_id
            post.row.update(direction="out", state=self._state_of(context.echo), origin="phone", author_id=False)

    @api.model
    def _state_of(self, echo: EchoEvent) -> str:
        """Return how far an outgoing message had come; WhatsApp says so only for the past."""
        if echo.status == "error":
            return "failed"
        return echo.status if echo.status in ("delivered", "read", "played") and echo.status in RANK else "sent"

    @api.model
    def _complete(self, row: models.BaseModel, item: MessageEvent) -> list[str]:
        """Complete a message that is here: files of the history come later, under the id of their placeholder.

        :returns: notes for the event
        """
        pipeline = self.env["wa.inbound.message"]
        if row.kind != "media_placeholder" or item.kind == row.kind:
            return pipeline._complete(row, item)
        pipeline._renew(row, item, kind=item.kind, content=item.raw)
        return []
