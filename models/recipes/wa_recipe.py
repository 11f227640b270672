from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .definition import Definition
from .shelf import RECIPES, Choices


class WaRecipe(models.Model):
    """One ready-made way of sending messages by itself: off until somebody sets it up and switches it on.

    A recipe is a record with a code; what is made of it stands in ``shelf.py`` and ``data/recipes/<code>.json``.
    Another addon adds its own as a record and a method ``_definition_<code>`` that returns a ``Definition``. What is
    set up is an ordinary automation rule and ordinary templates, to be changed at will.
    """

    _name = "wa.recipe"
    _description = "WhatsApp Recipe"
    _order = "sequence, id"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(required=True, translate=True, readonly=True)
    summary = fields.Char("What It Does", translate=True, required=True, readonly=True)
    needs = fields.Char("What It Needs", translate=True, readonly=True)
    icon = fields.Char(default="fa-comment", readonly=True, help="Name of an icon of Font Awesome.")
    sequence = fields.Integer(default=10)
    module = fields.Char("Needed App", readonly=True, help="Technical name of the app that has to be installed.")
    delay = fields.Integer(readonly=True, help="Suggested; can be changed while setting up. 0: there is none.")
    delay_unit = fields.Selection(
        [("minutes", "Minutes"), ("hour", "Hours"), ("day", "Days"), ("month", "Months")], readonly=True
    )
    delay_mode = fields.Selection([("before", "before"), ("after", "after")], readonly=True)
    delay_of = fields.Char("Before or After What", translate=True, readonly=True)
    is_any_model = fields.Boolean(readonly=True, help="Kind of record and date are chosen while setting up.")
    account_id = fields.Many2one("wa.account", readonly=True, copy=False, ondelete="set null")
    automation_id = fields.Many2one(
        "base.automation", "Rule", readonly=True, copy=False, ondelete="set null", groups="base.group_system"
    )
    state = fields.Selection(
        [("missing", "App not installed"), ("new", "Not set up"), ("off", "Off"), ("on", "On")], compute="_compute_state"
    )
    install_hint = fields.Char(compute="_compute_state")
    template_ids = fields.Many2many("wa.template", string="Templates", compute="_compute_template_ids")
    missing = fields.Text("Still Missing", compute="_compute_missing")
    hints = fields.Text("Good to Know", compute="_compute_missing")
    has_drafts = fields.Boolean(compute="_compute_template_ids")
    text = fields.Text("What It Says", compute="_compute_text", help="Of recipes without a template; changed in the rule.")

    _code_uniq = models.Constraint("UNIQUE(code)", "A recipe exists once.")

    # ------------------------------------------------------------------ compute

    @api.depends("automation_id.active", "module")
    @api.depends_context("lang")
    def _compute_state(self):
        for recipe in self:
            app = recipe._missing_app()
            rule = recipe.sudo().automation_id
            recipe.install_hint = self.env._("Install “%s” first.", app) if app else False
            if rule:
                recipe.state = "on" if rule.active else "off"
            else:
                recipe.state = "missing" if app else "new"

    @api.depends("automation_id.action_server_ids.wa_template_id")
    def _compute_template_ids(self):
        for recipe in self:
            named = recipe.sudo()._action().wa_template_id
            domain = [("name", "=", named.name), ("account_id", "=", named.account_id.id)]
            recipe.template_ids = self.env["wa.template"].search(domain) if named else False
            recipe.has_drafts = "DRAFT" in recipe.template_ids.mapped("status")

    @api.depends("automation_id.action_server_ids.wa_template_id.status", "account_id.state", "module")
    @api.depends_context("lang")
    def _compute_missing(self):
        for recipe in self:
            is_there = recipe.state in ("off", "on")
            recipe.missing = "\n".join(recipe._what_is_missing()) if is_there else False
            recipe.hints = "\n".join(recipe._hints()) if is_there else False

    @api.depends("automation_id.action_server_ids.wa_text")
    def _compute_text(self):
        for recipe in self:
            action = recipe.sudo()._action()
            text = action.wa_text
            recipe.text = self.env["wa.value.source"]._readable(text, action.model_name) if text else False

    # ----------------------------------------------------------------- business

    def _missing_app(self) -> str:
        """Return the name of the app this recipe needs and that is not installed, or ""."""
        self.ensure_one()
        if not self.module:
            return ""
        app = self.env["ir.module.module"].sudo().search([("name", "=", self.module)])
        return "" if app.state == "installed" else app.shortdesc or self.module

    def _definition(self, **options) -> Definition:
        """Return what this recipe sets up: one of ours, or what ``_definition_<code>`` of another addon says (hook).

        :param options: what was chosen while setting up: ``delay``, ``model``, ``date_field``.
        """
        self.ensure_one()
        if hook := getattr(self, f"_definition_{self.code}", None):
            return hook(**options)
        recipe = RECIPES[self.code]
        choices = Choices(
            delay=options.get("delay") or self.delay,
            model=options.get("model") or recipe.model or "crm.lead",
            date_field=options.get("date_field") or "date_deadline",
        )
        return Definition.with_texts_of(
            self.code,
            recipe.words(self.env, choices),
            model=recipe.model or choices.model,
            rule=recipe.rule(self.env, choices),
            action=recipe.action,
        )

    @api.model
    def _superseding(self, rule):
        """Return the active rules of recipes in favour of which a recipe's rule is left out when one message starts both."""
        codes = {code for way, recipe in RECIPES.items() if recipe.gives_way_to for code in (way, recipe.gives_way_to)}
        found = self.sudo().search([("code", "in", list(codes)), ("automation_id", "!=", False)])
        rules = {recipe.code: recipe.automation_id for recipe in found}
        others = rule.browse()
        for code, own in rules.items():
            if own == rule and (other := rules.get(RECIPES[code].gives_way_to)):
                others |= other.filtered("active").with_env(rule.env)
        return others

    def _action(self):
        """Return the action of this recipe's rule that sends, as far as it is still there."""
        return self.automation_id.action_server_ids.filtered(lambda action: action.state == "wa_template")[:1]

    def _what_is_missing(self) -> list[str]:
        """Return sentences that say what keeps this recipe from being switched on (hook)."""
        self.ensure_one()
        recipe, missing = self.sudo(), []
        if app := recipe._missing_app():
            missing.append(self.env._("The app “%s” is not installed. Install it first.", app))
        rule, action = recipe.automation_id, recipe._action()
        if not rule or not action:
            return [*missing, self.env._("Its rule is gone. Press “Set Up” to have it made anew.")]
        if action.warning:
            missing.append(action.warning)
        if action.wa_content == "template":
            missing += recipe._missing_of_template(action)
        account = action.wa_template_id.account_id or recipe.account_id
        return missing + recipe._missing_of_account(account)

    def _missing_of_template(self, action) -> list[str]:
        template = action.wa_template_id
        if not template:
            return [self.env._("Its template is gone. Choose another one in the rule.")]
        if template.status == "APPROVED":
            return []
        name = template.display_name
        if template.status == "DRAFT":
            text = self.env._("The template “%s” is a draft. Read it, change it, and submit it to WhatsApp.", name)
        elif template.status in ("PENDING", "IN_APPEAL"):
            text = self.env._("The template “%s” waits for WhatsApp's approval. Come back when it is there.", name)
        else:
            text = self.env._(
                "WhatsApp does not let the template “%(name)s” be sent: %(reason)s. "
                "Change it or choose another one in the rule.",
                name=name,
                reason=template.status_reason or template.status_label,
            )
        return [text]

    def _missing_of_account(self, account) -> list[str]:
        if not account:
            return [self.env._("Its WhatsApp account is gone. Connect one under Configuration → Accounts.")]
        missing = []
        if account.state != "connected":
            missing.append(
                self.env._("The account “%s” is not connected. Connect it under Configuration → Accounts.", account.name)
            )
        if not account.number_ids.filtered(lambda number: number.active and not number.is_blocked):
            missing.append(
                self.env._("The account “%s” has no number that can send. Look under Configuration → Numbers.", account.name)
            )
        return missing

    def _hints(self) -> list[str]:
        """Return sentences about what does not keep this recipe from running, but should be known (hook)."""
        self.ensure_one()
        hints, recipe = [], self.sudo()
        template = recipe._action().wa_template_id
        if template.category == "MARKETING":
            hints.append(self.env._("This is marketing: only customers who agreed to it get it. The rehearsal says how many."))
        elif template.account_id.consent_policy == "all":
            hints.append(
                self.env._("This account writes only to customers with a recorded consent. The rehearsal says how many.")
            )
        if recipe._superseding(recipe.automation_id):
            name = self.search([("code", "=", RECIPES[self.code].gives_way_to)]).name
            hints.append(self.env._("Outside your working hours new customers get only “%s”: one answer is enough.", name))
        return hints

    def _check_admin(self) -> None:
        if not (self.env.su or self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_admin")):
            raise AccessError(self.env._("Only WhatsApp administrators can set up and switch recipes. Ask one of them."))

    # ------------------------------------------------------------------ actions

    def action_set_up(self):
        """Open the choices that have to be made. Administrators only.

        :raises UserError: the app is missing, or no account is connected.
        """
        self.ensure_one()
        self._check_admin()
        if app := self._missing_app():
            raise UserError(self.env._("Install “%s” first.", app))
        if self.sudo().automation_id:
            raise UserError(self.env._("This recipe is set up already. Change its rule, or delete the rule to start anew."))
        if not self.env["wa.account"].search_count([]):
            raise UserError(self.env._("Connect a WhatsApp account first, under Configuration → Accounts."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set up: %s", self.name),
            "res_model": "wa.recipe.setup",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_recipe_id": self.id},
        }

    def action_switch_on(self):
        """Let the rule run from now on. Administrators only.

        :raises UserError: something is missing; says all of it.
        """
        self.ensure_one()
        self._check_admin()
        if missing := self._what_is_missing():
            raise UserError(self.env._("This cannot be switched on yet:") + "\n\n• " + "\n• ".join(missing))
        self.sudo().automation_id.active = True
        return self._tell(self.env._("“%s” is on", self.name), self._hints())

    def _tell(self, title: str, lines: list[str]) -> dict:
        """Return a notification; the screen shows the new state."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": title,
                "message": " ".join(lines) or self.env._("What it sends stands under WhatsApp → Planned Messages."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_switch_off(self):
        """Let the rule rest; what it planned is called off when its time comes. Administrators only."""
        self.ensure_one()
        self._check_admin()
        self.sudo().automation_id.active = False

    def action_dry_run(self):
        """Open the rehearsal of this recipe's rule. Managers only.

        :raises UserError: it is not set up yet.
        """
        self.ensure_one()
        rule = self.sudo().automation_id.with_env(self.env)
        if not rule:
            raise UserError(self.env._("Set this recipe up first; then it can be rehearsed without anything being sent."))
        return self.env["wa.dry.run"]._open(rule)

    def action_open_rule(self):
        """Open the automation rule, where everything can be changed. For administrators of the system."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "base.automation",
            "res_id": self.automation_id.id,
            "views": [[False, "form"]],
        }

    def action_submit_templates(self):
        """Hand the drafts in for WhatsApp's approval. Administrators only.

        :raises UserError: WhatsApp refused one; says why.
        """
        self.ensure_one()
        self._check_admin()
        self.template_ids.filtered(lambda template: template.status == "DRAFT").action_submit()

    def action_open_templates(self):
        """Open the templates of this recipe in all languages."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_whatsapp.wa_template_action")
        return {**action, "domain": [("id", "in", self.template_ids.ids)], "context": {}}
