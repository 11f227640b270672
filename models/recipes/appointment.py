from odoo import models

from .definition import Definition, Variable


class WaRecipe(models.Model):
    """Reminds the guests of a meeting, each in their language, and nobody of ours."""

    _inherit = "wa.recipe"

    def _definition_appointment(self, delay=None, **_options):
        return Definition(
            model="calendar.attendee",
            template="appointment_reminder",
            texts={
                "en": "Hello {{1}}, we look forward to our appointment on {{2}}. Place: {{3}}. "
                "If something comes up, simply answer here.",
                "de": "Guten Tag {{1}}, wir freuen uns auf unseren Termin am {{2}}. Ort: {{3}}. "
                "Falls etwas dazwischenkommt, antworten Sie einfach hier.",
                "es": "Hola, {{1}}: le esperamos en nuestra cita del {{2}}. Lugar: {{3}}. "
                "Si le surge algún imprevisto, responda a este mensaje.",
                "fr": "Bonjour {{1}}, nous nous réjouissons de notre rendez-vous du {{2}}. Lieu : {{3}}. "
                "En cas d'empêchement, répondez simplement ici.",
            },
            variables=(
                Variable(
                    "1",
                    "partner_id.name",
                    {"en": "there", "de": "zusammen", "es": "buenos días", "fr": "à vous"},
                    {"en": "Ada Example"},
                ),
                Variable("2", "wa_event_when", {}, {"en": "11/30/2026, 3:00 PM", "de": "30.11.2026, 15:00"}),
                Variable(
                    "3",
                    "event_id.location",
                    {"en": "as agreed", "de": "wie vereinbart", "es": "el acordado", "fr": "comme convenu"},
                    {"en": "12 Example Street"},
                ),
            ),
            replies={
                "en": ("I will be there", "Another time please"),
                "de": ("Ich komme", "Bitte anderer Termin"),
                "es": ("Allí estaré", "Otro día, por favor"),
                "fr": ("Je serai là", "Une autre date"),
            },
            rule={
                "trigger": "on_time",
                "trg_date_id": self.env["ir.model.fields"]._get("calendar.attendee", "wa_event_start").id,
                "trg_date_range": delay or self.delay,
                "trg_date_range_type": "hour",
                "trg_date_range_mode": "before",
                "filter_domain": "[('state', '!=', 'declined'), ('partner_id.partner_share', '=', True),"
                " ('event_id.active', '=', True)]",
            },
            # A meeting that is moved is reminded of anew: the date decides, not the record.
            action={"wa_repeat": "always"},
        )
