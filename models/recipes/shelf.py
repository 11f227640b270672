"""The recipes that come with the addon: the rule that each one makes. What people read stands in ``data/recipes/``."""

from collections.abc import Callable
from dataclasses import dataclass, field

from odoo.api import Environment


@dataclass(frozen=True)
class Choices:
    """What was chosen while setting a recipe up."""

    #: In the recipe's own unit.
    delay: int
    model: str
    date_field: str


@dataclass(frozen=True)
class Recipe:
    """What is made of a recipe besides its texts."""

    #: Values of ``base.automation`` besides name and model.
    rule: Callable[[Environment, Choices], dict]
    #: Model of the records the rule is about; empty: the chosen one.
    model: str = ""
    #: Further values of the action.
    action: dict = field(default_factory=dict)
    #: The words for ``$word`` in the recipe's file.
    words: Callable[[Environment, Choices], dict[str, str]] = lambda env, choices: {}
    #: Code of the recipe in favour of whose rule this one's is left out when one message starts both.
    gives_way_to: str = ""


# -------------------------------------------------------------------------------- rules


def _received(**conditions) -> Callable[[Environment, Choices], dict]:
    """A rule that starts when a customer writes."""
    return lambda env, choices: {"trigger": "on_wa_received", "filter_domain": "[]", **conditions}


def _dated(model: str, date_field: str, unit: str, mode: str, domain: str) -> Callable[[Environment, Choices], dict]:
    """A rule about a date.

    :param unit: ``hour`` or ``day``
    :param mode: ``before`` or ``after`` the date.
    :param domain: with ``$delay`` for the chosen delay.
    """
    return lambda env, choices: {
        "trigger": "on_time",
        "trg_date_id": env["ir.model.fields"]._get(model, date_field).id,
        "trg_date_range": choices.delay,
        "trg_date_range_type": unit,
        "trg_date_range_mode": mode,
        "filter_domain": domain.replace("$delay", str(choices.delay)),
    }


def _delivered(env: Environment, _choices: Choices) -> dict:
    """A rule about goods that left the house."""
    state = env["ir.model.fields"]._get("stock.picking", "state")
    return {
        "trigger": "on_state_set",
        "trg_selection_field_id": state.selection_ids.filtered(lambda value: value.value == "done").id,
        "filter_domain": "[('state', '=', 'done'), ('picking_type_code', '=', 'outgoing')]",
    }


def _ends(env: Environment, choices: Choices) -> dict:
    """A rule about something that ends: a contract kept as a lead, an offer, or any record with a date."""
    domain = "[('stage_id.is_won', '=', True)]" if choices.model == "crm.lead" else "[]"
    return _dated(choices.model, choices.date_field, "day", "before", domain)(env, choices)


# -------------------------------------------------------------------------------- words


def _words_of_chosen(env: Environment, choices: Choices) -> dict[str, str]:
    """Say where the values come from on records of the chosen model."""
    model = env[choices.model]
    customer = "partner_id.name" if "partner_id" in model._fields else ""
    return {
        "model": choices.model.replace(".", "_"),
        "customer": "name" if choices.model == "res.partner" else customer,
        "date": choices.date_field,
        "name": model._rec_name or "display_name",
    }


def _words_of_shop(env: Environment, _choices: Choices) -> dict[str, str]:
    return {"base_url": env["wa.recipe"].get_base_url()}


#: By code, as ``wa.recipe`` has it.
RECIPES: dict[str, Recipe] = {
    # The window is open, so no template is needed. At night a new customer learns that nobody is there, and nothing
    # else (decision 41).
    "welcome": Recipe(_received(wa_first_only=True), "wa.conversation", gives_way_to="away"),
    # Once a night: the next evening is more than twelve hours away.
    "away": Recipe(_received(wa_hours="outside", wa_pause_hours=12), "wa.conversation", action={"wa_repeat": "always"}),
    # Sent, not ordered, and the customer has not written since.
    "quotation": Recipe(
        _dated(
            "sale.order",
            "date_order",
            "day",
            "after",
            "[('state', '=', 'sent'), '!', ('partner_id.wa_contact_ids.conversation_ids.last_inbound_at', '>', '-$delayd')]",
        ),
        "sale.order",
    ),
    # Each guest in their language, and nobody of ours. A meeting that is moved is reminded of anew: the date decides.
    "appointment": Recipe(
        _dated(
            "calendar.attendee",
            "wa_event_start",
            "hour",
            "before",
            "[('state', '!=', 'declined'), ('partner_id.partner_share', '=', True), ('event_id.active', '=', True)]",
        ),
        "calendar.attendee",
        action={"wa_repeat": "always"},
    ),
    # The next year's end of the same contract is another reminder.
    "renewal": Recipe(_ends, action={"wa_repeat": "always"}, words=_words_of_chosen),
    # WhatsApp counts that as marketing.
    "cart": Recipe(
        _dated("sale.order", "date_order", "hour", "after", "[('is_abandoned_cart', '=', True)]"),
        "sale.order",
        words=_words_of_shop,
    ),
    "delivery": Recipe(_delivered, "stock.picking"),
}
