from odoo import api, models
from odoo.tools import ormcache


class WaDefaultsMixin(models.AbstractModel):
    """Rows of which ten thousand are made at once, and few fields have a default."""

    _name = "wa.defaults.mixin"
    _description = "Asks for Few Defaults"

    @api.model
    def default_get(self, fields):
        """Ask only for what can have a default: core looks at each field of each row.

        Overrides in other addons come before this one and see all fields. Source:
        odoo/orm/models.py ``_add_missing_default_values``.
        """
        if not any(key.startswith("default_") for key in self.env.context):
            possible = self._possible_defaults() | self.env["ir.default"]._get_model_defaults(self._name).keys()
            fields = [name for name in fields if name in possible]
        return super().default_get(fields)

    @api.model
    @ormcache()
    def _possible_defaults(self) -> frozenset[str]:
        """Return the names of the fields that have a default in any database with these addons."""
        return frozenset(
            name for name, field in self._fields.items() if field.default or field.company_dependent or field.inherited
        )
