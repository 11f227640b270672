from odoo import SUPERUSER_ID, Command, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.languages import base
from .definition import LANGUAGES, Definition


class WaRecipe(models.Model):
    """Setting a recipe up: drafts of its template in the languages people speak here, and one rule that rests."""

    _inherit = "wa.recipe"

    def _set_up(self, account, **options) -> None:
        """Create the drafts and the inactive rule.

        :param account: ``wa.account`` the templates belong to.
        :param options: see :meth:`_definition`.
        :raises UserError: it is set up already.
        """
        self.ensure_one()
        self._check_admin()
        if self.sudo().automation_id:
            raise UserError(self.env._("This recipe is set up already. Change its rule, or delete the rule to start anew."))
        definition = self._definition(**options)
        language = self._own_language()
        action = {"wa_repeat": "record", **definition.action}
        if definition.template:
            drafts = self._draft_templates(account, definition)
            own = drafts.filtered(lambda draft: draft.language == language)
            action |= {"wa_content": "template", "wa_template_id": (own or drafts)[:1].id}
        else:
            action |= {"wa_content": "text", "wa_text": definition.texts[language], "wa_text_user_id": SUPERUSER_ID}
        rule = self._create_rule(definition, action)
        self.sudo().write({"account_id": account.id, "automation_id": rule.id})

    def _languages(self) -> list[str]:
        """Return the languages Odoo speaks here and our texts exist in, as WhatsApp writes them."""
        spoken = {base(code) for code, _name in self.env["res.lang"].get_installed()}
        return [code for code in LANGUAGES if code in spoken] or [LANGUAGES[0]]

    def _own_language(self) -> str:
        """Return the language of the company, else of the user, else the first there is."""
        languages = self._languages()
        wanted = [base(code) for code in (self.env.company.partner_id.lang, self.env.user.lang) if code]
        return next((code for code in wanted if code in languages), languages[0])

    def _draft_templates(self, account, definition: Definition):
        """Return the template in each language; those that exist already are left as they are."""
        templates = self.env["wa.template"].with_context(active_test=False)
        domain = Domain("account_id", "=", account.id) & Domain("name", "=", definition.template)
        known = templates.search(domain)
        missing = [code for code in self._languages() if code not in known.mapped("language")]
        templates.check_access("create")
        # The texts and the fields in them are ours: nobody else stands for them.
        drafts = templates.sudo().create([self._draft_vals(account, definition, code) for code in missing])
        return known | drafts.sudo(False)

    def _draft_vals(self, account, definition: Definition, code: str) -> dict:
        replies = [{"type": "QUICK_REPLY", "text": text} for text in definition.replies.get(code, ())]
        if definition.link:
            labels, address = definition.link
            replies.append({"type": "URL", "text": labels[code], "url": address})
        return {
            "name": definition.template,
            "language": code,
            "account_id": account.id,
            "category": definition.category,
            "model_id": self.env["ir.model"]._get_id(definition.model),
            "body": definition.texts[code],
            "parameter_ids": [
                Command.create(
                    {
                        "sequence": number,
                        "name": variable.name,
                        "field_path": variable.path,
                        "path_user_id": SUPERUSER_ID,
                        "fallback": variable.fallback.get(code, False),
                        "example": variable.example.get(code) or variable.example.get("en"),
                    }
                )
                for number, variable in enumerate(definition.variables)
            ],
            "button_ids": [Command.create({"sequence": number, **reply}) for number, reply in enumerate(replies)],
        }

    def _create_rule(self, definition: Definition, action: dict):
        """Create the rule, resting, with its one action."""
        # Rules are for administrators of the system; these are ours, and only their texts and numbers vary.
        model_id = self.env["ir.model"]._get_id(definition.model)
        rule = (
            self.env["base.automation"]
            .sudo()
            .create(
                {
                    "name": self.env._("WhatsApp: %s", self.name),
                    "model_id": model_id,
                    "active": False,
                    "description": self.summary,
                    **definition.rule,
                }
            )
        )
        self.env["ir.actions.server"].sudo().create(
            {
                "name": self.env._("Send WhatsApp: %s", self.name),
                "model_id": model_id,
                "base_automation_id": rule.id,
                "usage": "base_automation",
                "state": "wa_template",
                **action,
            }
        )
        return rule
