def migrate(cr, version):
    """Drop an index that no order uses any more: empty conversations are listed last now."""
    if version:
        cr.execute("DROP INDEX IF EXISTS wa_conversation__last_message_at_index")
