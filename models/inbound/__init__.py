from . import pipeline, message_resolve, message_store
from . import content, content_kinds, content_reply
from . import consent, consent_past
from . import notice, notice_account, notice_number
from . import contact_sync, echo, identity, lead, message_change, note, preference, referral, status, template
