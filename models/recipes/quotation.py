from odoo import models

from .definition import Definition, Variable


class WaRecipe(models.Model):
    """Asks about a quotation that was sent and got neither an order nor an answer."""

    _inherit = "wa.recipe"

    def _definition_quotation(self, delay=None, **_options):
        days = delay or self.delay
        return Definition(
            model="sale.order",
            template="quotation_follow_up",
            texts={
                "en": "Hello {{1}}, have you had a chance to look at our quotation {{2}} over {{3}}? "
                "We are glad to answer any question right here.",
                "de": "Guten Tag {{1}}, konnten Sie unser Angebot {{2}} über {{3}} schon ansehen? "
                "Fragen beantworten wir gern direkt hier.",
                "es": "Hola, {{1}}: ¿ha podido ver nuestro presupuesto {{2}} por {{3}}? "
                "Con gusto respondemos aquí a sus preguntas.",
                "fr": "Bonjour {{1}}, avez-vous pu regarder notre devis {{2}} d'un montant de {{3}} ? "
                "Nous répondons volontiers ici à vos questions.",
            },
            variables=(
                Variable(
                    "1",
                    "partner_id.name",
                    {"en": "there", "de": "zusammen", "es": "buenos días", "fr": "à vous"},
                    {"en": "Ada Example"},
                ),
                Variable("2", "name", {}, {"en": "S00042"}),
                Variable("3", "amount_total", {}, {"en": "$ 1,250.00", "de": "1.250,00 €"}),
            ),
            replies={
                "en": ("I have a question", "Please call me", "Not now"),
                "de": ("Ich habe eine Frage", "Bitte anrufen", "Jetzt nicht"),
                "es": ("Tengo una pregunta", "Llámenme, por favor", "Ahora no"),
                "fr": ("J'ai une question", "Rappelez-moi", "Pas maintenant"),
            },
            rule={
                "trigger": "on_time",
                "trg_date_id": self.env["ir.model.fields"]._get("sale.order", "date_order").id,
                "trg_date_range": days,
                "trg_date_range_type": "day",
                "trg_date_range_mode": "after",
                # Sent, not ordered, and the customer has not written since.
                "filter_domain": "[('state', '=', 'sent'), '!',"
                f" ('partner_id.wa_contact_ids.conversation_ids.last_inbound_at', '>', '-{days}d')]",
            },
        )
