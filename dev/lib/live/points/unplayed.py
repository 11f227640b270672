"""Assumptions that an account of one's own cannot prove: listed, so that nobody takes them for proven."""

from __future__ import annotations

from ..point import CONTESTED, LIKELY, SURE, UNVERIFIED, Points

POINTS = Points("unplayed", "What cannot be played")

NOBODY_ELSE = "it would be for somebody who did not agree"
META_ONLY = "only Meta can bring it about"

POINTS.cannot(
    "throttles",
    "Codes 17, 32 and 341 are throttles of the Graph API in general, for the whole account.",
    "it would take thousands of calls",
    source="Meta, docs/graph-api/overview/rate-limiting",
    dated="2026-03",
    sure=LIKELY,
    holds="W15",
    tests="tests/tools/test_failures.py::test_throttles_of_the_graph_api_in_general "
    "tests/outbox/test_error_classes.py::TestErrorClasses.test_limits_of_the_account_hold_all_its_numbers",
)
POINTS.cannot(
    "unknown-429",
    "HTTP 429 with a code we do not know slows down the number.",
    META_ONLY,
    source="courier treats every 429 as the channel being throttled",
    dated="2026-11",
    sure=LIKELY,
    holds="W16",
    tests="tests/tools/test_failures.py::test_429_slows_down_the_number_at_least "
    "tests/outbox/test_error_classes.py::TestErrorClasses.test_http_429_is_a_limit_of_the_number_whatever_its_code",
)
POINTS.cannot(
    "permission-of-one-message",
    "3, 10, 131005 and 200 to 299 on one message may mean a feature that is not open to this business: the "
    "number is read, and the right to send tried, before anything is stopped.",
    "it needs a feature that Meta has not opened to the account",
    source="Meta, support/error-codes: 10 also means that a feature is not open to this business",
    dated="2025-12",
    sure=CONTESTED,
    holds="W17",
    tests="tests/tools/graph/test_second_look.py::TestRights.test_the_token_may_send_otherwise "
    "tests/tools/graph/test_second_look.py::TestRights.test_it_may_not_or_nobody_knows",
)
POINTS.cannot(
    "nobody-on-whatsapp",
    "A phone without WhatsApp, or a person who blocked the business, is accepted and fails with 131026 afterwards.",
    NOBODY_ELSE,
    source="many recorded answers",
    dated="2026-11",
    sure=SURE,
    holds="T3",
    tests="sandbox/tests/test_graph_sending.py::test_people_who_cannot_be_reached",
)
POINTS.cannot(
    "marketing-refusals",
    "131049, 131050 and 130472 come afterwards, by status.",
    "Meta decides by what others have sent to the person",
    source="recorded answers",
    dated="2026-11",
    sure=LIKELY,
    holds="T3",
    tests="sandbox/tests/test_graph_sending.py::test_marketing_meets_its_own_refusals",
)
POINTS.cannot(
    "digits-without-plus",
    "Without a plus sign Meta puts the country code of the business number in front.",
    "if it is so, the message goes to somebody else",
    source="Meta, messages/send-messages; samples of pywa, heyoo and whatsapp-api-js leave it out",
    dated="2026-03",
    sure=CONTESTED,
    tests="sandbox/tests/test_rules_sending.py::test_phone_numbers_are_read_as_meta_reads_them",
)
POINTS.cannot(
    "edits-in-a-month",
    "An approved template is edited ten times in 30 days at most.",
    "it takes ten days",
    source="reference of the API 7.6",
    dated="2026-03",
    sure=LIKELY,
    holds="T5",
    tests="sandbox/tests/test_graph_templates.py::test_edits_of_an_approved_template_are_counted_by_the_clock "
    "tests/template/test_template_edit.py::TestTemplateEditLimit.test_the_next_edit_by_the_clock",
)
POINTS.cannot(
    "life-of-a-flow",
    "Publishing a published form is 139002, deleting a published one 139004.",
    "a form that was published cannot be removed again",
    source="reference of the API 1.5; pywa",
    dated="2026-08",
    sure=LIKELY,
    holds="T12",
    tests="sandbox/tests/test_flows.py::test_each_step_is_refused_with_its_own_code",
)
POINTS.cannot(
    "form-with-its-template",
    "A template may bring the form that its button opens (flow_json).",
    "the form it makes at Meta cannot be removed again",
    source="Meta, openapi file; pywa",
    dated="2026-08",
    sure=LIKELY,
    holds="T17",
    tests="sandbox/tests/test_graph_template_kinds.py::test_a_form_comes_along_with_its_template",
)
POINTS.cannot(
    "changes-of-the-number",
    "Changes of throughput, limit, name and restrictions are reported by webhooks of their own; a limit by "
    "business_capability_update to every account of the portfolio.",
    META_ONLY,
    source="reference of the API 5.8; Meta, webhooks/reference",
    dated="2026-05",
    sure=LIKELY,
    holds="T15",
    tests="sandbox/tests/test_reports.py::test_a_limit_is_that_of_the_portfolio "
    "tests/account/test_account_reports.py::TestAccountReports.test_limit_of_the_portfolio_is_that_of_all_numbers",
)
POINTS.cannot(
    "quality-of-the-number",
    "Into red is reported as FLAGGED, out of it as UNFLAGGED, yellow not at all: the addon reads the number after "
    "such a hint, and every six hours.",
    META_ONLY,
    source="partners list the two events, Meta's page only those of throughput since November 2025",
    dated="2025-11",
    sure=CONTESTED,
    holds="T15",
    tests="sandbox/tests/test_reports.py::test_quality_into_and_out_of_red "
    "tests/account/test_account_reports.py::TestAccountReports.test_quality",
)
POINTS.cannot(
    "limit-as-a-number",
    "max_daily_conversations_per_business is a word (TIER_2K) or a number (2000); both are understood.",
    META_ONLY,
    source="Meta, webhooks/reference/business_capability_update: table and sample differ",
    dated="2026-05",
    sure=CONTESTED,
    holds="T15",
    tests="tests/account/test_account_reports.py::TestAccountReports.test_limit_as_a_number",
)
POINTS.cannot(
    "status-of-the-number",
    "Banned, restricted and disconnected numbers are reported by no webhook of their own, but for phones with the "
    "WhatsApp Business app.",
    META_ONLY,
    source="no page names one",
    dated="2026-05",
    sure=UNVERIFIED,
    holds="T15",
    tests="sandbox/tests/test_reports.py::test_statuses_of_a_number",
)
POINTS.cannot(
    "locked-templates",
    "A template that is LOCKED or FLAGGED is sent as before.",
    META_ONLY,
    source="Meta, message_template_status_update: LOCKED cannot be edited",
    dated="2026-04",
    sure=LIKELY,
    holds="T15",
    tests="tests/account/test_account_reports.py::TestAccountReports.test_locked_template_is_sent",
)
POINTS.cannot(
    "blocked-by-the-business",
    "What is sent to somebody the business has blocked fails with 131026; single failures of blocking are 131047 and 131026.",
    "it would block somebody",
    source="Meta, block-users: an error is returned, without its code",
    dated="2026-05",
    sure=UNVERIFIED,
    holds="T18",
    tests="sandbox/tests/test_numbers.py::test_somebody_who_is_blocked_is_not_heard "
    "sandbox/tests/test_numbers.py::test_each_person_that_cannot_be_blocked_is_named",
)
POINTS.cannot(
    "edges-we-do-not-call",
    "Blocking, profile, settings, registration, QR codes and other edges exist; reading the first three is played above.",
    "it would change what customers see, or the number's registration",
    source="Meta, openapi file",
    dated="2025-11",
    sure=SURE,
    holds="T18",
    tests="sandbox/tests/test_graph_versions.py::test_what_is_not_built_says_so_in_words_that_are_not_metas",
)
POINTS.cannot(
    "ids-in-our-own-paths",
    "Ids of messages hold slashes; the stand-in's own paths take them as they are. A matter of the stand-in alone.",
    "Meta has no such path",
    source="our own control API",
    dated="2026-11",
    sure=SURE,
    holds="T21",
    tests="sandbox/tests/test_reports.py::test_a_message_is_found_whatever_its_id_has_in_it",
)
POINTS.cannot(
    "files-expire",
    "An uploaded id works for 30 days, one from a webhook for seven, an address for five minutes.",
    "it takes days; five minutes are left out",
    source="Meta, business-phone-numbers/media",
    dated="2025-10",
    sure=SURE,
    tests="sandbox/tests/test_graph_templates.py::test_media_ids_expire",
)
POINTS.cannot(
    "throughput",
    "More messages a second than the number's level allows are 130429.",
    "eighty messages a second to one person meet the pair rate first",
    source="Meta, throughput",
    dated="2026-03",
    sure=SURE,
    tests="sandbox/tests/test_graph_sending.py::test_throughput_of_a_number",
)
POINTS.cannot(
    "webhooks-twice",
    "Webhooks may come twice, late, in any order; only a 200 counts; they are tried again for seven days.",
    META_ONLY,
    source="Meta, webhooks/overview",
    dated="2026-03",
    sure=UNVERIFIED,
    tests="sandbox/tests/test_webhooks.py::test_what_is_not_answered_200_comes_again_until_it_is",
)
POINTS.cannot(
    "token-in-the-call",
    "A token named in the call counts before the one in the header.",
    "an address with the app's secret in it would stand in logs",
    source="pywa sets an app's callback so, with its usual header on",
    dated="2026-11",
    sure=LIKELY,
    tests="sandbox/tests/test_graph_access.py::test_a_token_in_the_call_counts_before_the_header",
)
