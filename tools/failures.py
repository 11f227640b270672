"""What Meta's error codes mean to us: one table, read by everything that fails.

The same failure may arrive as the answer to a request, later in a status
webhook, or both. Both ways look here. A :class:`Failure` says which *family* the
code belongs to (what a machine does about it), which *scope* it stops, how long
to wait at least, and the *slug* of the sentence a person gets to read.

Source: developers.facebook.com, WhatsApp "Error codes" and "Changelog"; Graph API
"Rate limits" (4, 17, 32, 341, 613) and "Error handling" (2500, 2635).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

TRANSIENT = "transient"
THROTTLED = "throttled"
PERMANENT = "permanent"
RECIPIENT = "recipient"
CONFIGURATION = "configuration"
REQUEST = "request"

FAMILIES = (TRANSIENT, THROTTLED, PERMANENT, RECIPIENT, CONFIGURATION, REQUEST)

TOO_MANY_REQUESTS = 429
WIDE = ("number", "account")
"""Scopes of limits that hold for everything a number sends."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Failure:
    """One entry of the table."""

    code: int | None
    """Meta's code as it came; None when there was none."""
    family: str
    """``transient`` retry · ``throttled`` retry slower · ``permanent`` this
    message never · ``recipient`` this person not for now · ``configuration``
    somebody must mend something · ``request`` our mistake."""
    slug: str
    """Names the sentence and the next step."""
    scope: str = "message"
    """What is stopped or slowed: message, recipient, template, number, account."""
    wait: int = 0
    """Seconds to wait at least before the same thing may be tried again."""
    tries: int | None = None
    """Attempts in all after which it is given up; None: the sender's own limit."""

    @property
    def retryable(self) -> bool:
        """Tell whether the same request may succeed later without any change."""
        return self.family in (TRANSIENT, THROTTLED)


