import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from weakref import WeakKeyDictionary

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.failures import PERMANENT, TRANSIENT, Failure
from ...tools.graph import second_look
from ...tools.graph.errors import GraphError, PermanentError, TransientError

#: Meta keeps an uploaded file for 30 days; a day is left for messages that wait. Source: Meta, "Media".
REUSE_DAYS = 29


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to hand to WhatsApp: plain data, fit for a thread without a database."""

    #: What the media id is kept under: checksum and MIME type.
    key: tuple[str, str]
    #: Reads the bytes when they are needed, so that waiting uploads cost no memory.
    read: Callable[[], bytes]
    mime_type: str
    filename: str
    #: When the database said that WhatsApp does not have it, on the monotonic clock.
    asked_at: float = field(default_factory=time.monotonic)


class WaUpload(models.Model):
    """A file that WhatsApp already has from one of our numbers.

    Kept by content, not by attachment: a brochure sent from a thousand leads travels
    once, and whoever changes an attachment sends the new content.
    """

    _name = "wa.upload"
    _description = "File at WhatsApp"
    _rec_name = "media_uid"
    _log_access = False

    number_id = fields.Many2one("wa.number", required=True, ondelete="cascade")
    checksum = fields.Char(required=True, help="Odoo's checksum of the content.")
    mime_type = fields.Char(required=True)
    media_uid = fields.Char(required=True)
    uploaded_at = fields.Datetime(required=True)

    _content_uniq = models.Constraint("UNIQUE(number_id, checksum, mime_type)", "A number uploads a file once.")

    @api.model
    def _oldest_valid(self):
        return fields.Datetime.now() - timedelta(days=REUSE_DAYS)

    @api.model
    def _find(self, number, file):
        """Return the still valid upload of a frozen file, or an empty set."""
        return self.sudo().search(
            [
                ("number_id", "=", number.id),
                ("checksum", "=", file["checksum"]),
                ("mime_type", "=", file["mime_type"]),
                ("uploaded_at", ">", self._oldest_valid()),
            ],
            limit=1,
        )

    @api.model
    def _find_uid(self, number, file):
        """Return the media id of a frozen file, or False."""
        return self._find(number, file).media_uid

    @api.model
    def _keep(self, number, key, media_uid):
        """Remember a media id; an older one of the same content is replaced."""
        checksum, mime_type = key
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO wa_upload (number_id, checksum, mime_type, media_uid, uploaded_at)
                     VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (number_id, checksum, mime_type)
                  DO UPDATE SET media_uid = EXCLUDED.media_uid, uploaded_at = EXCLUDED.uploaded_at
                """,
                number.id,
                checksum,
                mime_type,
                media_uid,
                fields.Datetime.now(),
            )
        )
        self.invalidate_model()

    @api.autovacuum
    def _vacuum(self):
        """Forget files that Meta has forgotten."""
        self.sudo().search([("uploaded_at", "<=", self._oldest_valid())]).unlink()


