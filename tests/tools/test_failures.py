"""Meta's codes and what they mean."""

import pytest

from tools import failures
from tools.failures import FAILURES, FAMILIES, RANGES, SLUGS, classify, narrowed
from tools.graph.errors import from_answer

# Section 1.5 of Meta's list by family: the letter stands for its class.
BY_FAMILY = {
    "transient": (1, 2, 131000, 131016, 131057, 133000, 133004, 133015, 134101),
    "throttled": (4, 17, 32, 341, 613, 80007, 80008, 130429, 131048, 131056, 132069, 133016),
    "permanent": (
        *(130497, 131020, 131021, 131035, 131036, 131041, 131047, 131052, 131053),
        *(131062, 131201, 131215, 132005, 132007, 137000, 138006, 139101, 2593109),
        *(2388023, 2388024, 2388025),
    ),
    "recipient": (130472, 131026, 131049, 131050),
    "configuration": (
        *(0, 3, 10, 33, 190, 200, 299, 368, 131005, 131030, 131031, 131037, 131042),
        *(131044, 131045, 131063, 131064, 132001, 132015, 132016, 132068, 133005),
        *(133006, 133008, 133009, 133010, 134011, 134102, 200005, 200006, 200007),
        *(2388001, 2388019, 147001, 2494164),
    ),
    "request": (
        *(100, 131008, 131009, 131051, 131055, 131059, 131061, 132000, 132008, 132012),
        *(132018, 134100, 135000, 2388040, 2388043, 2388047, 2388072, 2388073, 2388293),
        2388299,
    ),
}


# Every code of Meta's list as our reference has it, with the letter of its class: T transient, L limit, P permanent,
# R recipient, C configuration, B our request, - none (other parts of the platform).
LISTED = {
    "T": (2, 131016, 131057, 133000, 133004, 133015),
    "T and then given up": (1, 131000),
    "L": (4, 17, 32, 341, 613, 80007, 80008, 130429, 131056, 133016),
    "P": (
        *(130497, 131020, 131021, 131035, 131036, 131041, 131047, 131052, 131053),
        *(131062, *range(131201, 131216), 132005, 132007, 137000, 2593107, 2593108, 2593109),
    ),
    "R": (130472, 131026, 131049, 131050),
    "C": (
        *(0, 3, 10, 33, 104, 190, *range(200, 300), 368, 2500, 2635, 131005, 131030, 131031, 131037, 131042),
        *(131044, 131045, 131063, 131064, 132001, 132015, 132016, 132068, 133005, 133006),
        *(133008, 133009, 133010, 134011, 134102, 200005, 200006, 200007, 2388001, 2388012),
        *(2388091, 2388093, 2388103, 2494100, 2388019),
    ),
    "L or C": (131048, 132069),
    "B": (
        *(100, 131008, 131055, 131059, 131061, 132000, 132008, 132012, 132018, 134100, 135000),
        *(2388040, 2388047, 2388072, 2388073, 2388293, 2388299),
    ),
    "B or P": (131009, 131051),
    "134101": (134101,),
    "-": (
        *(*range(138000, 138019), *range(139000, 139005), 139006, *range(139100, 139104), 131060),
        *(*range(147001, 147006), 1752041, *range(2494164, 2494169), *range(2494176, 2494180)),
    ),
}
# Codes that Meta's list leaves out and others recorded, several of them each: refusals of templates.
RECORDED = {2388023, 2388024, 2388025, 2388043}
CLASSES = {
    "T": "transient",
    "L": "throttled",
    "P": "permanent",
    "R": "recipient",
    "C": "configuration",
    "B": "request",
}


@pytest.mark.parametrize(("letter", "code"), [(k, c) for k, codes in LISTED.items() for c in codes])
def test_the_catalogue_has_every_code_that_meta_lists(letter, code):
    found = classify(code)
    assert found.slug != "unknown_error"
    possible = [CLASSES[one] for one in letter.replace(" or ", " ").split() if one in CLASSES]
    assert found.family in (possible or FAMILIES)


def test_given_up_after_three_tries():
    for code in LISTED["T and then given up"]:
        assert (classify(code).family, classify(code).tries) == ("transient", 3)


def test_nothing_stands_in_the_catalogue_that_meta_does_not_list():
    listed = {code for codes in LISTED.values() for code in codes}
    assert FAILURES.keys() <= listed | RECORDED
    for first, last, *_rest in RANGES:
        assert {first, last} <= listed


@pytest.mark.parametrize(
    ("family", "code"),
    [(family, code) for family, codes in BY_FAMILY.items() for code in codes],
)
def test_family(family, code):
    found = classify(code)
    assert (found.family, found.code) == (family, code)
    assert found.slug in SLUGS - {"unknown_error", "api_address", "media_too_large"}
    assert found.retryable is (family in ("transient", "throttled"))


def test_every_row_of_the_table_is_sound():
    for code, failure in FAILURES.items():
        assert failure.code == code
        assert failure.family in FAMILIES
        assert failure.scope in ("message", "recipient", "template", "number", "account")
        assert failure.wait >= 0
    for first, last, family, slug, _scope in RANGES:
        assert first < last
        assert family in FAMILIES
        assert slug in SLUGS
        assert not [c for c in FAILURES if first <= c <= last]


