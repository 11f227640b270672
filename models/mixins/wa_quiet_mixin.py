from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_duration

from ...tools.quiet import MINUTES_OF_DAY, QuietHours

#: Whole quiet days, as ``datetime.weekday`` counts them (Monday is 0).
QUIET_DAYS = {
    "none": (),
    "sunday": (6,),
    "weekend": (5, 6),
    "friday": (4,),
    "friday_saturday": (4, 5),
}


class WaQuietMixin(models.AbstractModel):
    """Quiet hours as people set them: from, to, and whole days."""

    _name = "wa.quiet.mixin"
    _description = "WhatsApp Quiet Hours"

    quiet_from = fields.Float(default=21.0, help="Nothing that sends itself leaves from this time on.")
    quiet_to = fields.Float(default=8.0, help="What waited leaves from this time on.")
    quiet_days = fields.Selection(
        [
            ("none", "None"),
            ("sunday", "Sunday"),
            ("weekend", "Saturday and Sunday"),
            ("friday", "Friday"),
            ("friday_saturday", "Friday and Saturday"),
        ],
        default="none",
        required=True,
        help="Days on which nothing that sends itself leaves at all.",
    )

    def _check_quiet_times(self) -> None:
        """Raise unless the times are times of a day.

        :raises ValidationError: says which time, and what is allowed.
        """
        for record in self:
            for hour in (record.quiet_from, record.quiet_to):
                if not 0 <= hour < 24:
                    raise ValidationError(
                        self.env._(
                            "“%s” is no time of the day. Enter quiet hours between 00:00 and 23:59.",
                            format_duration(hour),
                        )
                    )

    def _get_quiet_hours(self) -> QuietHours:
        """Return these settings as ``tools.quiet.QuietHours``."""
        self.ensure_one()
        return QuietHours(
            round(self.quiet_from * 60) % MINUTES_OF_DAY,
            round(self.quiet_to * 60) % MINUTES_OF_DAY,
            frozenset(QUIET_DAYS[self.quiet_days or "none"]),
        )
