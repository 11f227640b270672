from . import wa_file
