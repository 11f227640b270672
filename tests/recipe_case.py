"""The shelf of recipes, for tests of what is set up from it."""

from .common import WaCase


class RecipeCase(WaCase):
    """The shelf as it comes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["base.automation"].search([]).active = False
        cls.env["wa.recipe"].search([]).automation_id = False

    def recipe(self, code):
        return self.env["wa.recipe"].search([("code", "=", code)]).with_user(self.admin_user)

    def set_up(self, code, **options):
        """Set a recipe up with the choices of its dialog."""
        recipe = self.recipe(code)
        setup = (
            self.env["wa.recipe.setup"]
            .with_user(self.admin_user)
            .create({"recipe_id": recipe.id, "account_id": self.account.id, **options})
        )
        setup.action_set_up()
        return recipe

    def rule(self, recipe):
        return recipe.sudo().automation_id.with_env(self.env)

    def approve(self, recipe):
        recipe.sudo().template_ids.write({"status": "APPROVED"})
