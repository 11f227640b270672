from . import (
    rights,
    rules,
    rules_history,
    rules_messages,
    rules_time,
)
from . import actions, stages
from . import wa_dry_run_service
