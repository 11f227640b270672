from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...tools.keywords import MAX_LENGTH, key_of


class WaKeyword(models.Model):
    """A word that, as the whole message, takes back a consent or gives it again."""

    _name = "wa.keyword"
    _description = "WhatsApp Keyword"
    _inherit = ["wa.cached.mixin", "wa.shared.mixin"]
    _order = "action desc, language, word"
    _rec_name = "word"

    word = fields.Char(
        required=True,
        help="What the customer writes or the label of a button. Capitals, accents, punctuation and emoji make no difference.",
    )
    key = fields.Char(compute="_compute_key", store=True, index=True)
    language = fields.Char(
        size=8, help="Language code such as es: the answer to the customer is in it. Empty for words of many languages."
    )
    action = fields.Selection(
        [("optout", "Stops messages"), ("optin", "Allows messages again")], required=True, default="optout"
    )
    purpose = fields.Selection(
        [("all", "Everything"), ("marketing", "Marketing only")], "Concerns", required=True, default="all"
    )
    active = fields.Boolean(default=True)

    _key_uniq = models.UniqueIndex(
        "(key, COALESCE(company_id, 0))",
        "This keyword is in the list already, perhaps archived or spelled a little differently.",
    )

    # -------------------------------------------------------------- constraints

    @api.constrains("word")
    def _check_word(self):
        if any(not keyword.key for keyword in self):
            raise ValidationError(
                self.env._("A keyword needs letters or digits, and at most %s characters.", MAX_LENGTH)
            )

    # ------------------------------------------------------------------ compute

    @api.depends("word")
    def _compute_key(self):
        for keyword in self:
            keyword.key = key_of(keyword.word)

    # ----------------------------------------------------------------- business

    @api.model
    def _find(self, text, company):
        """Return what a whole message means, or None: ``(action, purpose, language)``.

        :param str text: as the customer wrote it.
        :param company: ``res.company`` whose words come before those for all companies.
        """
        key = key_of(text)
        return self._words(company.id).get(key) if key else None

    @api.model
    @ormcache("company_id")
    def _words(self, company_id):
        """Return ``{key: (action, purpose, language)}`` of a company."""
        keywords = self.sudo().search([("company_id", "in", (False, company_id))])
        return {
            keyword.key: (keyword.action, keyword.purpose, keyword.language or "")
            for keyword in keywords.sorted(lambda keyword: keyword.company_id.id)
        }
