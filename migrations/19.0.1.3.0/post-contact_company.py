"""Each company that has talked to a person has a contact, and if need be a customer, of its own."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Divide contacts with conversations or consents of several companies; running it again changes nothing."""
    if version:
        api.Environment(cr, SUPERUSER_ID, {})["wa.contact"]._divide_by_company()
