from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class WaRecipeSetup(models.TransientModel):
    """The few choices a recipe needs before its drafts and its rule are made."""

    _name = "wa.recipe.setup"
    _description = "Set Up a WhatsApp Recipe"

    recipe_id = fields.Many2one("wa.recipe", required=True, readonly=True, ondelete="cascade")
    summary = fields.Char(related="recipe_id.summary")
    account_id = fields.Many2one(
        "wa.account", "WhatsApp Account", required=True, default=lambda self: self._default_account(), ondelete="cascade"
    )
    has_delay = fields.Boolean(compute="_compute_has_delay")
    delay = fields.Integer("When", compute="_compute_delay", store=True, readonly=False)
    delay_unit = fields.Selection(related="recipe_id.delay_unit")
    delay_mode = fields.Selection(related="recipe_id.delay_mode")
    delay_of = fields.Char(related="recipe_id.delay_of")
    is_any_model = fields.Boolean(related="recipe_id.is_any_model")
    model_id = fields.Many2one(
        "ir.model",
        "Kind of Record",
        compute="_compute_model",
        store=True,
        readonly=False,
        domain="[('transient', '=', False), ('abstract', '=', False), ('is_mail_thread', '=', True)]",
        ondelete="cascade",
    )
    date_field_id = fields.Many2one(
        "ir.model.fields",
        "Date",
        compute="_compute_model",
        store=True,
        readonly=False,
        domain="[('model_id', '=', model_id), ('ttype', 'in', ('date', 'datetime'))]",
        ondelete="cascade",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    # ------------------------------------------------------------------ compute

    @api.model
    def _default_account(self):
        accounts = self.env["wa.account"].search([("company_id", "in", self.env.companies.ids)])
        return accounts.sorted(lambda account: (account.company_id != self.env.company, account.state != "connected"))[:1]

    @api.depends("recipe_id")
    def _compute_has_delay(self):
        for setup in self:
            setup.has_delay = bool(setup.recipe_id.delay)

    @api.depends("recipe_id")
    def _compute_delay(self):
        for setup in self:
            setup.delay = setup.recipe_id.delay

    @api.depends("recipe_id")
    def _compute_model(self):
        for setup in self:
            wanted = setup.recipe_id.is_any_model
            setup.model_id = self.env["ir.model"]._get("crm.lead") if wanted else False
            setup.date_field_id = self.env["ir.model.fields"]._get("crm.lead", "date_deadline") if wanted else False

    @api.depends("recipe_id", "model_id", "date_field_id")
    def _compute_preview(self):
        for setup in self:
            setup.preview = setup._render_preview()

    def _render_preview(self):
        """Return the texts that will be drafted, by language, as HTML."""
        if not self.recipe_id or (self.is_any_model and not (self.model_id and self.date_field_id)):
            return False
        definition = self.recipe_id._definition(**self._options())
        languages = self.recipe_id._languages() if definition.template else [self.recipe_id._own_language()]
        line = Markup('<div class="mb-2"><span class="badge text-bg-light me-2">%s</span>%s</div>')
        readable = self.env["wa.value.source"]._readable
        return Markup().join(line % (code, readable(definition.texts[code], definition.model)) for code in languages)

    # ----------------------------------------------------------------- business

    def _options(self):
        """Return what was chosen, as ``wa.recipe._definition`` takes it."""
        options = {"delay": self.delay} if self.has_delay else {}
        if self.is_any_model:
            options |= {"model": self.model_id.sudo().model, "date_field": self.date_field_id.sudo().name}
        return options

    # ------------------------------------------------------------------ actions

    def action_set_up(self):
        """Make the drafts and the resting rule, and open the recipe.

        :raises UserError: a choice is missing or makes no sense.
        """
        self.ensure_one()
        if self.has_delay and self.delay < 1:
            raise UserError(self.env._("Choose a number of at least 1."))
        if self.is_any_model and self.date_field_id.sudo().model_id != self.model_id.sudo():
            raise UserError(self.env._("Choose a date of this kind of record."))
        self.recipe_id._set_up(self.account_id, **self._options())
        return {
            "type": "ir.actions.act_window",
            "name": self.recipe_id.name,
            "res_model": "wa.recipe",
            "res_id": self.recipe_id.id,
            "views": [[False, "form"]],
            "target": "current",
        }
