import hashlib
from datetime import datetime, timedelta
from functools import partial

from odoo import api, fields, models, sql_db
from odoo.addons.base.models.ir_cron import ODOO_NOTIFY_FUNCTION
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.phone_search import needles
from ..wa_limits import DEFAULT_EVENT_DAYS, SHORTEST_EVENT_DAYS

#: For so long after it was asked for, a run of the worker counts as about to begin.
PENDING = timedelta(seconds=2)
#: Webhooks deleted at a time.
GC_BATCH = 5000


def wake_cron_workers(dbname: str) -> None:
    """Tell the cron workers of all nodes that there is work, as ``ir.cron._notifydb`` does.

    Without waiting for the disk: nothing is lost with this message but a minute,
    and the webhook that waits for its answer would pay for a second flush.
    """
    with sql_db.db_connect("postgres").cursor() as cr:
        cr.execute("SET LOCAL synchronous_commit = OFF")
        cr.execute(SQL("SELECT %s('cron_trigger', %s)", SQL.identifier(ODOO_NOTIFY_FUNCTION), dbname))


class WaWebhookEvent(models.Model):
    """One webhook POST exactly as it came.

    What was answered with 200 is here. It is worked off by a scheduled job
    (``wa_webhook_event_worker``), as often as it takes, and stays visible with its reason when that fails.

    They hold everything customers wrote, so they go after a while; what was made of them (messages, contacts,
    leads) stays. Those that failed are kept until somebody solved them, because nothing else holds their content.
    """

    _name = "wa.webhook.event"
    _description = "WhatsApp Webhook Event"
    _order = "id desc"
    _rec_name = "received_at"

    # No index of its own: `_digest_uniq` begins with it.
    account_id = fields.Many2one("wa.account", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="account_id.company_id")
    digest = fields.Char(required=True, readonly=True, help="SHA-256 of the body.")
    body = fields.Text(required=True, readonly=True)
    phone_search = fields.Char("Phone", store=False, search="_search_phone_search")
    state = fields.Selection(
        [("new", "Waiting"), ("done", "Done"), ("failed", "Failed")],
        default="new",
        required=True,
        readonly=True,
    )
    received_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    processed_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True)
    error = fields.Text(readonly=True)
    note = fields.Text(readonly=True, help="What was in it that we do not handle yet.")
    hint = fields.Char(compute="_compute_hint")

    _digest_uniq = models.Constraint("UNIQUE(account_id, digest)", "A webhook is stored once.")
    _todo_idx = models.Index("(id) WHERE state = 'new'")

    @api.depends("state")
    def _compute_hint(self) -> None:
        for event in self:
            event.hint = (
                self.env._(
                    "This webhook could not be processed. It is kept until it is solved: mend the cause and press "
                    "Process Again, or delete it."
                )
                if event.state == "failed"
                else False
            )

    @api.model
    def _search_phone_search(self, operator: str, value: object) -> Domain:
        """Find webhooks about (a part of) a phone number, however it is written."""
        if operator not in ("like", "ilike"):
            return NotImplemented
        found = needles(value, self.env.company.country_id.code) if isinstance(value, str) else ()
        return Domain.OR(Domain("body", "like", needle) for needle in found)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_failed(self) -> None:
        """Give up a webhook that could not be processed: an administrator's decision.

        :raises AccessError: it still waits, or was processed and goes by itself after some days.
        """
        if not self.env.su and any(event.state != "failed" for event in self):
            raise AccessError(
                self.env._(
                    "Only webhooks that failed can be deleted. The others are worked off, and go by themselves after some days."
                )
            )

    # ----------------------------------------------------------------- actions

    def action_process_again(self) -> None:
        """Process these events again; what they made before is recognised and kept."""
        self.check_access("write")
        self.sudo().write({"state": "new", "attempts": 0, "next_attempt_at": False})
        self._trigger_worker()

    # ------------------------------------------------------------------- store

    @api.model
    def _store(self, account_id: int, body: bytes) -> bool:
        """Keep one verified webhook body and wake the worker; a repeated one is recognised by its digest.

        Meta waits for the answer, so nothing is done that need not be: plain statements, which PostgreSQL
        plans in no time, and nobody's name as the author (a reference to check each time).

        :param account_id: whose callback URL was called
        :param body: as it came, verified
        :returns: True if it is new
        """
        now, cr = fields.Datetime.now(), self.env.cr
        cr.execute(
            """INSERT INTO wa_webhook_event (account_id, digest, body, state, received_at, attempts, create_date, write_date)
               VALUES (%s, %s, %s, 'new', %s, 0, %s, %s)
               ON CONFLICT (account_id, digest) DO NOTHING RETURNING id""",
            [
                account_id,
                hashlib.sha256(body).hexdigest(),
                # PostgreSQL has no NUL in texts; JSON escapes it, so only rubbish contains one.
                body.decode("utf-8", "replace").replace("\x00", "\ufffd"),
                *[now] * 3,
            ],
        )
        is_new = bool(cr.rowcount)
        if is_new:
            self._wake_worker(now)
        return is_new

    @api.model
    def _wake_worker(self, now: datetime) -> None:
        """Have the worker run once this is committed, unless somebody has just asked for that.

        The trigger is the row that ``ir.cron._trigger`` would make. One that the worker is taking at this
        moment is locked, and does not count: its run may not see what is stored here.
        """
        cron_id = self._worker_id()
        self.env.cr.execute(
            """SELECT id FROM ir_cron_trigger WHERE cron_id = %s AND call_at BETWEEN %s AND %s
                LIMIT 1 FOR KEY SHARE SKIP LOCKED""",
            [cron_id, now - PENDING, now],
        )
        if self.env.cr.rowcount:
            return
        self.env.cr.execute(
            """INSERT INTO ir_cron_trigger (cron_id, call_at, create_date, write_date)
               SELECT id, %s, %s, %s FROM ir_cron WHERE id = %s AND active""",
            [now, now, now, cron_id],
        )
        self.env.cr.postcommit.add(partial(wake_cron_workers, self.env.cr.dbname))

    @api.model
    def _worker_id(self) -> int:
        return self.env["ir.model.data"]._xmlid_to_res_id("crm_whatsapp.ir_cron_wa_webhook_event")

    @api.model
    def _trigger_worker(self) -> None:
        self.env.ref("crm_whatsapp.ir_cron_wa_webhook_event")._trigger()

    # --------------------------------------------------------------- retention

    @api.model
    def _retention_days(self) -> int:
        """Return for how many days webhooks are kept."""
        value = self.env["ir.config_parameter"].sudo().get_param("crm_whatsapp.event_days", DEFAULT_EVENT_DAYS)
        return max(int(value), SHORTEST_EVENT_DAYS) if str(value).isdigit() else DEFAULT_EVENT_DAYS

    @api.autovacuum
    def _gc_events(self) -> tuple[int, int]:
        """Delete webhooks that were processed and are older than the setting says.

        :returns: ``(deleted, remaining)``, so that a full table is emptied in steps.
        """
        limit = fields.Datetime.now() - timedelta(days=self._retention_days())
        domain = [("state", "=", "done"), ("received_at", "<", limit)]
        old = self.sudo().search(domain, limit=GC_BATCH, order="id")
        deleted = len(old)
        old.unlink()
        return deleted, self.sudo().search_count(domain, limit=GC_BATCH) if deleted == GC_BATCH else 0
