import ast
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from ...models.policy.wa_failure import OURS, SENTENCES
from ...tools.failures import CONFIGURATION, SLUGS, THROTTLED, Failure
from ...tools.gate import CODES
from ...tools.graph import errors
from ...tools.graph.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
#: Functions of ours whose first literal argument is a code of the catalogue.
TAKE_CODES = {"_fail", "fail", "retry_later", "_refuse", "_sentence", "_parts"}


def own_codes():
    """Return ``{code: "file:line"}`` of every literal code that our models give to the catalogue."""
    found = {}
    for folder in ("models", "wizards", "controllers"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                for literal in _codes_in(node):
                    found[literal.value] = f"{file.relative_to(ROOT)}:{literal.lineno}"
    return found


def _codes_in(node):
    values = []
    if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in TAKE_CODES:
        # A function takes the message before the code.
        values = node.args[1:] if isinstance(node.func, ast.Name) else node.args
    elif isinstance(node, ast.Dict):
        values = [value for key, value in zip(node.keys, node.values, strict=True) if _is(key, "error_code")]
    # ``code or "too_many_tries"`` holds a literal as well.
    values = [part for value in values for part in (value.values if isinstance(value, ast.BoolOp) else [value])]
    return [value for value in values[:2] if isinstance(value, ast.Constant) and value.value and isinstance(value.value, str)]


def _is(key, text):
    return isinstance(key, ast.Constant) and key.value == text


@tagged("post_install", "-at_install", "wa")
class TestFailureCatalogue(TransactionCase):
    """Whatever goes wrong, a person reads what happened and what to do next."""

    def test_every_code_has_a_sentence(self):
        self.assertEqual(SLUGS - SENTENCES.keys(), set(), "of Meta's codes")
        self.assertEqual(set(CODES) - SENTENCES.keys(), set(), "of the gate")
        self.assertEqual(RULES - SENTENCES.keys(), set(), "of the builders")
        self.assertEqual(own_codes().keys() - SENTENCES.keys(), set(), own_codes())

    def test_the_scan_of_our_source_finds_codes(self):
        self.assertLessEqual({"not_reachable", "outcome_unknown", "template_incomplete", "too_many_tries"}, own_codes().keys())

    def test_every_sentence_says_what_and_what_next(self):
        for code in SENTENCES:
            what, then = self.env["wa.failure"]._parts(code)
            for text in (what, then):
                self.assertRegex(text, r"^[A-Z].+\.$", code)
            self.assertNotEqual(what, then)

    def test_numbers_and_rubbish_find_a_sentence_too(self):
        failure = self.env["wa.failure"]
        self.assertEqual(failure._slug(131047), "window_closed")
        self.assertEqual(failure._slug("131047"), "window_closed")
        self.assertEqual(failure._slug("0"), "token_invalid", "Meta's code 0 is a code")
        for rubbish in (None, "", "None", "-1", "no_such_slug", 987654321):
            self.assertEqual(failure._slug(rubbish), "unknown_error", rubbish)

    def test_details_are_said_to_be_whose_they_are(self):
        failure = self.env["wa.failure"]
        self.assertEqual(
            failure._sentence("131026", "Message undeliverable."),
            "WhatsApp cannot deliver messages to this person: no WhatsApp, an old app, or blocked. "
            "WhatsApp says: “Message undeliverable”. Check the number or use another channel.",
        )
        self.assertEqual(failure._sentence("body_too_long", "5000 > 4096"), "The text is too long. (5000 > 4096) Shorten it.")
        self.assertLessEqual(OURS, SENTENCES.keys())

    def test_every_error_of_the_client_has_its_own_sentence_when_connecting(self):
        address = Failure(None, CONFIGURATION, "api_address", "account")
        busy = Failure(None, THROTTLED, "unknown_error")
        cases = {
            "not_reachable": errors.NotSentError("no connection"),
            "outcome_unknown": errors.OutcomeUnknownError("cut"),
            "api_address": errors.ConfigurationError("redirect", failure=address),
            "token_invalid": errors.from_answer({"code": 0, "message": "no token"}, 401),
            "meta_unavailable": errors.ThrottledError("too many", failure=busy),
            "meta_unknown_error": errors.RequestError("refused", http_status=400),
            "permission_missing": errors.from_answer({"code": 200, "message": "no"}, 403),
        }
        for slug, error in cases.items():
            self.assertEqual(self.env["wa.failure"]._slug_of(error), slug)
