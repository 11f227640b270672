# Models before what extends them: a module may import names of another one, which would load that first.
# The folders import nothing themselves: several extend one model, and their order decides which override is the outer one.
from .account import wa_alert
from . import wa_cached, wa_defaults, wa_facts, wa_shared
from .account import wa_account
from .template import wa_value_text, wa_value_source, wa_action_value
from .message import wa_card
from .consent import wa_consent, wa_keyword, wa_optin_link
from .contact import wa_contact, wa_contact_match, wa_contact_identity, wa_contact_name, wa_contact_partner
from .conversation import (
    wa_conversation,
    wa_conversation_open,
    wa_conversation_owner,
    wa_conversation_join,
    wa_conversation_lead,
    wa_conversation_media,
    wa_conversation_transfer,
    wa_conversation_stop,
)
from .dispatch import wa_dispatch
from .event import wa_event
from .failure import wa_failure
from .gate import wa_gate
from .media import wa_media
from .message import wa_message
from .account import wa_number
from .message import wa_post
from .gate import wa_quiet_mixin, wa_country_rule
from .failure import wa_refusal
from .account import wa_secret
from .sending import wa_sending
from .template import wa_template, wa_template_button, wa_template_parameter
from .account import wa_webhook_health
from .contact import base_partner_merge
from . import crm_lead, crm_team, crm_team_member
from .discuss import (
    bus_bus,
    discuss_channel,
    discuss_channel_email,
    discuss_channel_guard,
    discuss_channel_member,
    discuss_channel_note,
    discuss_channel_notify,
    discuss_channel_send,
    discuss_channel_shop,
)
from . import files, inbound, ir_actions_server
from .discuss import mail_message, mail_message_guard, mail_message_inbound, mail_message_reference, mail_thread, own_html
from . import res_config_settings, res_partner
from .contact import phone_format, res_partner_card
from . import res_users
from .conversation import res_users_departure
from .account import (
    wa_account_connect,
    wa_account_health,
    wa_account_alerts,
    wa_account_check,
    wa_account_archive,
    wa_account_notice,
    wa_account_restriction,
    wa_account_rules,
    wa_problem,
)
from .contact import wa_contact_block, wa_contact_search
from . import phone_search
from .erasure import wa_suppression, wa_erasure, wa_erasure_steps
from .gate import wa_gate_facts, wa_gate_frequency
from .message import wa_message_refused
from .dispatch import wa_dispatch_worker, wa_dispatch_waiting, wa_ending
from .event import wa_event_retention, wa_event_worker
from .sending import wa_free_text
from . import wa_limits
from .media import wa_media_download, wa_media_keep, ir_attachment, ir_attachment_guard, ir_binary
from .message import wa_message_inbound
from .sending import wa_message_held
from .sending import wa_message_send
from .message import wa_message_status
from .account import wa_number_notice
from .sending import wa_number_send
from .message import wa_post_files
from .conversation import wa_referral
from .sending import wa_reach, wa_target
from .template import (
    wa_template_draft,
    wa_template_edit,
    wa_template_fill,
    wa_template_inbound,
    wa_template_post,
    wa_template_sample,
    wa_template_sync,
    wa_template_values,
)
from .conversation import wa_typing

# Consent: what is recorded, what follows from it, and where it comes from.
from .consent import wa_consent_holder, wa_contact_consent, wa_conversation_consent
from .gate import wa_gate_consent
from .consent import wa_optout_confirmation, wa_platform_consent, wa_template_consent, crm_lead_optin, phone_blacklist
from .consent import wa_consent_live

# Sequences: what extends the files above comes after them.
from .sequence import (
    wa_sequence,
    wa_sequence_step,
    wa_sequence_run,
    wa_sequence_answer,
    wa_sequence_dispatch,
    wa_sequence_enrol,
    wa_sequence_entry,
    wa_sequence_exit,
    crm_lead_sequence,
)

# Last: these override methods that stand in files above.
from . import rules, recipes, rehearsal
from .media import wa_media_upload
from .message import wa_message_kinds
