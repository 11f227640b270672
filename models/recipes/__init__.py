from . import definition
from . import base_automation, wa_recipe, setup
from . import appointment, away, cart, delivery, quotation, renewal, welcome
