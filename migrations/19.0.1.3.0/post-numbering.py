"""One person's number has one key, also where a country changed its numbering.

Customers of Ivory Coast and Benin, among others, were two contacts when they wrote from
an account that keeps its former digits; and numbers typed before the change were none.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Read customers' and leads' numbers and the contacts' keys again; running it again changes nothing."""
    if version:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for model in ("res.partner", "crm.lead"):
            env[model]._wa_renew_former_numbers()
        env["wa.contact"]._renew_phone_keys()
