from . import (
    base_automation,
    base_automation_time,
    rule_begin,
    wa_rule_day,
    wa_rule_run,
    wa_rule,
    wa_rule_match,
    wa_rule_status,
    ir_actions_server,
    stage_rule,
    crm_stage,
    crm_stage_others,
)
