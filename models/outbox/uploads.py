"""Uploading the files of messages, between claim and request.

Three steps, because only the sender's first thread has a database: :func:`collect_uploads` → :func:`run_uploads` in a
thread → ``results.apply_uploads``. What WhatsApp has is kept in ``wa.upload``.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from odoo import models

from ...tools.failures import PERMANENT, TRANSIENT, Failure
from ...tools.graph import second_look
from ...tools.graph.client import GraphClient
from ...tools.graph.errors import GraphError, PermanentError, TransientError


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


def collect_uploads(message: models.BaseModel, content: dict[str, Any]) -> list[Upload]:
    """Return what has to be uploaded before a message can leave.

    :param dict content: its frozen content.
    :returns: list of :class:`Upload`; empty when WhatsApp has everything. Files that
        are gone here are left out: ``_prepare_request`` then says so.
    """
    uploads = {}
    for file in content.get("files") or ():
        key = (file["checksum"], file["mime_type"])
        if key in uploads or message.env["wa.upload"]._find(message.number_id, file):
            continue
        attachment = message.env["ir.attachment"].sudo().browse(file["attachment_id"]).exists()
        if attachment.checksum == file["checksum"]:
            uploads[key] = Upload(key, _reader(attachment), file["mime_type"], file["filename"])
    return list(uploads.values())


def _reader(attachment: models.BaseModel) -> Callable[[], bytes]:
    """Return a function that reads an attachment's bytes without a database."""
    if attachment.store_fname:
        path = attachment._full_path(attachment.store_fname)
        if os.path.isfile(path):
            return partial(_read_path, path)
    return partial(bytes, attachment.raw or b"")


def forget_uploads(
    message: models.BaseModel, before: datetime | None = None, media_uids: Collection[str] | None = None
) -> None:
    """Forget that WhatsApp has the files of a message.

    :param datetime before: only what was uploaded by then (naive UTC).
    :param media_uids: only these ids.
    """
    domain = [("number_id", "=", message.number_id.id)]
    if before:
        domain.append(("uploaded_at", "<=", before))
    if media_uids is not None:
        domain.append(("media_uid", "in", list(media_uids)))
    for file in (message.content or {}).get("files") or ():
        own = [("checksum", "=", file["checksum"]), ("mime_type", "=", file["mime_type"])]
        message.env["wa.upload"].sudo().search([*domain, *own]).unlink()


def _read_path(path: str) -> bytes:
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

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.locks: dict[Hashable, threading.Lock] = {}  # (number, checksum, type) -> Lock of whoever uploads this file
        self.done: dict[Hashable, _Done] = {}  # the same -> _Done

    def lock_of(self, key: Hashable) -> threading.Lock:
        with self.guard:
            return self.locks.setdefault(key, threading.Lock())

    def find(self, key: Hashable, asked_at: float) -> str | None:
        """Return the media id of what was uploaded while somebody waited for it, or None."""
        done = self.done.get(key)
        return done.media_uid if done and asked_at <= done.kept_at else None


_shared: WeakKeyDictionary[GraphClient, _Shared] = WeakKeyDictionary()  # client -> _Shared, for as long as a sender runs
_shared_guard = threading.Lock()


def run_uploads(
    transport: GraphClient, phone_number_id: str, uploads: list[Upload]
) -> list[tuple[tuple[str, str], str | GraphError]]:
    """Upload files in a worker thread, which has no database. Never raises.

    Messages that are sent together often carry the same file: the second thread waits
    for the first instead of uploading it again.

    :param transport: ``GraphClient`` of the account.
    :param uploads: list of :class:`Upload`.
    :returns: list of ``(key, media id)`` or ``(key, GraphError)``
    """
    with _shared_guard:
        shared = _shared.setdefault(transport, _Shared())
    results: list[tuple[tuple[str, str], str | GraphError]] = []
    for upload in uploads:
        known_as = (phone_number_id, *upload.key)
        with shared.lock_of(known_as):
            outcome: str | GraphError | None = shared.find(known_as, upload.asked_at)
            if outcome is None:
                outcome = _run(transport, phone_number_id, upload)
                if not isinstance(outcome, GraphError):
                    shared.done[known_as] = _Done(outcome)
        results.append((upload.key, outcome))
    return results


def mark_kept(known_as: tuple[str, str, str]) -> None:
    """Note that the database knows an upload: from now on it is asked, and what it has forgotten is uploaded anew."""
    with _shared_guard:
        runs = list(_shared.values())
    for shared in runs:
        done = shared.done.get(known_as)
        if done:
            done.kept_at = min(done.kept_at, time.monotonic())


def _run(transport: GraphClient, phone_number_id: str, upload: Upload) -> str | GraphError:
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
