from . import trigger_occurrences, rule_records, rule_dates, rule_history, rule_messages, occurrences, used_keys
from . import wa_dry_run_rights, wa_dry_run_service
