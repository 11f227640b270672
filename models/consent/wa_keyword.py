from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...tools import optout
from ...tools.keywords import MAX_LENGTH, key_of, marked, needs_marks

#: What somebody means: ``(action, purpose, language)``.
Meaning = tuple[str, str, str]
#: A word of the list: ``(action, purpose, language, spelling)``; an archived one has no action.
Word = tuple[str, str, str, str]


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
            raise ValidationError(self.env._("A keyword needs letters or digits, and at most %s characters.", MAX_LENGTH))

    # ------------------------------------------------------------------ compute

    @api.depends("word")
    def _compute_key(self):
        for keyword in self:
            keyword.key = key_of(keyword.word)

    # ----------------------------------------------------------------- business

    @api.model
    def _find(self, text: str | None, company: models.BaseModel) -> Meaning | None:
        """Return what a whole message means, or None.

        A word of the list, also with "please" or "thanks"; else a phrase such as those WhatsApp puts on
        buttons under advertising, unless it was taken off the list.

        :param text: as the customer wrote it.
        :param company: ``res.company`` whose words come before those for all companies.
        """
        key = key_of(text)
        if not key:
            return None
        words = self._words(company.id)
        if key in words:
            return self._meaning(words[key], key, text)
        for language, bare in optout.without_courtesy(text):
            meaning = self._meaning(words.get(bare), bare, text)
            if meaning and (language is None or meaning[2] in (language, "")):
                return meaning
        return optout.label(text)

    @api.model
    def _meaning(self, found: Word | None, key: str, text: str | None) -> Meaning | None:
        """Return what a word of the list means in a message: nothing if it is archived or another word by its marks."""
        if not found or not found[0]:
            return None
        action, purpose, language, spelling = found
        if needs_marks(language, key) and spelling not in marked(text):
            return None
        if (action, purpose) == ("optout", "marketing") and optout.is_question(text):
            return None  # "no more offers?" asks for some
        return (action, purpose, language)

    @api.model
    @ormcache("company_id")
    def _words(self, company_id: int) -> dict[str, Word]:
        """Return the words of a company by their keys; archived words have no action."""
        keywords = self.sudo().with_context(active_test=False).search([("company_id", "in", (False, company_id))])
        return {
            keyword.key: (
                keyword.action if keyword.active else "",
                keyword.purpose,
                keyword.language or "",
                marked(keyword.word),
            )
            for keyword in keywords.sorted(lambda keyword: keyword.company_id.id)
        }

    # --------------------------------------------------------------------- data

    @api.model
    def _load_shipped(self) -> None:
        """Add the words we know that this database has in no spelling yet, archived ones included.

        At installation and with every update. Words are archived to be rid of them: deleted ones come back.
        """
        known = set(self.with_context(active_test=False).search([("key", "!=", False)]).mapped("key"))
        self.create(
            [
                {"word": word, "action": said.action, "purpose": said.purpose, "language": said.language or False}
                for said, word in optout.shipped()
                if key_of(word) not in known
            ]
        )
