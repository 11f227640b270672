import logging

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.graph.errors import GraphError
from .wa_account_connect import Refusal

_logger = logging.getLogger(__name__)


class WaAccount(models.Model):
    """Archiving an account disconnects it at WhatsApp and puts away what belongs to it; unarchiving brings all back."""

    _inherit = "wa.account"

    def action_disconnect(self):
        """Open the page that says what disconnecting means, before it is done."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disconnect and Archive"),
            "res_model": "wa.account.disconnect",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def action_reconnect(self):
        """Bring an archived account back, with everything that was archived with it."""
        self.check_access("write")
        self.write({"active": True})

    # ------------------------------------------------------------- disconnecting

    def _disconnect(self):
        """Have WhatsApp report nothing to us any more, and say in the chatter whether it could be told.

        A WhatsApp that cannot be reached keeps nobody from archiving: what it still sends is kept.
        """
        for account in self.sudo():
            account._close_told()
            if account.state == "draft" or not account.has_access_token:
                continue
            try:
                account._withdraw()
            except (GraphError, UserError) as error:
                _logger.info("WhatsApp account %s: could not be disconnected: %s", account.id, error)
                words = self.env._(
                    "Archived here, but WhatsApp could not be told: it goes on sending. What arrives is kept. Remove the app "
                    "from this account in Meta Business Settings, or unarchive, solve the problem and disconnect again."
                )
            else:
                words = self.env._("Disconnected: WhatsApp sends nothing of this account to Odoo any more.")
            account._message_log(body=words)

    def _withdraw(self):
        """Take our subscription back at WhatsApp, and nobody else's.

        Where another system uses the same app, its callback needs the subscription: then only our override goes.

        :raises GraphError, UserError: WhatsApp could not be told.
        """
        transport = self._get_transport()
        own = self._own_subscription(transport)
        if own is None:
            return
        override = str(own.get("override_callback_uri") or "")
        callback = self._get_app_transport().app_callback(self.app_id) if self.app_id and self.has_app_secret else ""
        if override and not self._is_former_callback(override):
            return
        if callback and not self._is_former_callback(callback):
            transport.subscribe(self.waba_id)
        else:
            transport.unsubscribe(self.waba_id)

    def _close_told(self):
        """Take back what administrators were told: nobody has to mend an archived account."""
        self.problem_ids.unlink()
        self.activity_ids.unlink()

    # ------------------------------------------------------------ what belongs to it

    def _archive_dependents(self):
        """Archive numbers and templates, and put the threads away; remembered, so that they come back together."""
        for account in self.sudo():
            for records in (account.number_ids, account.template_ids):
                records.filtered("active").write({"active": False, "is_archived_with_account": True})
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """
                    WITH put_away AS (
                        UPDATE discuss_channel c SET active = FALSE
                          FROM wa_conversation v
                         WHERE v.channel_id = c.id AND v.account_id = %s AND c.active
                     RETURNING v.id)
                    UPDATE wa_conversation v SET is_archived_with_account = TRUE FROM put_away WHERE put_away.id = v.id
                    """,
                    account.id,
                )
            )
            self.env.invalidate_all()

    def _bring_back(self):
        """Bring back what was archived with these accounts, and have WhatsApp report to us again.

        When WhatsApp cannot be reached or refuses it, the account shows that and what to do.
        """
        for account in self.sudo():
            everything = account.with_context(active_test=False)
            for records in (everything.number_ids, everything.template_ids):
                records.filtered("is_archived_with_account").write({"active": True, "is_archived_with_account": False})
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """
                    WITH back AS (
                        UPDATE wa_conversation SET is_archived_with_account = FALSE
                         WHERE account_id = %s AND is_archived_with_account
                     RETURNING channel_id)
                    UPDATE discuss_channel c SET active = TRUE FROM back WHERE back.channel_id = c.id
                    """,
                    account.id,
                )
            )
            self.env.invalidate_all()
            account._subscribe_again()

    def _subscribe_again(self):
        if self.state == "draft" or not self.has_access_token:
            return
        try:
            self._subscribe(self._get_transport())
        except (GraphError, Refusal) as error:
            code, facts = self._as_refusal(error)
            self._note_refusal(code or "subscription_lost", facts)
        except UserError:
            self._note_refusal("api_address")
        else:
            self.findings = False
            self._look_after_soon()

    def _count_dependents(self):
        """Return what archiving this account affects, for the page that asks before.

        :returns: ``{"numbers", "conversations", "waiting", "planned"}``
        """
        self.ensure_one()
        account = self.sudo()
        templates = account.template_ids.ids
        return {
            "numbers": len(account.number_ids),
            "conversations": self.env["wa.conversation"]
            .sudo()
            .search_count([("account_id", "=", account.id), ("state", "!=", "closed")]),
            "waiting": self.env["wa.message"]
            .sudo()
            .search_count([("number_id", "in", account.number_ids.ids), ("state", "=", "queued")]),
            "planned": self.env["wa.scheduled.message"]
            .sudo()
            .search_count(
                [("state", "=", "planned"), "|", ("template_id", "in", templates), ("number_id", "in", account.number_ids.ids)]
            ),
        }
