from ..core import (
    base_automation,
    base_automation_time,
    ir_actions_server_rules,
    crm_stage,
    crm_stage_others,
)
from . import (
    rule_begin,
    wa_rule_day,
    wa_rule_run,
    wa_machine,
    wa_rule,
    wa_rule_match,
    wa_rule_status,
    stage_rule,
)
