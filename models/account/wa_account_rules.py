from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: The longest period, in days, over which templates to one customer are counted.
LONGEST_PERIOD = 90


class WaAccount(models.Model):
    """The account's own rules for what is sent: quiet hours, and how much one customer gets."""

    _name = "wa.account"
    _inherit = ["wa.account", "wa.quiet.mixin"]

    has_quiet_hours = fields.Boolean(
        "Quiet Hours",
        default=True,
        help="Messages that nobody sends by hand (automation, sequences, messages to many) wait for the morning at "
        "the customer's place. A colleague's own messages leave at any time.",
    )
    marketing_cap = fields.Integer(
        "Marketing Templates per Customer",
        default=2,
        help="At most so many in the period, whoever sends them and from whichever number. 0: no limit.",
    )
    marketing_cap_days = fields.Integer("Period in Days", default=7)
    utility_cap = fields.Integer(
        "Utility Templates per Customer and Day",
        default=0,
        help="At most so many within 24 hours, whoever sends them and from whichever number. 0: no limit.",
    )

    @api.constrains("quiet_from", "quiet_to")
    def _check_quiet_hours(self):
        self._check_quiet_times()

    @api.constrains("marketing_cap", "marketing_cap_days", "utility_cap")
    def _check_caps(self):
        for account in self:
            if account.marketing_cap < 0 or account.utility_cap < 0:
                raise ValidationError(self.env._("A limit of templates cannot be negative. Enter 0 for no limit."))
            if not 1 <= account.marketing_cap_days <= LONGEST_PERIOD:
                raise ValidationError(self.env._("The period of the marketing limit is between 1 and %s days.", LONGEST_PERIOD))

    def _get_cap(self, purpose):
        """Return ``(most, days)`` for templates of a purpose to one customer; ``(0, 0)`` is no limit."""
        self.ensure_one()
        if purpose == "marketing":
            return self.marketing_cap, self.marketing_cap_days
        if purpose == "utility":
            return self.utility_cap, 1
        return 0, 0
