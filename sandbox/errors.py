"""Meta's error codes and the envelope they travel in.

Source: developers.facebook.com, *WhatsApp Business Platform*, page ``support/error-codes``, and the
general Graph API page ``docs/graph-api/guides/error-handling``.
"""

import secrets

HREF = "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"

#: code -> (HTTP status, title). Only what this server can answer, by itself or through a fault switch.
CODES = {
    0: (401, "AuthException"),
    1: (400, "An unknown error occurred"),
    2: (503, "Service temporarily unavailable"),
    3: (500, "Application does not have the capability to make this API call."),
    4: (400, "Application request limit reached"),
    15: (400, "This method must be called with an app access_token."),
    17: (400, "User request limit reached"),
    32: (400, "Page request limit reached"),
    10: (403, "Application does not have permission for this action"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    101: (400, "Error validating application"),
    104: (400, "An access token is required to request this resource."),
    190: (401, "Invalid OAuth access token - Cannot parse access token"),
    200: (
        403,
        "You do not have the necessary permissions required to send messages on behalf of this WhatsApp Business Account",
    ),
    341: (400, "Application limit reached"),
    368: (403, "Temporarily blocked for policies violations"),
    803: (404, "Some of the aliases you requested do not exist"),
    2500: (400, "Unknown path components"),
    2635: (400, "You are calling a deprecated version of the API. Please update to the latest version."),
    2200: (400, "Callback verification failed"),
    80007: (400, "Rate limit issues"),
    80008: (400, "There have been too many calls to this WhatsApp Business account"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country."),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131037: (400, "Display name approval is needed"),
    131041: (400, "Group unknown"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam Rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: (400, "User has stopped marketing messages from this business."),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131055: (400, "Method not allowed"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131059: (400, "Invalid paging cursor"),
    131062: (400, "Business-scoped user ID is not supported for this message"),
    131063: (400, "Marketing templates are switched off on Cloud API"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Template format character policy violated"),
    132008: (400, "Parameter value format mismatch"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "There was an issue with the parameters in your template"),
    132068: (400, "Flow is blocked"),
    132069: (400, "Flow is throttled"),
    613: (400, "Calls to this api have exceeded the rate limit."),
    131020: (400, "Cannot message a group with a single member"),
    131044: (400, "Business payment issue for calling"),
    131061: (400, "Template with a maximum price cannot be sent this way"),
    131064: (400, "Limit reached because of template classification violations"),
    133000: (500, "Incomplete Deregistration"),
    133005: (400, "Two step verification PIN Mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133008: (400, "Too Many two step verification PIN Guesses"),
    133009: (400, "Two step verification PIN Guessed Too Fast"),
    133015: (400, "Please wait a few minutes before attempting to register this phone number"),
    133016: (400, "Account register deregister rate limit exceeded"),
    134011: (400, "WhatsApp Payments terms of service have not been accepted"),
    134100: (400, "Only marketing messages supported"),
    134101: (400, "Template sync in progress"),
    134102: (500, "Template not available for use"),
    133004: (503, "Server temporarily unavailable"),
    133010: (400, "Phone number not registered"),
    135000: (400, "Generic user error"),
    137000: (400, "Identity key hash mismatch"),
    138000: (401, "Calling not enabled"),
    139000: (400, "Blocked by integrity"),
    139001: (400, "Flow cannot be updated"),
    139002: (400, "Flow cannot be published"),
    139003: (400, "Flow cannot be deprecated"),
    139004: (400, "Flow cannot be deleted"),
    139100: (400, "Failed to block/unblock some users"),
    139101: (400, "Blocklist limit reached"),
    139102: (400, "Blocklist concurrent update"),
    139103: (400, "Internal error with the blocklist"),
}


class GraphError(Exception):
    """A refusal as Meta words it.

    :param code: Meta's error code, the thing a client must branch on.
    :param details: what exactly is wrong; travels as ``error_data.details``.
    :param message: replaces the usual ``(#code) title``.
    :param subcode: ``error_subcode``; template errors carry their 2388xxx number here.
    :param user: ``(title, text)`` meant for people, as the template endpoints give it.
    """

    def __init__(
        self,
        code,
        details=None,
        *,
        message=None,
        subcode=None,
        http=None,
        kind="OAuthException",
        user=None,
        transient=None,
    ):
        status, title = CODES.get(code, (400, "Unknown error"))
        super().__init__(details or title)
        self.code = code
        self.details = details
        self.title = title
        self.message = message or f"(#{code}) {title}"
        self.subcode = subcode
        self.http = http or status
        self.kind = kind
        self.user = user
        self.transient = transient

    def envelope(self):
        """Return the JSON body of the synchronous answer."""
        error = {"message": self.message, "type": self.kind, "code": self.code}
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient is not None:
            error["is_transient"] = self.transient
        if self.user:
            error["error_user_title"], error["error_user_msg"] = self.user
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(17)
        return {"error": error}

    def webhook_error(self):
        """Return the same failure as it stands in ``statuses[].errors`` of a webhook."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details or self.title},
            "href": HREF,
        }


def missing(name):
    """Return the refusal for a required parameter that was not given."""
    return GraphError(131008, f"The parameter {name} is required.")


def invalid(details):
    """Return the refusal for a parameter whose value Meta does not accept."""
    return GraphError(131009, details)


def unknown_path(path):
    """Return Graph's answer for a path it cannot make out: an edge nobody has, a version that never was (code 2500)."""
    return GraphError(2500, message=f"Unknown path components: /{path}")


def unknown_node(node, method="get"):
    """Return Graph's answer for an id it does not know or will not show (code 100, subcode 33)."""
    return GraphError(
        100,
        message=(
            f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due "
            "to missing permissions, or does not support this operation. Please read the Graph API documentation "
            "at https://developers.facebook.com/docs/graph-api"
        ),
        subcode=33,
        kind="GraphMethodException",
    )
