from odoo.tools import sql


def post_init_hook(env):
    """Read numbers that were typed before their country changed them: those customers will write."""
    for model in ("res.partner", "crm.lead"):
        env[model]._wa_renew_former_numbers()


def uninstall_hook(env):
    """Remove what no data file owns.

    The sender jobs of the numbers, and the rules behind our settings, were made by code. The channels go before the tables of
    the conversations that hold on to them in daily life.
    """
    crons = env["wa.number"].with_context(active_test=False).search([]).sender_cron_id
    crons.unlink()
    # The rules behind stages, sequences and recipes: they would go on being looked at and do nothing.
    rules = env["base.automation"].with_context(active_test=False)
    owned = rules.search([("wa_stage_role", "!=", False)])
    owned |= env["wa.sequence"].with_context(active_test=False).search([]).automation_id
    owned |= env["wa.recipe"].search([]).automation_id
    owned.unlink()
    sql.drop_constraint(env.cr, "wa_conversation", "wa_conversation_channel_id_fkey")
