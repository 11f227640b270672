from . import wa_file
from . import wa_file_rules
