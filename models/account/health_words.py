"""What is wrong with an account, in words for those who can mend it: what happened, and which box or which step mends it.

The catalogue of ``wa.failure`` speaks to people who send messages and sends them to an administrator. These
sentences are that administrator's. Codes are kept; the words are made when somebody reads them.
"""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

NEW_TOKEN = _lt(
    "In Meta Business Settings → System users, create a new token with both WhatsApp permissions, and paste it under "
    "“Access Token”."
)
CONNECT = _lt("Press “Check Connection”: that sets it up again.")
IN_MANAGER = _lt("Open WhatsApp Manager, where Meta says more, and solve it there; this page turns green by itself.")
JOBS = _lt(
    "Ask whoever runs this Odoo: its scheduled actions do not run or are too slow (setting max_cron_threads, or the job "
    "is switched off under Settings → Technical → Scheduled Actions)."
)

#: code -> (what happened, what to do). ``%(name)s`` is filled with the facts kept beside the code.
HEALTH_WORDS = {
    # --- what was entered
    "account_id_wrong": (
        _lt("“%(id)s” is no WhatsApp account ID: that is made of digits only."),
        _lt("Correct “WhatsApp Account ID”: WhatsApp Manager → Account settings shows it."),
    ),
    "account_id_is_number": (
        _lt("“WhatsApp Account ID” holds a phone number or the ID of one: %(id)s."),
        _lt(
            "Enter the ID of the account instead: WhatsApp Manager → Account settings shows it. Numbers are found by "
            "themselves."
        ),
    ),
    "account_unknown": (
        _lt("WhatsApp knows no account with the ID %(id)s that this access token may see."),
        _lt(
            "Check “WhatsApp Account ID” (WhatsApp Manager → Account settings). If it is right, give the token's system "
            "user access to this account in Meta Business Settings."
        ),
    ),
    "app_unknown": (
        _lt("Meta knows no app with the ID %(id)s."),
        _lt("Correct “App ID”: the Meta app dashboard shows it at the top. Empty is fine: it is read from the token."),
    ),
    "app_other": (
        _lt("The access token was made for another app than the one under “App ID” (%(id)s)."),
        _lt("Correct “App ID” together with the app secret, or create the token for this app."),
    ),
    "app_secret": (
        _lt("The app secret is not the one of the app that the access token belongs to: it was reset at Meta, or mistyped."),
        _lt("Copy it from the Meta app dashboard → App settings → Basic, and paste it under “App Secret”."),
    ),
    "app_secret_missing": (
        _lt("There is no app secret, so nothing that comes from WhatsApp can be accepted."),
        _lt("Copy it from the Meta app dashboard → App settings → Basic, and paste it under “App Secret”."),
    ),
    "token_invalid": (_lt("WhatsApp does not accept the access token: it was revoked or mistyped."), NEW_TOKEN),
    "token_expired": (_lt("The access token has expired."), NEW_TOKEN),
    "token_missing": (_lt("There is no access token."), NEW_TOKEN),
    "scopes_missing": (_lt("The access token lacks the permission %(scopes)s."), NEW_TOKEN),
    "permission_missing": (_lt("The access token may not do what was asked."), NEW_TOKEN),
    "api_address": (
        _lt("The API address does not lead to WhatsApp, or is not safe: it must begin with https."),
        _lt("Enter https://graph.facebook.com under “API Address”. Only administrators with access to Odoo's Settings can."),
    ),
    "api_version": (
        _lt("WhatsApp does not know this version of its API."),
        _lt("Enter a current one, such as v26.0, under “API Version”."),
    ),
    "callback_not_public": (
        _lt("WhatsApp cannot reach this Odoo at %(url)s: it needs a public address that begins with https."),
        _lt("Correct the system parameter web.base.url (Settings → Technical → System Parameters), then connect again."),
    ),
    "callback_refused": (
        _lt("WhatsApp called %(url)s and did not get the right answer."),
        _lt(
            "Make sure that this address is reachable from the internet over https with a valid certificate and leads to "
            "this database (system parameter web.base.url; with several databases, a database filter), then connect again."
        ),
    ),
    # --- what comes in
    "webhooks_refused": (
        _lt("Messages from WhatsApp are refused: the last %(count)s were signed with another app secret than ours."),
        _lt(
            "If the secret was reset at Meta, copy the new one from the app dashboard → App settings → Basic to “App "
            "Secret”. WhatsApp repeats what was refused for some days."
        ),
    ),
    "nothing_comes_in": (
        _lt("Messages leave, and nothing has come back from WhatsApp since %(since)s, not even that they were sent."),
        CONNECT,
    ),
    "subscription_lost": (_lt("WhatsApp reports nothing of this account to our app any more: it is not subscribed."), CONNECT),
    "callback_elsewhere": (_lt("WhatsApp sends the messages of this account to another address: %(url)s."), CONNECT),
    # --- what is worked off here
    "events_stalled": (_lt("%(count)s webhooks from WhatsApp wait to be processed, the oldest since %(since)s."), JOBS),
    "outbox_limited": (
        _lt("WhatsApp has limited this number since %(since)s, and %(count)s messages wait."),
        _lt("They leave by themselves when the limit is over. If it lasts, look into WhatsApp Manager, and send less at once."),
    ),
    "outbox_stalled": (_lt("%(count)s messages wait to be sent, the oldest since %(since)s, and none has left since."), JOBS),
    "dispatch_stalled": (_lt("%(count)s planned messages are due, the oldest since %(since)s."), JOBS),
    # --- what Meta decided
    "account_ended": (
        _lt("WhatsApp ended the connection of this account."),
        _lt("Connect again with a valid token, or ask your Meta partner."),
    ),
    "account_disabled": (_lt("WhatsApp disabled this account."), _lt("Appeal in Meta's Business Support.")),
    "account_to_be_disabled": (
        _lt("WhatsApp will disable this account on %(day)s."),
        _lt("Appeal in Meta's Business Support."),
    ),
    "account_restricted": (_lt("WhatsApp restricts this account: %(kinds)s."), IN_MANAGER),
    "account_health": (_lt("WhatsApp does not let this account send."), IN_MANAGER),
    "account_locked": (_lt("WhatsApp locked the account."), IN_MANAGER),
    "payment_problem": (
        _lt("WhatsApp has a problem with the payment method of the account."),
        _lt("Check billing in WhatsApp Manager; this page turns green by itself."),
    ),
    "policy_violation": (
        _lt("WhatsApp blocked the account for breaking its policy."),
        _lt("Appeal in Meta's Business Support."),
    ),
    "number_state": (_lt("WhatsApp says that the number is: %(state)s."), IN_MANAGER),
    "number_unknown": (
        _lt("WhatsApp does not know the number any more."),
        _lt("Check in WhatsApp Manager where it is, then connect again."),
    ),
    "number_not_registered": (_lt("The number is not registered at WhatsApp."), _lt("Register it in WhatsApp Manager.")),
    "number_not_verified": (_lt("The number has to be verified again."), _lt("Verify it in WhatsApp Manager.")),
    "display_name_missing": (_lt("The number has no approved display name."), _lt("Enter one in WhatsApp Manager.")),
    "pin_wrong": (_lt("The PIN of the number is wrong."), _lt("Set it anew in WhatsApp Manager.")),
    # --- this database
    "database_copy": (
        _lt("This is a copy of the database: it writes to nobody."),
        _lt("Connect an account of its own if you want to try something."),
    ),
    "other_reason": (_lt("Something has to be mended."), IN_MANAGER),
}

#: Nothing can be sent while one of these holds; the others are told and stop nothing.
STOPPING = frozenset(
    {
        "account_unknown",
        "api_address",
        "api_version",
        "app_secret",
        "app_other",
        "app_unknown",
        "permission_missing",
        "scopes_missing",
        "token_expired",
        "token_invalid",
        "token_missing",
    }
)
#: What reading the account with the same token and secret disproves.
DISPROVED_BY_READING = STOPPING | {"number_unknown"}
