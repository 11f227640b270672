from odoo import models

from .definition import Definition


class WaRecipe(models.Model):
    """Greets whoever writes for the first time; the window is open, so no template is needed."""

    _inherit = "wa.recipe"

    def _definition_welcome(self, **_options):
        return Definition(
            model="wa.conversation",
            texts={
                "en": "Hello {{ partner_id.name | there }}, thank you for your message! "
                "We have read it and will answer you personally as soon as we can.",
                "de": "Guten Tag {{ partner_id.name | und willkommen }}, danke für Ihre Nachricht! "
                "Wir haben sie erhalten und antworten Ihnen persönlich, sobald wir können.",
                "es": "Hola, {{ partner_id.name | bienvenido }}: ¡gracias por su mensaje! "
                "Lo hemos recibido y le responderemos en persona lo antes posible.",
                "fr": "Bonjour {{ partner_id.name | et bienvenue }}, merci de votre message ! "
                "Nous l'avons bien reçu et vous répondrons personnellement dès que possible.",
            },
            rule=self._received_rule(wa_first_only=True),
        )

    def _hints(self):
        hints = super()._hints()
        away = self.sudo().automation_id._wa_gives_way_to() if self.code == "welcome" and self.sudo().automation_id else ()
        if away:
            name = self.search([("code", "=", "away")]).name
            hints.append(self.env._("Outside your working hours new customers get only “%s”: one answer is enough.", name))
        return hints

    def _received_rule(self, **conditions):
        """Return the values of a rule that starts when a customer writes."""
        return {"trigger": "on_wa_received", "filter_domain": "[]", **conditions}


class BaseAutomation(models.Model):
    """At night a new customer learns that nobody is there, and nothing else (decision 41)."""

    _inherit = "base.automation"

    def _wa_gives_way_to(self):
        recipes = self.env["wa.recipe"].sudo().search([("code", "in", ("welcome", "away")), ("automation_id", "!=", False)])
        rules = {recipe.code: recipe.automation_id for recipe in recipes}
        others = super()._wa_gives_way_to()
        if rules.get("welcome") == self and "away" in rules:
            others |= rules["away"].filtered("active").with_env(self.env)
        return others
