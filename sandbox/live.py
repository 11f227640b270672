"""Who watches: server-sent events to phone pages and the drawer."""

import asyncio
import json

QUEUE_LIMIT = 500


class Watcher:
    """One open event stream, for one customer's phone or (None) for everything."""

    def __init__(self, customer_id=None, deliveries=False):
        self.customer_id = customer_id
        #: Also hears of every webhook delivery, which may be many.
        self.deliveries = deliveries
        self.queue = asyncio.Queue(QUEUE_LIMIT)

    def put(self, event, data):
        """Queue one event; a watcher too slow to follow is told to load everything anew."""
        try:
            self.queue.put_nowait((event, data))
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(("resync", {}))


class Hub:
    """Spreads events to the watchers; costs nothing when nobody watches."""

    def __init__(self):
        self.watchers = set()

    def tell(self, event, data, customer_id=None):
        """Send an event to everyone it concerns.

        :param data: JSON-ready, or a function that makes it (only called when somebody watches).
        :param customer_id: whose phone it concerns; None = everybody's business.
        """
        if not self.watchers:
            return
        if event == "delivery":
            concerned = [one for one in self.watchers if one.deliveries]
        else:
            concerned = self._concerned(customer_id)
        if concerned and callable(data):
            data = data()
        for watcher in concerned:
            watcher.put(event, data)

    def _concerned(self, customer_id):
        if customer_id is None:
            return list(self.watchers)
        return [one for one in self.watchers if one.customer_id in (None, customer_id)]

    def close(self):
        """End all streams (server shutdown)."""
        for watcher in self.watchers:
            watcher.put("bye", None)


def frame(event, data):
    """Return one event as the bytes of the stream."""
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
