from odoo import models
from odoo.exceptions import UserError


class CrmStage(models.Model):
    """What a stage's settings would have sent can be seen from the stage's own form."""

    _inherit = "crm.stage"

    def action_wa_dry_run(self):
        """Open the rehearsal of one of this stage's rules. Managers only.

        The context says which: ``wa_stage_role``, as ``base.automation.wa_stage_role``.

        :raises AccessError: by somebody else.
        :raises UserError: nothing is set.
        """
        self.ensure_one()
        self.env["wa.dry.run.rights"]._check()
        role = self.env.context.get("wa_stage_role")
        rule = self._wa_own_rules().filtered(lambda rule: rule.active and rule.wa_stage_role == role)[:1]
        if not rule:
            raise UserError(self.env._("Choose a template and save first; then it can be rehearsed."))
        return rule.with_env(self.env).action_wa_dry_run()
