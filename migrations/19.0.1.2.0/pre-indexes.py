"""Indexes that others made superfluous: each of ten thousand messages would go on filling them."""

SUPERFLUOUS = (
    "wa_conversation__company_id_index",
    "wa_conversation__number_id_index",
    "wa_message__contact_id_index",
    "wa_message__state_index",
)


def migrate(cr, version):
    """Drop them; Odoo keeps an index that no field asks for any more."""
    if version:
        for name in SUPERFLUOUS:
            cr.execute(f"DROP INDEX IF EXISTS {name}")
