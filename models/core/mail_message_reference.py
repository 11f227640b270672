from odoo import fields, models


class ThreadReference(fields.Many2oneReference):
    """The thread of a message, without work for caches that hold nothing.

    Core filters every new message by the domains of all fields that list messages of
    its thread, and then finds that none of them is in memory: a quarter of the time that
    ten thousand messages take. Source: odoo/orm/fields_reference.py ``_update_inverses``.
    """

    def _update_inverses(self, records, value):
        inverses = records.pool.field_inverses[self]
        if isinstance(value, int) and not any(value in field._get_cache(records.env) for field in inverses):
            return None
        return super()._update_inverses(records, value)


class MailMessage(models.Model):
    """Many messages at once."""

    _inherit = "mail.message"

    res_id = ThreadReference()
