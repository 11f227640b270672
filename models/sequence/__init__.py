from . import wa_action_sequence
from . import wa_sequence, wa_sequence_enrol
from . import wa_sequence_step
from . import wa_sequence_run, wa_sequence_answer, wa_sequence_exit
