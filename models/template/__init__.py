from . import wa_value_text, wa_value_source, wa_action_value
from . import wa_template, wa_template_edit, wa_template_send
from . import wa_template_button, wa_template_parameter
from . import wa_template_values, wa_template_card, wa_template_sample, wa_template_sync, wa_template_review
