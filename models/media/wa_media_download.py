import errno
import logging
from concurrent.futures import as_completed
from datetime import timedelta

from psycopg2 import errors as pg_errors

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.failures import classify
from ...tools.thread_pool import SlimThreadPool
from ..concurrency import CONFLICTS, commit_with_retries, start_over
from ..wa_limits import DEFAULT_MAX_MB, DEFAULT_REFUSED
from .fetching import Order, Outcome, fetch
from .wa_media import bare_type

_logger = logging.getLogger(__name__)

#: Files fetched at the same time; each may be held in memory as a whole.
THREADS = 4
#: A worker that died gives its files back after this many seconds.
LEASE = 600
#: Seconds until the next try, by number of failed tries.
BACKOFF = (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)
#: Meta forgets received files after seven days. Source: cloud-api reference §3.
LIFETIME = timedelta(days=7)
#: The address in a webhook works for five minutes; a little less, for clocks that differ.
URL_LIFETIME = timedelta(minutes=4)
#: Tries before a file whose message is being changed all the time is left to the next run.
KEEP_RETRIES = 5
#: The file came, and this server could not keep it: a full disk, a filestore that is not there, an addon that objects.
STORAGE = (OSError, UserError, pg_errors.DiskFull)
#: A full disk is looked at again at least so often, in seconds, for as long as WhatsApp has the file.
STORAGE_WAIT = 3600


#: Reasons whose sentences are about a message that is sent.
ABOUT_MESSAGES = ("request_invalid", "unknown_error", "recipient_unreachable")


