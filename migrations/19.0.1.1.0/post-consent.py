"""Customers who wrote before consents were kept have agreed by writing: put that on record.

Without it every rule and sequence would leave them out until they write again.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Record it from their messages; running it again adds nothing."""
    if version:
        api.Environment(cr, SUPERUSER_ID, {})["wa.inbound.consent"]._record_past()
