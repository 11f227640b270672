from . import definition
from . import wa_recipe, setup
from . import appointment, away, cart, delivery, quotation, renewal, welcome
