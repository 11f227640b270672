from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..wa_limits import (
    DEFAULT_EVENT_DAYS,
    DEFAULT_MAX_MB,
    DEFAULT_REFUSED,
    SHORTEST_EVENT_DAYS,
)


class ResConfigSettings(models.TransientModel):
    """WhatsApp's settings that hold for the whole database."""

    _inherit = "res.config.settings"

    wa_event_days = fields.Integer(
        "Keep Webhooks For (Days)", default=DEFAULT_EVENT_DAYS, config_parameter="crm_whatsapp.event_days"
    )
    wa_media_max_mb = fields.Integer(
        "Largest Received File (MB)", default=DEFAULT_MAX_MB, config_parameter="crm_whatsapp.media_max_mb"
    )
    wa_media_refused = fields.Char("Refused File Types", default=DEFAULT_REFUSED, config_parameter="crm_whatsapp.media_refused")

    @api.constrains("wa_event_days", "wa_media_max_mb")
    def _check_wa_limits(self):
        for settings in self:
            if settings.wa_event_days < SHORTEST_EVENT_DAYS:
                raise ValidationError(
                    self.env._("Keep webhooks for at least %s days: WhatsApp repeats them for a week.", SHORTEST_EVENT_DAYS)
                )
            if not 1 <= settings.wa_media_max_mb <= DEFAULT_MAX_MB:
                raise ValidationError(
                    self.env._("Files from WhatsApp have at most %(most)s MB; enter 1 to %(most)s.", most=DEFAULT_MAX_MB)
                )
