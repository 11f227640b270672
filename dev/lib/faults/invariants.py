"""Both sides' books: what left and what arrived, counted at the sandbox and in Odoo's database, and every change of a state."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from lib.bench.database import Database
from lib.bench.site import Site
from lib.progress import CommandError, say
from lib.smoke.phone import Sandbox

#: How far a message is. Once it is sent (3) it never goes back.
RANK = {"queued": 0, "sending": 1, "unknown": 1, "sent": 3, "delivered": 4, "read": 5, "played": 6}
#: PostgreSQL writes down every change of a state, so that no change between two looks is missed.
WATCH = """
CREATE TABLE wa_fault_states (id serial PRIMARY KEY, message_id int, old text, new text);
CREATE FUNCTION wa_fault_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO wa_fault_states (message_id, old, new) VALUES (NEW.id, OLD.state, NEW.state);
    RETURN NEW;
END $$;
CREATE TRIGGER wa_fault_watch AFTER UPDATE OF state ON wa_message
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION wa_fault_note();
"""


@dataclass
class Chapter:
    """One chapter's findings; printed as it ends."""

    name: str
    counts: dict = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    def expect(self, condition: object, problem: str) -> None:
        """Write a problem down unless the condition holds."""
        if not condition:
            self.problems.append(problem)

    def tell(self) -> None:
        """Print it."""
        counts = ", ".join(f"{value} {key.replace('_', ' ')}" for key, value in self.counts.items())
        say(f"  {'ok  ' if self.ok else 'FAIL'} {self.name} ({self.seconds:.0f} s): {counts}")
        for problem in self.problems[:8]:
            say(f"       {problem}")


class Invariants:
    """What must add up after every chapter."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.database: Database = site.database
        self.sandbox: Sandbox = site.sandbox
        self.database.sql(WATCH)
        self._seen_change = 0

    # ------------------------------------------------------------------ waiting

    def settle(self, seconds: float = 90) -> bool:
        """Wait until nothing is queued, on its way or unprocessed on either side; False when it does not come to that."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.open():
                time.sleep(0.4)  # statuses follow a message after some 0.3 s
                if not self.open():
                    return True
            time.sleep(0.2)
        return False

    def open(self) -> dict[str, int]:
        """What is still to be done."""
        found = {
            "events": self.database.value("SELECT count(*) FROM wa_webhook_event WHERE state = 'new'"),
            "messages": self.database.value("SELECT count(*) FROM wa_message WHERE state IN ('queued', 'sending', 'sent')"),
            "webhooks": self.sandbox.call("GET", "/state")["webhooks_waiting"],
        }
        return {name: count for name, count in found.items() if count}

    # ------------------------------------------------------------------ outbound

    def outbound(self, chapter: Chapter, words: list[str], *, may_fail: bool = False) -> Counter:
        """Every message with these words: at the sandbox exactly once, or not at all and said so.

        :param may_fail: WhatsApp refused some for good in this chapter.
        """
        rows = self.database.sql(
            "SELECT preview, uuid, state, error_code FROM wa_message WHERE direction = 'out' AND preview = ANY(%s)", words
        )
        at_whatsapp = Counter(row["biz_opaque_callback_data"] for row in self.sandbox.call("GET", "/sent?limit=100000")["sent"])
        found = Counter()
        chapter.expect(
            Counter(row[0] for row in rows) == Counter(words), f"{len(words)} messages were queued, Odoo has {len(rows)}"
        )
        for preview, uuid, state, error in rows:
            times = at_whatsapp[uuid]
            found[state] += 1
            found[f"{min(times, 2)}x"] += 1
            chapter.expect(times <= 1, f"“{preview}” reached WhatsApp {times} times (Odoo: {state})")
            if times:
                chapter.expect(state in ("delivered", "read"), f"“{preview}” is at WhatsApp, and Odoo says {state} ({error})")
            else:
                allowed = ("unknown", "failed") if may_fail else ("unknown",)
                chapter.expect(state in allowed and error, f"“{preview}” never left, and Odoo says {state} ({error})")
        chapter.counts |= {
            "queued": len(words),
            "at_WhatsApp_once": found["1x"],
            "twice": found["2x"],
            "unknown_and_said_so": found["unknown"],
        }
        if may_fail:
            chapter.counts["failed_with_reason"] = found["failed"]
        return found

    # ------------------------------------------------------------------ inbound

    def inbound(self, chapter: Chapter, texts: dict[str, str]) -> None:
        """Every message of a customer exactly once in its thread.

        :param texts: words by wamid; all different.
        """
        rows = Counter(
            row[0]
            for row in self.database.sql(
                """SELECT w.wamid FROM wa_message w JOIN mail_message m ON m.id = w.mail_message_id
                     JOIN wa_conversation v ON v.id = w.conversation_id AND v.channel_id = m.res_id
                    WHERE w.direction = 'in' AND w.wamid = ANY(%s)""",
                list(texts),
            )
        )
        shown = Counter(
            row[0]
            for row in self.database.sql(
                """SELECT regexp_replace(body, '<[^>]+>', '', 'g') FROM mail_message
                    WHERE model = 'discuss.channel' AND regexp_replace(body, '<[^>]+>', '', 'g') = ANY(%s)""",
                list(texts.values()),
            )
        )
        missing = [wamid for wamid in texts if not rows[wamid]]
        twice = [words for words, times in shown.items() if times > 1] + [one for one, times in rows.items() if times > 1]
        chapter.expect(
            not missing, f"{len(missing)} messages are not in their thread, such as {texts.get(missing[0]) if missing else ''}"
        )
        chapter.expect(not twice, f"{len(twice)} messages are in the thread more than once, such as {twice[:1]}")
        chapter.expect(sum(shown.values()) == len(texts), f"{len(texts)} texts, {sum(shown.values())} shown")
        chapter.counts |= {"received": len(texts), "in_thread_once": sum(times == 1 for times in rows.values())}
        strays = self.database.value(
            """SELECT count(*) FROM (SELECT partner_id FROM crm_lead WHERE partner_id IN (SELECT partner_id FROM wa_contact)
                                      GROUP BY partner_id HAVING count(*) > 1) doubled"""
        )
        chapter.expect(not strays, f"{strays} customers have more than one lead")
        failed = self.database.value("SELECT count(*) FROM wa_webhook_event WHERE state = 'failed'")
        chapter.expect(not failed, f"{failed} webhooks failed for good")

    # ------------------------------------------------------------------ states

    def changes(self, chapter: Chapter) -> None:
        """Every change of a state since the last look went forward, or back to the queue before anything had left."""
        rows = self.database.sql(
            "SELECT id, message_id, old, new FROM wa_fault_states WHERE id > %s ORDER BY id", self._seen_change
        )
        back = []
        for self._seen_change, message, old, new in rows:
            if new == "failed":
                good = RANK.get(old, 9) <= RANK["sent"]
            elif old == "failed":
                good = RANK.get(new, 0) >= RANK["sent"]  # WhatsApp itself says that it arrived after all
            else:
                good = RANK[new] >= RANK[old] or (RANK[old] == 1 and new in ("queued", "sending"))
                good = good and not (old == "unknown" and new in ("queued", "sending"))
            if not good:
                back.append(f"message {message} went from {old} to {new}")
        chapter.expect(not back, "; ".join(back[:3]))
        chapter.counts |= {"state_changes": len(rows), "went_back": len(back)}


def need(condition: object, problem: str) -> None:
    """Stop the run: without this there is nothing to test."""
    if not condition:
        raise CommandError(problem)
