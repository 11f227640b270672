from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, fields, models
from odoo.tools import SQL

#: Set while our own additions go through core's methods: nobody else's wish is meant.
_adding_ours: ContextVar[bool] = ContextVar("wa_adding_to_blacklist", default=False)


@contextmanager
def adding_ours():
    """What is added to the blacklist meanwhile is what customers said over WhatsApp."""
    token = _adding_ours.set(True)
    try:
        yield
    finally:
        _adding_ours.reset(token)


class PhoneBlacklist(models.Model):
    """Odoo's list of numbers nobody may send bulk messages to: honoured, and told what customers say."""

    _name = "phone.blacklist"
    _inherit = ["phone.blacklist", "wa.facts.mixin"]

    wa_is_ours = fields.Boolean(
        "Added by WhatsApp",
        readonly=True,
        copy=False,
        help="The customer stopped marketing over WhatsApp. Allowing it there again removes the entry; "
        "one that somebody added or confirmed by hand stays.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever adds a number that is on the list already means it: it is not only ours any more."""
        entries = super().create(vals_list)
        if not _adding_ours.get():
            entries.sudo().filtered("wa_is_ours").wa_is_ours = False
        self.env["wa.contact"].invalidate_model(["is_blacklisted"])
        return entries

    def write(self, vals):
        result = super().write(vals)
        if {"active", "number"} & vals.keys():
            self.env["wa.contact"].invalidate_model(["is_blacklisted"])
        return result

    def unlink(self):
        self.env["wa.contact"].invalidate_model(["is_blacklisted"])
        return super().unlink()

    @api.model
    def _wa_listed(self, numbers: set[str]) -> set[str]:
        """Return which numbers are on the list, and not only because of what was said over WhatsApp.

        By SQL: a search reads every number again with core's table of ranges, which takes
        longer than all else that is asked about a recipient. Source:
        phone_validation/models/phone_blacklist.py ``_search_number``.

        :param set numbers: E.164, as core stores them
        """
        self.flush_model(["active", "number", "wa_is_ours"])
        rows = self.env.execute_query(
            SQL(
                "SELECT number FROM phone_blacklist WHERE active AND wa_is_ours IS NOT TRUE AND number = ANY(%s)",
                list(numbers),
            )
        )
        return {number for (number,) in rows}

    @api.model
    def _wa_add(self, numbers: Iterable[str], message: str) -> None:
        """Put numbers on the list because their owners stopped marketing.

        :param numbers: E.164
        :param str message: said on each entry
        """
        listed = set(self.sudo().search([("number", "in", list(numbers))]).mapped("number"))
        # Core raises for numbers its own table of ranges does not know yet; WhatsApp knows them.
        new = [n for n in sorted(numbers) if n not in listed and self.env.user._phone_format(number=n)]
        if new:
            with adding_ours():
                entries = self.sudo()._add(new, message=message)
            entries.wa_is_ours = True

    @api.model
    def _wa_remove(self, numbers: Iterable[str], message: str) -> None:
        """Take those numbers off the list again that are on it because of WhatsApp alone."""
        listed = self.sudo().search([("number", "in", list(numbers)), ("wa_is_ours", "=", True)])
        if listed:
            self.sudo()._remove(listed.mapped("number"), message=message)
            listed.wa_is_ours = False
