from . import definition, shelf
from . import wa_recipe, wa_recipe_setup
