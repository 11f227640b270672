from . import wa_sending, wa_free_text, wa_reach
