"""Bounded logs of what came in and what went out, and counters that are never cut."""

from collections import Counter, deque

REQUESTS_LIMIT = 2_000
DELIVERIES_LIMIT = 1_000
SENT_LIMIT = 100_000
SECONDS_LIMIT = 3_600


class Journal:
    """Everything a test or a curious tester may want to count afterwards."""

    def __init__(self):
        self.clear()

    def clear(self):
        """Empty all logs and counters."""
        self.requests = deque(maxlen=REQUESTS_LIMIT)
        self.deliveries = deque(maxlen=DELIVERIES_LIMIT)
        #: One row per accepted message: (serial, wamid, customer id, phone_number_id, type, callback data, at).
        self.sent = deque(maxlen=SENT_LIMIT)
        self.counts = Counter()
        self.refused = Counter()
        self.per_second = {}
        self.serial = 0

    def request(self, entry):
        """Log one Graph request; ``entry`` holds no secrets."""
        self.counts["requests"] += 1
        self.requests.append(entry)

    def accepted(self, message, clock):
        """Count one message that was accepted from the business.

        :param clock: real epoch seconds, for the rate.
        """
        self.serial += 1
        self.counts["accepted"] += 1
        self.sent.append(
            (
                self.serial,
                message.wamid,
                message.customer_id,
                message.phone_number_id,
                message.type,
                message.callback_data,
                message.at,
            )
        )
        second = int(clock)
        if second not in self.per_second and len(self.per_second) >= SECONDS_LIMIT:
            del self.per_second[next(iter(self.per_second))]
        self.per_second[second] = self.per_second.get(second, 0) + 1

    def stats(self):
        """Return all counters as JSON-ready data."""
        busiest = max(self.per_second.values(), default=0)
        return {
            "counts": dict(self.counts),
            "refused": {str(code): count for code, count in self.refused.items()},
            "accepted_per_second": {str(second): count for second, count in self.per_second.items()},
            "accepted_busiest_second": busiest,
        }
