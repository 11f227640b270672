"""Who stands for the fields of templates and rules: asked since this version whenever a message is filled.

Nobody noted it before. A field that every sales manager may read goes on being sent; one
that leads elsewhere (raw webhooks, users, …) is refused until somebody who may read it
chooses it again. What rules say was written by administrators of the system alone.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Note the addon itself for what is harmless, and nobody for the rest."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("UPDATE ir_act_server SET wa_text_user_id = %s WHERE wa_text IS NOT NULL", [SUPERUSER_ID])
    readable = _readable_models(env)
    for model in ("wa.template.parameter", "wa.action.value"):
        sources = env[model].search(["|", ("field_path", "!=", False), ("report_id", "!=", False)])
        harmless = sources.filtered(lambda source: not source.field_path or _is_harmless(source, readable))
        if harmless:
            cr.execute(
                f"UPDATE {env[model]._table} SET path_user_id = %s WHERE id = ANY(%s)",  # noqa: S608 (our own table)
                [SUPERUSER_ID, harmless.ids],
            )
    env.invalidate_all()


def _readable_models(env):
    """Return the models that every sales manager may read."""
    groups = env.ref("sales_team.group_sale_manager")
    groups |= groups.all_implied_ids
    rows = env["ir.model.access"].search(
        [("perm_read", "=", True), "|", ("group_id", "=", False), ("group_id", "in", groups.ids)]
    )
    return set(rows.model_id.mapped("model"))


def _is_harmless(source, readable):
    """Tell whether a path leads over readable models and fields for everybody alone."""
    model = source.env.get(source._value_model())
    for name in source.field_path.split("."):
        if model is None or model._name not in readable:
            return False
        field = model._fields.get(name)
        if field is None or field.groups:
            return False
        if field.type == "properties":
            return True
        model = source.env.get(field.comodel_name) if field.comodel_name else None
    return model is None or model._name in readable
