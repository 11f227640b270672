# Moments before what asks about them; the core last.
from . import simulated_clock
from . import trigger_occurrences
from . import (
    rights,
    rules,
    rules_history,
    rules_messages,
    rules_time,
)
from . import actions, sequences, stages
from . import wa_dry_run_service
