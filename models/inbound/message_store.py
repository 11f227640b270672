from odoo import api, models

from ...tools.bidi import neutralise
from ...tools.webhook import reading
from ...tools.webhook.events import MessageEvent
from ..discuss.vouching import vouched
from ..discuss.wa_discuss_writer import DiscussPost
from .context import EFFECTS, THIN, InboundContext


class WaInboundMessage(models.AbstractModel):
    """How a message is written down: in Discuss, as ``wa.message``, with its files; and renewed when it is processed again."""

    _inherit = "wa.inbound.message"

    @api.model
    def _post(self, contexts: list[InboundContext]) -> models.BaseModel:
        """Bring messages into Discuss; each context gets its row.

        :returns: their ``wa.message`` records, in the same order but for the past, which comes first
        """
        rows = self.env["wa.message"]
        for some in self._in_parts(contexts):
            if rows:
                self._find_quotes(some)
            stored = self.env["wa.discuss.writer"]._post_all([self._prepare_post(context) for context in some])
            for context, row in zip(some, stored, strict=True):
                context.row = row
            rows |= stored
        return rows

    @api.model
    def _in_parts(self, contexts: list[InboundContext]) -> list[list[InboundContext]]:
        """Split messages, in order, so that none answers another of its part: that one is stored before.

        What is from the past comes first, and alone.

        :returns: nearly always one part; none without messages
        """
        parts: list[list[InboundContext]] = []
        wamids: set[str] = set()
        for context in sorted(contexts, key=lambda context: not context.is_history):
            is_next = not parts or context.is_history != parts[-1][0].is_history
            if is_next or context.item.quoted_wamid in wamids:
                parts.append([])
                wamids = set()
            parts[-1].append(context)
            wamids.add(context.item.wamid)
        return parts

    @api.model
    def _note_files(self, contexts: list[InboundContext]) -> None:
        """Have the files of stored messages fetched in the background."""
        files_of = self.env["wa.inbound.content"]._files
        self._fetch([(context.row, file) for context in contexts for file in files_of(context.item)])

    @api.model
    def _fetch(self, files: list[tuple[models.BaseModel, object]]) -> None:
        """Have files fetched in the background.

        :param files: ``(wa.message, Media)``
        """
        if files:
            media = self.env["wa.media"].sudo()
            media.create([media._prepare_inbound(row, file) for row, file in files])
            media._trigger_download()

    @api.model
    def _post_thin(self, context: InboundContext) -> None:
        """Show what WhatsApp itself says in the thread as one thin line; it counts as nobody's message."""
        words = getattr(self.env["wa.inbound.content"], f"_note_{context.item.kind}")(context.item)
        message = self.env["wa.inbound.note"]._post(context.conversation, words)
        post = self._prepare_post(context)
        if post.date:
            message.sudo().date = post.date
        self.env["wa.discuss.writer"]._create_rows([post], message)

    @api.model
    def _prepare_post(self, context: InboundContext) -> DiscussPost:
        """Return how a message is shown in its conversation (hook)."""
        content = self.env["wa.inbound.content"]
        marks = content._blocked_mark(context.is_from_blocked) + content._quote_mark(context.item, context.quoted)
        post = DiscussPost(
            context.conversation,
            marks + content._body(context.item),
            context.conversation.partner_id,
            {
                "direction": "in",
                "state": "received",
                "lead_id": context.conversation.lead_id.id,
                **self._prepare_row(context),
            },
            context.quoted,
            context.sent_at,
            silent=context.is_from_blocked,
            is_import=context.is_from_blocked,
        )
        if not context.is_live:
            self.env["wa.inbound.echo"]._adapt_post(context, post)
        return post

    @api.model
    def _prepare_row(self, context: InboundContext) -> dict:
        """Return the values of a ``wa.message`` that come from the webhook (hook)."""
        item = context.item
        return {
            "kind": item.kind,
            "wamid": item.wamid,
            "content": item.raw,
            "preview": context.preview,
            "event_id": context.event.id,
            "sent_at": context.sent_at,
            "target_wamid": item.target_wamid,
            "is_from_blocked": context.is_from_blocked,
            "quoted_wamid": item.quoted_wamid or False,
            **self._prepare_data(item),
        }

    @api.model
    def _prepare_data(self, item: MessageEvent) -> dict:
        """Return what rules and reports look at; renewed when a message is processed again."""
        content = self.env["wa.inbound.content"]
        return {
            "is_supported": item.kind in (*EFFECTS, *THIN) or content._is_supported(item),
            "payload": item.payload,
            "text": neutralise(item.text) or False,
            "subkind": reading.text(item.content.get("type")) or False if item.kind == "interactive" else False,
            "answers": content._answers(item),
            "is_forwarded": item.forwarded,
            "group_uid": item.group_id or False,
            "referral": item.referral or False,
        }

    # --------------------------------------------------------------- reprocess

    @api.model
    def _complete(self, row: models.BaseModel, item: MessageEvent) -> list[str]:
        """Show a message that was stored before its type was handled.

        Processing an event again finds its message here: nothing is doubled, and
        what was "unsupported for now" gets its content.

        :returns: notes for the event
        """
        if not row.is_supported and self.env["wa.inbound.content"]._is_supported(item):
            self._renew(row, item)
        return [] if row.is_supported else [f"message type not handled yet: {item.kind}"]

    @api.model
    def _renew(self, row: models.BaseModel, item: MessageEvent, **vals: object) -> None:
        """Take over what a stored message turns out to be, fetch its files, and show it anew.

        :param vals: further values of the ``wa.message``
        """
        content = self.env["wa.inbound.content"]
        row.write({**vals, **self._prepare_data(item), "preview": content._preview(item)})
        if not row.media_ids:
            self._fetch([(row, file) for file in content._files(item)])
        body = content._render(row)
        with vouched():
            row.mail_message_id.body = body
        row.mail_message_id._wa_broadcast_content("body")
