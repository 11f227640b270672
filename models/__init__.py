# Models before what extends them: a module may import names of another one, which would load that first.
# The folders import nothing themselves: several extend one model, and their order decides which override is the outer one.
from . import mixins
from . import account
from .message import wa_card
from . import contact, conversation, consent, erasure
from .scheduled import wa_scheduled_owner, wa_scheduled_message
from . import webhook
from .policy import wa_failure
from .policy import wa_gate
from .media import wa_media
from .message import wa_message
from .discuss import wa_discuss_writer
from .policy import wa_country_rule
from .policy import wa_refusal
from .outbox import wa_sending
from . import template
from . import core
from .core import (
    discuss_channel,
    discuss_channel_email,
    discuss_channel_guard,
    discuss_channel_member,
    discuss_channel_note,
    discuss_channel_notify,
    discuss_channel_send,
    discuss_channel_shop,
)
from .media import wa_file, wa_file_sentences, wa_file_audio, wa_file_video, wa_file_rules
from . import inbound
from .core import (
    mail_message,
    mail_message_guard,
    mail_message_inbound,
    mail_message_reference,
)
from .discuss import trusted_html
from .policy import wa_message_purpose
from .message import wa_message_refused
from .scheduled import wa_scheduled_message_worker, wa_scheduled_message_waiting
from .outbox import wa_free_text
from . import wa_limits
from .media import wa_media_download, wa_media_keep
from .message import wa_message_inbound
from .outbox import wa_message_held
from .outbox import wa_message_send
from .message import wa_message_status
from .outbox import wa_number_send
from .discuss import wa_discuss_writer_files
from .outbox import wa_reach

# Last: these override methods that stand in files above.
from . import automation
from . import sequence
from . import recipes
from . import dry_run
from .media import wa_media_upload
from .message import wa_message_kinds
from . import renamed
