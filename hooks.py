def uninstall_hook(env):
    """Remove the sender jobs of the numbers: they were made by code, so no data file owns them."""
    crons = env["wa.number"].with_context(active_test=False).search([]).sender_cron_id
    crons.unlink()
