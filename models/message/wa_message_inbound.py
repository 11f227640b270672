from odoo import fields, models


class WaMessage(models.Model):
    """What a received message says, as data that rules and reports can use.

    ``kind``, ``payload`` and ``content`` (Meta's own object) are on every message;
    these fields hold what would otherwise have to be dug out of it.
    """

    _inherit = "wa.message"

    origin = fields.Selection(selection_add=[("phone", "WhatsApp on a phone")], ondelete={"phone": "set null"})
    text = fields.Text(readonly=True, help="The words in it: text, caption, label of a button, place, names, order lines.")
    subkind = fields.Char(
        "Reply Type", readonly=True, help="What kind of interactive reply: button_reply, list_reply, nfm_reply, …"
    )
    answers = fields.Json("Form Answers", readonly=True, help="The fields of a filled in form (flow) or the lines of an order.")
    media_ids = fields.One2many("wa.media", "message_id", "Files")
    is_forwarded = fields.Boolean("Forwarded", readonly=True)
    group_uid = fields.Char("WhatsApp Group", readonly=True)
    referral = fields.Json(readonly=True, help="The ad or post through which the customer came.")
    target_id = fields.Many2one(
        "wa.message",
        "About",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="The message a reaction, an edit or a deletion is about.",
    )
    target_wamid = fields.Char(readonly=True)
    quoted_wamid = fields.Char(readonly=True, help="The message it answers, which may come later or never.")
    effect_ids = fields.One2many("wa.message", "target_id", "Reactions and Changes")
    is_history = fields.Boolean("Imported", readonly=True, help="From before the number was connected.")
    edited_at = fields.Datetime("Edited", readonly=True)
    deleted_at = fields.Datetime("Deleted", readonly=True)

    _waiting_answers_idx = models.Index("(quoted_wamid) WHERE quoted_id IS NULL AND quoted_wamid IS NOT NULL")
    _waiting_effects_idx = models.Index("(target_wamid) WHERE target_id IS NULL AND target_wamid IS NOT NULL")

    def action_retry(self):
        """Retry what failed: sending our messages, fetching the files of theirs."""
        self.media_ids.filtered(lambda media: media.state == "failed").action_retry()
        return super().action_retry()
