from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

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


class WaProblem(models.Model):
    """One thing that is wrong with an account, for as long as it is: what administrators were told.

    Not the truth itself: that follows from state, findings and what waits (:meth:`_find`, from the
    database alone) and is computed whenever somebody looks. These rows remember what
    was told, so that each thing is told once, and let lists be searched.
    """

    _name = "wa.problem"
    _description = "WhatsApp Account Problem"
    _order = "id"
    _rec_name = "code"

    account_id = fields.Many2one("wa.account", required=True, index=True, ondelete="cascade", readonly=True)
    number_id = fields.Many2one("wa.number", ondelete="cascade", readonly=True, index="btree_not_null")
    company_id = fields.Many2one(related="account_id.company_id")
    code = fields.Char(required=True, readonly=True)
    facts = fields.Json(readonly=True)
    sentence = fields.Char(compute="_compute_sentence")

    _once_uniq = models.UniqueIndex("(account_id, COALESCE(number_id, 0), code)")

    def _compute_sentence(self):
        for problem in self:
            problem.sentence = self._words(problem.code, problem.facts)[0]

    # ----------------------------------------------------------------- words

    @api.model
    def _words(self, code: str, facts: dict | None = None) -> tuple[str, str]:
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
    def _fill(self, what: str, facts: dict) -> str:
        """Return a sentence with its facts; one that is not known is an ellipsis."""
        return what % defaultdict(lambda: "…", facts) if "%(" in what else what

    @api.model
    def _sentence(self, code: str, facts: dict | None = None) -> str:
        """Return one text: what happened, and what to do."""
        return " ".join(self._words(code, facts))

    @api.model
    def _name_number(self, problem: Problem) -> str:
        """Return what happened, with the name of the number in front where it is about one."""
        what = self._words(problem.code, problem.facts)[0]
        number = self.env["wa.number"].browse(problem.number_id)
        return f"{number.display_name}: {what}" if number else what

    @api.model
    def _render(self, problems: list[Problem]) -> Markup | bool:
        """Return what is wrong and what to do as HTML, or False."""
        items = [
            Markup("<li><b>%s</b> %s</li>") % (self._name_number(one), self._words(one.code, one.facts)[1]) for one in problems
        ]
        return Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup("").join(items) if items else False

    # --------------------------------------------------------------- finding

    @api.model
    def _find(self, accounts: models.BaseModel) -> dict[int, list[Problem]]:
        """Return what is wrong with these accounts now.

        A handful of queries for all of them together; nobody outside is asked.

        :returns: ``{account id: [Problem]}``, what stops sending first
        """
        accounts = accounts._origin
        found = {account_id: [] for account_id in accounts.ids}
        for account in accounts.sudo():
            found[account.id] += self._known(account)
        live = accounts.sudo().filtered(lambda account: account.active and account.state != "draft")
        if live:
            # What is not written yet is not seen by the queries below.
            self.env.flush_all()
            connected = live.filtered(lambda account: account.state == "connected")
            for account_id, problem in chain(
                self._find_refused(live),
                self._find_stalled_events(live),
                self._find_stalled_outbox(live),
                self._find_limited(live),
                self._find_stalled_plans(live),
                self._find_silence(connected),
            ):
                found[account_id].append(problem)
        return found

    @api.model
    def _known(self, account: models.BaseModel) -> list[Problem]:
        """Return what is on record about one account and its numbers."""
        account.ensure_one()
        if not account.active:
            return []
        problems = []
        if account.state_code:
            problems.append(Problem(account.state_code, facts=account.state_facts or {}))
        elif account.state == "blocked":
            problems.append(Problem("other_reason"))
        now = fields.Datetime.now()
        if account.state != "draft" and (kinds := sorted(account._get_restrictions(now, known_only=False))):
            problems.append(Problem("account_restricted", facts={"kinds": kinds}))
        for number in account.number_ids.filtered("is_blocked"):
            if account.state == "draft" and number.blocked_code == "database_copy":
                continue
            if not (account.state == "blocked" and number.blocked_code == account.state_code):
                problems.append(Problem(number.blocked_code or "other_reason", number.id, number.blocked_facts or {}))
        for code, number_id, facts in account.findings or []:
            problems.append(Problem(code, number_id, facts))
        return list({problem.key: problem for problem in reversed(problems)}.values())[::-1]

    @api.model
    def _find_refused(self, accounts: models.BaseModel) -> Iterator[tuple[int, Problem]]:
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
                accounts.ids,
                REFUSED_IN_A_ROW,
                since,
            )
        )
        for account_id, count in rows:
            yield account_id, Problem("webhooks_refused", facts={"count": count})

    @api.model
    def _find_stalled_events(self, accounts: models.BaseModel) -> Iterator[tuple[int, Problem]]:
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account_id, COUNT(*), MIN(GREATEST(received_at, next_attempt_at)) FROM wa_webhook_event
                 WHERE state = 'new' AND account_id = ANY(%s) AND GREATEST(received_at, next_attempt_at) < %s
              GROUP BY account_id
                """,
                accounts.ids,
                fields.Datetime.now() - timedelta(minutes=EVENTS_MINUTES),
            )
        )
        for account_id, count, since in rows:
            yield account_id, Problem("events_stalled", facts={"count": count, "since": fields.Datetime.to_string(since)})

    @api.model
    def _find_stalled_outbox(self, accounts: models.BaseModel) -> Iterator[tuple[int, Problem]]:
        """Yield accounts with numbers that may send, have something due, and have sent nothing for a while.

        Not what waits behind an earlier message of the same conversation, nor what became due by
        taking up a stopped number a moment ago.
        """
        late = fields.Datetime.now() - timedelta(minutes=OUTBOX_MINUTES)
        numbers = accounts.number_ids.filtered(
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

    @api.model
    def _find_limited(self, accounts: models.BaseModel) -> Iterator[tuple[int, Problem]]:
        """Yield accounts with numbers that WhatsApp limits, again and again or for long, while messages wait."""
        now = fields.Datetime.now()
        late = now - timedelta(minutes=OUTBOX_MINUTES)
        numbers = accounts.number_ids.filtered(
            lambda n: n._is_in_order() and n.held_since and n.held_since < late and n._is_limited_again(now)
        )
        waiting = self.env["wa.message"]._read_group(
            [("number_id", "in", numbers.ids), ("state", "=", "queued")], ["number_id"], ["__count"]
        )
        for number, count in waiting:
            facts = {"count": count, "since": fields.Datetime.to_string(number.held_since)}
            yield number.account_id.id, Problem("outbox_limited", number.id, facts)

    @api.model
    def _find_stalled_plans(self, accounts: models.BaseModel) -> Iterator[tuple[int, Problem]]:
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
                accounts.ids,
            )
        )
        for account_id, count, since in rows:
            yield account_id, Problem("dispatch_stalled", facts={"count": count, "since": fields.Datetime.to_string(since)})

    @api.model
    def _find_silence(self, accounts: models.BaseModel) -> Iterator[tuple[int, Problem]]:
        """Yield accounts of which messages were accepted, and nothing came in ever since.

        WhatsApp reports each message as sent within seconds. What comes through the callback
        of another account of the same app counts as well.
        """
        now = fields.Datetime.now()
        for account in accounts:
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

    # --------------------------------------------------------------- telling

    @api.model
    def _sync(self, accounts: models.BaseModel) -> None:
        """Tell the administrators what is new, and close what was told when all is well again.

        Each thing once, however often it is found: rows of ``wa.problem`` remember.
        """
        found = self._find(accounts)
        for account in accounts.sudo():
            told = {(row.number_id.id or 0, row.code): row for row in account.problem_ids}
            now = {problem.key: problem for problem in found[account.id]}
            if account.state == "draft":
                # Nobody relies on it yet; whoever connects it reads the reason on the spot.
                now = {}
            new = [problem for key, problem in now.items() if key not in told and self._remember(account, problem)]
            for key, row in told.items():
                if key in now and row.facts != now[key].facts:
                    row.facts = now[key].facts
            (account.problem_ids.filtered(lambda row, now=now: (row.number_id.id or 0, row.code) not in now)).unlink()
            account.invalidate_recordset(["problem_ids"])
            if new:
                self._tell_administrators(account, list(now.values()))
            elif told and not now:
                self._tell_all_is_well(account)

    @api.model
    def _remember(self, account: models.BaseModel, problem: Problem) -> bool:
        """Put a problem on record; False when another transaction has done so."""
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO wa_problem (account_id, number_id, code, facts, create_uid, create_date, write_uid, write_date)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
                """,
                account.id,
                problem.number_id or None,
                problem.code,
                self._fields["facts"].convert_to_column_insert(problem.facts, self),
                self.env.uid,
                fields.Datetime.now(),
                self.env.uid,
                fields.Datetime.now(),
            )
        )
        return bool(rows)

    @api.model
    def _tell_administrators(self, account: models.BaseModel, problems: list[Problem]) -> None:
        """Give each administrator one activity about an account, and one message."""
        account.ensure_one()
        kind = self.env.ref("crm_whatsapp.mail_activity_type_account")
        account._alert(" ".join(f"{self._name_number(one)} {self._words(one.code, one.facts)[1]}" for one in problems))
        for user in account._administrators():
            own = account.with_context(lang=user.lang, tz=user.tz, mail_activity_quick_update=True)
            vals = {
                "summary": own.env._("WhatsApp account “%s” needs attention", account.name),
                "note": self.with_env(own.env)._render(problems),
            }
            known = account.activity_ids.filtered(lambda one, user=user: one.activity_type_id == kind and one.user_id == user)
            if known:
                known.write(vals)
            else:
                own.activity_schedule(activity_type_id=kind.id, user_id=user.id, **vals)

    @api.model
    def _tell_all_is_well(self, account: models.BaseModel) -> None:
        """Take the activities of an account back and leave one line."""
        kind = self.env.ref("crm_whatsapp.mail_activity_type_account")
        account.activity_ids.filtered(lambda one: one.activity_type_id == kind).unlink()
        account._message_log(body=self.env._("All is in order again."))
