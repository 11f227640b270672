from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from .health_words import HEALTH_WORDS
from .meta_words import meta_word

#: Webhooks in a row that name an account of ours and are signed with another secret, before it counts:
#: WhatsApp repeats one message at once, so fewer may be a single accident.
REFUSED_IN_A_ROW = 3
#: After so many hours without another one they are forgotten.
REFUSED_HOURS = 48
#: Minutes after which something that is due counts as stalled; the jobs run every one to five minutes.
EVENTS_MINUTES, OUTBOX_MINUTES, DISPATCH_MINUTES = 10, 15, 30
#: Minutes after which WhatsApp should have reported a message it accepted as sent, and hours we look back.
SILENT_MINUTES, SILENT_HOURS = 30, 24
#: Messages that wait are counted up to here: more is not worse.
COUNTED = 10_000
#: The clocks of the database and of Odoo may differ by so much.
CLOCKS_APART = timedelta(minutes=1)
#: States of a number in which nothing can be sent. Source: cloud-api reference §9.1.
DEAD_NUMBER = ("BANNED", "DISCONNECTED", "DELETED", "MIGRATED")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: its code, the number it is about (0: the account), and facts for its sentence."""

    code: str
    number_id: int = 0
    facts: dict = field(default_factory=dict, hash=False, compare=False)

    @property
    def key(self):
        """What makes it the same problem the next time."""
        return self.number_id, self.code


class WaAccount(models.Model):
    """Whether an account is well: found out from the database alone, and told once."""

    _inherit = "wa.account"

    # ------------------------------------------------------------------ compute

    def _compute_health(self):
        """Say how it is at this moment: a job that stands still cannot report that it does."""
        found = self._find_problems()
        for account in self:
            problems = found.get(account._origin.id, [])
            is_live = account.active and account.state == "connected"
            account.health = "problem" if problems else "ok" if is_live else "draft"
            account.health_note = self._name_number(problems[0]) if problems else False
            account.health_details = self._render_problems(problems)

    def _compute_state_reason(self):
        for account in self:
            code = account.state_code
            account.state_reason = self._sentence_of(code, account.state_facts) if code else False

    def _words_of(self, code, facts=None):
        """Return ``(what happened, what to do)`` in the reader's language.

        :param str code: one of ``HEALTH_WORDS``, or any of the catalogue of ``wa.failure``.
        :param dict facts: what the sentence names; ``said`` are words of WhatsApp.
        """
        facts = dict(facts or {})
        for name in ("kinds", "state"):
            if isinstance(facts.get(name), list):
                facts[name] = ", ".join(meta_word(self.env, word) for word in facts[name])
        if moment := facts.get("since"):
            local = fields.Datetime.context_timestamp(self, fields.Datetime.to_datetime(moment))
            facts["since"] = f"{local:%Y-%m-%d %H:%M}"
        said, reason = facts.pop("said", None), facts.pop("reason", None)
        if code in HEALTH_WORDS:
            what, then = (self.env._(text) for text in HEALTH_WORDS[code])  # pylint: disable=translation-not-lazy
        else:
            what, then = self.env["wa.failure"]._parts(code)
        what = self._fill(what, facts)
        if reason:
            return reason, then
        if said:
            what = self.env._("%(what)s WhatsApp says: “%(detail)s”.", what=what, detail=str(said).rstrip("."))
        return what, then

    @api.model
    def _fill(self, what, facts):
        """Return a sentence with its facts; one that is not known is an ellipsis."""
        return what % defaultdict(lambda: "…", facts) if "%(" in what else what

    def _sentence_of(self, code, facts=None):
        """Return one text: what happened, and what to do."""
        return " ".join(self._words_of(code, facts))

    def _name_number(self, problem):
        """Return what happened, with the name of the number in front where it is about one."""
        what = self._words_of(problem.code, problem.facts)[0]
        number = self.env["wa.number"].browse(problem.number_id)
        return f"{number.display_name}: {what}" if number else what

    def _render_problems(self, problems):
        """Return what is wrong and what to do as HTML, or False."""
        items = [
            Markup("<li><b>%s</b> %s</li>") % (self._name_number(one), self._words_of(one.code, one.facts)[1])
            for one in problems
        ]
        return Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup("").join(items) if items else False

    # -------------------------------------------------------------------- facts

    def _find_problems(self):
        """Return what is wrong with these accounts now.

        A handful of queries for all of them together; nobody outside is asked.

        :returns: ``{account id: [Problem]}``, what stops sending first
        """
        accounts = self._origin
        found = {account_id: [] for account_id in accounts.ids}
        for account in accounts.sudo():
            found[account.id] += account._known_problems()
        live = accounts.sudo().filtered(lambda account: account.active and account.state != "draft")
        if live:
            # What is not written yet is not seen by the queries below.
            self.env.flush_all()
            for add in (
                *(live._find_refused, live._find_stalled_events, live._find_stalled_outbox, live._find_limited),
                live._find_stalled_plans,
            ):
                for account_id, problem in add():
                    found[account_id].append(problem)
            for account_id, problem in live.filtered(lambda one: one.state == "connected")._find_silence():
                found[account_id].append(problem)
        return found

    def _known_problems(self):
        """Return what is on record about one account and its numbers."""
        self.ensure_one()
        if not self.active:
            return []
        problems = []
        if self.state_code:
            problems.append(Problem(self.state_code, facts=self.state_facts or {}))
        elif self.state == "blocked":
            problems.append(Problem("other_reason"))
        now = fields.Datetime.now()
        if self.state != "draft" and (kinds := sorted(self._get_restrictions(now, known_only=False))):
            problems.append(Problem("account_restricted", facts={"kinds": kinds}))
        for number in self.number_ids.filtered("is_blocked"):
            if self.state == "draft" and number.blocked_code == "database_copy":
                continue
            if not (self.state == "blocked" and number.blocked_code == self.state_code):
                problems.append(Problem(number.blocked_code or "other_reason", number.id, number.blocked_facts or {}))
        for code, number_id, facts in self.findings or []:
            problems.append(Problem(code, number_id, facts))
        return list({problem.key: problem for problem in reversed(problems)}.values())[::-1]

    def _find_refused(self):
        """Yield accounts whose webhooks are refused, and nothing rightly signed has come since."""
        since = fields.Datetime.now() - timedelta(hours=REFUSED_HOURS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT h.account_id, h.series_count FROM wa_webhook_health h
                 WHERE h.account_id = ANY(%s) AND h.series_count >= %s AND h.series_last_at >= %s
                   AND NOT EXISTS (SELECT 1 FROM wa_webhook_event e
                                    WHERE e.account_id = h.account_id AND e.id > h.series_event_uid)
                """,
                self.ids,
                REFUSED_IN_A_ROW,
                since,
            )
        )
        for account_id, count in rows:
            yield account_id, Problem("webhooks_refused", facts={"count": count})

    def _find_stalled_events(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account_id, COUNT(*), MIN(GREATEST(received_at, next_attempt_at)) FROM wa_webhook_event
                 WHERE state = 'new' AND account_id = ANY(%s) AND GREATEST(received_at, next_attempt_at) < %s
              GROUP BY account_id
                """,
                self.ids,
                fields.Datetime.now() - timedelta(minutes=EVENTS_MINUTES),
            )
        )
        for account_id, count, since in rows:
            yield account_id, Problem("events_stalled", facts={"count": count, "since": fields.Datetime.to_string(since)})

    def _find_stalled_outbox(self):
        """Yield accounts with numbers that may send, have something due, and have sent nothing for a while.

        Not what waits behind an earlier message of the same conversation, nor what became due by
        taking up a stopped number a moment ago.
        """
        late = fields.Datetime.now() - timedelta(minutes=OUTBOX_MINUTES)
        numbers = self.number_ids.filtered(
            lambda number: number._may_send() and not (number.resumed_at and number.resumed_at > late)
        )
        # Most numbers are out at once: those that have sent lately, however long their queue is.
        silent = self.env.execute_query(
            SQL(
                """
                SELECT id FROM wa_number n WHERE id = ANY(%s)
                   AND NOT EXISTS (SELECT 1 FROM wa_message m WHERE m.number_id = n.id AND m.submitted_at > %s)
                """,
                numbers.ids,
                late,
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT n.id, n.account_id, due.count, due.since
                  FROM wa_number n
                 CROSS JOIN LATERAL (
                       SELECT COUNT(*) AS count, MIN(since) AS since FROM (
                           SELECT GREATEST(m.create_date, m.next_attempt_at) AS since
                             FROM wa_message m
                            WHERE m.number_id = n.id AND m.state = 'queued'
                              AND GREATEST(m.create_date, m.next_attempt_at) < %(late)s
                              AND NOT EXISTS (
                                  SELECT 1 FROM wa_message earlier
                                   WHERE earlier.conversation_id = m.conversation_id AND earlier.state = 'queued'
                                     AND earlier.next_attempt_at > %(now)s
                                     AND (earlier.priority, earlier.id) < (m.priority, m.id))
                            LIMIT %(most)s) found) due
                 WHERE n.id = ANY(%(numbers)s) AND due.count > 0
                """,
                numbers=[row[0] for row in silent],
                late=late,
                now=fields.Datetime.now(),
                most=COUNTED,
            )
        )
        for number_id, account_id, count, since in rows:
            facts = {"count": count, "since": fields.Datetime.to_string(since)}
            yield account_id, Problem("outbox_stalled", number_id, facts)

    def _find_limited(self):
        """Yield accounts with numbers that WhatsApp limits, again and again or for long, while messages wait."""
        now = fields.Datetime.now()
        late = now - timedelta(minutes=OUTBOX_MINUTES)
        numbers = self.number_ids.filtered(
            lambda n: n._is_in_order() and n.held_since and n.held_since < late and n._is_limited_again(now)
        )
        waiting = self.env["wa.message"]._read_group(
            [("number_id", "in", numbers.ids), ("state", "=", "queued")], ["number_id"], ["__count"]
        )
        for number, count in waiting:
            facts = {"count": count, "since": fields.Datetime.to_string(number.held_since)}
            yield number.account_id.id, Problem("outbox_limited", number.id, facts)

    def _find_stalled_plans(self):
        """Yield accounts of companies whose planned messages are due and not handed over.

        A plan without a template or number is nobody's in particular: it is told to each account of its company.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.id, COUNT(*), MIN(d.due_at)
                  FROM wa_scheduled_message d
             LEFT JOIN wa_template t ON t.id = d.template_id
             LEFT JOIN wa_number n ON n.id = d.number_id
                  JOIN wa_account a ON a.id = COALESCE(n.account_id, t.account_id)
                       OR (COALESCE(n.account_id, t.account_id) IS NULL AND a.company_id = d.company_id)
                 WHERE d.state = 'planned' AND d.due_at < %s AND a.id = ANY(%s)
              GROUP BY a.id
                """,
                fields.Datetime.now() - timedelta(minutes=DISPATCH_MINUTES),
                self.ids,
            )
        )
        for account_id, count, since in rows:
            yield account_id, Problem("dispatch_stalled", facts={"count": count, "since": fields.Datetime.to_string(since)})

    def _find_silence(self):
        """Yield accounts of which messages were accepted, and nothing came in ever since.

        WhatsApp reports each message as sent within seconds. What comes through the callback
        of another account of the same app counts as well.
        """
        now = fields.Datetime.now()
        for account in self:
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT MIN(m.submitted_at) FROM wa_message m
                     WHERE m.number_id = ANY(%(numbers)s) AND m.wamid IS NOT NULL
                       AND m.submitted_at BETWEEN %(first)s AND %(last)s
                       AND m.submitted_at > COALESCE(
                           (SELECT MAX(received_at) FROM wa_webhook_event
                             WHERE account_id = ANY(%(accounts)s) AND received_at > %(first)s), %(first)s) + %(apart)s
                    """,
                    numbers=account.with_context(active_test=False).number_ids.ids,
                    accounts=account._sharing_app().ids,
                    first=now - timedelta(hours=SILENT_HOURS),
                    last=now - timedelta(minutes=SILENT_MINUTES),
                    apart=CLOCKS_APART,
                )
            )
            if rows[0][0]:
                yield account.id, Problem("nothing_comes_in", facts={"since": fields.Datetime.to_string(rows[0][0])})