def _table() -> dict[int, Failure]:
    t, l, p, r = TRANSIENT, THROTTLED, PERMANENT, RECIPIENT  # noqa: E741
    c, b = CONFIGURATION, REQUEST
    rows: tuple[tuple[int, str, str, str, int, int | None], ...] = (
        # code, family, slug, scope, wait, tries
        (0, c, "token_invalid", "account", 0, None),
        (1, t, "meta_unknown_error", "message", 0, 3),
        (2, t, "meta_unavailable", "number", 0, None),
        (3, c, "permission_missing", "account", 0, None),
        (4, l, "api_rate_limit", "account", _MINUTE, None),
        (10, c, "permission_missing", "account", 0, None),
        (17, l, "api_rate_limit", "account", _MINUTE, None),
        (32, l, "api_rate_limit", "account", _MINUTE, None),
        (33, c, "number_unknown", "number", 0, None),
        (100, b, "request_invalid", "message", 0, None),
        (104, c, "token_missing", "account", 0, None),
        (190, c, "token_invalid", "account", 0, None),
        (341, l, "api_rate_limit", "account", _MINUTE, None),
        (368, c, "policy_violation", "account", 0, None),
        (613, l, "api_rate_limit", "number", _MINUTE, None),
        (2500, c, "api_version", "account", 0, None),
        (2635, c, "api_version", "account", 0, None),
        (80007, l, "api_rate_limit", "account", 5 * _MINUTE, None),
        (80008, l, "api_rate_limit", "account", 5 * _MINUTE, None),
        (130429, l, "number_throughput", "number", 1, None),
        (130472, r, "recipient_in_experiment", "recipient", 0, None),
        (130497, p, "country_restricted", "message", 0, None),
        (131000, t, "meta_unknown_error", "message", 0, 3),
        (131005, c, "permission_missing", "account", 0, None),
        (131008, b, "request_invalid", "message", 0, None),
        (131009, b, "request_invalid", "message", 0, None),
        (131016, t, "meta_unavailable", "number", 0, None),
        (131020, p, "group_unavailable", "message", 0, None),
        (131021, p, "recipient_is_sender", "message", 0, None),
        (131026, r, "recipient_unreachable", "recipient", 0, None),
        (131030, c, "recipient_not_in_test_list", "recipient", 0, None),
        (131031, c, "account_locked", "account", 0, None),
        (131035, p, "content_not_stored", "message", 0, None),
        (131036, p, "content_not_stored", "message", 0, None),
        (131037, c, "display_name_missing", "number", 0, None),
        (131041, p, "group_unavailable", "message", 0, None),
        (131042, c, "payment_problem", "account", 0, None),
        (131044, c, "payment_problem", "account", 0, None),
        (131045, c, "number_not_registered", "number", 0, None),
        (131047, p, "window_closed", "message", 0, None),
        (131048, l, "number_spam_limit", "number", 6 * _HOUR, None),
        (131049, r, "recipient_marketing_limit", "recipient", _DAY, None),
        (131050, r, "recipient_opted_out", "recipient", 0, None),
        (131051, b, "message_type_unsupported", "message", 0, None),
        (131052, p, "media_download_failed", "message", 0, None),
        (131053, p, "media_upload_failed", "message", 0, None),
        (131055, b, "endpoint_wrong", "message", 0, None),
        (131056, l, "recipient_rate_limit", "recipient", 1, None),
        (131057, t, "number_in_maintenance", "number", _MINUTE, None),
        (131059, b, "paging_cursor_invalid", "account", 0, None),
        (131060, p, "inbound_unavailable", "message", 0, None),
        (131061, b, "endpoint_wrong", "message", 0, None),
        (131062, p, "phone_required", "message", 0, None),
        (131063, c, "marketing_disabled", "account", 0, None),
        (131064, c, "template_misclassified", "account", 0, None),
        (132000, b, "template_parameters", "message", 0, None),
        (132001, c, "template_missing", "template", 0, None),
        (132005, p, "template_text_too_long", "message", 0, None),
        (132007, p, "template_policy", "message", 0, None),
        (132008, b, "template_parameters", "message", 0, None),
        (132012, b, "template_parameters", "message", 0, None),
        (132015, c, "template_paused", "template", 0, None),
        (132016, c, "template_disabled", "template", 0, None),
        (132018, b, "template_parameters", "message", 0, None),
        (132068, c, "flow_blocked", "template", 0, None),
        (132069, l, "flow_throttled", "template", _HOUR, None),
        (133000, t, "number_not_registered", "number", _MINUTE, None),
        (133004, t, "meta_unavailable", "number", 0, None),
        (133005, c, "pin_wrong", "number", 0, None),
        (133006, c, "number_not_verified", "number", 0, None),
        (133008, c, "pin_wrong", "number", 0, None),
        (133009, c, "pin_wrong", "number", 0, None),
        (133010, c, "number_not_registered", "number", 0, None),
        (133015, t, "number_recently_deleted", "number", 5 * _MINUTE, None),
        (133016, l, "registration_limit", "number", 3 * _DAY, None),
        (134011, c, "payment_terms", "account", 0, None),
        (134100, b, "endpoint_wrong", "message", 0, None),
        (134101, t, "template_syncing", "template", 10 * _MINUTE, None),
        (134102, c, "template_not_eligible", "template", 0, None),
        (135000, b, "request_invalid", "message", 0, None),
        (137000, p, "identity_mismatch", "message", 0, None),
        (139000, c, "flow_blocked", "template", 0, None),
        (139001, c, "flow_fixed", "template", 0, None),
        (139002, c, "flow_unfinished", "template", 0, None),
        (139003, c, "flow_not_published", "template", 0, None),
        (139004, c, "flow_in_use", "template", 0, None),
        (139006, p, "insights_unavailable", "template", 0, None),
        (139100, p, "block_list", "message", 0, None),
        (139101, p, "block_list_full", "message", 0, None),
        (1752041, p, "onboarding_requested", "account", 0, None),
        (200005, c, "insights_unavailable", "account", 0, None),
        (200006, c, "insights_unavailable", "account", 0, None),
        (200007, c, "insights_unavailable", "account", 0, None),
        (2388001, c, "number_migration", "number", 0, None),
        (2388012, c, "number_migration", "number", 0, None),
        (2388019, c, "template_count_limit", "account", 0, None),
        (2388023, p, "template_name_taken", "template", 0, None),
        (2388024, p, "template_exists", "template", 0, None),
        (2388025, p, "template_name_taken", "template", 0, None),
        (2388040, b, "template_definition", "template", 0, None),
        (2388043, b, "template_sample_missing", "template", 0, None),
        (2388047, b, "template_definition", "template", 0, None),
        (2388072, b, "template_definition", "template", 0, None),
        (2388073, b, "template_definition", "template", 0, None),
        (2388091, c, "number_migration", "number", 0, None),
        (2388093, c, "number_migration", "number", 0, None),
        (2388103, c, "number_migration", "number", 0, None),
        (2388293, b, "template_definition", "template", 0, None),
        (2388299, b, "template_definition", "template", 0, None),
        (2494100, c, "number_migration", "number", 0, None),
        (2593107, p, "history_sync", "number", 0, None),
        (2593108, p, "history_sync", "number", 0, None),
        (2593109, p, "history_sync", "number", 0, None),
    )
    return {row[0]: Failure(*row[:4], wait=row[4], tries=row[5]) for row in rows}


FAILURES: dict[int, Failure] = _table()

# (first, last, family, slug, scope): whole blocks that are handled alike.
RANGES: tuple[tuple[int, int, str, str, str], ...] = (
    (200, 299, CONFIGURATION, "permission_missing", "account"),
    (131201, 131215, PERMANENT, "group_unavailable", "message"),
    (138000, 138018, PERMANENT, "call_impossible", "message"),
    (139102, 139103, PERMANENT, "block_list", "message"),
    (147001, 147005, CONFIGURATION, "business_username", "number"),
    (2494164, 2494179, CONFIGURATION, "signup_link", "account"),
)


