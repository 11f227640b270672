from . import wa_alert
from . import wa_account, wa_account_connect, wa_account_check
from . import wa_number, wa_number_limits
from . import wa_problem, wa_secret, wa_webhook_health
