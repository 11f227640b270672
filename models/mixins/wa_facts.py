from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import ormcache

_merging: ContextVar[bool] = ContextVar("wa_merging", default=False)


@contextmanager
def taking_facts_along() -> Iterator[None]:
    """Let what runs inside write facts: records are merged, and what is true of one is true of what they become.

    Not a key of Odoo's context, which clients may send.
    """
    token = _merging.set(True)
    try:
        yield
    finally:
        _merging.reset(token)


class WaFactsMixin(models.AbstractModel):
    """Fields of ours on records of Odoo that say what happened: written by what happens, never by people.

    A field is a fact when it is ours (``wa_…``), stored and read-only. ``readonly`` alone is for screens: over
    RPC and in imports Odoo takes whatever is sent.
    """

    _name = "wa.facts.mixin"
    _description = "WhatsApp Facts Are Nobody's to Write"

    @api.model
    @ormcache()
    def _wa_facts(self) -> frozenset[str]:
        """Return the names of the fields that only our own code writes."""
        return frozenset(
            name for name, field in self._fields.items() if name.startswith("wa_") and field.store and field.readonly
        )

    @api.model
    def default_get(self, fields):
        """A fact has no default, whatever a context or somebody's settings say."""
        facts = self._wa_facts()
        return super().default_get([name for name in fields if name not in facts])

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse facts that are made up.

        :raises AccessError: names them.
        """
        self._wa_refuse_facts(name for vals in vals_list for name in vals)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse facts that are made up.

        :raises AccessError: names them.
        """
        self._wa_refuse_facts(vals)
        return super().write(vals)

    def _wa_refuse_facts(self, names: Iterable[str]) -> None:
        if self.env.su or _merging.get():
            return
        if made_up := sorted(self._wa_facts().intersection(names)):
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in made_up)
            raise AccessError(self.env._("WhatsApp itself keeps this, so nobody can write it: %s.", labels))
