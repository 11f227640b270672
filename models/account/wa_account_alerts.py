from odoo import api, fields, models
from odoo.tools import SQL

from ..concurrency import lock_fresh, savepoint
from .health_words import HEALTH_WORDS


class WaAccount(models.Model):
    """Telling what is wrong, once; stopping an account, and letting it go on."""

    _inherit = "wa.account"

    # ------------------------------------------------------------------ telling

    def _sync_problems(self):
        """Tell the administrators what is new, and close what was told when all is well again.

        Each thing once, however often it is found: rows of ``wa.problem`` remember.
        """
        found = self._find_problems()
        for account in self.sudo():
            told = {(row.number_id.id or 0, row.code): row for row in account.problem_ids}
            now = {problem.key: problem for problem in found[account.id]}
            if account.state == "draft":
                # Nobody relies on it yet; whoever connects it reads the reason on the spot.
                now = {}
            new = [problem for key, problem in now.items() if key not in told and account._remember(problem)]
            for key, row in told.items():
                if key in now and row.facts != now[key].facts:
                    row.facts = now[key].facts
            (account.problem_ids.filtered(lambda row, now=now: (row.number_id.id or 0, row.code) not in now)).unlink()
            account.invalidate_recordset(["problem_ids"])
            if new:
                account._tell_administrators(list(now.values()))
            elif told and not now:
                account._tell_all_is_well()

    def _remember(self, problem):
        """Put a problem on record; False when another transaction has done so."""
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO wa_problem (account_id, number_id, code, facts, create_uid, create_date, write_uid, write_date)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id
                """,
                self.id,
                problem.number_id or None,
                problem.code,
                self.env["wa.problem"]._fields["facts"].convert_to_column_insert(problem.facts, self.env["wa.problem"]),
                self.env.uid,
                fields.Datetime.now(),
                self.env.uid,
                fields.Datetime.now(),
            )
        )
        return bool(rows)

    def _tell_administrators(self, problems):
        """Give each administrator one activity about this account, and one message."""
        self.ensure_one()
        kind = self.env.ref("crm_whatsapp.mail_activity_type_account")
        self._alert(" ".join(f"{self._name_number(one)} {self._words_of(one.code, one.facts)[1]}" for one in problems))
        for user in self._administrators():
            own = self.with_context(lang=user.lang, tz=user.tz, mail_activity_quick_update=True)
            vals = {
                "summary": own.env._("WhatsApp account “%s” needs attention", self.name),
                "note": own._render_problems(problems),
            }
            known = self.activity_ids.filtered(lambda one, user=user: one.activity_type_id == kind and one.user_id == user)
            if known:
                known.write(vals)
            else:
                own.activity_schedule(activity_type_id=kind.id, user_id=user.id, **vals)

    def _tell_all_is_well(self):
        """Take the activities back and leave one line."""
        kind = self.env.ref("crm_whatsapp.mail_activity_type_account")
        self.activity_ids.filtered(lambda one: one.activity_type_id == kind).unlink()
        self._message_log(body=self.env._("All is in order again."))

    # -------------------------------------------------------------- stopping it

    def _flag_blocked(self, code, facts=None):
        """Record that Meta refuses this account as a whole (token, secret, policy, payment), and tell it once.

        :param str code: of ``HEALTH_WORDS`` or ``wa.failure``; any other text is a reason as it is.
        """
        code, facts = self._as_code(code, facts)
        lock_fresh(self.sudo(), "state", "state_code")
        flagged = self.sudo().filtered(lambda account: account.state != "blocked" or account.state_code != code)
        if flagged:
            flagged.write({"state": "blocked", "state_code": code, "state_facts": facts or False, "checked_at": False})
            flagged._tell_now()

    def _tell_now(self):
        """Tell what is wrong in this transaction; whoever cannot be told must not undo what it follows from."""
        with savepoint(self.env, f"nobody was told about accounts {self.ids}"):
            self._sync_problems()
            self.env.flush_all()

    def _flag_unusable(self):
        """Stop accounts that no client can be made for, with the reason."""
        for account in self.sudo():
            account._flag_blocked("api_address" if account.has_access_token else "token_missing")
            account.number_ids._block(account.state_code)

    @api.model
    def _as_code(self, code, facts=None):
        """Return ``(code, facts)``; a reason that is no code is kept as it was said."""
        if code in HEALTH_WORDS or self.env["wa.failure"]._slug(code) != "unknown_error" or code == "unknown_error":
            return code, facts
        return "other_reason", {"reason": code}

    def _set_well(self):
        """Record that WhatsApp accepts this account, and let what was stopped with it go on."""
        for account in self.sudo():
            code = account.state_code
            if code == "account_to_be_disabled":
                account.state = "connected"
            elif account.state != "connected" or code:
                account.write({"state": "connected", "state_code": False, "state_facts": False})
            stopped = account.number_ids.filtered("is_blocked")
            stopped.filtered(lambda number, code=code: number.blocked_code == code).action_resume()
            account.number_ids._trigger_sender()
