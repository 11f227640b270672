from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, UserError

from ...tools.graph.media import CAPTION_LIMIT
from ...tools.graph.text import split_text
from ...tools.markup import plain
from ..media.wa_file import SendableFile

#: Kinds of files under which a text can stand.
WITH_CAPTION = ("image", "video", "document")


class WaChannelReply(models.AbstractModel):
    """How a colleague's post in a conversation becomes WhatsApp messages: may it leave, its files, its parts.

    ``discuss.channel.message_post`` tells the story and calls these by name.
    """

    _name = "wa.channel.reply.mixin"
    _description = "Replies in a WhatsApp Conversation"

    # ------------------------------------------------------------ may it leave

    @api.model
    def _wa_is_outgoing(self, message_type: str, post_vals: dict[str, Any]) -> bool:
        """Tell whether a post goes to the customer: a comment that is no internal note."""
        return message_type == "comment" and self._wa_is_public(post_vals)

    @api.model
    def _wa_is_public(self, post_vals: dict[str, Any]) -> bool:
        """Tell whether a post would stand among what was said to the customer, not among the notes."""
        if subtype_id := post_vals.get("subtype_id"):
            return not self.env["mail.message.subtype"].browse(subtype_id).sudo().internal
        if xmlid := post_vals.get("subtype_xmlid"):
            subtype = self.env.ref(xmlid, raise_if_not_found=False)
            return bool(subtype) and not subtype.sudo().internal
        return False

    def _wa_as_note(self, message_type: str, post_vals: dict[str, Any]) -> dict[str, Any]:
        """Return the values of a post that does not leave: it stands among the notes.

        :raises UserError: it would look sent. Core's own notices (pinned, renamed) and what comes through its
            mail gateway become notes.
        """
        by_gateway = message_type == "email" and self.env.uid == SUPERUSER_ID
        if message_type != "notification" and not by_gateway and self._wa_is_public(post_vals):
            raise UserError(self.env._("Only replies and notes can be written in a WhatsApp conversation."))
        return {**post_vals, "subtype_xmlid": "mail.mt_note", "subtype_id": False}

    def _wa_check_sender(self) -> None:
        """Raise unless the current user may send something that is no template, now."""
        if self.env.user._is_public() or self.env.user.share:
            raise AccessError(self.env._("Only colleagues can answer on WhatsApp."))
        # Routes post with higher rights: what counts are the user's own.
        self.with_user(self.env.user).check_access("write")
        self.env["wa.gate"]._check(self._wa_conversation(), "free")

    def _wa_client_key(self) -> str | None:
        """Return a key for one press of the send button in one browser, or None.

        Our composer puts a random token into the request; when the browser, the
        network or an impatient person repeats it, the token is the same.
        """
        token = self.env.context.get("wa_post_token")
        if not isinstance(token, str) or not 8 <= len(token) <= 64:
            return None
        return f"chat:{self.id}:{self.env.uid}:{token}"

    def _wa_find_repeated(self) -> models.BaseModel:
        """Return the message that this very request has posted before, or an empty set."""
        key = self._wa_client_key()
        row = key and self.env["wa.message"].sudo().search([("dedupe_key", "=", f"{key}:0")], limit=1)
        return row.mail_message_id if row else self.env["mail.message"]

    # ------------------------------------------------------------------- files

    def _wa_prepare_files(
        self, attachment_ids: list[int] | None, attachments: list[tuple[Any, ...]] | None
    ) -> list[SendableFile]:
        """Return what is attached to a post as files WhatsApp takes, in the order of the person.

        :param attachment_ids: ids of existing attachments.
        :param attachments: ``(name, bytes)`` or ``(name, bytes, info)`` as ``message_post`` takes them.
        :returns: list of ``SendableFile``
        :raises UserError: one of them cannot be sent.
        """
        chosen = self.env["ir.attachment"].browse(dict.fromkeys(attachment_ids or ()))
        # What is sent is copied with higher rights: look first whether the person may read it.
        chosen.sudo(False).check_access("read")
        return [
            self.env["wa.file"]._prepare(attachment, self)
            for attachment in [*chosen, *self._wa_create_attachments(attachments or ())]
        ]

    def _wa_create_attachments(self, attachments: Iterable[tuple[Any, ...]]) -> Iterable[models.BaseModel]:
        values, extra = [], []
        for name, content, *info in attachments:
            raw = content.encode() if isinstance(content, str) else content
            values.append({"name": name, "raw": raw, "res_model": self._name, "res_id": self.id})
            extra.append((False, name, False, (info and info[0]) or {}))
        return self._create_attachments_for_post(values, extra) if values else ()

    # ---------------------------------------------------------------- queueing

    def _wa_enqueue_reply(self, message: models.BaseModel, text: str, files: list[SendableFile]) -> None:
        """Queue a colleague's reply: its text, then each file as its own message.

        A short text becomes the caption of the first file if that kind has captions. A
        text over WhatsApp's limit becomes several messages.
        """
        conversation = self._wa_conversation()
        # Of a post that left as several messages the first that WhatsApp knows.
        quoted = message.parent_id.sudo().wa_message_ids.sorted(lambda row: (not row.wamid, row.id))[:1]
        key = self._wa_client_key()
        for index, (kind, content, preview) in enumerate(self._wa_parts(text, files)):
            row = self.env["wa.message"]._enqueue(
                conversation,
                kind,
                content,
                mail_message_id=message.id,
                origin="chat",
                preview=preview,
                quoted_id=quoted.id if index == 0 else False,
                dedupe_key=key and f"{key}:{index}",
            )
            row.sudo()._adopt_files()
        self._wa_after_reply(plain(text, 200) or files[0].filename)

    @api.model
    def _wa_parts(self, text: str, files: list[SendableFile]) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Yield ``(kind, content, preview)`` of the WhatsApp messages a reply consists of."""
        caption = ""
        if files and files[0].kind in WITH_CAPTION and len(text) <= CAPTION_LIMIT:
            caption = text
        else:
            for part in split_text(text):
                yield "text", {"body": part}, plain(part)
        for file in files:
            content: dict[str, Any] = {"files": [file.frozen()]}
            if caption:
                content["caption"] = caption
            if file.voice:
                content["voice"] = True
            yield file.kind, content, plain(caption, 200) or file.filename
            caption = ""

    def _wa_after_reply(self, preview: str) -> None:
        """A person answered: nobody waits any more, and an unowned conversation is theirs.

        What a server action or a bot sends is no person's answer.
        """
        conversation = self._wa_conversation()
        by_person = not self.env.user._is_superuser()
        conversation._on_outbound(preview, by_person=by_person)
        can_own = conversation._can_own(self.env.user, conversation.company_id)
        if by_person and not conversation.user_id and can_own:
            conversation.user_id = self.env.user
