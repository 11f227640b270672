from odoo import models

from .definition import Definition, Variable


class WaRecipe(models.Model):
    """Tells the customer that their goods left the house."""

    _inherit = "wa.recipe"

    def _definition_delivery(self, **_options):
        state = self.env["ir.model.fields"]._get("stock.picking", "state")
        return Definition(
            model="stock.picking",
            template="delivery_notice",
            texts={
                "en": "Hello {{1}}, good news: what you ordered ({{2}}) is on its way to you. "
                "If anything is not right, answer here.",
                "de": "Guten Tag {{1}}, Ihre Bestellung ({{2}}) ist unterwegs zu Ihnen. "
                "Falls etwas nicht stimmt, antworten Sie hier.",
                "es": "Hola, {{1}}: lo que pidió ({{2}}) ya va en camino. Si algo no está bien, responda a este mensaje.",
                "fr": "Bonjour {{1}}, votre commande ({{2}}) est en route. Si quelque chose ne va pas, répondez ici.",
            },
            variables=(
                Variable(
                    "1",
                    "partner_id.name",
                    {"en": "there", "de": "zusammen", "es": "buenos días", "fr": "à vous"},
                    {"en": "Ada Example"},
                ),
                Variable(
                    "2",
                    "origin",
                    {"en": "your order", "de": "Ihre Bestellung", "es": "su pedido", "fr": "votre commande"},
                    {"en": "S00042"},
                ),
            ),
            rule={
                "trigger": "on_state_set",
                "trg_selection_field_id": state.selection_ids.filtered(lambda value: value.value == "done").id,
                "filter_domain": "[('state', '=', 'done'), ('picking_type_code', '=', 'outgoing')]",
            },
        )
