import ast
import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("models", "wizards", "controllers", "report", "tools/graph")
#: The method of the transport that hands a message to somebody's phone.
SENDS = "send_message"

#: Function that makes an outgoing message -> functions on the way to the gate, each called by the one before;
#: the last one is the gate's own. Whoever adds a way to send adds a line here, and asks.
CREATORS = {
    "models/template/wa_template_send.py:_prepare": ["_decide"],
    "models/outbox/wa_free_text.py:_prepare": ["_decide"],
    "models/consent/wa_optout.py:_send_confirmation": ["_decide"],
    "models/discuss/wa_channel_interactive.py:_wa_send": ["_wa_check_call", "_wa_check_sender", "_check"],
    # What these two make is asked about by who calls them.
    "models/discuss/wa_channel_reply.py:_wa_enqueue_reply": ["<message_post", "_wa_check_sender", "_check"],
    "models/message/wa_message_kinds.py:_enqueue_reaction": ["<_message_reaction", "_check_can_react", "_check"],
}
#: Functions that put an existing message back into the queue: it was asked about when it was made, and is again
#: when its turn comes.
QUEUE_AGAIN = {
    "models/message/wa_message.py:_outgoing_vals",
    "models/message/wa_message.py:action_retry",
    "models/outbox/claim.py:ask_gate",
    "models/outbox/claim.py:unclaim",
    "models/outbox/results.py:retry_later",
    "models/outbox/results.py:wait_for_account",
}
#: Functions that write the word about something else than a ``wa.message``.
OTHER_QUEUES = {"models/scheduled/wa_scheduled_message_worker.py:_note_outcome"}


class Source:
    """The functions of the addon, and whom they call, by name."""

    def __init__(self):
        self.functions = {}  # file:function -> node
        for folder in FOLDERS:
            for file in sorted((ROOT / folder).rglob("*.py")):
                for node in ast.walk(ast.parse(file.read_text())):
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                        self.functions[f"{file.relative_to(ROOT)}:{node.name}"] = node

    def names_in(self, key):
        """Return every name a function uses: methods, functions, and strings (for getattr)."""
        names = set()
        for node in ast.walk(self.functions[key]):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
        return names

    def using(self, name):
        """Return the functions that use a name."""
        return {key for key in self.functions if name in self.names_in(key)}

    def named(self, name):
        """Return the functions of a name, wherever they are defined."""
        return [key for key in self.functions if key.endswith(f":{name}")]

    def lines_of(self, key, name):
        """Return the lines of a function on which a method or function is called."""
        return [
            node.lineno
            for node in ast.walk(self.functions[key])
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name
        ]

    def queueing(self):
        """Return the functions that write the state ``queued``."""
        found = set()
        for key, function in self.functions.items():
            for node in ast.walk(function):
                pairs = []
                if isinstance(node, ast.Dict):
                    pairs = [(k.value, v) for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)]
                elif isinstance(node, ast.Assign):
                    pairs = [(t.attr, node.value) for t in node.targets if isinstance(t, ast.Attribute)]
                elif isinstance(node, ast.Call):
                    pairs = [(keyword.arg, keyword.value) for keyword in node.keywords]
                written = [value.value for name, value in pairs if name == "state" and isinstance(value, ast.Constant)]
                if "queued" in written:
                    found.add(key)
        return found