APP_SECRET = Failure(100, CONFIGURATION, "app_secret", "account")
"""Meta refuses the proof made with the app secret, or wants one: see :func:`is_about_proof`."""

MEDIA_UNKNOWN = Failure(100, PERMANENT, "media_unknown")
"""Meta has no such file any more: see :func:`is_about_media`."""

LIMIT_WITHOUT_CODE = Failure(None, THROTTLED, "api_rate_limit", "number")
"""HTTP 429 from an edge, which knows no codes."""

LIST_INCOMPLETE = Failure(None, TRANSIENT, "list_incomplete")
"""Meta handed out a part of a list and no way to the rest."""


def narrowed(failure: Failure) -> Failure:
    """Return the same failure as one message's matter: account and number are well."""
    return replace(failure, scope="message")


UNKNOWN_PATH = 2500


def of_path(message: str) -> Failure:
    """Return what code 2500 means: Meta could not make out the path of a request, or the fields it asks for.

    It names the part it did not know. What begins with an id: the version in front of
    it never was. Anything else is one thing that this version does not have, and no
    matter of the account.

    Source: filipporomani/whatsapp-python#46, laravel-notification-channels/facebook#53.
    """
    words = re.search(r"path components: /([^/ ]+)", message)
    part = words[1] if words else ""
    if part.startswith("upload:") or re.fullmatch(r"\d{5,}|debug_token|me", part):
        return Failure(UNKNOWN_PATH, CONFIGURATION, "api_version", "account")
    return Failure(UNKNOWN_PATH, REQUEST, "api_call_unknown", "message")


def is_about_proof(code: int | None, subcode: int | None, kind: str, message: str) -> bool:
    """Tell whether Meta refuses a request for its ``appsecret_proof``.

    That answer has the general code 100 without a subcode, and would be taken for a
    mistake in one message. Only its type and words tell it apart: an id that does not
    exist has the same type, but subcode 33.

    Source: graph-api/guides/secure-requests; facebook-python-business-sdk#528.
    """
    if code != 100:
        return False
    if "appsecret_proof" in message:
        return True
    return kind == "GraphMethodException" and not subcode and not message.startswith("Unsupported")


def is_about_media(code: int | None, message: str) -> bool:
    """Tell whether Meta refuses a message because it has no file with an id in it.

    That answer has the general code 100 and nothing else to tell it by: no subcode, no
    details. It comes in the answer to a request alone, so nothing left.

    Source: measured by others; n8n and five more clients branch on these words.
    """
    return code == 100 and "media attachment id" in message.lower()


def classify(
    code: int | None,
    subcode: int | None = None,
    http_status: int | None = None,
    is_transient: bool = False,
) -> Failure:
    """Return what a failure means.

    :param code: Meta's ``error.code``; None when the answer had none.
    :param subcode: Meta's ``error_subcode``. Template errors (2388xxx) come as a
        subcode of the general code 100: then the subcode says more.
    :param http_status: helps with codes the table does not know.
    :param is_transient: Meta's own ``is_transient`` flag, likewise.

    Codes nobody described yet become ``permanent`` (slug ``unknown_error``),
    unless the HTTP status or Meta's flag says otherwise: what may have been our
    customer's message is not sent again on a guess.

    HTTP 429 is a limit whatever the code says, and slows down the whole number at
    least: whoever sends too fast does so with every message. Source: the clients of
    others (courier takes each 429 as the channel being throttled).
    """
    found = _by_code(code, subcode, http_status, is_transient)
    if http_status != TOO_MANY_REQUESTS:
        return found
    if found.family != THROTTLED:
        return Failure(found.code, THROTTLED, "api_rate_limit", "number")
    return found if found.scope in WIDE else replace(found, scope="number")


def _by_code(code: int | None, subcode: int | None, http_status: int | None, is_transient: bool) -> Failure:
    if code in (None, 100) and subcode in FAILURES:
        code = subcode
    if code in FAILURES:
        return FAILURES[code]
    for first, last, family, slug, scope in RANGES:
        if code is not None and first <= code <= last:
            return Failure(code, family, slug, scope)
    return Failure(code, _family_by_status(http_status, is_transient), "unknown_error")


def _family_by_status(http_status: int | None, is_transient: bool) -> str:
    if is_transient or (http_status is not None and http_status >= 500):
        return TRANSIENT
    if http_status in (401, 403):
        return CONFIGURATION
    return PERMANENT


SLUGS: frozenset[str] = frozenset(
    {failure.slug for failure in FAILURES.values()}
    | {row[3] for row in RANGES}
    | {"unknown_error", "api_address", "api_call_unknown", "app_secret", "list_incomplete"}
    | {"media_unknown", "media_too_large", "media_incomplete", "media_storage_failed"}
)
"""Every slug a failure can have, for the catalogue of sentences: those of
:func:`classify`, and some that ``graph`` finds out by itself."""
