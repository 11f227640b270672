from . import wa_message, wa_message_kinds, wa_message_status, wa_card
