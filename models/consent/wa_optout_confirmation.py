from odoo import fields, models


class WaMessage(models.Model):
    """The last message before silence is marked, so that the gate lets this one through."""

    _inherit = "wa.message"

    is_confirmation = fields.Boolean(
        "Confirms an Opt-out", readonly=True, help="Tells the customer once that they will get no more of these messages."
    )


class WaAccount(models.Model):
    """Which consent templates need, and what customers are told who stop messages."""

    _inherit = "wa.account"

    consent_policy = fields.Selection(
        [
            ("all", "Every template needs a recorded consent"),
            ("marketing", "Only marketing templates need a recorded consent"),
        ],
        "Consent",
        required=True,
        default="all",
        tracking=True,
        help="Whoever writes to you agrees to answers and to messages about their request; "
        "marketing always needs a consent of its own.",
    )
    is_optout_confirmed = fields.Boolean(
        "Confirm Opt-outs", default=True, help="Customers who stop messages are told once that it is done."
    )
    optout_confirmation = fields.Text(
        "Confirmation",
        translate=True,
        help="Empty: a sentence in the language in which the customer stopped the messages. "
        "Otherwise this text, in the language of the customer where you translated it.",
    )
