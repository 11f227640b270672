def migrate(cr, version):
    """Drop an index that another one covers: every webhook paid for it."""
    cr.execute("DROP INDEX IF EXISTS wa_event__account_id_index")
