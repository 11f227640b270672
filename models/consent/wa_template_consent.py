from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.keywords import key_of
from .wa_consent import PURPOSES


class WaTemplate(models.Model):
    """A template that asks for consent: the customer's tap on its button is the answer.

    Buttons are named by their label: synchronising makes the records anew.
    """

    _inherit = "wa.template"

    optin_purpose = fields.Selection(
        PURPOSES,
        "Asks for Consent",
        tracking=True,
        help="Double opt-in: a tap on the button below gives the consent, with this message as proof. As a template of "
        "the category Utility it can be sent without a consent for marketing.",
    )
    optin_yes = fields.Char("Button That Agrees", help="The label of a quick reply button of this template.")
    optin_no = fields.Char("Button That Declines", help="The label of a quick reply button of this template, if there is one.")

    @api.constrains("optin_purpose", "optin_yes", "optin_no")
    def _check_optin_buttons(self):
        for template in self.filtered("optin_purpose"):
            labels = {key_of(button.text) for button in template.button_ids if (button.type or "").upper() == "QUICK_REPLY"}
            if not template.optin_yes:
                raise ValidationError(self.env._("Say which button of the template agrees."))
            for label in filter(None, (template.optin_yes, template.optin_no)):
                if key_of(label) not in labels:
                    raise ValidationError(self.env._("The template has no quick reply button “%s”.", label))
            if key_of(template.optin_yes) == key_of(template.optin_no):
                raise ValidationError(self.env._("Agreeing and declining need two different buttons."))
