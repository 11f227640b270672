from odoo import api, fields, models
from odoo.exceptions import AccessError


class WaSharedMixin(models.AbstractModel):
    """Records of one company or, without a company, of all of them: everybody reads these, few change them.

    The record rules say who; here are the words, and what rules do not look at: whose a
    record is after it was changed.
    """

    _name = "wa.shared.mixin"
    _description = "Of One Company or of All"

    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="cascade",
        default=lambda self: self._default_company_id(),
        help="Empty: for all companies. These are changed only by people who may act for all of them.",
    )

    @api.model
    def _default_company_id(self) -> models.BaseModel | bool:
        """Return the own company, unless the user may act for all of them."""
        if self.env.su or self.env.user._wa_acts_for_all_companies():
            return False
        return self.env.company

    def write(self, vals):
        """Nobody gives a record to companies they may not act for."""
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")
        return result

    def _check_access(self, operation):
        """Say what Odoo's own words do not: that the record is everybody's."""
        result = super()._check_access(operation)
        if not result or operation == "read" or not self.env["ir.model.access"].check(self._name, operation, False):
            return result
        forbidden = result[0]
        if any(record.company_id for record in forbidden.sudo()):
            return result
        return forbidden, lambda: AccessError(
            self.env._(
                "This holds for all companies: “%s”. Only somebody who may act for all of them can change it. Make one "
                "for your own company instead, or ask an administrator.",
                ", ".join(forbidden.sudo()[:3].mapped("display_name")),
            )
        )
