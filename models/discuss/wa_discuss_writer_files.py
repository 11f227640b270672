from dataclasses import dataclass

from odoo import api, models

from .vouching import vouch
from .wa_discuss_writer import DiscussPost


@dataclass(eq=False)
class DiscussFilePost(DiscussPost):
    """A post that shows files."""

    #: ``ir.attachment``; may be empty.
    attachments: models.BaseModel = None


class WaDiscussWriter(models.AbstractModel):
    """Files of posts: they belong to the conversation, and nobody else's browser hears of them."""

    _inherit = "wa.discuss.writer"

    @api.model
    def _create_messages(self, posts):
        messages = super()._create_messages(posts)
        for post, message in zip(posts, messages, strict=True):
            attachments = getattr(post, "attachments", None)
            if attachments:
                attachments.sudo().filtered(lambda a: not a.res_id).write(
                    {"res_model": "discuss.channel", "res_id": post.conversation.channel_id.id}
                )
                vouch(message).attachment_ids = attachments
        return messages

    @api.model
    def _split_by_message(self, result):
        attachments = {record["id"]: record for record in result.pop("ir.attachment", [])}
        cut = super()._split_by_message(result)

        def cut_with_files(message, channel):
            own = [attachments[id_] for id_ in message.attachment_ids.ids if id_ in attachments]
            return {**cut(message, channel), **({"ir.attachment": own} if own else {})}

        return cut_with_files
