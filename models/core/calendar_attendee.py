from odoo import api, fields, models
from odoo.tools.misc import format_date, format_datetime


class CalendarAttendee(models.Model):
    """When the meeting is, in the words and the time zone of whoever is invited."""

    _inherit = "calendar.attendee"

    wa_event_start = fields.Datetime("Start of the Meeting", related="event_id.start")
    wa_event_when = fields.Char("When, for the Guest", compute="_compute_wa_event_when")

    @api.depends("event_id.start", "event_id.start_date", "event_id.allday", "event_id.event_tz", "partner_id.tz")
    @api.depends_context("lang")
    def _compute_wa_event_when(self):
        for attendee in self:
            event = attendee.event_id
            # Whoever runs the job may live elsewhere, so their time zone says nothing.
            zone = attendee.partner_id.tz or event.event_tz or event.user_id.tz or self.env.company.partner_id.tz or "UTC"
            if not event.start:
                attendee.wa_event_when = False
            elif event.allday:
                attendee.wa_event_when = format_date(self.env, event.start_date or event.start)
            else:
                attendee.wa_event_when = format_datetime(self.env, event.start, tz=zone, dt_format="short")
