import threading
import time
import uuid
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from ..models.outbox import sender as sender_module
from ..models.outbox.recovery import recover
from ..models.outbox.results import apply_results
from ..models.outbox.sender import Sender
from ..tools.graph.errors import from_answer
from ..tools.graph.results import SendResult
from ..tools.webhook.events import Person, StatusEvent


@tagged("post_install", "-at_install", "wa")
class TestRaces(BaseCase):
    """A customer and a colleague at the same moment: real transactions, which a test's own cannot show."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.wa_id = f"1202555{uuid.uuid4().int % 10**4:04d}"
        with self.registry.cursor() as cr:
            env = self.env_of(cr)
            account = env["wa.account"].create(
                # A customer who never wrote gets a template.
                {"name": "Example Shop", "waba_id": f"race-{uuid.uuid4()}", "consent_policy": "marketing"}
            )
            self.account_id = account.id
            self.number_id = (
                env["wa.number"]
                .create({"name": "Example Shop", "account_id": account.id, "phone_number_id": f"race-{uuid.uuid4()}"})
                .id
            )
            self.template_id = (
                env["wa.template"]
                .create({"name": "race", "language": "en", "account_id": account.id, "status": "APPROVED", "body": "Hello"})
                .id
            )
            self.partner_id = env["res.partner"].create({"name": "Race Example", "phone": f"+{self.wa_id}"}).id
        self.addCleanup(self.clean_up)

    def env_of(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def clean_up(self):
        with self.registry.cursor() as cr:
            env = self.env_of(cr)
            account = env["wa.account"].browse(self.account_id)
            conversations = env["wa.conversation"].search([("number_id", "=", self.number_id)])
            contacts = env["wa.contact"].search([("portfolio_key", "=", account._get_portfolio_key())])
            partners = contacts.partner_id | env["res.partner"].browse(self.partner_id)
            channels = conversations.channel_id
            conversations.unlink()
            channels.unlink()
            contacts.unlink()
            partners.unlink()
            env["wa.number"].browse(self.number_id).unlink()
            env["wa.template"].browse(self.template_id).unlink()
            account.unlink()

    def race(self, first):
        """Do ``first`` and commit it only when a colleague who writes to the same customer waits for it.

        :returns: ``(how often the colleague's transaction was begun, id of the conversation)``
        """
        tries, waited = [], []
        with self.registry.cursor() as customer_cr, self.registry.cursor() as colleague_cr:
            first(self.env_of(customer_cr))
            customer_cr.flush()
            # Not the other way round: another thread gets no registry while this one loads it.
            committer = threading.Thread(target=self.commit_when_awaited, args=(customer_cr, waited))
            committer.start()
            self.addCleanup(committer.join)
            env = self.env_of(colleague_cr)
            try:
                conversation_id = retrying(partial(self.write_to_customer, env, tries), env)
            finally:
                committer.join()
            self.assertEqual(waited, [True], "nobody waited for the other transaction: there was no race")
        return len(tries), conversation_id

    def write_to_customer(self, env, tries):
        tries.append(1)
        partner = env["res.partner"].browse(self.partner_id)
        return partner._wa_find_conversations(env["wa.template"].browse(self.template_id).account_id)[self.partner_id].id

    def commit_when_awaited(self, cr, waited):
        if self.is_awaited(cr):
            waited.append(True)
        cr.commit()  # pylint: disable=invalid-commit

    def customer_writes(self, env):
        account = env["wa.account"].browse(self.account_id)
        return env["wa.contact"]._ensure(account, Person(wa_id=self.wa_id))[0]

    @mute_logger("odoo.sql_db")
    def test_contact_made_by_both(self):
        tries, conversation_id = self.race(self.customer_writes)
        self.assertEqual(tries, 2)
        with self.registry.cursor() as cr:
            env = self.env_of(cr)
            contact = env["wa.contact"].search([("wa_id", "=", self.wa_id)])
            self.assertEqual(env["wa.conversation"].browse(conversation_id).contact_id, contact)

    @mute_logger("odoo.sql_db")
    def test_conversation_made_by_both(self):
        with self.registry.cursor() as cr:
            self.customer_writes(self.env_of(cr))

        def customer_writes_again(env):
            env["wa.conversation"]._ensure(env["wa.number"].browse(self.number_id), self.customer_writes(env))

        tries, conversation_id = self.race(customer_writes_again)
        self.assertEqual(tries, 2)
        with self.registry.cursor() as cr:
            own = self.env_of(cr)["wa.conversation"].search([("number_id", "=", self.number_id)])
            self.assertEqual(own.ids, [conversation_id])

    @mute_logger("odoo.sql_db")
    def test_answers_and_statuses_lock_messages_in_one_order(self):
        """Each in its own order, they would stop each other until PostgreSQL's deadlock detection, a second later."""
        with self.registry.cursor() as cr:
            env = self.env_of(cr)
            number = env["wa.number"].browse(self.number_id)
            conversation, _is_new = env["wa.conversation"]._ensure(number, self.customer_writes(env))
            low, high = (env["wa.message"]._enqueue(conversation, "text", {"body": "x"}) for _ in range(2))
            (low | high).state = "sending"
            self.env_of(cr).flush_all()
            # The version of the first that counts stands behind the second: a plan that reads the table as it
            # lies meets the second one first, and so does one that goes through the statuses.
            cr.execute("UPDATE wa_message SET preview = 'x' WHERE id = %s", [low.id])
            ids, uuids = [high.id, low.id], [high.uuid, low.uuid]
        answers = [(id_, SendResult(f"wamid.{id_}")) for id_ in ids]
        statuses = [
            StatusEvent("", "", f"wamid.{id_}", "read", int(time.time()), uuid_, Person(wa_id=self.wa_id))
            for id_, uuid_ in zip(ids, uuids, strict=True)
        ]
        works = {
            "answers": lambda env: apply_results(env, answers),
            "statuses": lambda env: env["wa.message"]._apply_statuses(statuses, env["wa.account"].browse(self.account_id)),
        }
        for name, work in works.items():
            free = []
            cursors = [self.registry.cursor() for _ in range(3)]
            with self.subTest(name), cursors[0] as cr, cursors[1] as own, cursors[2] as third:
                cr.execute("SELECT id FROM wa_message WHERE id = %s FOR UPDATE", [ids[1]])
                # The work in this thread: another one gets no registry here.
                watcher = threading.Thread(target=self.look_whether_free, args=(cr, third, ids[0], free))
                watcher.start()
                try:
                    work(self.env_of(own))
                finally:
                    watcher.join()
                self.assertEqual(free, [True], "it waits for the first of the two and holds nothing")
                own.rollback()

    def look_whether_free(self, cr, third, message_id, free):
        """When somebody waits for ``cr``, note whether another message is free, and let go."""
        try:
            if self.is_awaited(cr):
                third.execute("SELECT id FROM wa_message WHERE id = %s FOR UPDATE NOWAIT", [message_id])
                free.append(True)
        finally:
            third.rollback()
            cr.rollback()

    def is_awaited(self, cr):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            cr.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cr.fetchone():
                return True
            time.sleep(0.02)
        return False

    @mute_logger("odoo.sql_db")
    def test_consents_written_by_both(self):
        """A colleague notes consent while the customer says stop again: the later word holds, whoever commits last."""
        with self.registry.cursor() as cr:
            env = self.env_of(cr)
            contact_id = self.customer_writes(env).id
            conversation, _is_new = env["wa.conversation"]._ensure(
                env["wa.number"].browse(self.number_id), env["wa.contact"].browse(contact_id)
            )
            conversation_id = conversation.id
            self.note(env, contact_id, "withdrawn", hours=3)
        with self.registry.cursor() as colleague_cr, self.registry.cursor() as customer_cr:
            customer = self.env_of(customer_cr)
            self.assertEqual(customer["wa.conversation"].browse(conversation_id).consent_service, "withdrawn")
            self.note(self.env_of(colleague_cr), contact_id, "granted", hours=2)
            colleague_cr.commit()  # pylint: disable=invalid-commit
            retrying(partial(self.note, customer, contact_id, "withdrawn", hours=1), customer)
        with self.registry.cursor() as cr:
            conversation = self.env_of(cr)["wa.conversation"].browse(conversation_id)
            self.assertEqual(conversation.consent_service, "withdrawn")

    # ------------------------------------------------------------- results of the sender

    def two_on_their_way(self):
        """Return ids of two messages to two customers, as they are while WhatsApp answers."""
        other = f"1202555{(int(self.wa_id[-4:]) + 5000) % 10**4:04d}"
        with self.registry.cursor() as cr:
            env = self.env_of(cr)
            number, ids = env["wa.number"].browse(self.number_id), []
            for wa_id in (self.wa_id, other):
                contact, _is_new = env["wa.contact"]._ensure(number.account_id, Person(wa_id=wa_id))
                conversation, _is_new = env["wa.conversation"]._ensure(number, contact)
                row = env["wa.message"]._enqueue(conversation, "text", {"body": "x"})
                row.write({"state": "sending", "submitted_at": fields.Datetime.now(), "attempts": 1})
                ids.append(row.id)
        return ids

    def states(self, ids):
        with self.registry.cursor() as cr:
            rows = self.env_of(cr)["wa.message"].browse(ids)
            return [(row.state, row.wamid, row.contact_id.wa_id) for row in rows]

    @mute_logger("odoo.sql_db")
    def test_spelling_learnt_by_both(self):
        """S19: WhatsApp answers with the spelling of a number that another job stores at this very moment.

        The whole batch was left in doubt: the violated constraint was no conflict, and the results were
        forgotten before they were written.
        """
        ids = self.two_on_their_way()
        spelling = f"2290{self.wa_id[-8:]}"
        with self.registry.cursor() as other_cr, self.registry.cursor() as own:
            self.env_of(other_cr)["wa.contact"]._ensure(
                self.env_of(other_cr)["wa.account"].browse(self.account_id), Person(wa_id=spelling)
            )
            other_cr.flush()
            waited = []
            committer = threading.Thread(target=self.commit_when_awaited, args=(other_cr, waited))
            committer.start()
            self.addCleanup(committer.join)
            sender = Sender(self.env_of(own)["wa.number"].browse(self.number_id))
            sender.results = [(ids[0], SendResult("wamid.S19-1")), (ids[1], SendResult("wamid.S19-2", wa_id=spelling))]
            try:
                sender._write_results()
            finally:
                committer.join()
        self.assertEqual(waited, [True], "nobody waited for the other transaction: there was no race")
        self.assertEqual(sender.results, [])
        states = self.states(ids)
        self.assertEqual([state for state, _wamid, _wa_id in states], ["sent", "sent"])
        self.assertEqual([wamid for _state, wamid, _wa_id in states], ["wamid.S19-1", "wamid.S19-2"])
        self.assertNotEqual(states[1][2], spelling, "that spelling is another contact's now")

    def test_results_wait_for_the_statuses_of_the_same_messages(self):
        """They come in while the answers are stored, three times a second in a mailing.

        In REPEATABLE READ the sender lost each of these races: an error in the log, and everything done again in
        halves while nothing left. No ``mute_logger``: an error in the log fails this test.
        """
        ids = self.two_on_their_way()
        with self.registry.cursor() as status_cr, self.registry.cursor() as own:
            env, applied = self.env_of(status_cr), []
            uuid_ = env["wa.message"].browse(ids[0]).uuid
            status = StatusEvent("", "", "wamid.RC-1", "delivered", int(time.time()), uuid_, Person(wa_id=self.wa_id))
            env["wa.message"]._apply_statuses([status], env["wa.account"].browse(self.account_id))
            status_cr.flush()
            sender = Sender(self.env_of(own)["wa.number"].browse(self.number_id))
            # What it looked at before is no reason to lose either.
            self.assertTrue(sender.number._may_send())
            sender.results = [(ids[0], SendResult("wamid.RC-1")), (ids[1], SendResult("wamid.RC-2"))]
            waited = []
            committer = threading.Thread(target=self.commit_when_awaited, args=(status_cr, waited))
            committer.start()
            self.addCleanup(committer.join)

            def counted(env, results):
                applied.append(len(results))
                return apply_results(env, results)

            try:
                with patch.object(sender_module, "apply_results", counted):
                    sender._write_results()
            finally:
                committer.join()
        self.assertEqual(waited, [True], "nobody waited for the other transaction: there was no race")
        self.assertEqual(applied, [2], "stored at once, together")
        states = [(state, wamid) for state, wamid, _wa_id in self.states(ids)]
        self.assertEqual(states, [("delivered", "wamid.RC-1"), ("sent", "wamid.RC-2")])

    def refused_while(self, code, change):
        """Store a refusal while another process is about to COMMIT ``change(env, message)``."""
        ids = self.two_on_their_way()
        with self.registry.cursor() as cr:
            self.env_of(cr)["wa.message"].browse(ids).write(
                {"state": "sending", "submitted_at": fields.Datetime.now() - timedelta(seconds=30)}
            )
        with self.registry.cursor() as other_cr, self.registry.cursor() as own:
            env, waited = self.env_of(other_cr), []
            change(env, env["wa.message"].browse(ids[0]))
            env.flush_all()
            sender = Sender(self.env_of(own)["wa.number"].browse(self.number_id))
            sender.results = [(ids[0], from_answer({"code": code, "message": "x"}, 400))]
            committer = threading.Thread(target=self.commit_when_awaited, args=(other_cr, waited))
            committer.start()
            try:
                sender._write_results()
            finally:
                committer.join()
        self.assertEqual(waited, [True], "nobody waited for the other transaction: there was no race")
        return ids[0]

    def test_closed_window_does_not_undo_what_the_customer_writes_meanwhile(self):
        with self.registry.cursor() as cr:
            env = self.env_of(cr)
            number = env["wa.number"].browse(self.number_id)
            conversation, _is_new = env["wa.conversation"]._ensure(number, self.customer_writes(env))
            conversation.last_inbound_at = fields.Datetime.now() - timedelta(hours=23)
        now = fields.Datetime.now()

        def writes(_env, message):
            message.conversation_id.last_inbound_at = now

        message_id = self.refused_while(131047, writes)
        with self.registry.cursor() as cr:
            conversation = self.env_of(cr)["wa.message"].browse(message_id).conversation_id
            self.assertEqual(conversation.window_until, now + timedelta(hours=24))

    def test_short_limit_does_not_replace_a_longer_one_of_this_moment(self):
        until = fields.Datetime.now() + timedelta(hours=6)

        def limited(_env, message):
            message.number_id.hold_until = until

        self.refused_while(80007, limited)
        with self.registry.cursor() as cr:
            self.assertEqual(self.env_of(cr)["wa.number"].browse(self.number_id).hold_until, until)

    def test_reasons_of_stopping_are_not_written_over_another_one_of_this_moment(self):
        """Two processes stop the same number and account: the first reason is the one that was told."""

        def stopped(_env, message):
            message.number_id.write({"is_blocked": True, "blocked_code": "pin_wrong"})

        self.refused_while(133010, stopped)
        with self.registry.cursor() as cr:
            self.assertEqual(self.env_of(cr)["wa.number"].browse(self.number_id).blocked_code, "pin_wrong")

    def test_template_approved_again_at_this_moment_stays_so(self):
        def approved(env, message):
            message.template_id = self.template_id
            env.cr.commit()
            message.template_id.write({"status": "APPROVED", "status_at": fields.Datetime.now()})

        self.refused_while(132015, approved)
        with self.registry.cursor() as cr:
            self.assertEqual(self.env_of(cr)["wa.template"].browse(self.template_id).status, "APPROVED")

    def test_longer_wait_for_a_person_is_not_cut_by_a_shorter_one_of_this_moment(self):
        until = fields.Datetime.now() + timedelta(days=3)

        def on_hold(_env, message):
            message.contact_id.hold_until = until

        message_id = self.refused_while(131049, on_hold)
        with self.registry.cursor() as cr:
            self.assertEqual(self.env_of(cr)["wa.message"].browse(message_id).contact_id.hold_until, until)

    @mute_logger("odoo.sql_db")
    def test_doubting_what_is_held_back_survives_a_status_of_this_moment(self):
        """Its job ended with an error when a status of the same message was being stored."""
        ids = self.two_on_their_way()
        with self.registry.cursor() as cr:
            self.env_of(cr)["wa.message"].browse(ids).write(
                {
                    "state": "sending",
                    "wamid": False,
                    "submitted_at": fields.Datetime.now() - timedelta(hours=25),
                }
            )
            for index, id_ in enumerate(ids):
                self.env_of(cr)["wa.message"].browse(id_).wamid = f"wamid.held-{uuid.uuid4()}-{index}"
        with self.registry.cursor() as status_cr, self.registry.cursor() as own:
            env, waited = self.env_of(status_cr), []
            message = env["wa.message"].browse(ids[0])
            status = StatusEvent("", "", message.wamid, "delivered", int(time.time()), message.uuid, Person(wa_id=self.wa_id))
            env["wa.message"]._apply_statuses([status], env["wa.account"].browse(self.account_id))
            status_cr.flush()
            committer = threading.Thread(target=self.commit_when_awaited, args=(status_cr, waited))
            committer.start()
            self.addCleanup(committer.join)
            try:
                recover(self.env_of(own)["wa.number"].browse(self.number_id))
            finally:
                committer.join()
        self.assertEqual(waited, [True], "nobody waited for the other transaction: there was no race")
        self.assertEqual([state for state, _wamid, _wa_id in self.states(ids)], ["delivered", "unknown"])

    def test_what_cannot_be_stored_in_full_is_kept_barely(self):
        """S19: a result that never can be stored (here: an id that another message has) takes no other along."""
        ids = self.two_on_their_way()
        with self.registry.cursor() as cr:
            env = self.env_of(cr)
            env["wa.message"].browse(ids[0]).copy({"wamid": "wamid.S19-taken", "state": "sent"})
        with (
            self.registry.cursor() as own,
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.crm_whatsapp.models.outbox.results", "ERROR"),
        ):
            sender = Sender(self.env_of(own)["wa.number"].browse(self.number_id))
            sender.results = [(ids[0], SendResult("wamid.S19-3")), (ids[1], SendResult("wamid.S19-taken"))]
            sender._write_results()
        self.assertEqual([row[:2] for row in self.states(ids)], [("sent", "wamid.S19-3"), ("sent", False)])

    def note(self, env, contact_id, action, hours):
        env["wa.consent"]._record(
            [
                {
                    "contact_id": contact_id,
                    "company_id": env["wa.account"].browse(self.account_id).company_id.id,
                    "purpose": "service",
                    "action": action,
                    "source": "person",
                    "evidence": action,
                    "happened_at": fields.Datetime.now() - timedelta(hours=hours),
                }
            ]
        )
