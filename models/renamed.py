"""Former names of our models, for one version: whoever still uses one is told its new name instead of being ignored.

Only here for addons of others: what people wrote in the database is renamed by the update (``migrations/19.0.1.5.0``).
"""

from collections.abc import Iterable

from odoo import api, models

#: former name -> (new name, what the former was: Odoo lets only the same kind extend it), of models others may extend or ask
FORMER = {
    "wa.dispatch": ("wa.scheduled.message", models.Model),
    "wa.event": ("wa.webhook.event", models.Model),
    "wa.event.replay": ("wa.webhook.event.replay", models.TransientModel),
    "wa.posting": ("wa.discuss.writer", models.AbstractModel),
    "wa.rehearsal": ("wa.dry.run", models.TransientModel),
    "wa.rehearsal.line": ("wa.dry.run.line", models.TransientModel),
    "wa.rehearsal.rights": ("wa.dry.run.rights", models.AbstractModel),
    "wa.rehearsing": ("wa.dry.run.service", models.AbstractModel),
    "wa.inbound.effect": ("wa.inbound.message.change", models.AbstractModel),
    "wa.inbound.phonebook": ("wa.inbound.contact.sync", models.AbstractModel),
}


def extending_addons(former: str, parts: Iterable[type]) -> set[str]:
    """Return the names of other addons among whose classes one extends a former name.

    :param parts: the classes a model is made of.
    """
    found = set()
    for part in parts:
        said = part.__dict__.get("_inherit") or ()
        if former in ([said] if isinstance(said, str) else said):
            found.add(part.__dict__["_module"])
    return found - {"crm_whatsapp"}


class RenamedModel(models.AbstractModel):
    """What answers under a former name."""

    _name = "wa.renamed.mixin"
    _description = "Former Name of a WhatsApp Model"

    def _register_hook(self):
        """Stop an addon that extends the former name: what it adds would silently do nothing.

        :raises TypeError: as Odoo does where a model is extended that does not exist.
        """
        super()._register_hook()
        others = extending_addons(self._name, type(self).mro())
        if others:
            raise TypeError(f"{self._new_name()} Change _inherit in: {', '.join(sorted(others))}.")

    @api.model
    def _new_name(self) -> str:
        return f"The model {self._name} is called {FORMER[self._name][0]} since crm_whatsapp 19.0.1.5.0."

    @api.model
    def _say_new_name(self):
        raise AttributeError(self._new_name())

    @api.model
    def _search(self, *args, **kwargs):
        self._say_new_name()

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        # Nothing is made.
        self._say_new_name()


def _no_vacuum(self):
    """There is nothing to delete, and no table."""


for former, (_new, kind) in FORMER.items():
    without_table = {
        "_auto": False,
        "_log_access": kind is models.TransientModel,
        "_table_query": "SELECT NULL::integer AS id WHERE FALSE",
    }
    type(models.AbstractModel)(
        f"Renamed_{former.replace('.', '_')}",
        (kind,),
        {
            "__module__": __name__,
            "_name": former,
            "_inherit": "wa.renamed.mixin",
            "_description": "Former Name of a WhatsApp Model",
            **({} if kind is models.AbstractModel else without_table),
            **({"_transient_vacuum": _no_vacuum} if kind is models.TransientModel else {}),
        },
    )