class WaMedia(models.Model):
    """Fetching received files, apart from the messages that name them.

    The message is in the thread at once; the file follows. Nothing of this keeps
    inbound messages or senders waiting.
    """

    _inherit = "wa.media"

    # ---------------------------------------------------------------- settings

    @api.model
    def _max_bytes(self) -> int:
        """Return the largest file that is fetched, in bytes."""
        value = self.env["ir.config_parameter"].sudo().get_param("crm_whatsapp.media_max_mb", DEFAULT_MAX_MB)
        return (int(value) if str(value).isdigit() else DEFAULT_MAX_MB) * 1024 * 1024

    @api.model
    def _refused_types(self) -> set[str]:
        """Return MIME types and endings (``.exe``) that are not fetched, in lower case."""
        value = self.env["ir.config_parameter"].sudo().get_param("crm_whatsapp.media_refused", DEFAULT_REFUSED)
        return set((value or "").replace(",", " ").lower().split())

    def _is_refused(self, refused, name=None, kind=None):
        """Tell whether the settings refuse this kind of file.

        :param name: the name under which it would be stored; default: the customer's.
        :param kind: the type it turned out to have; default: what was said.
        """
        self.ensure_one()
        name = (self.filename or "" if name is None else name).lower()
        ending = f".{name.rpartition('.')[2]}" if "." in name else ""
        return bool(refused & {bare_type(self.mime_type), kind or "", ending})

    # ------------------------------------------------------------------ worker

    @api.model
    def _trigger_download(self, at=None):
        self.env.ref("crm_whatsapp.ir_cron_wa_media").sudo()._trigger(at)

    @api.model
    def _cron_download(self):
        """Fetch what is due, a few files at a time. Body of a scheduled job."""
        while claimed := self._claim_downloads(THREADS):
            # The claim is a lease: should this process die, others take over later.
            left = self.env["ir.cron"]._commit_progress()
            claimed._download()
            if min(left, self.env["ir.cron"]._commit_progress(len(claimed))) <= 0:
                break
        self._wake_for_downloads()

    @api.model
    def _claim_downloads(self, limit: int) -> models.BaseModel:
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE wa_media SET next_attempt_at = %(lease)s, attempts = COALESCE(attempts, 0) + 1
                 WHERE id IN (
                       SELECT id FROM wa_media
                        WHERE state = 'pending' AND direction = 'in'
                          AND (next_attempt_at IS NULL OR next_attempt_at <= %(now)s)
                        ORDER BY next_attempt_at NULLS FIRST, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
             RETURNING id
                """,
                lease=now + timedelta(seconds=LEASE),
                now=now,
                limit=limit,
            )
        )
        claimed = self.browse(sorted(row[0] for row in rows))
        claimed.invalidate_recordset(["next_attempt_at", "attempts"], flush=False)
        return claimed

    def _download(self):
        """Fetch these files in parallel and keep each as it comes."""
        limit, refused = self._max_bytes(), self._refused_types()
        orders = {}
        for media in self:
            if media._is_refused(refused):
                media._keep(media._fail, "media_refused", bare_type(media.mime_type))
            elif not (media.media_uid or media.cipher) or media.received_at < fields.Datetime.now() - LIFETIME:
                media._keep(media._fail, "media_expired")
            else:
                orders[media] = media._prepare_order(limit)
        if not orders:
            return
        transports = {media.id: media._get_transport() for media in orders}
        # Nothing of ours is locked or half read while the files come.
        self.env["ir.cron"]._commit_progress()
        with SlimThreadPool(len(orders), thread_name_prefix="wa_media") as pool:
            jobs = {
                pool.submit(fetch, transports[media.id], order): media
                for media, order in orders.items()
                if transports[media.id]
            }
            here = {}
            for job in as_completed(jobs):
                here[jobs[job]] = job.result()
                for media in self._whose_turn_it_is(here, jobs.values()):
                    media._keep(media._apply_outcome, here[media])
        for media in orders:
            if not transports[media.id]:
                media._keep(media._postpone_download, "token_invalid")

    @api.model
    def _whose_turn_it_is(self, here, fetched):
        """Return the files that are kept now: of several of one message, the first one first, as the customer chose.

        :param dict here: ``{wa.media: outcome}`` of those that came; the last one just now.
        :param fetched: all that are being fetched together.
        """
        *_before, latest = here
        siblings = [media for media in fetched if media.message_id == latest.message_id]
        siblings.sort(key=lambda media: media.id)
        came = [media in here for media in siblings]
        # Those before the first gap; they were kept already unless the latest has just closed one.
        ready = siblings[: came.index(False)] if False in came else siblings
        return ready[ready.index(latest) :] if latest in ready else []

    def _prepare_order(self, limit: int) -> Order:
        self.ensure_one()
        is_fresh = self.url and (self.cipher or self.received_at > fields.Datetime.now() - URL_LIFETIME)
        return Order(
            self.media_uid or "",
            self.url if is_fresh else "",
            self.number_id.phone_number_id,
            limit,
            self.sha256 or "",
            self.cipher or None,
        )

    def _get_transport(self):
        """Return the client for this file, or None while the account has no token."""
        try:
            return self.number_id.account_id._get_transport()
        except UserError:
            return None

    def _keep(self, method, *args):
        """Do one thing to one file and commit it, again when somebody else was faster."""
        try:
            commit_with_retries(self.env, lambda: method(*args), KEEP_RETRIES)
        except CONFLICTS:
            _logger.warning("WhatsApp file %s: the message is being changed all the time, later", self.id)
        except STORAGE as error:
            start_over(self.env)
            self._wait_for_storage(error)

    def _wait_for_storage(self, error):
        """Note that this server could not keep a file that came, and when it is tried again. Others go on.

        :param Exception error: one of ``STORAGE``.
        """
        _logger.warning("WhatsApp file %s could not be kept: %s", self.id, error)
        full = isinstance(error, pg_errors.DiskFull) or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
        code = "media_storage_full" if full else "media_storage_failed"
        try:
            commit_with_retries(self.env, lambda: self._postpone_download(code, patient=True), KEEP_RETRIES)
        except (*CONFLICTS, pg_errors.DiskFull):
            # Not even that fits: the lease ends in ten minutes, and then it is tried again.
            start_over(self.env)

    def _apply_outcome(self, outcome: Outcome) -> None:
        """Attach what was fetched, or decide when and whether to try again."""
        self.ensure_one()
        error = outcome.error
        if error is None:
            self._attach(outcome.content, self.mime_type or outcome.mime_type)
        elif error.slug == "media_too_large":
            self._fail("media_too_large")
        elif error.failure.retryable or error.family == "configuration":
            self._postpone_download(*self._explain(error))
        else:
            self._fail(*self._explain(error))

    @api.model
    def _explain(self, error):
        """Return ``(code, detail)`` of an error of WhatsApp while a file is fetched.

        The sentences for a request that WhatsApp did not understand speak of a message
        that we send; then the code stands in the detail.
        """
        detail = error.details or error.message
        if error.code and classify(error.code).slug not in ABOUT_MESSAGES:
            return str(error.code), detail
        if error.slug == "media_incomplete":
            return error.slug, detail
        return "media_download_failed", f"{error.code}: {detail}" if error.code else detail

    def _postpone_download(self, code, detail=False, *, patient=False):
        """Try again later, with the reason in the thread; the waits grow, and after the last one it is given up.

        :param bool patient: never give up before WhatsApp forgets the file: the fault is ours.
        """
        self.ensure_one()
        if self.attempts > len(BACKOFF) and not patient:
            self._fail(code, detail)
            return
        seconds = BACKOFF[min(max(self.attempts, 1), len(BACKOFF)) - 1]
        wait = timedelta(seconds=min(seconds, STORAGE_WAIT) if patient else seconds)
        is_news = self.error_code != code
        # The reason is kept although nothing has failed for good: a colleague who asks gets an answer.
        self.write({"next_attempt_at": fields.Datetime.now() + wait, "error_code": code, "error_detail": detail or False})
        if is_news:
            self._show()

    def _fail(self, code: str, detail: str | bool = False) -> None:
        """Give up, say why in the thread, and leave the retry to a person."""
        self.write({"state": "failed", "next_attempt_at": False, "error_code": code, "error_detail": detail or False})
        for media in self:
            media.message_id.write({"error_code": code, "error_detail": detail or False})
            media._show()

    @api.model
    def _wake_for_downloads(self):
        [[due]] = self.env.execute_query(
            SQL(
                """
                SELECT MIN(COALESCE(next_attempt_at, %s)) FROM wa_media
                 WHERE state = 'pending' AND direction = 'in'
                """,
                fields.Datetime.now(),
            )
        )
        if due:
            self._trigger_download(max(due, fields.Datetime.now()))

    # ----------------------------------------------------------------- actions

    def _is_missing(self) -> bool:
        """Tell whether this is a received file that nobody can open: fetching failed, or it was lost since."""
        lost = self.state == "done" and not self.attachment_id
        return self.direction == "in" and (self.state == "failed" or lost)

    def action_retry(self):
        """Fetch these files again, on a person's word. For readers of the conversation."""
        self.check_access("read")
        failed = self.sudo().filtered(lambda media: media._is_missing())
        failed.write(
            {
                "state": "pending",
                "attempts": 0,
                "next_attempt_at": False,
                "error_code": False,
                "error_detail": False,
            }
        )
        failed.message_id.write({"error_code": False, "error_detail": False})
        failed._show()
        if failed:
            self._trigger_download()
