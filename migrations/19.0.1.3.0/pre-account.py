from odoo.tools import sql

#: Table -> (column of the former sentence, code, facts).
MOVED = {
    "wa_account": ("state_reason", "state_code", "state_facts"),
    "wa_number": ("blocked_reason", "blocked_code", "blocked_facts"),
}


def migrate(cr, version):
    """Keep the reasons people were given: sentences until now, codes with facts from here on."""
    for table, (reason, code, facts) in MOVED.items():
        if not sql.column_exists(cr, table, reason):
            continue
        for column, kind in ((code, "varchar"), (facts, "jsonb")):
            if not sql.column_exists(cr, table, column):
                sql.create_column(cr, table, column, kind)
        stopped = "state = 'blocked'" if table == "wa_account" else "is_blocked"
        cr.execute(
            f"""
            UPDATE {table} SET {code} = 'other_reason', {facts} = jsonb_build_object('reason', {reason})
             WHERE {stopped} AND {reason} IS NOT NULL
            """  # noqa: S608 - only names of our own
        )
        cr.execute(f"ALTER TABLE {table} DROP COLUMN {reason}")
