"""The records a rule is about, and its conditions on them, as the rehearsal needs both."""

from odoo import models
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval


def conditions_of(rule: models.BaseModel) -> Domain:
    """Return the conditions of a ``base.automation``."""
    rule = rule.sudo()
    if not rule.filter_domain:
        return Domain.TRUE
    return Domain(safe_eval(rule.filter_domain, rule._get_eval_context()))


def model_of(rule: models.BaseModel) -> models.BaseModel:
    """Return the model of a rule's records, with the rights of the user.

    :raises AccessError: the user may not read such records.
    """
    model = rule.env[rule.sudo().model_name].with_context(active_test=False)
    model.check_access("read")
    return model
