"""Blue ticks for what colleagues have read here, and "typing…": courtesies, never worth a retry or an alarm."""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future, wait
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...tools.graph.client import GraphClient
from ...tools.graph.errors import GraphError
from ...tools.thread_pool import SlimThreadPool
from ..concurrency import commit_with_retries

_logger = logging.getLogger(__name__)

#: Read receipts and the like: how many at once, and how often, in seconds.
AT_ONCE, EVERY = 20, 0.5
#: Seconds they get to arrive at the end of a run.
LAST_SECONDS = 3
#: A colleague who stopped typing that long ago is not shown as typing any more.
TYPING_STALE = timedelta(seconds=8)


class Receipts:
    """What a run of the sender does beside its messages; best effort, in two threads of its own."""

    def __init__(self, number: models.BaseModel) -> None:
        self.number = number
        self.phone_number_id = number.phone_number_id
        self.pool = SlimThreadPool(2, thread_name_prefix="wa-receipt")
        self.looked_at = 0.0
        self.on_way: list[Future[None]] = []

    def send(self, transport: GraphClient) -> None:
        """Hand over what is due; looks at the database a few times a second at most."""
        now = time.monotonic()
        if now - self.looked_at < EVERY:
            return
        self.looked_at = now
        read, typing = commit_with_retries(
            self.number.env, lambda: (_take_read_receipts(self.number, AT_ONCE), _collect_typing(self.number))
        )
        self.on_way = [future for future in self.on_way if not future.done()]
        for wamids, is_typing in ((read, False), (typing, True)):
            for wamid in wamids:
                self.on_way.append(self.pool.submit(self._mark_read, transport, wamid, is_typing))

    def _mark_read(self, transport: GraphClient, wamid: str, typing: bool) -> None:
        try:
            transport.mark_read(self.phone_number_id, wamid, typing=typing)
        except GraphError as error:
            _logger.info("WhatsApp number: read receipt refused: %s", error)

    def close(self) -> None:
        """Give what is on its way a moment to arrive; a Meta that hangs holds up nobody."""
        wait(self.on_way, timeout=LAST_SECONDS)
        self.pool.shutdown(wait=False, cancel_futures=True)


def _take_read_receipts(number: models.BaseModel, limit: int) -> list[str]:
    """Return ids of customers' messages to mark as read, and forget them; busy rows are left for later."""
    rows = number.env.execute_query(
        SQL(
            """
            UPDATE wa_conversation c SET read_wamid = NULL
              FROM (SELECT id, read_wamid FROM wa_conversation
                     WHERE number_id = %s AND read_wamid IS NOT NULL
                     ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) taken
             WHERE c.id = taken.id RETURNING taken.read_wamid
            """,
            number.id,
            limit,
        )
    )
    number.env["wa.conversation"].invalidate_model(["read_wamid"], flush=False)
    return [row[0] for row in rows]


def _collect_typing(number: models.BaseModel) -> list[str]:
    """Return the wamids to answer with "typing…", and forget them; what is too late is dropped."""
    rows = number.env.execute_query(
        SQL(
            """
               UPDATE wa_conversation c SET typing_wamid = NULL
                 FROM (SELECT id, typing_wamid FROM wa_conversation
                        WHERE number_id = %s AND typing_wamid IS NOT NULL
                          FOR NO KEY UPDATE SKIP LOCKED) due
                WHERE c.id = due.id
            RETURNING due.typing_wamid, c.typing_at
            """,
            number.id,
        )
    )
    return [wamid for wamid, moment in rows if not is_stale(moment)]


def is_stale(moment: datetime) -> bool:
    """Tell whether a colleague stopped typing too long ago (naive UTC) to be shown as typing."""
    return bool(moment < fields.Datetime.now() - TYPING_STALE)
