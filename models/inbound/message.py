from collections import defaultdict
from dataclasses import dataclass

from odoo import api, models

from ...tools.bidi import neutralise
from ...tools.redact import redact
from ...tools.webhook import reading
from ...tools.window import counts
from ..discuss.vouching import vouch
from ..discuss.wa_discuss_writer import DiscussPost

#: Kinds that change another message instead of being one.
EFFECTS = ("reaction", "edit", "revoke")
#: Kinds WhatsApp says by itself: a thin line, no lead, nobody waits.
THIN = ("system", "request_welcome")


@dataclass(eq=False)
class InboundContext:
    """One inbound message on its way into the database."""

    event: models.BaseModel
    item: object
    number: models.BaseModel
    contact: models.BaseModel = None
    is_new_contact: bool = False
    conversation: models.BaseModel = None
    quoted: models.BaseModel = None
    sent_at: object = None
    preview: str = ""
    #: ``"in"``: the customer wrote; ``"out"``: the business, on a phone.
    direction: str = "in"
    #: ``EchoEvent`` for what was written outside of the API.
    echo: object = None

    @property
    def is_from_blocked(self):
        """Whether it is kept without telling anybody: the business wants nothing to do with whoever wrote it."""
        return self.direction == "in" and not self.echo and self.contact.is_blocked


