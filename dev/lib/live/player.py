"""A run: reads first, plays the points, and takes everything back, whatever happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tools.graph.client import GraphClient
from tools.graph.errors import GraphError, NotSentError
from tools.phone import digits, variants

from .asking import Settings, Unusable
from .check import Check
from .cleaning import Cleaning
from .expectations import Answer, Expectation
from .gate import Gate
from .ledger import Ledger, Left
from .listener import Listener
from .point import CLOSED, FLOOD, INBOUND, NEEDS, OPEN, WEBHOOKS, Differs, NotPossible, Point
from .private import Private

AS_EXPECTED, OTHER, NOT_POSSIBLE = "as expected", "other", "not possible here"
#: Seconds between two looks at something that takes its time.
LOOK_AGAIN = 5.0
#: Characters of what came that a report shows.
CAME_MAX = 1500
T = TypeVar("T")


@dataclass
class Result:
    """What became of a point."""

    point: Point
    verdict: str
    #: What came, or why it could not be played; without secrets and personal data.
    came: str = ""


class Watch:
    """Whoever wants to know what is going on; the tests do."""

    def leaving(self, point_id: str, step: int) -> None:
        """A request of that step is about to leave."""

    def judged(self, point_id: str, expectation: Expectation, answer: Answer) -> None:
        """An expectation is about to be looked at."""


@dataclass
class Known:
    """What the reading before the writing found out."""

    scopes: tuple[str, ...] = ()
    account_mode: str = ""
    #: Our app is subscribed to the account.
    subscribed: bool = False
    account_override: str = ""
    number_override: str = ""
    catalog_id: str = ""
    product: str = ""
    flow: dict[str, Any] = field(default_factory=dict)


class Player:
    """Plays points with one account.

    :param settings: checked ones.
    :param watch: is told of every step.
    :param say: prints a line.
    """

    def __init__(self, settings: Settings, watch: Watch | None = None, say: Callable[[str], None] = print) -> None:
        self.settings, self.watch, self.say = settings, watch or Watch(), say
        self.gate = Gate(settings.base_url, settings.recipient, pause=settings.pause)
        self.gate.writable += [
            rf"{settings.number_id}/media",
            rf"{settings.app_id}/uploads",
            r"upload:[^/]+",
            rf"{settings.waba_id}/subscribed_apps",
            r"\d+/no_such_edge",
        ]
        self.gate.number_id = settings.number_id
        self._session = self.gate.session()
        app_token = f"{settings.app_id}|{settings.app_secret}"
        self.private = Private(
            (settings.access_token, settings.app_secret, app_token),
            (settings.app_id, settings.waba_id, settings.number_id, settings.callback_url),
            settings.recipient,
        )
        self.client = self.new_client()
        self.app_client = self.new_client(token=app_token)
        self.ledger = Ledger(settings.left_file)
        self.known = Known()
        self.listener: Listener | None = None
        #: Sample file -> media id; kind of template -> id: made once in a run.
        self.uploads: dict[str, str] = {}
        self.made: dict[str, str] = {}
        #: What the recipient wrote while we listened.
        self.inbound: dict[str, Any] = {}
        #: The recipient's digits in every spelling; the one in use; those that were refused.
        self.spellings = list(variants(digits(settings.recipient)))
        self.dialled = digits(settings.recipient)
        self._refused: set[str] = set()
        self._look_again = LOOK_AGAIN
        #: A review took longer than we wait: the others are looked at once more, and not waited for.
        self.reviews_are_slow = False

    def new_client(self, token: str | None = None, secret: str | None = None, version: str | None = None) -> GraphClient:
        """Return the addon's client behind our gate."""
        return GraphClient(
            self.settings.base_url,
            version or self.settings.version,
            self.settings.access_token if token is None else token,
            app_secret=self.settings.app_secret if secret is None else secret,
            session=self._session,
        )

    # ---------------------------------------------------------------- reading

    def read(self) -> None:
        """Find out whether the account can be used, and what it has. Changes nothing.

        :raise Unusable: it cannot; in one sentence.
        """
        given = self.settings
        state = self._ask(self._token_state, "the app id and the app secret")
        if not state.get("is_valid"):
            raise Unusable(
                "The access token is revoked or has expired: make a new one for the system user in Business Settings."
            )
        if str(state.get("app_id")) != given.app_id:
            raise Unusable("The access token belongs to another app than the app id.")
        self.known.scopes = tuple(str(one) for one in state.get("scopes") or ())
        for scope in ("whatsapp_business_management", "whatsapp_business_messaging"):
            if scope not in self.known.scopes:
                raise Unusable(f"The access token lacks the permission {scope}: make a new one with it.")
        self._ask(lambda: self.client.account(given.waba_id), "the account (WABA) id")
        self._check_version()
        number = self._ask(lambda: self.client.number(given.number_id), "the phone number id")
        listed = self._ask(lambda: self.client.numbers(given.waba_id), "the account's numbers")
        if given.number_id not in [str(one.get("id")) for one in listed]:
            raise Unusable("The phone number id belongs to another account than the WABA id: both stand on the same page.")
        if digits(str(number.get("display_phone_number"))) in self.spellings:
            raise Unusable("The recipient is the business number itself: name the person who agreed.")
        self.known.account_mode = str(number.get("account_mode") or "")
        self._read_callbacks(number)
        self._read_shop()

    def _token_state(self) -> dict[str, Any]:
        """Ask about the token as the app; without a proof should Meta not take one there, which a point of its own plays."""
        try:
            return self.app_client.debug_token(self.settings.access_token)
        except GraphError as problem:
            if problem.slug != "app_secret":
                raise
            bare = self.new_client(token=f"{self.settings.app_id}|{self.settings.app_secret}", secret="")
            state = bare.debug_token(self.settings.access_token)
            self.app_client = bare
            return state

    def _check_version(self) -> None:
        """See that Meta served the version that was asked for: a dead one is served by the oldest living.

        :raise Unusable: it did not.
        """
        served = self.gate.last.headers.get("facebook-api-version", "") if self.gate.last is not None else ""
        if served and served != self.settings.version:
            raise Unusable(
                f"Meta no longer serves Graph {self.settings.version}, the oldest it has is {served}: take a newer one."
            )

    def _read_callbacks(self, number: dict[str, Any]) -> None:
        configured = number.get("webhook_configuration")
        # What a run left that was killed is ours still: it may be set anew, and goes at the end.
        if not self.ledger.has("number override", self.settings.number_id):
            self.known.number_override = str((configured if isinstance(configured, dict) else {}).get("phone_number") or "")
        for item in self._ask(lambda: self.client.subscribed_apps(self.settings.waba_id), "the account's subscriptions"):
            app = item.get("whatsapp_business_api_data")
            if isinstance(app, dict) and str(app.get("id")) == self.settings.app_id:
                self.known.subscribed = True
                if not self.ledger.has("account override", self.settings.waba_id):
                    self.known.account_override = str(item.get("override_callback_uri") or "")

    def _read_shop(self) -> None:
        """Find something to show; many accounts have neither catalogue nor forms."""
        waba = self.settings.waba_id
        try:
            catalogs = self.client._request("GET", f"{waba}/product_catalogs").get("data") or []
            self.known.catalog_id = str(catalogs[0]["id"]) if catalogs else ""
            if self.known.catalog_id:
                answer = self.client._request(
                    "GET", f"{self.known.catalog_id}/products", params={"fields": "retailer_id", "limit": 2}
                )
                self.known.product = str(next((one.get("retailer_id") for one in answer.get("data") or []), "") or "")
        except GraphError:
            pass  # permission for catalogues is another one
        try:
            flows = self.client._request("GET", f"{waba}/flows", params={"fields": "id,name,status"}).get("data") or []
            self.known.flow = next((one for one in flows if one.get("status") == "PUBLISHED"), {})
        except GraphError:
            pass

    def _ask(self, work: Callable[[], T], what: str) -> T:
        try:
            found = work()
        except NotSentError as problem:
            raise Unusable(f"No connection to {self.settings.base_url}: {problem.message}.") from None
        except GraphError as problem:
            raise Unusable(self._sentence(problem, what)) from None
        self.private.learn(found)
        return found

    def _sentence(self, problem: GraphError, what: str) -> str:
        if problem.slug == "app_secret" or "signature" in problem.message or problem.code == 101:
            return "The app secret is not the one of this app id: copy both from App settings > Basic."
        if problem.code == 190:
            return "The access token is revoked or has expired: make a new one for the system user in Business Settings."
        if problem.code == 100 and problem.subcode == 33:
            return (
                f"Meta does not know {what}, or the token does not reach it: compare it with API Setup, "
                "and assign the account to the system user."
            )
        if problem.code == 2500 and "version" in problem.message.lower():
            return f"Meta does not know Graph {self.settings.version}: take another --version."
        return self.private.hide(f"Meta refuses to read {what}: {problem}.")

    # ----------------------------------------------------------------- playing

    def play(self, points: Iterable[Point], results: list[Result] | None = None) -> list[Result]:
        """Play points one after the other.

        :param results: gets one result after the other, so that an interruption loses none.
        :raise Unusable: going on makes no sense, such as a recipient who is not on the test list.
        """
        results = [] if results is None else results
        for point in points:
            results.append(self._play_one(point))
            shown = results[-1]
            self.say(f"  {shown.verdict:<17} {point.id}" + (f": {shown.came}" if shown.came else ""))
        return results

    def _play_one(self, point: Point) -> Result:
        if point.play is None:
            return Result(point, NOT_POSSIBLE, point.why)
        missing = [NEEDS[need] for need in point.needs if not self.has(need)]
        if missing:
            return Result(point, NOT_POSSIBLE, "; ".join(missing))
        check = Check(self, point.id)
        try:
            point.play(check)
        except NotPossible as reason:
            text = str(reason)
            return Result(point, NOT_POSSIBLE, self.private.hide(NEEDS.get(text, text), CAME_MAX))
        except Differs as difference:
            return Result(point, OTHER, self.private.hide(str(difference), CAME_MAX))
        except (LookupError, TypeError, ValueError, AttributeError) as problem:
            # An answer that lacks what the next step needs is a finding too, not the end of the run.
            told = f"an answer of another shape ({type(problem).__name__}: {problem})"
            return Result(point, OTHER, self.private.hide(told, CAME_MAX))
        return Result(point, AS_EXPECTED, self.private.hide("; ".join(check.notes), CAME_MAX))

    def has(self, need: str) -> bool:
        """Tell whether a point can have what it needs."""
        return {
            OPEN: self.settings.window == "open" or bool(self.inbound),
            CLOSED: self.settings.window == "closed" and not self.inbound,
            WEBHOOKS: self.listener is not None,
            INBOUND: bool(self.inbound),
            FLOOD: self.settings.flood,
        }[need]

    def may_have(self, need: str) -> bool:
        """Tell whether a point can have what it needs once webhooks come here."""
        hears = bool(self.settings.callback_url) and not self.known.number_override
        return self.has(need) or (hears and need in (WEBHOOKS, INBOUND, OPEN))

    def look_out(self, answer: Answer) -> None:
        """End the run when an answer says that none of this will work.

        A number in development mode may know the recipient in another spelling: then that one is dialled from now on.
        """
        if answer.refusal.get("code") != 131030:
            return
        self._refused.add(self.dialled)
        left = [one for one in self.spellings if one not in self._refused]
        if left:
            self.dialled = left[0]
        else:
            raise Unusable(
                "The recipient is not on the list of this test number: add the phone under WhatsApp > API "
                "Setup > To, and confirm it."
            )

    def until(self, look: Callable[[], T], seconds: float) -> T:
        """Look again and again until there is something, at most so long; returns what was seen last."""
        end = time.monotonic() + seconds
        while not (seen := look()) and time.monotonic() < end:
            time.sleep(min(self._look_again, max(seconds / 50, 0.02)))
        return seen

    # --------------------------------------------------------------- listening

    def listen(self) -> str:
        """Have the number's webhooks come here for a while; returns ``""``, or why that is not possible.

        By an override of the number alone: what the account and the app have stays as it is.
        """
        given = self.settings
        if not given.callback_url:
            return NEEDS[WEBHOOKS]
        if self.known.number_override:
            return (
                "the number has a callback of its own already, and Meta does not tell its verify token: "
                "it could not be put back"
            )
        try:
            self.listener = self.new_listener()
        except OSError as problem:
            return f"nothing can listen at {':'.join(map(str, given.listen))} ({problem.strerror}): take another --listen"
        try:
            if not self.known.subscribed:
                self.ledger.add("subscription", given.app_id, given.waba_id)
                self.client.subscribe(given.waba_id)
            self.ledger.add("number override", given.number_id, given.waba_id)
            self.client._request("POST", given.number_id, body={"webhook_configuration": self.callback})
        except GraphError as problem:
            self.listener.close()
            self.listener = None
            return self.private.hide(f"Meta did not accept the callback address: {problem}")
        return ""

    @property
    def callback(self) -> dict[str, str]:
        """The number's own callback during this run, as Meta takes it: ours while we listen, otherwise none."""
        if self.listener is None:
            return {"override_callback_uri": ""}
        return {"override_callback_uri": self.settings.callback_url, "verify_token": self.listener.verify_token}

    def new_listener(self) -> Listener:
        """Start listening."""
        return Listener(self.settings.app_secret, self.settings.listen, self.is_recipient)

    def is_recipient(self, who: str) -> bool:
        """Tell whether digits or a business-scoped user id are the recipient's."""
        return who in self.spellings or bool(self.gate.bsuid and who == self.gate.bsuid)

    def wait_for_message(self, seconds: float) -> bool:
        """Wait until the recipient has written; remembers the message and who wrote it."""
        if self.listener is None:
            return False

        def written() -> dict[str, Any]:
            mine = [one for one in self.listener.messages() if digits(str(one.get("from", ""))) in self.spellings]
            return mine[-1] if mine else {}

        self.inbound = self.listener.until(written, seconds)
        self.private.learn(self.inbound)
        self.gate.bsuid = str(self.inbound.get("from_user_id") or "")
        return bool(self.inbound)

    # ---------------------------------------------------------------- cleaning

    def clean(self) -> list[tuple[Left, str]]:
        """Take back everything on the list; returns what is left, each with the reason."""
        return Cleaning(self).clean()

    def close(self) -> None:
        """Stop listening and close connections."""
        if self.listener is not None:
            self.listener.close()
            self.listener = None
        self._session.close()
