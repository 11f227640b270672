from .flows import test_stage_automation
from .http import test_media_access, test_outbound_routes, test_webhook
from .models import (
    test_failure_catalogue,
    test_gate_and_reply,
    test_identity,
    test_event_retention,
    test_inbound_echoes,
    test_inbound_effects,
    test_inbound_every_recording,
    test_inbound_identity,
    test_inbound_kinds,
    test_inbound_media,
    test_inbound_message,
    test_inbound_notices,
    test_outbound_files,
    test_outbound_reactions,
    test_outbound_interactive,
    test_rights,
    test_robust_leads,
    test_robust_races,
    test_outbound_templates,
    test_secrets_and_access,
    test_sender,
    test_status,
    test_templates,
)
from . import test_layout, test_tours
