# First what others extend: the order decides which override is the outer one.
from . import message, message_resolve, message_phone, message_lead
from . import (
    consent,
    consent_past,
    content,
    content_media,
    content_other,
    content_people,
    content_reply,
    echo,
    message_change,
    identity,
    note,
    notice,
    notice_account,
    notice_number,
    contact_sync,
    referral,
    status,
    template,
)