@tagged("post_install", "-at_install", "wa")
class TestEveryWayAsks(BaseCase):
    """No path sends without the gate. Proved from the source, so that a new path cannot hide."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = Source()

    # ------------------------------------------------------- out of the building

    def test_one_function_calls_the_transport(self):
        self.assertEqual(self.source.using(SENDS) - {f"tools/graph/client.py:{SENDS}"}, {"tools/graph/second_look.py:send"})
        senders = {key for key in self.source.using("second_look") if "send" in self.source.names_in(key)}
        self.assertEqual(senders, {"models/outbox/sender.py:call_transport"})
        self.assertEqual(self.source.using("call_transport"), {"models/outbox/sender.py:_release"})

    def test_transport_has_no_other_way_to_send(self):
        """Every request that carries a message is a POST to ``…/messages``."""
        # Read receipts go to the same address and carry no message.
        addresses = ("/messages", "/marketing_messages")
        posting = {key for key in self.source.functions if any(name.endswith(addresses) for name in self.source.names_in(key))}
        self.assertEqual(posting, {f"tools/graph/client.py:{SENDS}", "tools/graph/client.py:mark_read"})

    def test_what_is_handed_over_was_claimed_and_claiming_asks_the_gate(self):
        """sender._release takes from ``ready``; only _prepare fills it; only claimed messages get there."""
        fills = {
            key
            for key in self.source.functions
            if key.startswith("models/")
            and any(
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("append", "appendleft", "extend", "extendleft", "insert")
                and isinstance(node.func.value, ast.Attribute)
                and node.func.value.attr == "ready"
                for node in ast.walk(self.source.functions[key])
            )
        }
        self.assertEqual(fills, {"models/outbox/sender.py:_prepare"})
        in_sender = [key for key in self.source.functions if key.startswith("models/outbox/sender.py:")]
        callers = {key for key in in_sender if self.source.lines_of(key, "_prepare")}
        self.assertEqual(callers, {"models/outbox/sender.py:_upload_first", "models/outbox/sender.py:_finish_upload"})
        self.assertEqual(self.source.using("_upload_first"), {"models/outbox/sender.py:_claim_if_needed"})
        self.assertIn("_claim", self.source.names_in("models/outbox/sender.py:_claim_if_needed"))
        self.assertIn("claim", self.source.names_in("models/outbox/sender.py:_claim"))
        # Uploads are started for claimed messages alone.
        self.assertEqual(self.source.using("_finish_upload"), {"models/outbox/sender.py:_step"})
        self.assertEqual(self.source.using("run_uploads"), {"models/outbox/sender.py:_upload_first"})
        claim = "models/outbox/claim.py:claim"
        self.assertEqual(self.source.using("mark_claimed"), {claim})
        [asked], [claimed] = self.source.lines_of(claim, "ask_gate"), self.source.lines_of(claim, "mark_claimed")
        self.assertLess(asked, claimed, "first asked, then claimed")
        self.assertTrue(self.source.lines_of("models/outbox/claim.py:ask_gate", "_decide"))

    # ----------------------------------------------------------- into the queue

    def test_every_creator_is_known(self):
        creators = (self.source.using("_outgoing_vals") | self.source.using("_enqueue")) - {
            "models/message/wa_message.py:_enqueue",
        }
        self.assertEqual(creators, set(CREATORS))

    def test_nobody_else_puts_messages_into_the_queue(self):
        self.assertEqual(self.source.queueing(), QUEUE_AGAIN | OTHER_QUEUES)

    def test_every_creator_asks_the_gate_first(self):
        for creator, way in CREATORS.items():
            here = creator
            if way[0].startswith("<"):
                # Its only caller asks, above the line on which it calls.
                made = creator.split(":")[1]
                [here] = self.source.using(made)
                self.assertEqual(here.split(":")[1], way[0][1:])
                asked, makes = self.source.lines_of(here, way[1]), self.source.lines_of(here, made)
                self.assertLess(min(asked), min(makes), f"{here} asks before it makes")
                way = way[1:]
            for step in way:
                self.assertTrue(self.source.lines_of(here, step), f"{here} calls {step}")
                if step in ("_decide", "_check"):
                    self.assertIn("wa.gate", self.source.names_in(here))
                    break
                [here] = self.source.named(step)
            else:
                self.fail(f"{creator} does not end at the gate")

    def test_the_gate_has_one_decision(self):
        """``_check`` and ``_explain`` say what ``_decide`` says, and that is what the rules say."""
        for name in ("_check", "_explain"):
            self.assertTrue(self.source.lines_of(f"models/policy/wa_gate.py:{name}", "_decide"), name)
        self.assertTrue(self.source.lines_of("models/policy/wa_gate.py:_decide", "decide"))
        self.assertTrue(self.source.lines_of("models/policy/wa_gate.py:_decide", "_facts"))
        self.assertEqual(
            [key for key in self.source.functions if re.match(r"models/(.*/)?wa_.*:(_decide|_facts)$", key)],
            ["models/policy/wa_gate.py:_decide", "models/policy/wa_gate.py:_facts"],
            "nobody overrides the decision, and the facts stand in one file",
        )
