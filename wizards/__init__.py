from . import wa_template_send
