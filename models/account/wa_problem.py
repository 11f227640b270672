from odoo import fields, models


class WaProblem(models.Model):
    """One thing that is wrong with an account, for as long as it is: what administrators were told.

    Not the truth itself: that follows from state, findings and what waits (``wa.account``,
    ``_find_problems``) and is computed whenever somebody looks. These rows remember what
    was told, so that each thing is told once, and let lists be searched.
    """

    _name = "wa.problem"
    _description = "WhatsApp Account Problem"
    _order = "id"
    _rec_name = "code"

    account_id = fields.Many2one("wa.account", required=True, index=True, ondelete="cascade", readonly=True)
    number_id = fields.Many2one("wa.number", ondelete="cascade", readonly=True, index="btree_not_null")
    company_id = fields.Many2one(related="account_id.company_id")
    code = fields.Char(required=True, readonly=True)
    facts = fields.Json(readonly=True)
    sentence = fields.Char(compute="_compute_sentence")

    _once_uniq = models.UniqueIndex("(account_id, COALESCE(number_id, 0), code)")

    def _compute_sentence(self):
        for problem in self:
            problem.sentence = problem.account_id._words_of(problem.code, problem.facts)[0]
