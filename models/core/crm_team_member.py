from odoo import models


class CrmTeamMember(models.Model):
    """Who leaves a sales team leaves its conversations, unless they may still see them.

    Being in a channel lets people read and answer, and membership of the team is why
    most were let in.
    """

    _inherit = "crm.team.member"

    def write(self, vals):
        """Take those who are no longer in a team out of its conversations."""
        former = self._wa_pairs() if vals.keys() & {"active", "crm_team_id", "user_id"} else set()
        result = super().write(vals)
        self._wa_part(former - self._wa_pairs())
        return result

    def unlink(self):
        """Take those who are no longer in a team out of its conversations."""
        former = self._wa_pairs()
        result = super().unlink()
        self._wa_part(former)
        return result

    def _wa_pairs(self) -> set[tuple[int, int]]:
        """Return ``{(team id, user id)}`` of the memberships that count."""
        return {(member.crm_team_id.id, member.user_id.id) for member in self.sudo() if member.active}

    def _wa_part(self, pairs: set[tuple[int, int]]) -> None:
        """Part users from the conversations of teams where they may not see them.

        :param pairs: ``{(team id, user id)}`` of memberships that ended.
        """
        for team_id, user_id in pairs:
            user = self.env["res.users"].browse(user_id)
            conversations = (
                self.env["wa.conversation"]
                .sudo()
                .search(
                    [
                        ("team_id", "=", team_id),
                        ("channel_id.channel_member_ids.partner_id", "=", user.sudo().partner_id.id),
                    ]
                )
            )
            conversations._part_from_outsiders(user)
