from psycopg2 import errors as pg_errors

from odoo.exceptions import ConcurrencyError, UserError
from odoo.tests import TransactionCase, tagged

from ..models.concurrency import CONFLICTS, attempt, attempt_in_halves, savepoint, traceback_text

LOGGER = "odoo.addons.crm_whatsapp.models.concurrency"


@tagged("post_install", "-at_install", "wa")
class TestSteps(TransactionCase):
    """One step that fails leaves what is around it; what is of the whole transaction is raised."""

    def names(self, prefix):
        return self.env["res.partner"].search([("name", "like", prefix)], order="id").mapped("name")

    def make(self, name, error=None):
        self.env["res.partner"].create({"name": name})
        if error:
            raise error

    def test_what_a_step_returns_and_what_it_raises(self):
        self.assertEqual(attempt(self.env, lambda: 7), (7, None))
        refusal = UserError("no")
        result, error = attempt(self.env, lambda: self.make("STEP 1", refusal))
        self.assertIs(error, refusal)
        self.assertIsNone(result)
        self.assertEqual(self.names("STEP"), [], "undone")

    def test_conflicts_are_not_of_the_step(self):
        for error in (ConcurrencyError("x"), pg_errors.SerializationFailure("x")):
            with self.assertRaises(type(error)):
                attempt(self.env, lambda error=error: self.make("STEP", error))
        clash = pg_errors.UniqueViolation("x")
        self.assertIs(attempt(self.env, lambda: self.make("STEP", clash))[1], clash, "a rule's own")
        with self.assertRaises(pg_errors.UniqueViolation):
            attempt(self.env, lambda: self.make("STEP", clash), beyond=CONFLICTS)

    def test_the_culprit_is_found_in_order(self):
        tried, given_up = [], []

        def work(part):
            tried.append(len(part))
            for name in part:
                self.make(f"PART {name}", ValueError("poison") if name == 5 else None)

        attempt_in_halves(self.env, list(range(8)), work, lambda part, error: given_up.append((part, str(error))))
        self.assertEqual(tried, [8, 4, 4, 2, 1, 1, 2])
        self.assertEqual(given_up, [([5], "poison")])
        self.assertEqual(self.names("PART"), [f"PART {name}" for name in range(8) if name != 5])
        attempt_in_halves(self.env, [], self.fail, self.fail)

    def test_a_database_in_trouble_is_nobodys_fault(self):
        with self.assertRaises(pg_errors.QueryCanceled):
            attempt_in_halves(
                self.env,
                [1],
                lambda _part: self.make("STEP", pg_errors.QueryCanceled("x")),
                lambda _part, _error: self.fail("given up"),
                beyond=CONFLICTS,
            )

    def test_what_is_only_logged_has_no_secrets_and_nobodys_data(self):
        token = "EAAsecretsecret"
        said = f"refused {token}\nDETAIL:  Failing row contains (Ana, +12025550143)."
        with self.assertLogs(LOGGER, "WARNING") as logs, savepoint(self.env, "a greeting is missing"):
            self.make("STEP", ValueError(said))
        log = "\n".join(logs.output)
        self.assertIn("a greeting is missing", log)
        self.assertIn("ValueError", log)
        self.assertNotIn(token, log)
        self.assertNotIn("Ana", log)
        self.assertEqual(self.names("STEP"), [])
        kept = traceback_text(ValueError(said), with_rows=True)
        self.assertNotIn(token, kept)
        self.assertIn("Ana", kept)
