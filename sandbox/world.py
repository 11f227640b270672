"""The state of the sandbox: who exists, what was said, which templates there are.

Everything lives in memory and is bounded. Time is the world's own clock: real time plus an offset a tester sets.
"""

import base64
import hashlib
import os
import secrets
import time

from . import fake_numbers
from . import rules_recipient as recipient
from .errors import GraphError
from .records import Account, App, Customer, Deletion, Flow, Number, Product, Shop, Template, Thread, Token
from .starter import starter_templates
from .starter_shop import starter_catalog_id, starter_flows, starter_products

MESSAGES_LIMIT = 100_000


class World:
    """All records and the look-ups between them.

    :param config: see ``config.py``.
    """

    def __init__(self, config):
        self.config = config
        self.clock_offset = 0.0
        self.app_id = config["app_id"]
        self.portfolio_id = config["portfolio_id"]
        self.reset()

    # ------------------------------------------------------------------ life

    def reset(self):
        """Forget everything but what the configuration says."""
        self.apps = {}
        self.add_app(self.app_id, self.config["app_secret"], self.config["require_app_secret_proof"])
        self._serial = self._wamids = 0
        self._wamid_seed = os.urandom(6)
        self.accounts, self.numbers, self.tokens = {}, {}, {}
        self.customers, self.by_wa_id, self.by_bsuid, self.by_username = {}, {}, {}, {}
        self.threads, self.messages, self.templates, self.by_template = {}, {}, {}, {}
        self.media, self.uploads = {}, {}
        self.deletions, self.samples, self.sample_data = {}, {}, {}
        self.products, self.flows = {}, {}
        for values in self.config["accounts"]:
            self.add_account(values)
        for value, values in self.config["tokens"].items():
            self.tokens[value] = Token(value=value, **values)
        self.app_callback = {**self.app_callback, **(self.config.get("app_callback") or {})}
        for values in self.config.get("customers", ()):
            self.add_customer(**values)

    def index(self):
        """Build the look-ups anew from the records (after loading them)."""
        people = self.customers.values()
        self.by_wa_id = {one.wa_id: one for one in people}
        self.by_bsuid = {bsuid: one for one in people for bsuid in self.bsuids(one)}
        self.by_username = {one.username: one for one in people if one.username}
        self.by_template = {(one.waba_id, one.name, one.language): one for one in self.templates.values()}
        self._serial = max([self._serial, *(int(one.id[1:]) for one in people)])

    def now(self):
        """Return the world's time in epoch seconds."""
        return time.time() + self.clock_offset

    def next_id(self):
        """Return a fresh decimal id for templates, media and the like."""
        return str(910_000_000_000_000 + secrets.randbelow(80_000_000_000_000))

    def next_wamid(self):
        """Return a fresh message id; opaque to clients, unique also over restarts."""
        self._wamids += 1
        raw = b"\x1d\x18\x0c" + self._wamid_seed + self._wamids.to_bytes(6, "big") + os.urandom(18)
        return "wamid." + base64.b64encode(raw).decode()

    # ------------------------------------------------------------------ business side

    @property
    def app_secret(self):
        """The secret of the first app."""
        return self.apps[self.app_id].secret

    @app_secret.setter
    def app_secret(self, value):
        self.apps[self.app_id].secret = value

    @property
    def app_callback(self):
        """The own callback of the first app."""
        return self.apps[self.app_id].callback

    @app_callback.setter
    def app_callback(self, value):
        self.apps[self.app_id].callback = value

    def add_app(self, app_id, secret, require_proof=False):
        """Add a Meta app."""
        app = self.apps[app_id] = App(app_id=app_id, secret=secret, require_proof=require_proof)
        return app

    def app_of(self, token):
        """Return the app a token was made for."""
        return self.apps[token.app_id or self.app_id]

    def add_account(self, values):
        """Add a WABA with its numbers and the starter templates."""
        account = Account(
            waba_id=values["waba_id"], name=values["name"], portfolio_id=values.get("portfolio_id") or self.portfolio_id
        )
        self.accounts[account.waba_id] = account
        self.by_bsuid.update((self.bsuid(one, account.portfolio_id), one) for one in self.customers.values())
        for number in values["numbers"]:
            self.add_number(account.waba_id, **number)
        for number, template in enumerate(starter_templates(), 1):
            template_id = str(990_000_000_000_000 + int(account.waba_id) % 1_000_000_000 * 100 + number)
            self.add_template(account.waba_id, **template, id=template_id)
        self.stock(account)
        return account

    def stock(self, account):
        """Connect the starter catalogue and flows to an account."""
        account.catalog_id = starter_catalog_id(account.waba_id)
        for values in starter_products():
            self.add_product(account.catalog_id, **values)
        for values in starter_flows(account.waba_id):
            self.add_flow(account.waba_id, **values)

    def add_product(self, catalog_id, retailer_id, **values):
        """Add an article to a catalogue, or replace the one with that number."""
        product = Product(id=f"{catalog_id}/{retailer_id}", catalog_id=catalog_id, retailer_id=retailer_id, **values)
        self.products[product.id] = product
        return product

    def add_flow(self, waba_id, **values):
        """Add a form to an account."""
        flow = Flow(**{"id": self.next_id(), "updated_at": self.now(), **values}, waba_id=waba_id)
        self.flows[flow.id] = flow
        return flow

    def shop(self, waba_id):
        """Return what an account's messages may refer to: :class:`~.records.Shop`."""
        catalog_id = self.accounts[waba_id].catalog_id
        return Shop(
            catalog_id=catalog_id,
            products={one.retailer_id: one for one in self.products.values() if one.catalog_id == catalog_id},
            flows={one.id: one for one in self.flows.values() if one.waba_id == waba_id},
        )

    def add_number(self, waba_id, phone_number_id, display, verified_name, **more):
        """Add a business number to an account."""
        digits = "".join(char for char in display if char.isdigit())
        number = Number(
            phone_number_id=phone_number_id,
            waba_id=waba_id,
            digits=digits,
            display=display,
            verified_name=verified_name,
            **more,
        )
        self.numbers[phone_number_id] = number
        return number

    def add_template(self, waba_id, name, language, category, components, **more):
        """Add a template; (account, name, language) is unique."""
        template = Template(
            id=more.pop("id", None) or self.next_id(),
            waba_id=waba_id,
            name=name,
            language=language,
            category=category,
            components=components,
            **{"quality_at": self.now(), **more},
        )
        template.was_approved = template.status == "APPROVED"
        self.templates[template.id] = template
        self.by_template[waba_id, name, language] = template
        return template

    def drop_template(self, template, locked_s):
        """Forget a template; its name stays taken for some seconds."""
        del self.templates[template.id]
        key = (template.waba_id, template.name, template.language)
        self.by_template.pop(key, None)
        lock = Deletion("/".join(key), *key, category=template.category, until=self.now() + locked_s)
        self.deletions[lock.id] = lock

    def locks_on(self, waba_id, name):
        """Return the :class:`Deletion` records that still hold a name; forget those that are over."""
        now = self.now()
        self.deletions = {key: one for key, one in self.deletions.items() if one.until > now}
        return [one for one in self.deletions.values() if one.waba_id == waba_id and one.name == name]

    def listeners(self, waba_id):
        """Return the ids of the apps that are subscribed to an account."""
        account = self.accounts.get(waba_id)
        return [app_id for app_id in (account.subscribed if account else ()) if app_id in self.apps]

    def callback(self, field, waba_id, number, app_id=None):
        """Return where a webhook goes for an app (the first one unless told), as ``(url or None, why not)``.

        Overrides hold only for the fields in ``webhooks.OVERRIDABLE``; template and account events always go to
        the app's own callback. Source: Meta, ``webhooks/override``.
        """
        account = self.accounts.get(waba_id)
        app = self.apps[app_id or self.app_id]
        subscription = account.subscribed.get(app.app_id) if account else None
        if subscription is None:
            return None, "the app is not subscribed to this account: POST /{WABA_ID}/subscribed_apps"
        if field in OVERRIDABLE:
            own = number.webhook if number and number.webhook.get("app_id", self.app_id) == app.app_id else {}
            for override in (own, subscription):
                if override.get("override_callback_uri"):
                    return override["override_callback_uri"], None
        if app.callback["callback_url"]:
            fields = app.callback["fields"]
            if fields is not None and field not in fields:
                return None, f"the app is not subscribed to the field {field}"
            return app.callback["callback_url"], None
        return None, (
            "the app has no callback URL; an override does not cover this field"
            if field not in OVERRIDABLE
            else "no callback URL is set"
        )

    def app_token(self, app_id=None):
        """Return an app's own token ``APP_ID|APP_SECRET``; it reaches the app, not the accounts."""
        return Token(value="app", scopes=("app",), wabas=(), app_id=app_id or self.app_id)

    # ------------------------------------------------------------------ people

    def add_customer(self, name, phone=None, username=None, hidden_phone=False, **more):
        """Add a person, or update the one who has that phone number or username.

        :return: ``(customer, created)``.
        """
        username = username.lstrip("@") if username else None
        digits = recipient.normalise(phone, "") if phone else None
        known = (digits and self.find_phone(digits)) or (username and self.by_username.get(username))
        if known:
            known.name, known.hidden_phone = name, hidden_phone
            self.rename(known, username or known.username)
            return known, False
        seed = digits or os.urandom(12).hex()
        digits = digits or self.free_phone(more.pop("country", None))
        self._serial += 1
        customer = Customer(
            id=f"c{self._serial}",
            name=name,
            wa_id=digits,
            country=recipient.country_of(digits),
            seed=seed,
            hidden_phone=hidden_phone,
            **more,
        )
        self.customers[customer.id] = customer
        self.by_wa_id[digits] = customer
        self.by_bsuid.update(dict.fromkeys(self.bsuids(customer), customer))
        self.rename(customer, username)
        return customer, True

    def rename(self, customer, username):
        """Give the person another username, or none."""
        username = username.lstrip("@") if username else None
        if customer.username:
            self.by_username.pop(customer.username, None)
        customer.username = username
        if username:
            self.by_username[username] = customer

    def free_phone(self, country=None):
        """Return a fictional number nobody has: +44 7700 900xxx, then +1 xxx-555-01xx."""
        if country != "US":
            for _ in range(50):
                digits = fake_numbers.uk_number()
                if digits not in self.by_wa_id:
                    return digits
        digits = next(self.free_us_phones(), None)
        if digits is None:
            raise GraphError(1, "No fictional phone number is left.")
        return digits

    def free_us_phones(self):
        """Yield fictional US numbers nobody has."""
        return (digits for digits in fake_numbers.us_numbers() if digits not in self.by_wa_id)

    def bsuid(self, customer, portfolio_id=None, former=None):
        """Return the person's business-scoped user id; another portfolio sees another one.

        :param former: ``(country, seed)`` of an earlier number, for the id of that time.
        """
        country, seed = former or (customer.country, customer.seed)
        text = f"{portfolio_id or self.portfolio_id}:{seed}"
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")
        return f"{country}.{number:017d}"

    def identity_hash(self, customer):
        """Return the hash of the person's identity key, another one after a new phone number or a new phone.

        Source: Meta, ``business-phone-numbers/settings`` (identity change check).
        """
        text = f"identity:{customer.seed}:{customer.installs}"
        return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()

    def bsuids(self, customer):
        """Return every id the person has, one in each business portfolio."""
        portfolios = {self.portfolio_id, *(account.portfolio_id for account in self.accounts.values())}
        return [self.bsuid(customer, one) for one in portfolios]

    def bsuid_for(self, customer, number):
        """Return the person's id as the portfolio of a business number sees it."""
        return self.bsuid(customer, self.accounts[number.waba_id].portfolio_id)

    def find_phone(self, digits):
        """Return the customer with this number in any of its spellings, or None."""
        for spelling in recipient.same_person(digits):
            if spelling in self.by_wa_id:
                return self.by_wa_id[spelling]
        return None

    def change_phone(self, customer, digits=None):
        """Give the person another number (None: only a new BSUID).

        :return: the previous number, and the previous seed of the ids.
        """
        before = customer.wa_id, customer.seed
        for bsuid in self.bsuids(customer):
            del self.by_bsuid[bsuid]
            customer.retired.append(bsuid)
        if digits:
            del self.by_wa_id[customer.wa_id]
            customer.wa_id = digits
            customer.country = recipient.country_of(digits)
            self.by_wa_id[digits] = customer
        customer.seed = os.urandom(12).hex()
        self.by_bsuid.update(dict.fromkeys(self.bsuids(customer), customer))
        return before

    def phone_visible(self, customer, thread):
        """Tell whether webhooks about this thread may carry the person's phone number."""
        return recipient.phone_visible(customer.hidden_phone, thread.spoke_by_phone_at, customer.in_contact_book, self.now())

    # ------------------------------------------------------------------ messages

    def thread(self, phone_number_id, customer_id):
        """Return the chat of a person with a number, made when first needed."""
        key = (phone_number_id, customer_id)
        thread = self.threads.get(key)
        if thread is None:
            thread = self.threads[key] = Thread(phone_number_id=phone_number_id, customer_id=customer_id)
        return thread

    def keep(self, message):
        """Store a message in its thread and by id, forgetting the oldest when there are too many."""
        self.messages[message.wamid] = message
        thread = self.thread(message.phone_number_id, message.customer_id)
        thread.messages.append(message)
        thread.last_at = message.at
        if len(self.messages) > MESSAGES_LIMIT:
            oldest = self.messages.pop(next(iter(self.messages)))
            chat = self.thread(oldest.phone_number_id, oldest.customer_id).messages
            if chat and chat[0] is oldest:
                chat.popleft()


#: Fields whose webhooks follow an override. Source: Meta, ``webhooks/override`` (28 June 2026).
OVERRIDABLE = frozenset(
    {
        "messages",
        "message_echoes",
        "calls",
        "consumer_profile",
        "messaging_handovers",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "smb_message_echoes",
        "smb_app_state_sync",
        "history",
        "account_settings_update",
    }
)
