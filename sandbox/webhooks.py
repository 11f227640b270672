"""Delivering webhooks: batches, signatures, retries, duplicates and disorder.

Source: Meta, ``webhooks/overview`` and ``webhooks/create-webhook-endpoint``: only a 200 counts; anything else is
tried again at once, then ever more rarely for seven days; duplicates happen; order is not promised.
"""

import asyncio
import random
import secrets
import time
from collections import deque
from dataclasses import dataclass, replace

import aiohttp

from .payloads import body_of, encode, old_signature, signature

GIVE_UP_SECONDS = 7 * 24 * 3600
BODY_KEPT = 20_000


@dataclass(slots=True)
class Update:
    """One change to report. ``time`` is set on fields other than messages."""

    waba_id: str
    field: str
    value: dict
    number: object = None
    time: int | None = None
    #: Called once when the receiver has answered 200 to a body holding this update.
    done: object = None
    #: For this app alone; None = for every app that is subscribed.
    app_id: str | None = None

    def copy_with(self, value):
        """Return the same update with another value."""
        return replace(self, value=value)


@dataclass(slots=True)
class Delivery:
    """One body on its way, over all its attempts."""

    id: int
    url: str
    body: bytes
    updates: list
    born: float
    attempts: int = 0


class Lane:
    """Everything waiting for one callback URL of one app."""

    def __init__(self, url, app_id):
        self.url, self.app_id = url, app_id
        self.fresh = deque()
        self.again = deque()
        self.active = 0
        self.delayed = 0


