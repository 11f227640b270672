from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.account.wa_account import OLDEST_VERSION
from ..account_case import AccountCase

#: The newest version there is, and one that nobody has seen yet.
NEWEST, FUTURE = 26, 99


@tagged("post_install", "-at_install", "wa", "wa_account")
class TestVersions(AccountCase):
    """The oldest supported and the newest known Graph version do all we need; a wrong one is said in one sentence."""

    def use(self, version, **switches):
        """Enter a version; Meta knows those up to ``newest_version``."""
        self.sandbox.control("POST", "switches", review_delay_s=0, **switches)
        self.account.api_version = f"v{version}.0"
        self.env.flush_all()

    def served_by(self):
        """Return the versions the stand-in served our calls with."""
        return {row["version"] for row in self.sandbox.requests_log()}

    def whole_story(self):
        """Connect, take over templates and numbers, receive, answer, hear of what became of it, send a template."""
        self.connect()
        self.assertEqual(self.account.state, "connected")
        templates = self.env["wa.template"].search([("account_id", "=", self.account.id)])
        self.assertLessEqual({"proposal_ready", "hello_world"}, set(templates.mapped("name")))
        self.assertEqual(self.number.quality_rating, "GREEN")

        customer = self.customer(name=f"Ada {self.account.api_version}")
        conversation = self.customer_writes(customer, "Is the oak table in stock?")
        conversation.user_id = conversation.lead_id.user_id = self.ana
        self.reply(self.ana, conversation, "Yes, two of them.")
        self.run_sender()
        self.deliver()
        answer = self.last_outgoing(conversation)
        self.assertEqual(answer.state, "delivered")

        template = templates.filtered(lambda one: one.name == "hello_world")
        self.give_consent(conversation.contact_id, "marketing")
        [outcome] = template.with_user(self.ana)._send_to_records(conversation.lead_id.with_user(self.ana), origin="manual")
        self.assertEqual(outcome.status, "queued", outcome.reason)
        self.run_sender()
        self.deliver()
        self.assertEqual(self.last_outgoing(conversation).state, "delivered")
        self.assertTrue(self.last_outgoing(conversation).template_id)

        uid = templates.filtered(lambda one: one.name == "proposal_ready").template_uid
        self.sandbox.control("POST", f"templates/{uid}", status="PAUSED")
        self.deliver()
        self.assertEqual(templates.filtered(lambda one: one.template_uid == uid).status, "PAUSED")
        self.look_after()
        self.assertEqual(self.codes(), [])

    def test_oldest_supported(self):
        self.use(OLDEST_VERSION, oldest_version=OLDEST_VERSION)
        self.whole_story()
        self.assertEqual(self.served_by(), {OLDEST_VERSION})

    def test_newest_known(self):
        self.use(NEWEST)
        self.whole_story()
        self.assertEqual(self.served_by(), {NEWEST})

    def test_newer_one_that_is_not_known_here(self):
        """As long as nothing we use has changed, it works: no list of versions stands in the way."""
        self.use(FUTURE, newest_version=FUTURE)
        self.whole_story()
        self.assertEqual(self.served_by(), {FUTURE})

    def test_version_that_has_ended_is_served_by_the_oldest_that_lives(self):
        self.use(OLDEST_VERSION, oldest_version=OLDEST_VERSION + 2)
        self.whole_story()
        self.assertEqual(self.served_by(), {OLDEST_VERSION + 2})

    def draft(self):
        """Return an account that was never connected, beside the connected one."""
        made = self.sandbox.control("POST", "accounts", name="Second Shop")
        return self.env["wa.account"].create(
            {
                "name": "Second Shop",
                "waba_id": made["waba_id"],
                "access_token": made["token"],
                "app_secret": made["app_secret"],
                "api_url": self.sandbox.url,
            }
        )

    def test_version_that_never_was_is_one_sentence_and_leaves_nothing(self):
        account = self.draft()
        account.api_version = "v77.0"
        self.env.flush_all()
        with self.assertRaises(UserError) as caught, mute_logger("odoo.addons.crm_whatsapp"):
            account.with_user(self.wanda).action_connect()
        self.assertEqual(
            str(caught.exception),
            "WhatsApp does not know this version of its API. Enter a current one, such as v26.0, under “API Version”.",
        )
        self.assertEqual(account.state, "draft")
        self.assertFalse(account.number_ids)
        self.assertFalse(account.app_id or account.portfolio_id)
        self.assertFalse(self.env["wa.template"].search([("account_id", "=", account.id)]))
        calls = [row for row in self.sandbox.requests_log() if "/v77.0/" in row["path"]]
        self.assertEqual({row["error_code"] for row in calls}, {2500})
        self.assertEqual({row["method"] for row in calls}, {"GET"}, "nothing was set there")
        account.api_version = "v26.0"
        account.with_user(self.wanda).action_connect()
        self.assertEqual(account.state, "connected")

    def test_versions_too_old_are_refused_where_they_are_typed(self):
        for version in ("v20.0", "v1.0"):
            with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
                self.account.api_version = version
            self.assertIn(f"Enter v{OLDEST_VERSION}.0 or a newer one", str(caught.exception))
            self.assertIn(version, str(caught.exception))
        self.account.invalidate_recordset()
        self.assertEqual(self.account.api_version, "v26.0")

    def test_version_that_goes_wrong_under_way_keeps_the_messages(self):
        """Mistyped on a connected account: the messages wait, the account says why, and goes on when it is mended."""
        self.use(NEWEST)
        self.connect()
        customer = self.customer(name="Ada waits")
        conversation = self.customer_writes(customer, "Hello?")
        self.account.api_version = "v77.0"
        conversation.user_id = self.ana
        self.reply(self.ana, conversation, "One moment.")
        self.run_sender()
        message = self.last_outgoing(conversation)
        self.assertNotIn(message.state, ("failed", "sent", "delivered"))
        self.assertEqual((self.account.state, self.account.state_code), ("blocked", "api_version"))
        self.account.api_version = "v26.0"
        self.assertFalse(self.account.checked_at, "is asked again soon")
        self.look_after()
        self.assertEqual(self.account.state, "connected")
        self.run_sender()
        self.deliver()
        self.assertEqual(message.state, "delivered")

    def test_limit_by_its_former_name(self):
        """Before v24.0 the messaging limit of a number has another name; both are taken over."""
        numbers = self.env["wa.number"]
        for node in ({"messaging_limit_tier": "TIER_10K"}, {"whatsapp_business_manager_messaging_limit": "TIER_10K"}):
            vals = numbers._vals_from_meta({"id": "1", **node})
            self.assertEqual(vals["messaging_limit"], "TIER_10K")
