"""`python -m lib.bench.bare_sender URL PHONE_NUMBER_ID TOKEN SECONDS < people`: threads with `requests` and nothing else.

What a sender of 1,000 messages a second is compared with: as many threads as ours has, each with a session of its own,
text after text to the people whose numbers come in, one a line. Prints how many were accepted.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time

import requests

THREADS = 128  # as many as `MAX_PARALLEL_REQUESTS` of the sender


def main(url: str, phone_number_id: str, token: str, seconds: float) -> int:
    """Send for so long; returns how many messages were accepted."""
    people = itertools.cycle([line.strip() for line in sys.stdin if line.strip()])
    address = f"{url}/v26.0/{phone_number_id}/messages"
    deadline = time.monotonic() + seconds
    accepted, lock = itertools.count(), threading.Lock()

    def work() -> None:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {token}"
        while time.monotonic() < deadline:
            with lock:
                person = next(people)
            body = {"messaging_product": "whatsapp", "to": f"+{person}", "type": "text", "text": {"body": "Hello"}}
            if session.post(address, json=body, timeout=30).status_code == 200:
                next(accepted)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return next(accepted)


if __name__ == "__main__":
    print(main(*sys.argv[1:4], float(sys.argv[4])))
