# Moments before what asks about them; the core last.
from . import moments
from . import occasions
from . import rights, rules, rules_history, rules_messages, rules_time
from . import actions, sequences, stages
from . import rehearsing