@pytest.mark.parametrize(
    ("code", "wait"),
    [(131049, 86400), (134101, 600), (133015, 300), (133016, 259200), (131056, 1)],
)
def test_least_waiting_times(code, wait):
    assert classify(code).wait == wait


def test_unknown_server_errors_are_tried_a_few_times():
    assert classify(1).tries == classify(131000).tries == 3
    assert classify(2).tries is None


@pytest.mark.parametrize(
    ("code", "scope"),
    [
        (132015, "template"),
        (190, "account"),
        (133010, "number"),
        (131056, "recipient"),
        (130429, "number"),
        (131047, "message"),
        (4, "account"),
        (17, "account"),
        (32, "account"),
        (341, "account"),
        (2500, "account"),
    ],
)
def test_scope(code, scope):
    assert classify(code).scope == scope


def test_the_subcode_says_more_than_the_general_code():
    assert classify(100, 2388073).slug == "template_definition"
    assert classify(100, 2388073).code == 2388073
    assert classify(100, 99).slug == "request_invalid"
    assert classify(None, 2388073).slug == "template_definition"
    assert classify(131026, 2388073).slug == "recipient_unreachable"


@pytest.mark.parametrize(
    ("code", "message", "unknown"),
    [
        (100, "(#100) Param image['id'] is not a valid whatsapp business account media attachment ID", True),
        (
            100,
            "(#100) Param template['components'][0]['parameters'][0]['image']['id'] is not a valid whatsapp business "
            "account media attachment ID",
            True,
        ),
        (100, "(#100) Param image['link'] is not a valid URI.", False),
        (100, "(#100) Invalid parameter", False),
        (131009, "media attachment ID", False),
        (None, "", False),
    ],
)
def test_a_file_that_meta_does_not_have(code, message, unknown):
    assert failures.is_about_media(code, message) is unknown
    error = from_answer({"code": code, "message": message, "type": "OAuthException"}, 400)
    assert (error.slug == "media_unknown") is unknown
    assert not error.failure.retryable


@pytest.mark.parametrize(
    ("status", "flag", "family"),
    [
        (400, False, "permanent"),
        (None, False, "permanent"),
        (400, True, "transient"),
        (500, False, "transient"),
        (503, False, "transient"),
        (401, False, "configuration"),
        (403, False, "configuration"),
        (404, False, "permanent"),
    ],
)
@pytest.mark.parametrize("code", [987654, None])
def test_codes_nobody_knows(code, status, flag, family):
    found = classify(code, None, status, flag)
    assert (found.code, found.family, found.slug) == (code, family, "unknown_error")


@pytest.mark.parametrize("code", [*FAILURES, 987654, None, 205])
def test_429_slows_down_the_number_at_least(code):
    """W16: whatever the code says, and however little we know of it."""
    found, usual = classify(code, None, 429), classify(code)
    assert (found.family, found.code) == ("throttled", code)
    assert found.scope == ("account" if usual.family == "throttled" and usual.scope == "account" else "number")
    if usual.family == "throttled":
        assert (found.slug, found.wait) == (usual.slug, usual.wait)
    else:
        assert found.slug == "api_rate_limit"


def test_throttles_of_the_graph_api_in_general():
    """W15: they wait, and longer than a moment."""
    for code in (17, 32, 341):
        assert (classify(code).slug, classify(code).wait) == ("api_rate_limit", 60)


def test_what_one_message_may_not_says_nothing_about_the_rest():
    """W17: the same failure, narrowed."""
    found = narrowed(classify(10))
    assert (found.code, found.family, found.slug, found.scope) == (10, "configuration", "permission_missing", "message")


@pytest.mark.parametrize(
    ("message", "slug", "scope"),
    [
        ("Unknown path components: /900000000000101/messages", "api_version", "account"),
        ("Unknown path components: /debug_token", "api_version", "account"),
        ("Unknown path components: /me/accounts", "api_version", "account"),
        ("Unknown path components: /upload:abc", "api_version", "account"),
        ("Unknown path components: /product_catalogs", "api_call_unknown", "message"),
        ('Syntax error "Expected a field." at character 3: id,,', "api_call_unknown", "message"),
        ("", "api_call_unknown", "message"),
    ],
)
def test_2500_says_which_part_of_the_path_is_unknown(message, slug, scope):
    """T16: a version that never was concerns the whole account, a single edge does not."""
    failure = from_answer({"code": 2500, "message": message}, 400).failure
    assert (failure.slug, failure.scope) == (slug, scope)


@pytest.mark.parametrize(
    ("code", "slug"),
    [
        (104, "token_missing"),
        (139000, "flow_blocked"),
        (139001, "flow_fixed"),
        (139002, "flow_unfinished"),
        (139003, "flow_not_published"),
        (139004, "flow_in_use"),
        (139100, "block_list"),
        (139101, "block_list_full"),
        (139103, "block_list"),
    ],
)
def test_steps_of_flows_and_the_block_list_have_their_own_words(code, slug):
    assert classify(code).slug == slug
