from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import one_line
from ...tools.markup import plain
from ...tools.webhook import messages, reading
from ...tools.webhook.events import MessageEvent, Person
from ...tools.webhook.route import Route
from ..discuss.vouching import vouched
from .content import FILE_KINDS
from .context import InboundContext, Notes

#: The longest emoji we take; some are sequences of a dozen characters.
EMOJI_LIMIT = 40


class WaInboundMessageChange(models.AbstractModel):
    """What changes another message instead of being one: reactions, edits, deletions.

    Each is a ``wa.message`` of its own (data, and the key that makes it happen once)
    that points at its target; Discuss shows the target changed. Any of them may come
    before its target: it waits, and is applied when that arrives.
    """

    _name = "wa.inbound.message.change"
    _description = "WhatsApp Inbound: Reactions, Edits, Deletions"

    @api.model
    def _apply_all(self, contexts: list[InboundContext], notes: Notes) -> None:
        """Store and apply changes in the order in which they came; each context gets its row.

        :param contexts: of the kinds ``EFFECTS``.
        :param notes: added to.
        """
        if not contexts:
            return
        rows = self.env["wa.message"].sudo().create([self._prepare_row(context) for context in contexts])
        targets = self._find_targets(rows)
        self._meet_other_workers((rows - self.env["wa.message"].union(*targets)).conversation_id)
        for context, row in zip(contexts, rows, strict=True):
            context.row = row
            if target := targets.get(row):
                self._apply(row, target)
            else:
                notes[context.event].append(f"{row.kind} about a message that is not here")
                self.env["wa.inbound.note"]._post(row.conversation_id, self._words_without_target(row))

    @api.model
    def _meet_other_workers(self, conversations: models.BaseModel) -> None:
        """Collide with a worker that stores the target at this very moment.

        Neither would see the other's row, and the effect would wait for ever. A message
        always updates its conversation, so an update here makes PostgreSQL refuse the
        second of the two, which is then done again and sees both.
        """
        if conversations:
            self.env.flush_all()
            self.env.cr.execute("UPDATE wa_conversation SET write_uid = write_uid WHERE id = ANY(%s)", [conversations.ids])

    @api.model
    def _prepare_row(self, context: InboundContext) -> dict:
        return {
            "conversation_id": context.conversation.id,
            "number_id": context.number.id,
            "lead_id": context.conversation.lead_id.id,
            "direction": context.direction,
            "state": "received" if context.direction == "in" else "sent",
            **({"origin": "phone"} if context.direction == "out" else {}),
            **self.env["wa.inbound.message"]._prepare_row(context),
        }

    @api.model
    def _find_targets(self, rows: models.BaseModel) -> dict[models.BaseModel, models.BaseModel]:
        """Return ``{effect: target}`` for those whose target is here and theirs to change."""
        candidates = {
            (row.number_id.id, row.wamid): row
            for row in self.env["wa.message"]
            .sudo()
            .search([("wamid", "in", [wamid for wamid in rows.mapped("target_wamid") if wamid])])
        }
        found = {}
        for row in rows:
            target = candidates.get((row.number_id.id, row.target_wamid))
            if target and self._may_change(row, target):
                found[row] = target
        return found

    @api.model
    def _may_change(self, row: models.BaseModel, target: models.BaseModel) -> bool:
        """Tell whether this effect may touch this message: same thread, and only one's own words."""
        same_thread = row.conversation_id == target.conversation_id
        return same_thread and (row.kind == "reaction" or row.direction == target.direction)

    @api.model
    def _apply_waiting(self, rows: models.BaseModel) -> None:
        """Apply what came before the messages it is about."""
        wamids = [wamid for wamid in rows.mapped("wamid") if wamid]
        if not wamids:
            return
        waiting = (
            self.env["wa.message"]
            .sudo()
            .search([("target_wamid", "in", wamids), ("target_id", "=", False)], order="sent_at, id")
        )
        targets = self._find_targets(waiting) if waiting else {}
        for row in waiting:
            if row in targets:
                self._apply(row, targets[row])

    @api.model
    def _apply(self, row: models.BaseModel, target: models.BaseModel) -> None:
        row.target_id = target
        getattr(self, f"_apply_{row.kind}")(row, target)

    # ---------------------------------------------------------------- reactions

    @api.model
    def _apply_reaction(self, row: models.BaseModel, target: models.BaseModel) -> None:
        """Make the Discuss reaction of this person the one they chose last, or none.

        WhatsApp knows one reaction per person, Odoo many.
        """
        message = target.mail_message_id.sudo()
        latest = target.effect_ids.filtered(lambda other: other.kind == "reaction" and other.direction == row.direction).sorted(
            lambda other: (other.sent_at, other.id)
        )[-1:]
        if not message or latest != row:
            return
        partner = self._author(row)
        emoji = one_line(row.text)[:EMOJI_LIMIT]
        nobody = self.env["mail.guest"]
        for former in message.reaction_ids.filtered(lambda r: r.partner_id == partner and r.content != emoji):
            message._message_reaction(former.content, "remove", partner, nobody)
        if emoji:
            message._message_reaction(emoji, "add", partner, nobody)

    @api.model
    def _author(self, row: models.BaseModel) -> models.BaseModel:
        """Return whose reaction or change it is: the customer, or the business on its phone."""
        return row.conversation_id.partner_id if row.direction == "in" else row.company_id.partner_id

    # ----------------------------------------------------------- edits, deletions

    @api.model
    def _apply_edit(self, row: models.BaseModel, target: models.BaseModel) -> None:
        """Show the new words and keep the old ones readable for colleagues."""
        edits = self._changes(target).filtered(lambda change: change.kind == "edit")
        latest = edits[-1:]
        target.write(
            {"edited_at": latest.sent_at, "text": latest.text, "preview": plain(latest.text or "", 200) or target.preview}
        )
        self._show(target)

    @api.model
    def _apply_revoke(self, row: models.BaseModel, target: models.BaseModel) -> None:
        """Mark the message as deleted; what it said stays readable for colleagues."""
        target.deleted_at = row.sent_at
        self._show(target)

    @api.model
    def _changes(self, target: models.BaseModel) -> models.BaseModel:
        """Return the edits and deletions of a message by its author, oldest first."""
        return target.effect_ids.filtered(
            lambda change: change.kind in ("edit", "revoke") and change.direction == target.direction
        ).sorted(lambda change: (change.sent_at, change.id))

    @api.model
    def _show(self, target: models.BaseModel) -> None:
        message = target.mail_message_id.sudo()
        if message:
            body = self.env["wa.inbound.content"]._render(target)
            with vouched():
                message.body = body
            message._wa_broadcast_content("body")

    @api.model
    def _with_changes(self, row: models.BaseModel, item: MessageEvent, body: Markup) -> Markup:
        """Return a message's HTML after its edits and deletions.

        :param row: ``wa.message``
        :param MessageEvent item: as it came first.
        :param body: HTML of the message as it came first.
        """
        changes = self._changes(row)
        versions = [body, *(self._edited_body(row, item, c) for c in changes if c.kind == "edit")]
        shown = versions[-1]
        if len(versions) > 1:
            shown += self._former(self.env._("Edited"), versions[:-1])
        if "revoke" in changes.mapped("kind"):
            words = (
                self.env._("🗑 The customer deleted this message.")
                if row.direction == "in"
                else self.env._("🗑 This message was deleted on the phone.")
            )
            shown = Markup('<div class="o_wa_deleted">%s</div>') % words + self._former(self.env._("What it said"), [shown])
        return shown

    @api.model
    def _edited_body(self, row: models.BaseModel, item: MessageEvent, change: models.BaseModel) -> Markup:
        """Return the HTML of a message as one edit left it."""
        content = self.env["wa.inbound.content"]
        inner = reading.mapping(reading.mapping((change.content or {}).get("edit")).get("message"))
        new = messages.message(Route("messages", "", 0, ""), inner, Person())
        if item.kind in FILE_KINDS:
            return content._file_line(item, row) + content._words(new.text)
        return content._body(new, row)

    @api.model
    def _former(self, title: str, versions: list[Markup]) -> Markup:
        """Return earlier versions, folded away."""
        parts = Markup().join(Markup("<div>%s</div>") % version for version in versions)
        return Markup('<details class="o_wa_former"><summary>%s</summary>%s</details>') % (title, parts)

    # ------------------------------------------------------------ without target

    @api.model
    def _words_without_target(self, row: models.BaseModel) -> str:
        """Say what happened to a message we do not have."""
        if row.kind == "reaction":
            emoji = one_line(row.text)[:EMOJI_LIMIT]
            if emoji:
                return self.env._("Reacted with %s to a message that is not here", emoji)
            return self.env._("Took back a reaction to a message that is not here")
        if row.kind == "edit":
            return self.env._("Changed a message that is not here to: %s", plain(row.text or "", 500))
        return self.env._("Deleted a message that is not here")
