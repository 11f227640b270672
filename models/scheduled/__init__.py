from . import wa_scheduled_owner
from . import wa_scheduled_message
from . import wa_scheduled_message_waiting
from . import wa_scheduled_message_worker
