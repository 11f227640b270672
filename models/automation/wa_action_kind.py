from odoo import api, models


class WaActionKind(models.AbstractModel):
    """What a kind of server action of ours says of itself and does (interface).

    One model for each value of ``ir.actions.server.state`` that is ours; which one, says ``KINDS`` in
    ``models/core/ir_actions_server.py``. All methods take one action.
    """

    _name = "wa.action.kind"
    _description = "Kind of WhatsApp Action"

    #: Fields of the action on which :meth:`_label` depends.
    _label_fields: tuple[str, ...] = ()
    #: Fields of the action on which :meth:`_warnings` depends.
    _warning_fields: tuple[str, ...] = ()

    @api.model
    def _label(self, action: models.BaseModel) -> str:
        """Return what Odoo calls such an action until somebody names it; "" leaves it to Odoo."""
        raise NotImplementedError

    @api.model
    def _warnings(self, action: models.BaseModel) -> list[str]:
        """Return sentences about what keeps the action from running; they are shown in its form."""
        raise NotImplementedError

    @api.model
    def _written(self, action: models.BaseModel) -> str:
        """Return what customers get by this action, in a few words."""
        raise NotImplementedError

    @api.model
    def _run(self, action: models.BaseModel, eval_context: dict) -> None:
        """Run the action.

        :param eval_context: Odoo's, with ``record`` and ``records``.
        """
        raise NotImplementedError
