"""What happens over time: messages go out and come in, statuses follow, webhooks report them."""

import asyncio
import time
from datetime import datetime, timezone

from . import links, payloads, rules_status
from .errors import GraphError
from .fake_numbers import is_us_number
from .records import Customer, Message
from .rules_pricing import pricing
from .rules_window import free_entry_until, opens_window
from .views import message_view
from .webhooks import Update


class Traffic:
    """Moves messages between businesses and customers.

    :param server: gives ``world``, ``switches``, ``dispatcher``, ``journal``, ``hub`` and ``faults``.
    """

    def __init__(self, world, switches, dispatcher, journal, hub):
        self.world, self.switches, self.dispatcher, self.journal, self.hub = world, switches, dispatcher, journal, hub
        self._timers, self._tasks = set(), set()

    def clear(self):
        """Cancel everything that was going to happen."""
        for timer in (*self._timers, *self._tasks):
            timer.cancel()
        self._timers.clear()

    def is_moving(self, seconds=0.1):
        """Whether something of its own accord happens within that many seconds of real time."""
        until = asyncio.get_running_loop().time() + seconds
        return bool(self._tasks) or any(timer.when() <= until for timer in self._timers)

    def later(self, milliseconds, action, *args):
        """Do something after a while of real time."""

        def fire():
            self._timers.discard(timer)
            action(*args)

        timer = asyncio.get_running_loop().call_later(milliseconds / 1000, fire)
        self._timers.add(timer)

    # ------------------------------------------------------------------ business -> customer

    def accept(self, message, failure=None, files=()):
        """Take a checked message from the business and let its statuses follow.

        :param failure: a GraphError that shall be reported by a ``failed`` status instead of a delivery.
        :param files: files it refers to by their addresses (:class:`~.rules_media.Used`); they are fetched first.
        """
        world = self.world
        world.keep(message)
        self.journal.accepted(message, time.time())
        thread = world.thread(message.phone_number_id, message.customer_id)
        if message.sent_by == "to":
            thread.spoke_by_phone_at = message.at
        if failure is None and thread.free_until is None and thread.entry_at is not None:
            thread.free_until = free_entry_until(thread.entry_at, message.at)
        if failure is not None:
            self.later(self.switches.sent_ms, self.fail, message, failure)
        elif message.status != "held":
            self.later(self.switches.sent_ms, self._start, message, files)

    def _start(self, message, files):
        """Send a message on, once the files are fetched it refers to by their addresses."""
        if not files:
            self.sent(message)
            return
        task = asyncio.ensure_future(self._fetch(message, files))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch(self, message, files):
        for file in files:
            problem = await links.problem_of(self.dispatcher.session, file)
            if problem is not None:
                self.fail(message, GraphError(131053, problem))
                return
        self.sent(message)

    def accept_for_nobody(self, message, digits, failure):
        """Take a message to a phone without WhatsApp; only its ``failed`` status follows."""
        self.journal.accepted(message, time.time())
        message.errors = [failure.webhook_error()]
        number = self.world.numbers[message.phone_number_id]
        nobody = Customer(id="", name="", wa_id=digits, country="", seed="")
        value = payloads.status(number, nobody, "", message, "failed", self.world.now(), False, errors=message.errors)
        self.later(self.switches.sent_ms, self.dispatcher.publish, Update(number.waba_id, "messages", value, number))

    def sent(self, message):
        """Report ``sent`` and put the message on the customer's phone when that is online."""
        customer = self.world.customers.get(message.customer_id)
        if customer is None or message.status == "failed":
            return
        late = self.late_failure(message, customer)
        if late:
            self.fail(message, late)
            return
        thread = self.world.thread(message.phone_number_id, message.customer_id)
        self._apply_reaction(message)
        thread.typing_until = 0.0
        self._advance(message, "sent", customer)
        if message.type in rules_status.SENT_ONLY:
            return
        if customer.online:
            self.later(self.switches.delivered_ms, self.delivered, message)

    def late_failure(self, message, customer):
        """Return why WhatsApp itself drops a message Cloud API had accepted, or None.

        The code for somebody the business itself has blocked is on no page; it is not deliverable.
        """
        number = self.world.numbers[message.phone_number_id]
        if message.phone_number_id in customer.blocked or customer.id in number.blocked:
            return GraphError(131026, "Message undeliverable.")
        if message.category == "marketing":
            if self.switches.us_marketing_pause and is_us_number(customer.wa_id):
                return GraphError(131049, "Marketing messages to users in the United States are paused.")
            if customer.marketing_stopped:
                return GraphError(131050, "The user has stopped marketing messages from this business.")
        return None

    def delivered(self, message):
        """The message is on the customer's device."""
        customer = self.world.customers.get(message.customer_id)
        if customer is None or not customer.online or message.status != "sent":
            return
        thread = self.world.thread(message.phone_number_id, message.customer_id)
        message.on_phone = True
        thread.unread += 1
        self.hub.tell(
            "unread", {"customer_id": customer.id, "phone_number_id": thread.phone_number_id, "unread": thread.unread}
        )
        if not self.switches.skip_delivered:
            self._advance(message, "delivered", customer)
        else:
            self.show(message)
        if self.switches.auto_read_ms is not None:
            self.later(self.switches.auto_read_ms, self.read_up_to, customer, thread)

    def read_up_to(self, customer, thread):
        """The customer looks at a chat: everything that arrived is read."""
        had_unread, thread.unread = thread.unread, 0
        if not customer.online:
            return
        for message in list(thread.messages):
            if message.direction != "out" or message.type in rules_status.SENT_ONLY:
                continue
            if message.status not in ("sent", "delivered"):
                continue
            message.on_phone = True
            for name in rules_status.steps_to_read(message.status, self.switches.skip_delivered):
                if name != "read" or (customer.read_receipts and self.switches.read_receipts):
                    self._advance(message, name, customer)
        if had_unread:
            self.hub.tell("unread", {"customer_id": customer.id, "phone_number_id": thread.phone_number_id, "unread": 0})

    def played(self, message):
        """The customer played a voice note; other audio has no such status."""
        customer = self.world.customers[message.customer_id]
        if message.type == "audio" and message.content.get("voice") and customer.read_receipts:
            self._advance(message, "played", customer)

    def fail(self, message, failure):
        """Report that a message did not arrive."""
        customer = self.world.customers.get(message.customer_id)
        message.errors = [failure.webhook_error()]
        if customer is None:
            message.status = "failed"
            return
        self._advance(message, "failed", customer)

    def force(self, message, name, failure):
        """Report any status at once, even one that does not follow from the last (for tests)."""
        customer = self.world.customers.get(message.customer_id)
        if customer is None or name not in (*rules_status.ORDER, "failed"):
            raise failure
        message.errors = [failure.webhook_error()] if name == "failed" else []
        self._report(message, name, customer)

    def come_online(self, customer):
        """Deliver what waited while the phone was off."""
        customer.online = True
        for (_, customer_id), thread in list(self.world.threads.items()):
            if customer_id == customer.id:
                for message in list(thread.messages):
                    if message.direction == "out" and message.status == "sent":
                        self.delivered(message)

    def release_held(self):
        """Let go what pacing held back."""
        for message in list(self.world.messages.values()):
            if message.direction == "out" and message.status == "held":
                message.status = "accepted"
                self.later(self.switches.sent_ms, self.sent, message)

    def _apply_reaction(self, message):
        if message.type == "reaction":
            target = self.world.messages.get(message.content["message_id"])
            if target is not None:
                react(target, message.direction, message.content.get("emoji"))
                self.show(target)

    def _advance(self, message, name, customer):
        """Report one status if it may follow the last one."""
        if rules_status.may_follow(message.status, name):
            self._report(message, name, customer)

    def _report(self, message, name, customer):
        """Set and report one status; every status passes here."""
        message.status = name
        self.show(message)
        if not self.switches.statuses:
            return
        world = self.world
        number = world.numbers[message.phone_number_id]
        thread = world.thread(message.phone_number_id, message.customer_id)
        price = None
        if name in ("sent", "delivered", "read") and not message.priced:
            message.priced = True
            price = self._price(message, number, thread)
        if message.category == "service" and name == ("read" if self.switches.skip_delivered else "delivered"):
            key = month(message.at)
            number.service_delivered[key] = number.service_delivered.get(key, 0) + 1
        value = payloads.status(
            number,
            customer,
            world.bsuid_for(customer, number),
            message,
            name,
            world.now(),
            world.phone_visible(customer, thread),
            price,
            message.errors or None,
            self._identity(customer, number),
        )
        self.dispatcher.publish(Update(number.waba_id, "messages", value, number))

    def _identity(self, customer, number):
        return self.world.identity_hash(customer) if number.identity_check else None

    def _price(self, message, number, thread):
        free = thread.free_until is not None and message.at < thread.free_until
        return pricing(message.category, free, number.service_delivered.get(month(message.at), 0))

    def show(self, message):
        """Tell the phone page that a message is new or has changed."""
        self.hub.tell("message", lambda: message_view(message), message.customer_id)

    # ------------------------------------------------------------------ customer -> business

    def write(self, customer, number, kind, content, context=None, referral=None, at=None):
        """A customer's message leaves the phone; returns it. To a business that has blocked them, it goes no further."""
        world = self.world
        message = Message(
            wamid=world.next_wamid(),
            phone_number_id=number.phone_number_id,
            customer_id=customer.id,
            direction="in",
            type=kind,
            content=content,
            at=world.now() if at is None else at,
            status="sent",
            context=context,
            referral=referral,
        )
        world.keep(message)
        if customer.id in number.blocked:
            self.show(message)
            return message
        thread = world.thread(number.phone_number_id, customer.id)
        if opens_window(kind):
            thread.window_from = max(message.at, thread.window_from or 0)
        if not customer.hidden_phone:
            thread.spoke_by_phone_at = message.at
        if referral:
            thread.entry_at, thread.free_until = message.at, None
        self._apply_reaction(message)
        self.show(message)
        value = payloads.incoming(
            number,
            customer,
            world.bsuid_for(customer, number),
            message,
            world.phone_visible(customer, thread),
            self._identity(customer, number),
        )
        self.dispatcher.publish(Update(number.waba_id, "messages", value, number, done=lambda: self._arrived(message)))
        return message

    def _arrived(self, message):
        """The business's server has the message: two ticks on the customer's phone."""
        if message.status == "sent":
            message.status = "delivered"
            self.show(message)

    def business_read(self, message, typing):
        """The business marks a customer's message, and all before it, as read; returns nothing."""
        thread = self.world.thread(message.phone_number_id, message.customer_id)
        for other in thread.messages:
            if other.direction == "in" and other.at <= message.at and other.status != "read":
                other.status = "read"
                self.show(other)
        if typing:
            thread.typing_until = self.world.now() + 25
            self.hub.tell("typing", {"phone_number_id": thread.phone_number_id, "seconds": 25}, message.customer_id)

    # ------------------------------------------------------------------ anything else

    def publish(self, field, value, waba_id, number=None):
        """Report something on any field; fields other than ``messages`` carry the time."""
        timed = field not in ("messages", "user_preferences")
        self.dispatcher.publish(Update(waba_id, field, value, number, time=int(self.world.now()) if timed else None))


def react(message, who, emoji):
    """Put or take back one side's reaction on a message."""
    if emoji:
        message.reactions[who] = emoji
    else:
        message.reactions.pop(who, None)


def month(at):
    """Return the month of an epoch time, for the free service messages."""
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m")
