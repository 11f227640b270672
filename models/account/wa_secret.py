from odoo import api, fields, models


class WaSecret(models.Model):
    """A credential of an account, kept apart from it so that no read can reach it.

    Odoo has no encrypted field, and a field with ``groups=`` is still sent to
    the browser of whoever has the group. This table has no access row that
    grants anything: only server code under ``sudo()`` reads it, and the account
    offers write-only fields (:class:`WaAccount`). Dumps for testing lose it
    through ``data/neutralize.sql``.
    """

    _name = "wa.secret"
    _description = "WhatsApp Account Secret"
    _log_access = True
    _rec_name = "kind"

    account_id = fields.Many2one("wa.account", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("access_token", "Access Token"),
            ("app_secret", "App Secret"),
            ("app_secret_previous", "Previous App Secret"),
            ("verify_token", "Verify Token"),
        ],
        required=True,
    )
    value = fields.Char(required=True)

    _kind_uniq = models.Constraint(
        "UNIQUE(account_id, kind)", "An account has one secret of each kind."
    )

    @api.model
    def _get(self, account, kind):
        """Return the secret of ``kind`` of one account, or False. Server code only."""
        return (
            self.sudo().search([("account_id", "=", account.id), ("kind", "=", kind)], limit=1).value
        )

    @api.model
    def _set(self, account, kind, value):
        """Store, replace or (with an empty value) delete one secret of an account."""
        secret = self.sudo().search([("account_id", "=", account.id), ("kind", "=", kind)])
        if not value:
            secret.unlink()
        elif secret:
            secret.value = value
        else:
            self.sudo().create({"account_id": account.id, "kind": kind, "value": value})
