from odoo import models

from .definition import Definition, Variable


class WaRecipe(models.Model):
    """Writes before something ends: a contract kept as a lead, an offer, or any record with a date."""

    _inherit = "wa.recipe"

    def _definition_renewal(self, delay=None, model="crm.lead", date_field="date_deadline", **_options):
        fields_of = self.env[model]._fields
        name = "name" if model == "res.partner" else "partner_id.name" if "partner_id" in fields_of else ""
        return Definition(
            model=model,
            template=f"renewal_{model.replace('.', '_')}",
            texts={
                "en": "Hello {{1}}, on {{2}} this comes to its end: {{3}}. Tell us here how you would like to go on.",
                "de": "Guten Tag {{1}}, am {{2}} läuft ab: {{3}}. Sagen Sie uns hier, wie es weitergehen soll.",
                "es": "Hola, {{1}}: el {{2}} vence lo siguiente: {{3}}. Díganos aquí cómo desea continuar.",
                "fr": "Bonjour {{1}}, le {{2}} arrive à échéance : {{3}}. Dites-nous ici comment vous souhaitez continuer.",
            },
            variables=(
                Variable(
                    "1",
                    name,
                    {"en": "there", "de": "zusammen", "es": "buenos días", "fr": "à vous"},
                    {"en": "Ada Example"},
                ),
                Variable("2", date_field, {}, {"en": "12/31/2026", "de": "31.12.2026"}),
                Variable(
                    "3",
                    self.env[model]._rec_name or "display_name",
                    {"en": "our agreement", "de": "unsere Vereinbarung", "es": "nuestro acuerdo", "fr": "notre accord"},
                    {"en": "Maintenance contract 2026"},
                ),
            ),
            replies={
                "en": ("Yes, renew it", "No, thank you"),
                "de": ("Ja, verlängern", "Nein, danke"),
                "es": ("Sí, renovar", "No, gracias"),
                "fr": ("Oui, renouveler", "Non, merci"),
            },
            rule={
                "trigger": "on_time",
                "trg_date_id": self.env["ir.model.fields"]._get(model, date_field).id,
                "trg_date_range": delay or self.delay,
                "trg_date_range_type": "day",
                "trg_date_range_mode": "before",
                "filter_domain": "[('stage_id.is_won', '=', True)]" if model == "crm.lead" else "[]",
            },
            # The next year's end of the same contract is another reminder.
            action={"wa_repeat": "always"},
        )