class WaMessage(models.Model):
    """Uploading the files of a message, between claim and request.

    Three steps, because only the sender's first thread has a database:
    ``_collect_uploads`` → :func:`run_uploads` in a thread → ``_apply_uploads``.
    """

    _inherit = "wa.message"

    def _collect_uploads(self, content):
        """Return what has to be uploaded before this message can leave.

        :param dict content: its frozen content.
        :returns: list of :class:`Upload`; empty when WhatsApp has everything. Files that
            are gone here are left out: ``_prepare_request`` then says so.
        """
        self.ensure_one()
        uploads = {}
        for file in content.get("files") or ():
            key = (file["checksum"], file["mime_type"])
            if key in uploads or self.env["wa.upload"]._find(self.number_id, file):
                continue
            attachment = self.env["ir.attachment"].sudo().browse(file["attachment_id"]).exists()
            if attachment.checksum == file["checksum"]:
                uploads[key] = Upload(key, self._reader(attachment), file["mime_type"], file["filename"])
        return list(uploads.values())

    def _adopt_files(self):
        """Tie converted files that no thread shows to the message they are sent with."""
        for message in self:
            ids = [file["attachment_id"] for file in (message.content or {}).get("files") or ()]
            self.env["ir.attachment"].browse(ids).filtered(lambda a: a.res_model == "wa.message" and not a.res_id).write(
                {"res_id": message.id}
            )

    @api.model
    def _reader(self, attachment):
        """Return a function that reads an attachment's bytes without a database."""
        if attachment.store_fname:
            path = attachment._full_path(attachment.store_fname)
            if os.path.isfile(path):
                return partial(_read_path, path)
        return partial(bytes, attachment.raw or b"")

    def _apply_uploads(self, results):
        """Store what became of the uploads of this message.

        :param results: as :func:`run_uploads` returns them.
        :returns: True when the message can go on; else it failed or waits for another try.
        """
        self.ensure_one()
        problem = None
        for key, outcome in results:
            if isinstance(outcome, GraphError):
                problem = problem or outcome
            else:
                self.env["wa.upload"]._keep(self.number_id, key, outcome)
                _mark_kept((self.number_id.phone_number_id, *key))
        if problem:
            self._apply_error(problem)
        return not problem

    def _upload_again(self, media_uids):
        """Upload the files of a message anew and send it, once: Meta does not have one any more that it once took.

        The refusal came in the answer, so nothing left and nothing is doubled. What another message has brought anew since
        this one was made is kept: a mailing of thousands carries one file.

        :param media_uids: the ids of files that stood in the refused request.
        """
        self._forget_uploads(media_uids=media_uids)
        if (self.content or {}).get("files") and self.error_code != "media_unknown":
            self._retry_later("media_unknown", None)
        else:
            self._fail("media_unknown")

    def _forget_uploads(self, before=None, media_uids=None):
        """Forget that WhatsApp has the files of this message.

        :param datetime before: only what was uploaded by then (naive UTC).
        :param media_uids: only these ids.
        """
        self.ensure_one()
        domain = [("number_id", "=", self.number_id.id)]
        if before:
            domain.append(("uploaded_at", "<=", before))
        if media_uids is not None:
            domain.append(("media_uid", "in", list(media_uids)))
        for file in (self.content or {}).get("files") or ():
            own = [("checksum", "=", file["checksum"]), ("mime_type", "=", file["mime_type"])]
            self.env["wa.upload"].sudo().search([*domain, *own]).unlink()


def _read_path(path):
    with open(path, "rb") as file:
        return file.read()


@dataclass(slots=True)
class _Done:
    """A file that was uploaded in this run."""

    media_uid: str
    #: When the database knew it too, on the monotonic clock: whoever finds it missing there since knows better.
    kept_at: float = float("inf")


class _Shared:
    """What threads that upload with the same client know of each other: a file travels once."""

    def __init__(self):
        self.guard = threading.Lock()
        self.locks = {}  # (number, checksum, type) -> Lock of whoever uploads this file
        self.done = {}  # the same -> _Done

    def lock_of(self, key):
        with self.guard:
            return self.locks.setdefault(key, threading.Lock())

    def find(self, key, asked_at):
        """Return the media id of what was uploaded while somebody waited for it, or None."""
        done = self.done.get(key)
        return done.media_uid if done and asked_at <= done.kept_at else None


_shared = WeakKeyDictionary()  # client -> _Shared, for as long as a sender runs
_shared_guard = threading.Lock()


def run_uploads(transport, phone_number_id, uploads):
    """Upload files in a worker thread, which has no database. Never raises.

    Messages that are sent together often carry the same file: the second thread waits
    for the first instead of uploading it again.

    :param transport: ``GraphClient`` of the account.
    :param uploads: list of :class:`Upload`.
    :returns: list of ``(key, media id)`` or ``(key, GraphError)``
    """
    with _shared_guard:
        shared = _shared.setdefault(transport, _Shared())
    results = []
    for upload in uploads:
        known_as = (phone_number_id, *upload.key)
        with shared.lock_of(known_as):
            outcome = shared.find(known_as, upload.asked_at)
            if not outcome:
                outcome = _run(transport, phone_number_id, upload)
                if not isinstance(outcome, GraphError):
                    shared.done[known_as] = _Done(outcome)
        results.append((upload.key, outcome))
    return results


def _mark_kept(known_as):
    """Note that the database knows an upload: from now on it is asked, and what it has forgotten is uploaded anew."""
    with _shared_guard:
        runs = list(_shared.values())
    for shared in runs:
        done = shared.done.get(known_as)
        if done:
            done.kept_at = min(done.kept_at, time.monotonic())


def _run(transport, phone_number_id, upload):
    try:
        return transport.upload_media(phone_number_id, upload.read(), upload.mime_type, upload.filename or "file")
    except GraphError as error:
        return second_look.narrow(transport, phone_number_id, error)
    except FileNotFoundError as error:
        failure = Failure(None, PERMANENT, "media_upload_failed")
        return PermanentError(f"the file cannot be read: {type(error).__name__}", failure=failure)
    except OSError as error:
        # A disk that is busy or not mounted, too many open files: another time it is there.
        failure = Failure(None, TRANSIENT, "media_storage_failed")
        return TransientError(f"the file cannot be read: {type(error).__name__}", failure=failure)
