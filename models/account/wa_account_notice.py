from odoo import api, fields, models

from .meta_words import meta_word


class WaAccount(models.Model):
    """What WhatsApp last said about an account."""

    _inherit = "wa.account"

    review_status = fields.Char("Review Word", readonly=True, copy=False, help="Meta's word on the business.")
    review_status_label = fields.Char("Review", compute="_compute_labels")
    messaging_limit_label = fields.Char("Messaging Limit", compute="_compute_labels")
    messaging_limit = fields.Char(
        "Limit Word", readonly=True, copy=False, help="New people the business may write to in 24 hours, in Meta's word."
    )
    restriction = fields.Char(readonly=True, copy=False, help="What WhatsApp does not allow at the moment.")
    restricted_until = fields.Datetime(readonly=True, copy=False)
    notice_moments = fields.Json(readonly=True, copy=False, help="Notices that were applied, and when their values were said.")
    templates_outdated = fields.Boolean(
        readonly=True, copy=False, help="Templates changed at WhatsApp; they are read again in the background."
    )

    @api.depends("review_status", "messaging_limit")
    @api.depends_context("lang")
    def _compute_labels(self):
        """Say Meta's words as people read them."""
        for account in self:
            account.review_status_label = meta_word(self.env, account.review_status) or False
            account.messaging_limit_label = meta_word(self.env, account.messaging_limit) or False
