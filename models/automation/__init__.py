from . import wa_action_kind, wa_action_message
from . import wa_rule_run, wa_rule_day, wa_rule
from . import wa_stage_rule
from . import wa_machine, wa_rule_match, wa_rule_status
