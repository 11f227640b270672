from . import wa_event_replay, wa_template_send, wa_template_send_many, wa_sequence_add