class WebhookDispatcher:
    """Takes updates to their callbacks.

    :param world: knows the callback and the app secret.
    :param tell: called with ``(event, data)`` for whoever watches live.
    """

    def __init__(self, world, switches, journal, tell):
        self.world, self.switches, self.journal, self.tell = world, switches, journal, tell
        self.lanes = {}
        self.session = None
        self.paused = False
        self._serial = 0
        self._tasks = set()
        self._timers = set()
        #: Delivery id -> its updates, while it is on the wire or waits for its next try.
        self._retrying = {}

    async def start(self):
        """Open the HTTP client."""
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "facebookexternalua"},
        )

    async def stop(self):
        """Drop what waits and close the client."""
        self.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.session.close()

    def clear(self):
        """Forget everything that waits or is to be tried again."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._retrying.clear()
        self.lanes = {}

    def waiting(self):
        """Return how many updates and retries have not been answered 200 yet."""
        return sum(len(lane.fresh) + len(lane.again) + lane.active + lane.delayed for lane in self.lanes.values())

    def is_moving(self, seconds=0.1):
        """Whether a webhook is on its way, or will be within that many seconds of real time."""
        until = asyncio.get_running_loop().time() + seconds
        return any(lane.active for lane in self.lanes.values()) or any(timer.when() <= until for timer in self._timers)

    def undelivered(self):
        """Return the updates not answered 200 yet, but for those held back by disorder this very moment."""
        out = [*self._retrying.values(), *(lane.fresh for lane in self.lanes.values())]
        return [update for updates in out for update in updates]

    # ------------------------------------------------------------------ in

    def publish(self, update):
        """Report an update to every app that is subscribed; without a callback it is logged and dropped."""
        listeners = [update.app_id] if update.app_id else self.world.listeners(update.waba_id)
        for app_id in listeners or [self.world.app_id]:
            self._publish_to(app_id, replace(update, app_id=app_id))

    def _publish_to(self, app_id, update):
        url, why = self.world.callback(update.field, update.waba_id, update.number, app_id)
        if url is None:
            self._log_dropped(update, why)
            return
        lane = self.lanes.get((url, app_id))
        if lane is None:
            lane = self.lanes[url, app_id] = Lane(url, app_id)
        copies = self.switches.duplicates if self.switches.duplicate_rebatch else 0
        for _ in range(1 + copies):
            if self.switches.disorder:
                self._later(lane, random.uniform(0, self.switches.disorder_ms / 1000), lane.fresh, update)
            else:
                lane.fresh.append(update)
        self._pump(lane)

    def resume(self):
        """Send what waits after a pause."""
        self.paused = False
        for lane in list(self.lanes.values()):
            self._pump(lane)

    def _log_dropped(self, update, why):
        self._serial += 1
        self.journal.counts["webhooks_dropped"] += 1
        entry = {
            "id": self._serial,
            "at": time.time(),
            "url": None,
            "fields": [update.field],
            "attempt": 0,
            "status": None,
            "ok": False,
            "error": why,
            "ms": 0,
            "updates": 1,
            "body": encode(body_of([update])).decode()[:BODY_KEPT],
        }
        self.journal.deliveries.append(entry)
        self.tell("delivery", entry)

    def _later(self, lane, seconds, queue, item):
        lane.delayed += 1

        def ready():
            self._timers.discard(timer)
            lane.delayed -= 1
            queue.append(item)
            self._pump(lane)

        timer = asyncio.get_running_loop().call_later(seconds, ready)
        self._timers.add(timer)

    # ------------------------------------------------------------------ out

    def _pump(self, lane):
        while not self.paused and lane.active < max(1, self.switches.webhook_concurrency):
            if lane.again:
                self._spawn(lane, lane.again.popleft())
            elif lane.fresh:
                for delivery in self._make(lane):
                    self._spawn(lane, delivery)
            else:
                return

    def _spawn(self, lane, delivery):
        lane.active += 1
        task = asyncio.get_running_loop().create_task(self._deliver(lane, delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _make(self, lane):
        """Return the next body, and its copies when duplicates are wanted."""
        size = max(1, self.switches.batch_max)
        updates = [lane.fresh.popleft() for _ in range(min(size, len(lane.fresh)))]
        if self.switches.disorder:
            random.shuffle(updates)
        body = encode(body_of(updates, self.switches.batch_style))
        copies = 0 if self.switches.duplicate_rebatch else self.switches.duplicates
        self._serial += 1
        return [Delivery(self._serial, lane.url, body, updates, time.monotonic()) for _ in range(1 + copies)]

    async def _deliver(self, lane, delivery):
        delivery.attempts += 1
        self._retrying[delivery.id] = delivery.updates
        started = time.monotonic()
        status, problem = None, None
        secret = self.world.apps[lane.app_id].secret if lane.app_id in self.world.apps else ""
        try:
            async with self.session.post(
                delivery.url,
                data=delivery.body,
                allow_redirects=False,
                headers={
                    "Content-Type": "application/json",
                    "X-Hub-Signature-256": signature(secret, delivery.body),
                    "X-Hub-Signature": old_signature(secret, delivery.body),
                },
                timeout=aiohttp.ClientTimeout(total=self.switches.webhook_timeout_s or None),
            ) as answer:
                status = answer.status
                await answer.read()
        except asyncio.TimeoutError:
            problem = "no answer in time"
        except aiohttp.ClientError as error:
            problem = str(error) or type(error).__name__
        finally:
            lane.active -= 1
        self._log(delivery, status, problem, (time.monotonic() - started) * 1000)
        if status == 200:
            self._retrying.pop(delivery.id, None)
            for update in delivery.updates:
                if update.done:
                    done, update.done = update.done, None
                    done()
        else:
            self._retry(lane, delivery)
        self._pump(lane)

    def _retry(self, lane, delivery):
        if time.monotonic() - delivery.born > GIVE_UP_SECONDS:
            self._retrying.pop(delivery.id, None)
            self.journal.counts["webhooks_given_up"] += 1
            return
        if self.lanes.get((lane.url, lane.app_id)) is not lane:
            return
        base = self.switches.retry_base_ms / 1000
        wait = 0 if delivery.attempts == 1 else min(base * 2 ** (delivery.attempts - 2), self.switches.retry_max_s)
        self._later(lane, wait, lane.again, delivery)

    def _log(self, delivery, status, problem, milliseconds):
        counts = self.journal.counts
        counts["webhooks"] += 1
        counts["webhooks_ok" if status == 200 else "webhooks_failed"] += 1
        entry = {
            "id": delivery.id,
            "at": time.time(),
            "url": delivery.url,
            "fields": sorted({update.field for update in delivery.updates}),
            "attempt": delivery.attempts,
            "status": status,
            "ok": status == 200,
            "error": problem,
            "ms": round(milliseconds, 1),
            "updates": len(delivery.updates),
            "body": delivery.body[:BODY_KEPT].decode(),
        }
        self.journal.deliveries.append(entry)
        self.tell("delivery", entry)

    # ------------------------------------------------------------------ handshake

    async def handshake(self, url, verify_token):
        """Ask a callback to prove itself as Meta does; return None, or what went wrong.

        Source: Meta, ``webhooks/create-webhook-endpoint`` (verification requests).
        """
        challenge = str(secrets.randbelow(10**10))
        try:
            async with self.session.get(
                url,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=10),
                params={"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token or ""},
            ) as answer:
                text = (await answer.content.read(1000)).decode("utf-8", "replace")
                if answer.status != 200:
                    return f"HTTP Status Code = {answer.status}; HTTP Message = {answer.reason}"
                if text != challenge:
                    return "The callback did not answer with hub.challenge"
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            return f"Could not connect: {error or type(error).__name__}"
        return None
