import math
from datetime import datetime, timedelta

from odoo import fields, models

from ..concurrency import lock_fresh
from .health_words import STOPPING

#: Minutes after which a number that WhatsApp calls healthy is tried again.
MINUTES_DECIDED = 60
#: Restrictions that end within so much of one another are one.
HOLD_ROUGHLY = timedelta(seconds=5)
#: A limit of at least this many seconds is waited out once, as it is named.
LONG_WAIT = 30
#: One that names no time, or less: seconds it is waited out at first, twice as many each time it is met again at once,
#: and at most. Source: cloud-api reference §1.4, 130429 ("back off, lower rate").
FIRST_HOLD, MAX_HOLD = 2, 60
#: Seconds without a refusal after which a limit counts as over.
HOLD_QUIET = 10


class WaNumber(models.Model):
    """Whether a number may send: what stops it until somebody acts, and limits of WhatsApp's that it waits out."""

    _inherit = "wa.number"

    # ------------------------------------------------------------- may it send

    def _may_send(self) -> bool:
        """Tell whether number and account are in order and in use; otherwise messages simply wait."""
        return self._is_in_order() and not self._held_for()

    def _is_in_order(self) -> bool:
        """Tell whether number and account are in use and nobody has to mend anything."""
        self.ensure_one()
        return self.active and not self.is_blocked and self.account_id.state != "blocked"

    def _block(self, code: str, facts: dict | None = None) -> None:
        """Stop sending from these numbers and say why, once; messages stay queued.

        :param str code: of ``HEALTH_WORDS`` or ``wa.failure``; any other text is a reason as it is.
        """
        code, facts = self.env["wa.account"]._as_code(code, facts)
        # What another process stopped it for at this moment is the reason that was told.
        lock_fresh(self.sudo(), "is_blocked")
        stopped = self.sudo().filtered(lambda n: not n.is_blocked)
        stopped.write({"is_blocked": True, "blocked_code": code, "blocked_facts": facts or False})
        # When the account as a whole is refused, it has told so.
        stopped.account_id.filtered(lambda account: account.state != "blocked")._tell_now()

    def _is_over(self, node: dict) -> bool:
        """Tell whether what stopped this number is over.

        :param dict node: the number as WhatsApp shows it.
        """
        account = self.account_id
        if self.blocked_code == "number_unknown" or self.blocked_code in STOPPING:
            return True
        since = fields.Datetime.now() - timedelta(minutes=MINUTES_DECIDED)
        well = node.get("status") == "CONNECTED" and account._says_available(node)
        return bool(self.blocked_code and self.blocked_code != "database_copy" and well and self.write_date <= since)

    def _held_for(self) -> float:
        """Return for how many seconds nothing may be sent because WhatsApp limits this number; 0 if it does not."""
        self.ensure_one()
        return max(0, (self.hold_until - fields.Datetime.now()).total_seconds()) if self.hold_until else 0

    def _hold(self, seconds: float, asked_at: datetime | None = None) -> None:
        """Send nothing for some time: Meta restricts the number. It goes on by itself then.

        :param float seconds: as Meta names them; a limit that names hardly any is waited out longer each time.
        :param datetime asked_at: when the message left that was refused (naive UTC).
        """
        now = fields.Datetime.now()
        # Another process may hold it for longer at this moment: a minute must not replace its hours.
        lock_fresh(self.sudo(), "hold_until", "hold_seconds", "held_since")
        for number in self.sudo():
            wait = seconds if seconds >= LONG_WAIT else number._back_off(seconds, asked_at or now)
            until = fields.Datetime.add(now, seconds=math.ceil(wait))
            # All that was on its way is refused together: the first says it for the others.
            roughly = HOLD_ROUGHLY if wait >= LONG_WAIT else timedelta()
            if wait and (not number.hold_until or number.hold_until < until - roughly):
                since = number.held_since if number._is_limited_again(now) else now
                number.write({"hold_until": until, "hold_seconds": math.ceil(wait), "held_since": since or now})
                number._trigger_sender(until)

    def _is_limited_again(self, at: datetime) -> bool:
        """Tell whether a limit of WhatsApp's at a moment (naive UTC) goes on from the last one."""
        return bool(self.hold_until) and at - self.hold_until <= timedelta(seconds=max(HOLD_QUIET, self.hold_seconds))

    def _back_off(self, seconds: float, asked_at: datetime) -> float:
        """Return how long to wait out a limit that names hardly any time; 0 if that is being done already.

        :param datetime asked_at: when the message left; before the last wait was over means before it began.
        """
        if self.hold_until and asked_at < self.hold_until:
            return 0
        if not self._is_limited_again(asked_at):
            return max(seconds, FIRST_HOLD)
        return max(seconds, min(2 * self.hold_seconds, MAX_HOLD), FIRST_HOLD)
