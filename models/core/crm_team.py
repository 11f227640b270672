from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmTeam(models.Model):
    """A team with conversations stays, or its customers would be open to all teams."""

    _inherit = "crm.team"

    wa_calendar_id = fields.Many2one(
        "resource.calendar",
        "WhatsApp Working Hours",
        help="When somebody answers. Rules use it to greet customers outside of these hours; empty: the company's.",
    )

    def write(self, vals):
        """Take a former leader out of the team's conversations, unless they may still see them."""
        former = {(team.id, team.user_id.id) for team in self if team.user_id} if "user_id" in vals else set()
        result = super().write(vals)
        self.env["crm.team.member"]._wa_part(former - {(team.id, team.user_id.id) for team in self})
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_wa(self):
        in_team = [("team_id", "in", self.ids)]
        for model in ("wa.conversation", "wa.number"):
            if self.env[model].sudo().with_context(active_test=False).search_count(in_team, limit=1):
                raise UserError(
                    self.env._(
                        "This team has WhatsApp conversations or numbers. Move them to another team first, or archive this one."
                    )
                )
