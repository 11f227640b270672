from . import wa_cached, wa_consent_holder, wa_defaults, wa_facts, wa_quiet_mixin, wa_shared
