from .account import (
    test_account_archive,
    test_account_connect,
    test_account_health,
    test_account_http,
    test_account_reports,
    test_account_saved,
    test_account_words,
    test_bad_input,
    test_secrets_and_access,
    test_versions,
)
from .automation import (
    test_rule_flow,
    test_rules_answers,
    test_rules_begin,
    test_rules_by_the_clock,
    test_rules_day,
    test_rules_machine,
    test_rules_received,
    test_rules_status,
    test_send_action,
    test_several_leads,
    test_stage_automation,
    test_stage_settings,
)
from .consent import (
    test_consent_broken_rules,
    test_consent_flow,
    test_consent_form,
    test_consent_keywords,
    test_consent_live,
    test_consent_messages,
    test_consent_past,
    test_consent_platform,
    test_consent_record,
    test_stop_words,
)
from .contact import (
    test_blocked,
    test_colleague_no_customer,
    test_identity,
    test_identity_companies,
    test_identity_kept,
    test_identity_names,
    test_identity_numbering,
    test_search,
)
from .conversation import (
    test_companies,
    test_departure,
    test_former_owners,
    test_live_updates,
    test_members,
    test_teams_and_companies,
    test_transfer,
)
from .discuss import (
    test_channels_stay,
    test_discuss_routes,
    test_mail_answers,
    test_message_roads,
    test_outbound_reactions,
    test_reply,
    test_store_queries,
    test_trusted_html,
    test_vouching,
    test_what_was_said,
)
from .dry_run import (
    test_dry_run,
    test_dry_run_sequence,
)
from .erasure import (
    test_erasure,
)
from .http import (
    test_callback_address,
    test_export_formulas,
    test_sound_as_mp3,
    test_webhook,
)
from .inbound import (
    test_broken_lead_rules,
    test_first_contacts,
    test_inbound_echoes,
    test_inbound_every_recording,
    test_inbound_hostile,
    test_inbound_identity,
    test_inbound_kinds,
    test_inbound_message,
    test_inbound_notices,
    test_message_changes,
    test_webhook_words,
)
from .media import (
    test_converter,
    test_file_names,
    test_file_rules,
    test_files_forgotten,
    test_files_kept,
    test_files_reported,
    test_files_whole,
    test_form_files,
    test_images,
    test_inbound_media,
    test_media_access,
    test_outbound_conversion,
    test_outbound_files,
    test_picture_bombs,
)
from .message import (
    test_status,
)
from .mixins import (
    test_defaults,
    test_facts,
    test_shared_records,
)
from .outbox import (
    test_error_classes,
    test_held_back,
    test_outbound_interactive,
    test_outbound_shop,
    test_reach,
    test_records_together,
    test_refused_by_both_roads,
    test_retry,
    test_second_look,
    test_sender,
    test_undeliverable,
)
from .policy import (
    test_failure_catalogue,
    test_gate_countries,
    test_gate_frequency,
    test_gate_quiet,
    test_one_way_out,
    test_refusals,
)
from .recipes import (
    test_recipes,
    test_recipes_messages,
)
from .scheduled import (
    test_scheduled_ending,
    test_scheduled_message,
    test_scheduled_waiting,
)
from .sequence import (
    test_sequence,
    test_sequence_broken_rules,
    test_sequence_change,
    test_sequence_filters,
    test_sequence_flow,
)
from .template import (
    test_outbound_templates,
    test_template_codes,
    test_template_draft,
    test_template_edit,
    test_template_fill,
    test_template_rights,
    test_template_samples,
    test_template_sync,
    test_template_values,
)
from .tours import (
    test_axe,
    test_tours,
    test_tours_dry_run,
    test_tours_rules,
    test_tours_sequence,
    test_tours_story,
    test_tours_template,
)
from .views import (
    test_views,
)
from .webhook import (
    test_routing,
    test_webhook_anything,
    test_webhook_event_retention,
    test_webhook_event_worker,
    test_webhook_hostile,
)
from .wizards import (
    test_consent_import,
    test_dry_run_screen,
    test_send_to_many,
    test_template_send,
    test_wizard_rights,
)
from . import (
    test_concurrency,
    test_layout,
    test_races,
    test_renamed,
    test_uninstall,
)
