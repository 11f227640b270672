import json
import threading
import time
import uuid
from contextlib import contextmanager

from psycopg2 import errors as pg_errors

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, new_test_user, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ...models.concurrency import CONFLICT_RETRIES
from ...models.webhook import wa_webhook_event_worker
from ..common import PHONE_NUMBER_ID, WaCase, WaCommon


@tagged("post_install", "-at_install", "wa")
class TestParallelDelivery(WaCommon, BaseCase):
    """Real transactions at the same moment: a webhook that comes five times makes one of everything.

    Everything here is committed, so this class makes its own records and removes them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # While tests run, their thread holds this lock; Odoo's own HTTP tests do the same.
        cls.classPatch(Registry, "_lock", DummyRLock())
        cls.registry = Registry(get_db_name())
        cls.number_uid = str(uuid.uuid4().int)[:15]
        with cls.transaction() as env:
            cls.started_at = env["bus.bus"]._bus_last_id()
            account = env["wa.account"].create(
                {"name": "Parallel Shop", "waba_id": cls.number_uid, "app_secret": str(uuid.uuid4())}
            )
            number = env["wa.number"].create(
                {"name": "Parallel Shop", "account_id": account.id, "phone_number_id": cls.number_uid}
            )
            cls.account_id, cls.number_id = account.id, number.id
        cls.addClassCleanup(cls.remove_everything)

    @classmethod
    @contextmanager
    def transaction(cls):
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def remove_everything(cls):
        with cls.transaction() as env:
            account = env["wa.account"].browse(cls.account_id)
            conversations = env["wa.conversation"].search([("account_id", "=", account.id)])
            contacts = conversations.contact_id
            partners, leads, channels = contacts.partner_id, conversations.lead_id, conversations.channel_id
            env["wa.message"].search([("number_id", "in", account.number_ids.ids)]).unlink()
            conversations.unlink()
            channels.unlink()
            contacts.unlink()
            leads.unlink()
            partners.unlink()
            account.number_ids.unlink()
            account.unlink()
            env["bus.bus"].search([("id", ">", cls.started_at)]).unlink()
            env["ir.cron.trigger"].search([("cron_id", "=", env.ref("crm_whatsapp.ir_cron_wa_webhook_event").id)]).unlink()

    def at_once(self, *works):
        """Run functions of an environment at the same moment, each in a thread and transaction of its own."""
        barrier, failures = threading.Barrier(len(works)), []

        def run(work):
            try:
                with self.transaction() as env:
                    barrier.wait(10)
                    work(env)
            except Exception as error:  # noqa: BLE001 (shown by the test)
                failures.append(error)

        threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(failures, [])

    def one_event_at_a_time(self):
        self.patch(wa_webhook_event_worker, "FIRST_BATCH", 1)
        self.patch(wa_webhook_event_worker, "BATCH_SIZE", 1)

    def body(self, wamid, wa_id, **more):
        payload = self.inbound("Hello", wamid=wamid, wa_id=wa_id, bsuid=f"US.{wa_id}")
        payload["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = self.number_uid
        return json.dumps({**payload, **more}).encode()

    def store(self, body):
        """As the route does it, repeated by Odoo when another transaction was faster."""
        return lambda env: retrying(lambda: env["wa.webhook.event"]._store(self.account_id, body), env)

    def process(self, env):
        env["wa.webhook.event"]._cron_process()

    def look(self, env, wamid):
        rows = env["wa.message"].search([("wamid", "=", wamid)])
        self.assertEqual(len(rows), 1)
        partner = rows.partner_id
        self.assertEqual(len(partner), 1)
        self.assertEqual(env["crm.lead"].search_count([("partner_id", "=", partner.id)]), 1)
        self.assertEqual(len(rows.conversation_id.message_ids), 1)
        self.assertEqual(len(rows.conversation_id.channel_id.message_ids), 1)
        events = env["wa.webhook.event"].search([("account_id", "=", self.account_id), ("body", "like", wamid)])
        self.assertEqual(set(events.mapped("state")), {"done"}, events.mapped("error"))
        return events

    def test_same_webhook_five_times_at_once(self):
        wamid = f"wamid.{uuid.uuid4()}"
        body = self.body(wamid, "12025550111")
        self.at_once(*[self.store(body)] * 5)
        self.at_once(*[self.process] * 3)
        with self.transaction() as env:
            self.assertEqual(len(self.look(env, wamid)), 1)

    def test_same_message_in_different_webhooks_worked_off_at_once(self):
        """Meta batches anew when it repeats: other bodies, so other events, and workers side by side."""
        wamid = f"wamid.{uuid.uuid4()}"
        bodies = [self.body(wamid, "12025550112", batch=index) for index in range(6)]
        self.at_once(*(self.store(body) for body in bodies))
        # Each worker takes one event at a time, so that all are at it together.
        self.one_event_at_a_time()
        self.at_once(*[self.process] * 6)
        with self.transaction() as env:
            self.assertEqual(len(self.look(env, wamid)), 6)

    def test_two_people_write_for_the_first_time_at_once(self):
        wamids = [f"wamid.{uuid.uuid4()}" for _ in range(2)]
        bodies = [self.body(wamid, f"1202555012{index}") for index, wamid in enumerate(wamids)]
        self.at_once(*(self.store(body) for body in bodies))
        self.one_event_at_a_time()
        self.at_once(*[self.process] * 2)
        with self.transaction() as env:
            for wamid in wamids:
                self.look(env, wamid)


@tagged("post_install", "-at_install", "wa")
class TestWebhookEventWorker(WaCase):
    """The worker loses no message to a conflict, to somebody's automation, or to the order of webhooks."""

    def last_event(self):
        return self.env["wa.webhook.event"].search([("account_id", "=", self.account.id)], limit=1)

    # -------------------------------------------------------------- conflicts

    def lose_races(self, times, error=pg_errors.SerializationFailure):
        """Let the next attempts at processing lose a race against another transaction."""
        left = [times]
        model = type(self.env["wa.webhook.event"])
        original = model._process

        def process(events):
            if left[0] > 0:
                left[0] -= 1
                raise error("lost the race on purpose")
            return original(events)

        self.patch(model, "_process", process)
        return left

    def test_messages_are_taken_in_smaller_batches_than_statuses(self):
        self.patch(wa_webhook_event_worker, "HEAVY_EVENTS", 2)
        status = {"id": "wamid.NOBODY", "status": "read", "timestamp": "1795430410", "recipient_id": "12025550143"}
        kinds = ("status", "text", "status", "text", "status", "text", "status")
        for number, kind in enumerate(kinds):
            self.store_webhook(
                self.inbound(wamid=f"wamid.MIX{number}")
                if kind == "text"
                else self.payload_of(statuses=[{**status, "id": f"wamid.MIX{number}"}])
            )
        events = self.env["wa.webhook.event"].search([("body", "like", "wamid.MIX")], order="id")
        sizes, dispatch = [], type(events)._dispatch
        self.patch(type(events), "_dispatch", lambda batch: sizes.append(len(batch)) or dispatch(batch))
        self.process_webhooks()
        self.assertEqual(sizes, [5, 2], "up to the third message")
        self.assertEqual(set(events.mapped("state")), {"done"})

    def test_one_that_fails_is_found_among_many(self):
        """Halves are tried: the others stay together, and the culprit alone is put off."""
        dispatch, tried = type(self.env["wa.webhook.event"])._dispatch, []

        def break_one(events):
            tried.append(len(events))
            if any("wamid.MANY5" in event.body for event in events):
                raise ValueError("poison")
            return dispatch(events)

        for number in range(16):
            self.store_webhook(self.inbound(f"Text {number}", wamid=f"wamid.MANY{number}"))
        self.patch(wa_webhook_event_worker, "SHORT_WAIT", 0)
        self.patch(type(self.env["wa.webhook.event"]), "_dispatch", break_one)
        with self.assertLogs("odoo.addons.crm_whatsapp.models.webhook.wa_webhook_event_worker", "WARNING"):
            self.process_webhooks()
        rows = self.env["wa.message"].search([("wamid", "like", "wamid.MANY%")])
        self.assertEqual(len(rows), 15)
        poison = self.env["wa.webhook.event"].search([("body", "like", "wamid.MANY5")])
        self.assertEqual((poison.state, poison.attempts), ("new", 1))
        self.assertIn("poison", poison.error)
        self.assertEqual(tried, [16, 8, 4, 4, 2, 1, 1, 2, 8])

    def two_in_one(self, first, second, count=4):
        """Return one webhook with messages of several people; one text is ``first``, the others ``second``."""
        payload = self.inbound(first, wamid="wamid.PART0")
        value = payload["entry"][0]["changes"][0]["value"]
        for number in range(1, count):
            other = self.inbound(
                second, wamid=f"wamid.PART{number}", wa_id=f"1202555018{number}", bsuid=f"US.PART{number}", name=f"P{number}"
            )["entry"][0]["changes"][0]["value"]
            value["messages"] += other["messages"]
            value["contacts"] += other["contacts"]
        return payload

    def test_one_part_that_fails_holds_up_no_other_of_its_webhook(self):
        content = type(self.env["wa.inbound.content"])
        original = content._body_text

        def fail(model, item):
            if item.text == "poison":
                raise ValueError("broken on purpose")
            return original(model, item)

        self.patch(content, "_body_text", fail)
        self.patch(wa_webhook_event_worker, "SHORT_WAIT", 0)
        self.store_webhook(self.two_in_one("poison", "fine"))
        with self.assertLogs("odoo.addons.crm_whatsapp.models.webhook.wa_webhook_event_worker", "WARNING"):
            self.process_webhooks()
        event = self.last_event()
        self.assertEqual((event.state, event.attempts), ("new", 1))
        self.assertIn("broken on purpose", event.error)
        rows = self.env["wa.message"].search([("wamid", "like", "wamid.PART")])
        self.assertEqual(sorted(rows.mapped("wamid")), ["wamid.PART1", "wamid.PART2", "wamid.PART3"])
        self.assertEqual(len(rows.lead_id), 3)
        self.patch(content, "_body_text", original)
        event.action_process_again()
        self.process_webhooks()
        self.assertEqual((event.state, event.error), ("done", False))
        self.assertEqual(self.env["wa.message"].search_count([("wamid", "like", "wamid.PART")]), 4, "nothing doubled")

    def test_what_is_too_large_for_postgresql_stops_nobody(self):
        """A limit of the database is no trouble of the database: the worker goes on with the others."""
        content = type(self.env["wa.inbound.content"])
        original = content._body_text

        def fail(model, item):
            if item.text == "poison":
                # What PostgreSQL says when an id does not fit into an index.
                model.env.cr.execute(
                    "DO $$ BEGIN RAISE EXCEPTION 'index row size 9000 exceeds maximum' USING ERRCODE = '54000'; END $$"
                )
            return original(model, item)

        self.patch(content, "_body_text", fail)
        self.patch(wa_webhook_event_worker, "SHORT_WAIT", 0)
        self.store_webhook(self.inbound("poison", wamid="wamid.LARGE"))
        self.store_webhook(self.inbound("fine", wamid="wamid.SMALL"))
        with (
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.crm_whatsapp.models.webhook.wa_webhook_event_worker", "WARNING"),
        ):
            self.process_webhooks()
        large = self.env["wa.webhook.event"].search([("body", "like", "wamid.LARGE")])
        self.assertEqual((large.state, large.attempts), ("new", 1))
        self.assertIn("exceeds maximum", large.error)
        self.assertTrue(large.next_attempt_at)
        self.assertTrue(self.env["wa.message"].search([("wamid", "=", "wamid.SMALL")]))

    def test_customers_stay_out_of_the_log(self):
        """A log outlives the webhook: what PostgreSQL quotes of a row is kept with the webhook alone."""
        content = type(self.env["wa.inbound.content"])

        def fail(model, item):
            model.env.cr.execute(
                "INSERT INTO wa_contact (portfolio_key, wa_id, profile_name) VALUES (NULL, '12025550143', 'Ada Example')"
            )

        self.patch(content, "_body_text", fail)
        self.patch(wa_webhook_event_worker, "SHORT_WAIT", 0)
        self.store_webhook(self.inbound("Hello", name="Ada Example"))
        with (
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.crm_whatsapp.models.webhook.wa_webhook_event_worker", "WARNING") as logs,
        ):
            self.process_webhooks()
        said = "".join(logs.output)
        self.assertIn("NotNullViolation", said)
        self.assertNotIn("Ada Example", said)
        self.assertNotIn("12025550143", said)
        self.assertIn("Ada Example", self.last_event().error, "who mends it sees the row")

    def test_lost_race_is_no_failure(self):
        for error in (pg_errors.SerializationFailure, pg_errors.DeadlockDetected, pg_errors.UniqueViolation):
            left = self.lose_races(3, error)
            conversation = self.receive(self.inbound(f"after {error.__name__}"))
            self.assertEqual(left, [0])
            event = self.last_event()
            self.assertEqual((event.state, event.attempts, event.error), ("done", 1, False))
            self.assertIn(error.__name__, conversation.channel_id.message_ids[0].body)

    def test_endless_conflict_is_put_aside_with_its_reason(self):
        self.store_webhook(self.inbound())
        self.patch(wa_webhook_event_worker, "SHORT_WAIT", 0)
        self.lose_races(CONFLICT_RETRIES + 1)
        with self.assertLogs("odoo.addons.crm_whatsapp.models.webhook.wa_webhook_event_worker", "WARNING"):
            self.process_webhooks()
        event = self.last_event()
        self.assertEqual((event.state, event.attempts), ("new", 1))
        self.assertIn("lost the race on purpose", event.error)
        self.assertTrue(event.next_attempt_at)

    # ------------------------------------------------------------------ leads

    def break_lead_creation(self, error):
        def create(*_args, **_kwargs):
            raise error

        self.patch(type(self.env["crm.lead"]), "create", create)

    def test_message_is_shown_when_no_lead_can_be_made(self):
        """Automation rules, other companies and required fields belong to the database, the message to the customer."""
        for number, error in enumerate((ValidationError("not allowed"), ValueError("an automation rule"), KeyError("x"))):
            with self.subTest(error=error):
                self.break_lead_creation(error)
                with self.assertLogs("odoo.addons.crm_whatsapp.models.inbound.lead", "WARNING"):
                    conversation = self.receive(
                        self.inbound("Do you hear me?", wa_id=f"1202555016{number}", bsuid=f"US.16{number}")
                    )
                event = self.last_event()
                self.assertEqual(event.state, "done", event.error)
                self.assertIn("no lead", event.note)
                said = conversation.message_ids.mail_message_id
                self.assertIn("Do you hear me?", said.body)
                self.assertEqual(said.author_id, conversation.partner_id)
                self.assertTrue(conversation.window_until)
                self.assertFalse(conversation.lead_id)

    def test_race_in_lead_creation_is_done_again(self):
        original = type(self.env["crm.lead"]).create
        left = [2]

        def create(records, vals_list):
            if left[0]:
                left[0] -= 1
                raise pg_errors.SerializationFailure("lost the race on purpose")
            return original(records, vals_list)

        self.patch(type(self.env["crm.lead"]), "create", api.model_create_multi(create))
        conversation = self.receive(self.inbound())
        self.assertEqual(left, [0])
        self.assertTrue(conversation.lead_id)

    # -------------------------------------------------------------- assignees

    def test_assignee_who_cannot_own_conversations_stops_no_message(self):
        """Group taken away, archived, or a colleague who never had access: the message is shown all the same."""
        nobody = new_test_user(self.env, "wa_nobody", groups="base.group_user")
        conversation = self.receive(self.inbound("first"))
        cases = {
            "lost the group": lambda: self.ana.write({"group_ids": [Command.set(self.env.ref("base.group_user").ids)]}),
            "archived": lambda: self.ana.write({"active": False}),
            "never had it": lambda: None,
        }
        for name, happen in cases.items():
            owner = nobody if name == "never had it" else self.ana
            conversation.user_id = owner
            happen()
            self.receive(self.inbound(name))
            event = self.last_event()
            self.assertEqual((event.state, event.note), ("done", False), name)
            self.assertIn(name, conversation.channel_id.message_ids[0].body)
            self.assertNotIn(nobody.partner_id, conversation.channel_id.channel_partner_ids)

    def test_owner_of_the_customer_who_has_no_access_is_passed_over(self):
        nobody = new_test_user(self.env, "wa_nobody", groups="base.group_user")
        self.env["res.partner"].create({"name": "Known", "phone": "+1 202-555-0143", "user_id": nobody.id})
        conversation = self.receive(self.inbound())
        self.assertIn(conversation.user_id, self.ana | self.ben)

    # ------------------------------------------------------------------ order

    def preference(self, value, at):
        return {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": self.account.waba_id,
                    "changes": [
                        {
                            "field": "user_preferences",
                            "value": {
                                "metadata": {"phone_number_id": PHONE_NUMBER_ID},
                                "user_preferences": [
                                    {
                                        "wa_id": "12025550143",
                                        "category": "marketing_messages",
                                        "value": value,
                                        "timestamp": str(int(at)),
                                    }
                                ],
                            },
                        }
                    ],
                }
            ],
        }

    def test_latest_word_of_the_customer_counts_whatever_comes_last(self):
        contact = self.receive(self.inbound()).contact_id
        now = time.time()
        for value, at, opted_out in (
            ("stop", now + 200, True),
            ("resume", now + 100, True),
            ("resume", now + 300, False),
            ("stop", now + 250, False),
            ("stop", now + 400, True),
        ):
            self.store_webhook(self.preference(value, at))
            self.process_webhooks()
            self.assertEqual(contact.opted_out_marketing, opted_out, (value, at - now))

    def test_latest_decision_about_a_template_counts_whatever_comes_last(self):
        now = int(time.time())
        self.template.template_uid = "77"
        for event, at, status in (
            ("APPROVED", now + 200, "APPROVED"),
            ("PENDING", now + 100, "APPROVED"),
            ("PAUSED", now + 300, "PAUSED"),
            ("APPROVED", now + 250, "PAUSED"),
        ):
            self.store_webhook(
                {
                    "object": "whatsapp_business_account",
                    "entry": [
                        {
                            "id": self.account.waba_id,
                            "time": at,
                            "changes": [
                                {
                                    "field": "message_template_status_update",
                                    "value": {
                                        "event": event,
                                        "message_template_id": 77,
                                        "message_template_name": self.template.name,
                                        "message_template_language": "en",
                                    },
                                }
                            ],
                        }
                    ],
                }
            )
            self.process_webhooks()
            self.assertEqual(self.template.status, status, event)
