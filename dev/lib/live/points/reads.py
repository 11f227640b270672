"""Reading: account, number, profile, settings, templates. Costs nothing and changes nothing."""

from __future__ import annotations

from tools.graph.client import ACCOUNT_FIELDS, NUMBER_FIELDS, TEMPLATE_FIELDS

from ..check import Check
from ..expectations import Accepted, Has, Lacks
from ..point import LIKELY, SURE, Points

POINTS = Points("reads", "Reading account, number and templates")

LIMITS = r"TIER_(50|250|1K|2K|10K|100K|UNLIMITED)|NOT_SET"
#: Fields that others read and the addon may come to read. Source: Meta's openapi file; pywa.
MORE_ACCOUNT_FIELDS = (
    "marketing_messages_lite_api_status,primary_business_location,linked_commerce_account,analytics,"
    "auth_international_rate_eligibility,schedules,is_enabled_for_insights,marketing_messages_onboarding_status"
)
MORE_NUMBER_FIELDS = (
    "is_preverified_number,country_code,country_dial_code,host_platform,unified_cert_status,conversational_automation,"
    "last_onboarded_time,is_pin_enabled,quality_score,new_name_status"
)


@POINTS.add(
    "account",
    "All fields the addon asks an account for exist; names and enumerations are as we read them.",
    source="Meta, reference/whatsapp-business-account; pywa asks for the same",
    dated="2026-08",
    sure=SURE,
    holds="W10",
    tests="sandbox/tests/test_graph_access.py::test_accounts_and_numbers",
)
def account(check: Check) -> None:
    if check.version < 24:
        check.impossible("the list of fields is that of v24.0 and later (--version)")
    check.get(
        check.waba,
        {"fields": ACCOUNT_FIELDS},
        Accepted(),
        Has("id", (check.waba,), private=True),
        Has("owner_business_info.id", str, private=True),
        Has("account_review_status", ("APPROVED", "PENDING", "REJECTED")),
        Has("health_status.can_send_message", ("AVAILABLE", "LIMITED", "BLOCKED")),
        Has("health_status.entities.*.entity_type", str),
    )


@POINTS.add(
    "number",
    "All fields the addon asks a number for exist; quality, status, limit and throughput have the values we know.",
    source="Meta, business-phone-numbers; pywa types/others.py",
    dated="2026-08",
    sure=SURE,
    holds="W10",
    tests="sandbox/tests/test_graph_access.py::test_accounts_and_numbers",
)
def number(check: Check) -> None:
    if check.version < 24:
        check.impossible("the list of fields is that of v24.0 and later (--version)")
    check.get(
        check.number,
        {"fields": NUMBER_FIELDS},
        Accepted(),
        Has("display_phone_number", str, private=True),
        Has("quality_rating", ("GREEN", "YELLOW", "RED", "NA", "UNKNOWN")),
        Has("status", str),
        Has("platform_type", ("CLOUD_API", "ON_PREMISE", "NOT_APPLICABLE")),
        Has("throughput.level", ("STANDARD", "HIGH", "NOT_APPLICABLE")),
        Has("whatsapp_business_manager_messaging_limit", LIMITS),
        Has("health_status.can_send_message", ("AVAILABLE", "LIMITED", "BLOCKED")),
        Has("webhook_configuration", dict),
    )


@POINTS.add(
    "more-account-fields",
    "The further fields of an account that Meta's file lists exist.",
    source="Meta, openapi file; pywa",
    dated="2026-08",
    sure=LIKELY,
    holds="T10",
    tests="sandbox/tests/test_graph_reads.py::test_accounts_and_numbers_know_all_their_fields",
)
def more_account_fields(check: Check) -> None:
    check.each_field(check.waba, MORE_ACCOUNT_FIELDS)


@POINTS.add(
    "more-number-fields",
    "The further fields of a number that Meta's file lists exist.",
    source="Meta, openapi file; pywa",
    dated="2026-08",
    sure=LIKELY,
    holds="T10",
    tests="sandbox/tests/test_graph_reads.py::test_accounts_and_numbers_know_all_their_fields",
)
def more_number_fields(check: Check) -> None:
    check.each_field(check.number, MORE_NUMBER_FIELDS)


@POINTS.add(
    "edges-as-fields",
    "Edges can be asked for as fields, with the fields of their own in braces.",
    source="Meta, docs/graph-api/field-expansion; pywa reads an account so",
    dated="2026-08",
    sure=LIKELY,
    holds="T10",
    tests="sandbox/tests/test_graph_reads.py::test_edges_are_read_as_fields",
)
def edges_as_fields(check: Check) -> None:
    check.get(check.waba, {"fields": "id,phone_numbers{id}"}, Accepted(), Has("phone_numbers.data.*.id", str, private=True))


@POINTS.add(
    "numbers",
    "The number stands in the list of its account, with the same fields as by itself.",
    source="Meta, business-phone-numbers/phone-numbers",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_access.py::test_accounts_and_numbers",
)
def numbers(check: Check) -> None:
    check.call(
        lambda client: client.numbers(check.waba), Accepted(), Has("data.*.id", str, private=True), Has("data.*.status", str)
    )


@POINTS.add(
    "subscribed-apps",
    "subscribed_apps lists each app under whatsapp_business_api_data.",
    source="Meta, webhooks/override",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_access.py::test_subscribing_is_plain_first_and_then_an_override",
)
def subscribed_apps(check: Check) -> None:
    answer = check.call(lambda client: client.subscribed_apps(check.waba), Accepted(), Has("data", list))
    if not answer.body["data"]:
        check.impossible("no app is subscribed to the account")
    check.judge(answer, Has("data.*.whatsapp_business_api_data.id", str, private=True))


