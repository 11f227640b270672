from . import (
    wa_account_disconnect,
    wa_consent_import,
    wa_consent_record,
    wa_erase,
    wa_webhook_event_replay,
    wa_recipe_setup,
    wa_dry_run,
    wa_sequence_add,
    wa_template_send,
    wa_template_send_many,
)
