from . import wa_webhook_event
from . import wa_webhook_event_worker