@POINTS.add(
    "app-callback",
    "The app's subscriptions name object, callback_url, active, and fields as objects with a name.",
    source="Meta, docs/graph-api/webhooks/subscriptions-edge",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_access.py::test_the_apps_own_callback_is_set_with_the_app_token",
)
def app_callback(check: Check) -> None:
    answer = check.get(f"{check.app}/subscriptions", None, Accepted(), Has("data", list), client=check.player.app_client)
    if not answer.body["data"]:
        check.impossible("the app has no callback")
    check.judge(answer, Has("data.*.object", str), Has("data.*.active", bool), Has("data.*.fields.*.name", str))


@POINTS.add(
    "templates",
    "All fields the addon asks templates for exist; each has name, language, status, category and components.",
    source="Meta, templates/template-management; pywa",
    dated="2026-08",
    sure=SURE,
    holds="W10",
    tests="sandbox/tests/test_graph_templates.py::test_lists_show_every_state",
)
def templates(check: Check) -> None:
    answer = check.get(
        f"{check.waba}/message_templates", {"fields": TEMPLATE_FIELDS, "limit": 10}, Accepted(), Has("data", list)
    )
    if not answer.body["data"]:
        check.impossible("the account has no templates")
    check.judge(
        answer,
        Has("data.*.name", r"[a-z0-9_]+", private=True),
        Has("data.*.language", str),
        Has("data.*.status", r"[A-Z_]+"),
        Has("data.*.category", ("MARKETING", "UTILITY", "AUTHENTICATION")),
        Has("data.*.components.*.type", r"[A-Z_]+"),
        Has("data.*.parameter_format", ("POSITIONAL", "NAMED")),
    )


@POINTS.add(
    "quality-score",
    "A template's quality_score has score and date.",
    source="reference of the API 7.7; pywa cannot read one without date",
    dated="2026-11",
    sure=SURE,
    holds="T8",
    tests="sandbox/tests/test_graph_reads.py::test_the_quality_of_a_template_has_a_date",
)
def quality_score(check: Check) -> None:
    answer = check.get(f"{check.waba}/message_templates", {"fields": "id,quality_score", "limit": 10}, Accepted())
    if not [one for one in answer.body["data"] if "quality_score" in one]:
        check.impossible("no template has a quality score yet")
    check.judge(
        answer,
        Has("data.*.quality_score.score", ("GREEN", "YELLOW", "RED", "UNKNOWN")),
        Has("data.*.quality_score.date", int),
    )


@POINTS.add(
    "summary",
    "summary gives the figures that were asked for, are_translations_complete among them.",
    source="Meta, openapi file; pywa",
    dated="2026-08",
    sure=SURE,
    holds="T8",
    tests="sandbox/tests/test_graph_reads.py::test_a_summary_gives_what_was_asked_for",
)
def summary(check: Check) -> None:
    wanted = "total_count,message_template_count,message_template_limit,are_translations_complete"
    check.get(
        f"{check.waba}/message_templates",
        {"summary": wanted, "limit": 1},
        Accepted(),
        Has("summary.total_count", int),
        Has("summary.message_template_count", int),
        Has("summary.message_template_limit", int),
        Has("summary.are_translations_complete", bool),
    )
    check.get(
        f"{check.waba}/message_templates",
        {"summary": "total_count", "limit": 1},
        Has("summary.total_count", int),
        Lacks("summary.message_template_limit"),
    )


@POINTS.add(
    "quality-filter",
    "The filter quality_score is applied.",
    source="Meta, openapi file",
    dated="2025-11",
    sure=LIKELY,
    holds="T8",
    tests="sandbox/tests/test_graph_reads.py::test_templates_are_filtered_by_quality",
)
def quality_filter(check: Check) -> None:
    answer = check.get(
        f"{check.waba}/message_templates",
        {"fields": "id,quality_score", "quality_score": "GREEN"},
        Accepted(),
        Has("data", list),
    )
    if answer.body["data"]:
        check.judge(answer, Has("data.*.quality_score.score", ("GREEN",)))


@POINTS.add(
    "profile",
    "The business profile is a list of one, below data.",
    source="Meta, business-phone-numbers/business-profiles",
    dated="2026-03",
    sure=SURE,
    holds="T18",
    tests="sandbox/tests/test_numbers.py::test_a_profile_is_set_part_by_part",
)
def profile(check: Check) -> None:
    fields = {"fields": "about,address,description,email,profile_picture_url,websites,vertical"}
    check.get(f"{check.number}/whatsapp_business_profile", fields, Accepted(), Has("data.0.messaging_product", ("whatsapp",)))


@POINTS.add(
    "settings",
    "A number's settings can be read; what is not configured is missing.",
    source="Meta, calling/call-settings",
    dated="2026-07",
    sure=LIKELY,
    holds="T18",
    tests="sandbox/tests/test_numbers.py::test_settings_are_set_one_at_a_time",
)
def settings(check: Check) -> None:
    check.get(f"{check.number}/settings", None, Accepted())


@POINTS.add(
    "block-list",
    "The list of blocked people can be read, with cursors.",
    source="Meta, block-users",
    dated="2026-03",
    sure=SURE,
    holds="T18",
    tests="sandbox/tests/test_numbers.py::test_somebody_who_is_blocked_is_not_heard",
)
def block_list(check: Check) -> None:
    check.get(f"{check.number}/block_users", None, Accepted(), Has("data", list))
