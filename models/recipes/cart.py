from odoo import models

from .definition import Definition, Variable


class WaRecipe(models.Model):
    """Reminds of what was left in the basket of the online shop; WhatsApp counts that as marketing."""

    _inherit = "wa.recipe"

    def _definition_cart(self, delay=None, **_options):
        address = f"{self.get_base_url()}/shop/cart"
        return Definition(
            model="sale.order",
            template="basket_reminder",
            category="MARKETING",
            texts={
                "en": "Hello {{1}}, your basket over {{2}} is still waiting for you. "
                "Do you need help with it? Simply answer here.",
                "de": "Guten Tag {{1}}, Ihr Warenkorb über {{2}} wartet noch auf Sie. "
                "Können wir helfen? Antworten Sie einfach hier.",
                "es": "Hola, {{1}}: su cesta por {{2}} sigue esperándole. ¿Necesita ayuda? Responda a este mensaje.",
                "fr": "Bonjour {{1}}, votre panier d'un montant de {{2}} vous attend toujours. "
                "Besoin d'aide ? Répondez simplement ici.",
            },
            variables=(
                Variable(
                    "1",
                    "partner_id.name",
                    {"en": "there", "de": "zusammen", "es": "buenos días", "fr": "à vous"},
                    {"en": "Ada Example"},
                ),
                Variable("2", "amount_total", {}, {"en": "$ 85.00", "de": "85,00 €"}),
            ),
            link=({"en": "Open the basket", "de": "Zum Warenkorb", "es": "Ver la cesta", "fr": "Voir le panier"}, address),
            rule={
                "trigger": "on_time",
                "trg_date_id": self.env["ir.model.fields"]._get("sale.order", "date_order").id,
                "trg_date_range": delay or self.delay,
                "trg_date_range_type": "hour",
                "trg_date_range_mode": "after",
                "filter_domain": "[('is_abandoned_cart', '=', True)]",
            },
        )
