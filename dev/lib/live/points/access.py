"""Token, proof, versions and paths: who may ask, and what a mistyped address looks like."""

from __future__ import annotations

from ..asking import DEFAULT_VERSION, OLDEST_VERSION
from ..check import Check
from ..expectations import Accepted, Has, Refused
from ..point import CONTESTED, LIKELY, SURE, UNVERIFIED, Points

POINTS = Points("access", "Token, proof, versions and paths")

#: An id that is nobody's: of the right length, from the range this project uses for fictions.
NOBODY = "900000000099999"


@POINTS.add(
    "own-token",
    "debug_token takes the token itself as the asking one.",
    source="typebot and Postman do so; others got 100 for people without a role in the app (nyaruka/rapidpro#3734)",
    dated="2026-11",
    sure=CONTESTED,
    holds="W11",
    tests="tests/tools/graph/test_client_calls.py::test_debug_token "
    "tests/account/test_account_connect.py::TestAccountConnect.test_token_that_may_not_be_asked_about_is_no_stop",
)
def own_token(check: Check) -> None:
    check.call(lambda client: client.debug_token(), Accepted(), Has("data.is_valid", (True,)), Has("data.scopes.*", str))


@POINTS.add(
    "app-token",
    "debug_token with the app's own token tells validity, app, expiry (0 for never) and scopes.",
    source="Meta, docs/graph-api/reference/debug_token; chatwoot asks this way",
    dated="2026-10",
    sure=SURE,
    holds="W11",
    tests="sandbox/tests/test_graph_access.py::test_debug_token "
    "tests/account/test_account_connect.py::TestAccountConnect.test_the_app_is_asked_about_its_tokens",
)
def app_token(check: Check) -> None:
    check.call(
        lambda client: client.debug_token(check.settings.access_token),
        Accepted(),
        Has("data.is_valid", (True,)),
        Has("data.app_id", (check.app,), private=True),
        Has("data.expires_at", int),
        Has("data.scopes.*", str),
        client=check.player.app_client,
    )


@POINTS.add(
    "app-token-with-proof",
    "Calls with the app's own token may carry a proof over that token; apps that require proofs make no exception for them.",
    source="Meta's own plug-in proves app tokens (facebookarchive/wordpress#478); no exception found",
    dated="2026-11",
    sure=LIKELY,
    holds="W7",
    tests="sandbox/tests/test_accounts.py::test_proofs_are_demanded_of_app_tokens_too "
    "tests/account/test_account_connect.py::TestAccountConnect.test_app_that_demands_proofs",
)
def app_token_with_proof(check: Check) -> None:
    with_proof = check.other_client(token=f"{check.app}|{check.settings.app_secret}")
    check.get(f"{check.app}/subscriptions", None, Accepted(), Has("data", list), client=with_proof)


@POINTS.add(
    "wrong-proof",
    "A wrong appsecret_proof is 100 of type GraphMethodException without a subcode: a matter of the account, "
    "not of the message.",
    source="facebook/facebook-python-business-sdk#528, arsduo/koala#438, sromku/android-simple-facebook#160",
    dated="2026-11",
    sure=SURE,
    holds="W2",
    tests="sandbox/tests/test_graph_access.py::test_app_secret_proof "
    "tests/account/test_account_health.py::TestAccountHealth.test_wrong_app_secret_keeps_messages_and_goes_on_by_itself",
)
def wrong_proof(check: Check) -> None:
    client = check.other_client(secret="0" * 32)
    check.get(
        check.number, None, Refused(100, http=400, kind="GraphMethodException", says="proof", slug="app_secret"), client=client
    )


@POINTS.add(
    "nonsense-token",
    "A token that is none is 190 with HTTP 401.",
    source="Meta, support/error-codes",
    dated="2025-12",
    sure=SURE,
    tests="sandbox/tests/test_graph_access.py::test_tokens",
)
def nonsense_token(check: Check) -> None:
    client = check.other_client(token="EAAnothing", secret="")
    check.get(check.number, None, Refused(190, http=401, kind="OAuthException", slug="token_invalid"), client=client)


@POINTS.add(
    "no-token",
    "Without a token the answer is 104, An access token is required (0 is for sessions that were invalidated).",
    source="three recorded answers",
    dated="2026-11",
    sure=LIKELY,
    holds="T16",
    tests="sandbox/tests/test_graph_access.py::test_tokens",
)
def no_token(check: Check) -> None:
    check.call(
        lambda client: client._request("GET", check.number, anonymous=True),
        Refused(104, says="access token is required"),
        client=check.other_client(secret=""),
    )


@POINTS.add(
    "unknown-edge-read",
    "Reading an edge that does not exist is 2500, Unknown path components.",
    source="four recorded answers",
    dated="2026-11",
    sure=SURE,
    holds="T16",
    tests="sandbox/tests/test_graph_versions.py::test_an_edge_nobody_has_is_an_unknown_path_when_read",
)
def unknown_edge_read(check: Check) -> None:
    check.get(f"{check.waba}/no_such_edge", None, Refused(2500, says="Unknown path components"))


