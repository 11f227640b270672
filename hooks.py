from odoo.tools import sql


def uninstall_hook(env):
    """Remove what no data file owns.

    The sender jobs of the numbers were made by code. The channels go before the tables of
    the conversations that hold on to them in daily life.
    """
    crons = env["wa.number"].with_context(active_test=False).search([]).sender_cron_id
    crons.unlink()
    sql.drop_constraint(env.cr, "wa_conversation", "wa_conversation_channel_id_fkey")
