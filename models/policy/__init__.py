from . import wa_failure, wa_gate, wa_country_rule, wa_refusal