@POINTS.add(
    "unknown-edge-write",
    "Writing to an edge that does not exist is 100/33, Unsupported post request.",
    source="recorded answers of reading and writing differ",
    dated="2026-11",
    sure=LIKELY,
    holds="T16",
    tests="sandbox/tests/test_graph_versions.py::test_an_edge_nobody_has_is_an_unknown_path_when_read",
)
def unknown_edge_write(check: Check) -> None:
    check.post(f"{check.waba}/no_such_edge", {}, Refused(100, 33, kind="GraphMethodException", says="Unsupported post request"))


@POINTS.add(
    "unknown-id",
    "An id that does not exist, or that the token does not reach, is 100/33.",
    source="Meta, docs/graph-api/guides/error-handling",
    dated="2026-11",
    sure=SURE,
    tests="sandbox/tests/test_graph_access.py::test_unknown_nodes_and_edges",
)
def unknown_id(check: Check) -> None:
    check.get(NOBODY, None, Refused(100, 33, http=400, kind="GraphMethodException", says="does not exist"))


@POINTS.add(
    "unknown-version",
    "A version that does not exist yet is 2500.",
    source="one recorded answer",
    dated="2026-11",
    sure=LIKELY,
    holds="T16",
    tests="sandbox/tests/test_graph_versions.py::test_a_version_that_never_was_is_an_unknown_path "
    "tests/account/test_versions.py::TestVersions.test_version_that_never_was_is_one_sentence_and_leaves_nothing",
)
def unknown_version(check: Check) -> None:
    check.get(check.number, {"fields": "id"}, Refused(2500), client=check.other_client(version="v99.0"))


@POINTS.add(
    "dead-version",
    "A version that has ended is served by the oldest living one.",
    source="Meta, docs/apps/versions",
    dated="2026-07",
    sure=LIKELY,
    holds="T16",
    tests="sandbox/tests/test_graph_versions.py::test_a_dead_version_is_served_by_the_oldest_that_lives "
    "tests/account/test_versions.py::TestVersions.test_version_that_has_ended_is_served_by_the_oldest_that_lives",
)
def dead_version(check: Check) -> None:
    check.get(check.number, {"fields": "id"}, Accepted(), client=check.other_client(version="v12.0"))


@POINTS.add(
    "unknown-field",
    "A field that does not exist is 100, Tried accessing nonexisting field, and the answer names the kind of node: by that a "
    "number's id typed as an account's is recognised.",
    source="PipedreamHQ/pipedream#9004",
    dated="2026-11",
    sure=SURE,
    holds="W10",
    tests="sandbox/tests/test_graph_reads.py::test_a_field_within_an_edge_that_does_not_exist "
    "tests/tools/graph/test_client_calls.py::test_a_version_that_lacks_a_field_is_asked_for_the_few",
)
def unknown_field(check: Check) -> None:
    says = "nonexisting field (no_such_field) on node type (WhatsAppBusinessPhoneNumber)"
    check.get(check.number, {"fields": "id,no_such_field"}, Refused(100, says=says))


@POINTS.add(
    "limit-field-before-v24",
    "whatsapp_business_manager_messaging_limit does not exist before v24.0.",
    source="Meta, changelog (8 Oct 2025)",
    dated="2025-10",
    sure=SURE,
    holds="W10",
    tests="sandbox/tests/test_accounts.py::test_a_field_is_known_from_its_version_on",
)
def limit_field(check: Check) -> None:
    fields = {"fields": "id,whatsapp_business_manager_messaging_limit"}
    check.get(check.number, fields, Refused(100, says="nonexisting field"), client=check.other_client(version="v23.0"))
    check.get(check.number, fields, Accepted(), client=check.other_client(version="v24.0"))


@POINTS.add(
    "every-version",
    "What the addon reads of account, number and templates can be read with the oldest version it supports and "
    "with the newest.",
    source="Meta, changelog",
    dated="2026-07",
    sure=LIKELY,
    holds="W10",
    tests="tests/account/test_versions.py::TestVersions.test_oldest_supported "
    "tests/account/test_versions.py::TestVersions.test_newest_known",
)
def every_version(check: Check) -> None:
    for version in (f"v{OLDEST_VERSION}.0", "v24.0", DEFAULT_VERSION):
        client = check.other_client(version=version)
        check.call(lambda one: one.account(check.waba), Accepted(), Has("name", str, private=True), client=client)
        check.call(
            lambda one: one.number(check.number), Accepted(), Has("display_phone_number", str, private=True), client=client
        )
        check.call(lambda one: list(one.templates(check.waba)), Accepted(), Has("data", list), client=client)


@POINTS.add(
    "no-app-token",
    "An edge that wants the app's own token answers another one with 15.",
    source="Meta, docs/graph-api/webhooks/subscriptions-edge; code from recorded answers",
    dated="2026-11",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_graph_access.py::test_the_apps_own_callback_is_set_with_the_app_token",
)
def no_app_token(check: Check) -> None:
    check.get(f"{check.app}/subscriptions", None, Refused(15, says="app access_token"))
