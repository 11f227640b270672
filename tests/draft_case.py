"""A template that somebody drafts, for tests of its life."""

from odoo import Command


class DraftCase:
    """A template somebody drafts."""

    def draft(self, name="order_ready", body="Hello {{1}}, your order is ready to be fetched.", buttons=(), **vals):
        return self.env["wa.template"].create(
            {
                "name": name,
                "account_id": self.account.id,
                "body": body,
                "parameter_ids": [Command.create({"name": "1", "example": "Ada", "field_path": "partner_id.name"})],
                "button_ids": list(buttons),
                **vals,
            }
        )
