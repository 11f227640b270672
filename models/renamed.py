"""Former names of our models, for one version: whoever still uses one is told its new name instead of being ignored.

Only here for addons of others: what people wrote in the database is renamed by the update (``migrations/19.0.1.5.0``).
"""

from odoo import api, models

#: former name -> new name, of the models that other addons may extend or ask
RENAMED = {
    "wa.dispatch": "wa.scheduled.message",
    "wa.event": "wa.webhook.event",
    "wa.posting": "wa.discuss.writer",
    "wa.rehearsal": "wa.dry.run",
    "wa.rehearsing": "wa.dry.run.service",
    "wa.inbound.effect": "wa.inbound.message.change",
    "wa.inbound.phonebook": "wa.inbound.contact.sync",
}


def _names(inherit):
    return [inherit] if isinstance(inherit, str) else inherit or []


class RenamedModel(models.AbstractModel):
    """What answers under a former name."""

    _name = "wa.renamed.mixin"
    _description = "Former Name of a WhatsApp Model"

    def _register_hook(self):
        """Stop an addon that extends the former name: what it adds would silently do nothing.

        :raises TypeError: as Odoo does where a model is extended that does not exist.
        """
        super()._register_hook()
        others = {
            part.__dict__["_module"]
            for part in type(self).mro()
            if self._name in _names(part.__dict__.get("_inherit")) and part.__dict__["_module"] != "crm_whatsapp"
        }
        if others:
            raise TypeError(
                f"The model {self._name} is called {RENAMED[self._name]} since crm_whatsapp 19.0.1.5.0."
                f" Change _inherit in: {', '.join(sorted(others))}."
            )

    @api.model
    def _say_new_name(self):
        raise AttributeError(f"The model {self._name} is called {RENAMED[self._name]} since crm_whatsapp 19.0.1.5.0.")

    @api.model
    def _search(self, *args, **kwargs):
        self._say_new_name()

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        # Nothing is made.
        self._say_new_name()


for former in RENAMED:
    type(models.AbstractModel)(
        f"Renamed_{former.replace('.', '_')}",
        (models.AbstractModel,),
        {
            "__module__": __name__,
            "_name": former,
            "_inherit": "wa.renamed.mixin",
            "_description": "Former Name of a WhatsApp Model",
        },
    )