class WaInboundMessage(models.AbstractModel):
    """Customers wrote: contacts, conversations, leads and Discuss messages come out of it.

    Works on many messages at once, because under load most of the time goes into
    asking the database the same things one by one.
    """

    _name = "wa.inbound.message"
    _description = "WhatsApp Inbound: Messages"

    @api.model
    def _handle_all(self, pairs):
        """Store messages, each exactly once, in the order in which they were written.

        Messages of one second stay as they came: POST by POST, and in a POST by their place.

        :param pairs: list of ``(wa.webhook.event, MessageEvent)``.
        :returns: ``{wa.webhook.event: [notes]}`` about what could not be handled.
        """
        notes = defaultdict(list)
        drafts = self._new_drafts(pairs, notes)
        if not drafts:
            return notes
        drafts.sort(key=lambda draft: draft.sent_at)
        self._resolve_contacts(drafts)
        self._resolve_conversations(drafts)
        shown = [draft for draft in drafts if draft.item.kind not in (*EFFECTS, *THIN)]
        rows = self.env["wa.message"]
        if shown:
            self._resolve_quotes(shown)
            without_lead = self._update_conversations([draft for draft in shown if not draft.is_from_blocked], notes)
            rows = self._post(shown)
            self._tell_without_consent(self.env["wa.inbound.consent"]._listen(shown, rows), notes)
            self._tell_without_lead(without_lead)
        # What is about other messages comes after them: its target may have come with it.
        rows |= self.env["wa.inbound.message.change"]._apply_all(
            [draft for draft in drafts if draft.item.kind in EFFECTS], notes
        )
        for draft in drafts:
            if draft.item.kind in THIN:
                self._post_thin(draft)
            elif draft.item.contact_request:
                self._link_shared_phone(draft)
            elif draft.item.kind not in EFFECTS and not self.env["wa.inbound.content"]._is_supported(draft.item):
                notes[draft.event].append(f"message type not handled yet: {draft.item.kind}")
        for row, lines in self.env["wa.rule"]._on_received(rows).items():
            notes[row.event_id] += lines
        return notes

    @api.model
    def _post(self, drafts):
        """Bring messages into Discuss, note their files for fetching, and apply what waited for them."""
        rows = self.env["wa.message"]
        for some in self._without_inner_answers(drafts):
            if rows:
                self._find_quotes(some)
            rows |= self.env["wa.discuss.writer"]._post_all([self._prepare_post(draft) for draft in some])
        self._note_files(drafts, rows)
        self.env["wa.inbound.message.change"]._apply_waiting(rows)
        self._show_waiting_quotes(rows)
        return rows

    @api.model
    def _without_inner_answers(self, drafts):
        """Split messages, in order, so that none answers another of its part: that one is stored before.

        :returns: list of lists, nearly always one
        """
        parts, wamids = [[]], set()
        for draft in drafts:
            if draft.item.quoted_wamid in wamids:
                parts.append([])
                wamids = set()
            parts[-1].append(draft)
            wamids.add(draft.item.wamid)
        return parts

    @api.model
    def _note_files(self, drafts, rows):
        """Have the files of messages fetched in the background."""
        media = self.env["wa.media"].sudo()
        files_of = self.env["wa.inbound.content"]._files
        vals_list = [
            media._prepare_inbound(row, file) for draft, row in zip(drafts, rows, strict=True) for file in files_of(draft.item)
        ]
        if vals_list:
            media.create(vals_list)
            media._trigger_download()

    @api.model
    def _post_thin(self, draft):
        """Show what WhatsApp itself says in the thread as one thin line; it counts as nobody's message."""
        words = getattr(self.env["wa.inbound.content"], f"_note_{draft.item.kind}")(draft.item)
        message = self.env["wa.inbound.note"]._post(draft.conversation, words)
        post = self._prepare_post(draft)
        if post.date:
            message.sudo().date = post.date
        self.env["wa.discuss.writer"]._create_rows([post], message)

    @api.model
    def _tell_without_consent(self, failed, notes):
        """Say in the thread that what a customer said about consent is not on record: a person has to note it.

        :param dict failed: ``{InboundContext: exception}``
        """
        for draft, error in failed.items():
            notes[draft.event].append(f"consent not recorded: {redact(str(error))[:500]}")
            words = self.env._(
                "What this message says about consent could not be recorded. If the customer wants no more messages, "
                "record that by hand. An administrator finds the reason under WhatsApp, Webhook Events."
            )
            self.env["wa.inbound.note"]._post(draft.conversation, words)

    @api.model
    def _opens_window(self, item):
        """Tell whether a message lets us write freely to its sender; one to a group does not."""
        return counts(item.kind) and not item.group_id

    @api.model
    def _prepare_post(self, draft):
        """Return the ``DiscussPost`` that shows a draft in its conversation (hook)."""
        content = self.env["wa.inbound.content"]
        marks = content._blocked_mark(draft.is_from_blocked) + content._quote_mark(draft.item, draft.quoted)
        return DiscussPost(
            draft.conversation,
            marks + content._body(draft.item),
            draft.conversation.partner_id,
            {
                "direction": "in",
                "state": "received",
                "lead_id": draft.conversation.lead_id.id,
                **self._prepare_row(draft),
            },
            draft.quoted,
            draft.sent_at,
            silent=draft.is_from_blocked,
            is_import=draft.is_from_blocked,
        )

    @api.model
    def _prepare_row(self, draft):
        """Return the values of a ``wa.message`` that come from the webhook (hook)."""
        item = draft.item
        return {
            "kind": item.kind,
            "wamid": item.wamid,
            "content": item.raw,
            "preview": draft.preview,
            "event_id": draft.event.id,
            "sent_at": draft.sent_at,
            "target_wamid": item.target_wamid,
            "is_from_blocked": draft.is_from_blocked,
            "quoted_wamid": item.quoted_wamid or False,
            **self._prepare_data(item),
        }

    @api.model
    def _prepare_data(self, item):
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
    def _complete(self, row, item):
        """Show a message that was stored before its type was handled.

        Processing an event again finds its message here: nothing is doubled, and
        what was "unsupported for now" gets its content.
        """
        content = self.env["wa.inbound.content"]
        if not row.is_supported and content._is_supported(item):
            row.write({**self._prepare_data(item), "preview": self._preview(item)})
            files = [] if row.media_ids else content._files(item)
            if files:
                media = self.env["wa.media"].sudo()
                media.create([media._prepare_inbound(row, file) for file in files])
                media._trigger_download()
            vouch(row.mail_message_id).body = content._render(row)
            row.mail_message_id._wa_broadcast_content("body")
        return [] if row.is_supported else [f"message type not handled yet: {item.kind}"]
