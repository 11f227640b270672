from odoo import models

from .definition import Definition


class WaRecipe(models.Model):
    """Says to whoever writes outside working hours when somebody will read it."""

    _inherit = "wa.recipe"

    def _definition_away(self, **_options):
        return Definition(
            model="wa.conversation",
            texts={
                "en": "Thank you for your message. Nobody is here at the moment; we will answer as soon as we are back.",
                "de": "Danke für Ihre Nachricht. Gerade ist niemand da; wir antworten, sobald wir zurück sind.",
                "es": "Gracias por su mensaje. Ahora mismo no hay nadie; le responderemos en cuanto volvamos.",
                "fr": "Merci de votre message. Il n'y a personne pour l'instant ; nous répondrons dès notre retour.",
            },
            # Once a night: the next evening is more than twelve hours away.
            rule=self._received_rule(wa_hours="outside", wa_pause_hours=12),
            action={"wa_repeat": "always"},
        )
