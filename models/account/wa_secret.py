from __future__ import annotations

from odoo import api, fields, models
from odoo.tools import SQL, ormcache


class WaSecret(models.Model):
    """A credential of an account, kept apart from it so that no read can reach it.

    Odoo has no encrypted field, and a field with ``groups=`` is still sent to
    the browser of whoever has the group. This table has no access row that
    grants anything: only server code under ``sudo()`` reads it, and the account
    offers write-only fields (:class:`WaAccount`). Dumps for testing lose it
    through ``data/neutralize.sql``.
    """

    _name = "wa.secret"
    _inherit = ["wa.cached.mixin"]
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

    _kind_uniq = models.Constraint("UNIQUE(account_id, kind)", "An account has one secret of each kind.")

    @api.model
    def _get(self, account: models.BaseModel, kind: str) -> str | bool:
        """Return the secret of ``kind`` of one account, or False. Server code only."""
        return self.sudo().search([("account_id", "=", account.id), ("kind", "=", kind)], limit=1).value

    @api.model
    def _of_callback(self, webhook_key: str, kinds: tuple[str, ...], cached: bool = True) -> tuple[int, tuple[str, ...]] | None:
        """Return ``(account id, values of these kinds)`` of the account with this callback, or None. Server code only.

        :param str webhook_key: may be anything.
        :param tuple kinds: of secrets.
        :param bool cached: False: as the database has it now. Another thread may have filled the cache
            between a change and its COMMIT.
        """
        try:
            return (self._read_callback if cached else self._query_callback)(webhook_key, kinds)
        except LookupError:
            return None

    @api.model
    @ormcache("webhook_key", "kinds")
    def _read_callback(self, webhook_key: str, kinds: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
        """Do what :meth:`_of_callback` says.

        Kept in the registry's cache, which changes of secrets and accounts clear: every webhook asks.

        :raises LookupError: there is none. What strangers try fills no cache.
        """
        return self._query_callback(webhook_key, kinds)

    @api.model
    def _query_callback(self, webhook_key: str, kinds: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
        """Do what :meth:`_read_callback` says, without the cache."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.id, ARRAY_REMOVE(ARRAY_AGG(s.value), NULL)
                  FROM wa_account a
             LEFT JOIN wa_secret s ON s.account_id = a.id AND s.kind = ANY(%s)
                 WHERE a.webhook_key = %s
              GROUP BY a.id
                """,
                list(kinds),
                webhook_key,
            )
        )
        if not rows:
            raise LookupError(webhook_key)
        return rows[0][0], tuple(rows[0][1])

    @api.model
    def _set(self, account: models.BaseModel, kind: str, value: str | bool) -> None:
        """Store, replace or (with an empty value) delete one secret of an account."""
        secret = self.sudo().search([("account_id", "=", account.id), ("kind", "=", kind)])
        if not value:
            secret.unlink()
        elif secret:
            secret.value = value
        else:
            self.sudo().create({"account_id": account.id, "kind": kind, "value": value})
