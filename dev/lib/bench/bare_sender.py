"""`python -m lib.bench.bare_sender URL PHONE_NUMBER_ID TOKEN SECONDS < people`: threads with `requests` and nothing else.

What a sender of 1,000 messages a second is compared with: many threads, each with a session of its own, posting
the template of the scene to the people whose numbers come in, one a line. Prints how many were accepted. (The same
message as ours: the sandbox is busier with a template than with a text, and both sides have to wait for it.)
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
import uuid

import requests

THREADS = 128  # with more it gets slower


def template(person: str) -> dict:
    """Body of the message that `lib.bench.queue` queues."""
    values = [{"type": "text", "text": f"Customer {person}"}, {"type": "text", "text": "Offer 0"}]
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+{person}",
        "biz_opaque_callback_data": str(uuid.uuid4()),
        "type": "template",
        "template": {
            "name": "proposal_ready",
            "language": {"code": "en"},
            "components": [{"type": "body", "parameters": values}],
        },
    }


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
            if session.post(address, json=template(person), timeout=30).status_code == 200:
                next(accepted)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return next(accepted)


if __name__ == "__main__":
    print(main(*sys.argv[1:4], float(sys.argv[4])))
