from odoo import api, models


class WaCachedMixin(models.AbstractModel):
    """Rows that are looked up for every message: kept in the registry's cache, which a change forgets."""

    _name = "wa.cached.mixin"
    _description = "Looked Up in a Cache"

    @api.model_create_multi
    def create(self, vals_list):
        result = super().create(vals_list)
        self.env.registry.clear_cache()
        return result

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
