from odoo.tests import tagged

from ..common import PHONE_NUMBER_ID, WaSandboxCase

LUZ, LUZ_LISTED = "5491123456789", "541123456789"
ANA, ANA_LISTED = "5215512345678", "525512345678"


class SecondLookCase(WaSandboxCase):
    """A customer who wrote, and a look at what went over the wire."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ana.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.sandbox.control("POST", "switches", pair_rate=False)
        self.addCleanup(self.sandbox.control, "POST", f"numbers/{PHONE_NUMBER_ID}", test_recipients=None)

    def chat(self, name, phone):
        conversation = self.customer_writes(self.customer(name, phone=phone), "Hello")
        conversation.user_id = self.ana
        return conversation

    def send(self, conversation, text="Good morning"):
        row = self.reply(self.ana, conversation, text).wa_message_ids
        self.run_sender()
        return row

    def dialled(self):
        """Return what messages were addressed to, in order, since last asked."""
        lines = [line["body"] for line in self.sandbox.requests_log() if line["path"].endswith("/messages")]
        found = [body["to"] for body in lines if "to" in body]
        self.seen, new = len(found), found[getattr(self, "seen", 0) :]
        return new

    def sent_texts(self):
        return len(self.sandbox.control("GET", "sent")["sent"])


@tagged("post_install", "-at_install", "wa")
class TestTestRecipients(SecondLookCase):
    """W9: test numbers list Argentine and Mexican people without the digit that their webhooks carry."""

    def list(self, *phones):
        self.sandbox.control("POST", f"numbers/{PHONE_NUMBER_ID}", test_recipients=list(phones))

    def test_the_other_spelling_is_tried_once_and_remembered(self):
        for name, phone, listed in (("Luz", LUZ, LUZ_LISTED), ("Ana", ANA, ANA_LISTED)):
            with self.subTest(phone):
                self.list("+" + phone)
                conversation = self.chat(name, "+" + phone)
                contact = conversation.contact_id
                self.assertEqual(contact.wa_id, phone)
                before = self.sent_texts()
                row = self.send(conversation)
                self.assertEqual((row.state, row.error_code), ("sent", False), row.error_text)
                self.assertEqual(self.dialled(), ["+" + phone, "+" + listed])
                self.assertEqual((contact.wa_id, contact.dialled), (phone, listed))
                row = self.send(conversation, "Again")
                self.assertEqual(row.state, "sent", row.error_text)
                self.assertEqual(self.dialled(), ["+" + listed], "it is remembered")
                self.deliver()
                self.assertEqual((row.state, contact.wa_id, contact.dialled), ("delivered", phone, listed))
                self.assertEqual(self.sent_texts() - before, 2, "nobody got one twice")

    def test_identity_stays_when_the_person_writes_again(self):
        self.list("+" + LUZ)
        ada = self.customer("Luz", phone="+" + LUZ)
        conversation = self.customer_writes(ada, "Hello")
        conversation.user_id = self.ana
        self.send(conversation)
        again = self.customer_writes(ada, "Thanks")
        self.assertEqual(again, conversation)
        self.assertEqual((conversation.contact_id.wa_id, conversation.contact_id.dialled), (LUZ, LUZ_LISTED))

    def test_a_real_number_is_dialled_as_it_comes(self):
        conversation = self.chat("Luz", "+" + LUZ)
        self.assertEqual(self.send(conversation).state, "sent")
        self.assertEqual(self.dialled(), ["+" + LUZ])
        self.assertFalse(conversation.contact_id.dialled)

    def test_not_on_the_list_at_all(self):
        self.list("+12025550143")
        conversation = self.chat("Luz", "+" + LUZ)
        row = self.send(conversation)
        self.assertEqual((row.state, row.error_code), ("failed", "131030"))
        self.assertEqual(self.dialled(), ["+" + LUZ, "+" + LUZ_LISTED])
        self.assertIn("without the 9 after 54", row.error_text)
        self.assertFalse(self.number.is_blocked)
        self.assertEqual(self.account.state, "connected")
        self.assertFalse(conversation.contact_id.dialled)
        self.list("+" + LUZ)
        row.mail_message_id.with_user(self.ana).action_wa_retry()
        self.run_sender()
        self.assertEqual(row.state, "sent", row.error_text)

    def test_numbers_of_one_spelling_are_asked_once(self):
        self.list("+" + LUZ)
        row = self.send(self.chat("Ada", "+12025550143"))
        self.assertEqual((row.state, row.error_code), ("failed", "131030"))
        self.assertEqual(self.dialled(), ["+12025550143"])

    def test_what_was_remembered_is_given_up_when_it_is_refused_in_turn(self):
        """The list was entered anew, or the number is real now."""
        conversation = self.chat("Luz", "+" + LUZ)
        conversation.contact_id.dialled = LUZ_LISTED
        fault = {"kind": "error", "code": 131030, "times": 1, "match": "/messages t"}
        self.sandbox.control("POST", "switches", fault=fault)
        self.assertEqual(self.send(conversation).state, "sent")
        self.assertEqual(self.dialled(), ["+" + LUZ_LISTED, "+" + LUZ])
        self.assertFalse(conversation.contact_id.dialled)

    def test_cut_in_the_second_try_is_unknown_and_not_sent_again(self):
        self.list("+" + LUZ)
        conversation = self.chat("Luz", "+" + LUZ)
        self.sandbox.control("POST", "switches", fault={"kind": "cut", "times": 1, "match": "/messages t", "after": 1})
        row = self.send(conversation)
        self.assertEqual(row.state, "unknown")
        self.run_sender()
        self.assertEqual(len(self.dialled()), 2)

    def test_reported_by_status(self):
        """Nothing is sent again by itself; what the sentence says is the same."""
        conversation = self.chat("Luz", "+" + LUZ)
        self.sandbox.control("POST", "switches", fault={"kind": "failed", "code": 131030, "match": "/messages t"})
        row = self.send(conversation)
        self.deliver()
        self.assertEqual((row.state, row.error_code), ("failed", "131030"))
        self.assertIn("without the 9 after 54", row.error_text)
        self.run_sender()
        self.assertEqual(len(self.dialled()), 1)
        self.assertFalse(self.number.is_blocked)

    def test_another_number_forgets_how_the_former_was_written(self):
        contact = self.chat("Luz", "+" + LUZ).contact_id
        contact.dialled = LUZ_LISTED
        contact.write(contact._phone_vals(LUZ_LISTED))
        self.assertEqual(contact.dialled, LUZ_LISTED, "the same number in another spelling")
        contact.write(contact._phone_vals("447700900123"))
        self.assertFalse(contact.dialled)


@tagged("post_install", "-at_install", "wa")
class TestRightsOfOneMessage(SecondLookCase):
    """W17: before number and account stop, the number is read with the same token."""

    CODES = (3, 10, 131005, 200)

    def setUp(self):
        super().setUp()
        self.conversation = self.chat("Ada", "+12025550143")

    def refuse(self, code, match="/messages t", times=20, kind="error"):
        self.sandbox.control("POST", "switches", fault=None)
        self.sandbox.control("POST", "switches", fault={"kind": kind, "code": code, "times": times, "match": match})

    def reads(self):
        path = f"/{PHONE_NUMBER_ID}"
        return len([line for line in self.sandbox.requests_log() if line["path"].endswith(path)])

    def check_nothing_stopped(self):
        self.assertFalse(self.number.is_blocked)
        self.assertEqual(self.account.state, "connected")

    def test_only_this_message_fails(self):
        for code in self.CODES:
            with self.subTest(code):
                self.refuse(code)
                row = self.send(self.conversation, f"code {code}")
                self.assertEqual((row.state, row.error_code), ("failed", str(code)))
                self.assertIn("not open to this business", row.error_text)
                self.check_nothing_stopped()
                self.sandbox.control("POST", "switches", fault=None)
                self.assertEqual(self.send(self.conversation, "and on").state, "sent")

    def test_the_token_lost_its_rights(self):
        """Refused is also what sends nothing: number and account stop, what waits is kept."""
        self.sandbox.control("POST", "tokens", token="EAADEMO-TOKEN", scopes=["whatsapp_business_management"])
        self.addCleanup(
            self.sandbox.control,
            "POST",
            "tokens",
            token="EAADEMO-TOKEN",
            scopes=["whatsapp_business_messaging", "whatsapp_business_management"],
        )
        rows = [self.reply(self.ana, self.conversation, text).wa_message_ids for text in ("one", "two")]
        self.run_sender()
        self.assertEqual([row.state for row in rows], ["failed", "queued"])
        self.assertTrue(self.number.is_blocked)
        self.assertEqual((self.account.state, self.account.state_code), ("blocked", "permission_missing"))

    def test_the_token_reaches_the_account_no_more(self):
        self.sandbox.control("POST", "tokens", token="EAADEMO-TOKEN", wabas=[])
        self.addCleanup(self.sandbox.control, "POST", "tokens", token="EAADEMO-TOKEN", wabas=None)
        self.assertEqual(self.send(self.conversation).state, "failed")
        self.assertTrue(self.number.is_blocked)

    def test_many_refused_ask_once(self):
        rows = self.env["wa.message"]
        for n in range(30):
            conversation = self.chat(f"Person {n}", f"+1202555{100 + n:04}")
            rows |= self.reply(self.ana, conversation, "Hello").wa_message_ids
        self.refuse(10, times=1000)
        before = self.reads()
        self.run_sender()
        self.assertEqual(set(rows.mapped("state")), {"failed"})
        self.assertEqual(set(rows.mapped("error_code")), {"10"})
        self.assertEqual(self.reads() - before, 1)
        self.check_nothing_stopped()

    def test_whatsapp_is_unwell_when_it_is_asked(self):
        """Nobody knows, so all stops until somebody does: the job that looks after accounts lets it go on."""
        self.sandbox.control("POST", "switches", fault=None)
        faults = [
            {"kind": "error", "code": 10, "times": 20, "match": "/messages t"},
            {"kind": "500", "times": 20, "match": f"GET /v26.0/{PHONE_NUMBER_ID}"},
        ]
        self.sandbox.control("POST", "switches", fault=faults)
        self.assertEqual(self.send(self.conversation).state, "failed")
        self.assertTrue(self.number.is_blocked)

    def test_a_file_that_is_refused(self):
        """Uploading comes before sending and is one message's matter as well."""
        self.refuse(10, match=f"POST /v26.0/{PHONE_NUMBER_ID}/media")
        files = [("terms.txt", b"All of them")]
        row = self.reply(self.ana, self.conversation, "", attachments=files).wa_message_ids
        self.run_sender()
        self.assertEqual((row.state, row.error_code), ("failed", "10"))
        self.check_nothing_stopped()

    def test_reported_by_status(self):
        """It was accepted with this token, so the token may send."""
        for code in self.CODES:
            with self.subTest(code):
                self.refuse(code, kind="failed", times=1)
                row = self.send(self.conversation, f"code {code}")
                self.assertEqual(row.state, "sent")
                self.deliver()
                self.assertEqual((row.state, row.error_code), ("failed", str(code)))
                self.check_nothing_stopped()
