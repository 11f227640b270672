"""What a point is played with: calls through the addon's own client, and expectations that end it when something differs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.graph.client import GraphClient
from tools.graph.envelope import envelope
from tools.graph.errors import GraphError, NotSentError, OutcomeUnknownError
from tools.phone import digits, wa_id_to_e164

from . import templates
from .asking import Unusable
from .expectations import Accepted, Answer, Expectation, Has, found
from .gate import PREFIX
from .point import WEBHOOKS, Differs, NotPossible

if TYPE_CHECKING:
    from .player import Player

SAMPLES = Path(__file__).parent / "samples"
#: Sample file -> its type.
SAMPLE_TYPES = {
    "picture.jpg": "image/jpeg",
    "picture.png": "image/png",
    "film.mp4": "video/mp4",
    "sound.mp3": "audio/mpeg",
    "voice.ogg": "audio/ogg",
    "sticker.webp": "image/webp",
    "page.pdf": "application/pdf",
}
REPORTED = ("sent", "delivered", "read", "played", "failed")


class Check:
    """One point at play.

    :param player: the run it belongs to.
    :param point_id: for whoever watches.
    """

    def __init__(self, player: Player, point_id: str) -> None:
        self.player, self.point_id = player, point_id
        self.settings = player.settings
        self.client = player.client
        self.number, self.waba, self.app = self.settings.number_id, self.settings.waba_id, self.settings.app_id
        self.version = int(self.settings.version[1:].split(".")[0])
        #: What else is worth telling although it is as expected.
        self.notes: list[str] = []
        self._step = 0

    # ------------------------------------------------------------------ calls

    def call(self, work: Callable[[GraphClient], Any], *expectations: Expectation, client: GraphClient | None = None) -> Answer:
        """Let the client do something and judge the newest answer.

        :raise Differs: an expectation does not hold.
        """
        self._step += 1
        self.player.watch.leaving(self.point_id, self._step)
        gate = self.player.gate
        gate.last = None
        error = result = None
        try:
            result = work(client or self.client)
        except NotSentError as problem:
            raise Unusable(f"No connection to {self.settings.base_url}: {problem.message}.") from None
        except OutcomeUnknownError as problem:
            if gate.last is None:
                raise Differs(f"the connection was cut: {problem.message}") from None
            error = problem
        except GraphError as problem:
            error = problem
        response = gate.last
        if response is None:
            raise Differs(f"nothing was asked: {error}")
        try:
            body = response.json()
        except ValueError:
            body = None
        self.player.private.learn(body)
        answer = Answer(response.status_code, body, error, result, self._step)
        self.player.look_out(answer)
        return self.judge(answer, *expectations)

    def judge(self, answer: Answer, *expectations: Expectation) -> Answer:
        """Look at an answer.

        :raise Differs: an expectation does not hold.
        """
        for expectation in expectations:
            self.player.watch.judged(self.point_id, expectation, answer)
            if differs := expectation.differs(answer):
                raise Differs(differs)
        return answer

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *expectations: Expectation,
        client: GraphClient | None = None,
    ) -> Answer:
        """Read something; see :meth:`call`."""
        return self.call(lambda one: one._request("GET", path, params=params), *expectations, client=client)

    def each_field(self, node: str, names: str) -> None:
        """Read fields one by one, so that each that is not there is told.

        :param names: separated by commas.
        :raise Differs: some are not there.
        """
        missing = []
        for name in names.split(","):
            try:
                self.get(node, {"fields": f"id,{name}"}, Accepted())
            except Differs as difference:
                missing.append(f"{name}: {difference}")
        if missing:
            raise Differs("; ".join(missing))

    def post(
        self, path: str, body: Mapping[str, Any] | None, *expectations: Expectation, client: GraphClient | None = None
    ) -> Answer:
        """Write something; see :meth:`call`. Outcomes are read as they come, nothing is repeated."""
        return self.call(lambda one: one._request("POST", path, body=body), *expectations, client=client)

    def other_client(self, token: str | None = None, secret: str | None = None, version: str | None = None) -> GraphClient:
        """Return a client with another token, app secret or version, behind the same gate."""
        return self.player.new_client(token, secret, version)

    # --------------------------------------------------------------- messages

    @property
    def to(self) -> dict[str, str]:
        """The recipient, as the envelope takes it."""
        return {"wa_id": self.player.dialled}

    def body(self, content: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Return a whole message for the recipient, as the addon builds it."""
        return {**envelope(self.to, **more), **content}

    def send(self, content: Mapping[str, Any], *expectations: Expectation, **more: Any) -> Answer:
        """Send something to the recipient; without expectations it has to be accepted.

        :param more: for :func:`tools.graph.envelope.envelope`.
        """
        return self.send_body(self.body(content, **more), *expectations)

    def send_body(self, body: Mapping[str, Any], *expectations: Expectation) -> Answer:
        """Send a whole body; see :meth:`send`."""
        wanted = expectations or (Accepted(), Has("messages.0.id", r"wamid\..+", private=True))
        answer = self.call(lambda one: one.send_message(self.number, body))
        if answer.refusal.get("code") == 131030 and self.player.dialled != digits(str(body.get("to"))):
            body = {**body, "to": self.body({})["to"]}
            answer = self.call(lambda one: one.send_message(self.number, body))
        return self.judge(answer, *wanted)

    def arrives(self, answer: Answer) -> None:
        """See that a message that was accepted also goes out, where statuses can be read."""
        if self.player.listener is None:
            self.notes.append("accepted; whether it arrived could not be read")
            return
        self.status(answer, Has("statuses.0.status", ("sent", "delivered", "read")))

    def status(self, answer: Answer, *expectations: Expectation, last: str = "") -> Answer:
        """Wait for the first status of a message and judge it; with ``last``, for all up to that one.

        :raise NotPossible: nobody listens.
        """
        listener = self.player.listener
        if listener is None:
            raise NotPossible(WEBHOOKS)
        wamid = answer.wamid
        # They come in any order: the last one does not say that the others are there.
        needed = set(REPORTED[: REPORTED.index(last) + 1]) if last else set()

        def there() -> list[dict[str, Any]]:
            known = [one for one in listener.statuses(wamid) if one.get("status") in REPORTED]
            names = {one["status"] for one in known}
            return known if known and (needed <= names or "failed" in names) else []

        known = listener.until(there, self.settings.patience) or listener.statuses(wamid)
        self.player.private.learn(known)
        if not known:
            raise Differs("no status came")
        return self.judge(Answer(0, {"statuses": known}), *expectations)

    # -------------------------------------------------- things made for a while

    def upload(self, sample: str, *expectations: Expectation, mime_type: str = "") -> str:
        """Upload one of our sample files, once in a run; returns its media id."""
        kept = self.player.uploads.get(sample)
        if kept and not expectations and not mime_type:
            return kept
        data = (SAMPLES / sample).read_bytes()
        wanted = expectations or (Accepted(), Has("id", str, private=True))
        answer = self.call(lambda one: one.upload_media(self.number, data, mime_type or SAMPLE_TYPES[sample], sample), *wanted)
        media_id = str(answer.result or "")
        if media_id:
            self.keep_file(media_id)
            if not mime_type:
                self.player.uploads[sample] = media_id
        return media_id

    def handle(self, sample: str = "picture.jpg") -> str:
        """Upload a sample for a template, resumable; returns its handle."""
        data, kind = (SAMPLES / sample).read_bytes(), SAMPLE_TYPES[sample]
        answer = self.call(lambda one: one.upload_sample(self.app, data, kind, sample), Accepted(), Has("h", str, private=True))
        return str(answer.result)

    def keep_file(self, media_id: str) -> None:
        """Have a file deleted at the end."""
        self.player.ledger.add("file", media_id, self.number)
        self.player.gate.writable.append(media_id)

    def fetch(self, url: str, wanted: bytes) -> None:
        """Download a file and compare it.

        :raise Differs: it cannot be had, or is another one.
        """
        self._step += 1
        self.player.watch.leaving(self.point_id, self._step)
        try:
            got = self.client.download(url)
        except GraphError as problem:
            raise Differs(f"the file could not be downloaded: {problem}") from None
        if got != wanted:
            raise Differs(f"{len(got)} other bytes came instead of {len(wanted)}")

    def start_upload(self, name: str, length: int, kind: str, *expectations: Expectation) -> Answer:
        """Begin a resumable upload."""
        query = {"file_name": name, "file_length": length, "file_type": kind}
        return self.call(lambda one: one._request("POST", f"{self.app}/uploads", params=query), *expectations)

    def continue_upload(self, upload_id: str, data: bytes, offset: int, *expectations: Expectation) -> Answer:
        """Send bytes of a resumable upload."""
        headers = {"file_offset": str(offset), "Content-Type": "application/octet-stream"}
        return self.call(lambda one: one._request("POST", upload_id, data=data, headers=headers), *expectations)

    def template_name(self, what: str) -> str:
        """Return a name no template had before: a name that was deleted is locked for weeks."""
        return f"{PREFIX}{what}_{secrets.token_hex(4)}"

    def hand_in(self, body: Mapping[str, Any], *expectations: Expectation) -> Answer:
        """Hand in a template, to be removed at the end; without expectations it has to be accepted."""
        wanted = expectations or (Accepted(), Has("id", str, private=True), Has("status", str), Has("category", str))
        answer = self.make("template", str(body["name"]), lambda one: one.create_template(self.waba, body), *wanted)
        template_id = next(found(answer.body, "id"), None)
        if template_id:
            self.player.gate.templates.add(str(template_id))
        return answer

    def make(self, kind: str, name: str, work: Callable[[GraphClient], Any], *expectations: Expectation) -> Answer:
        """Make something with a name of ours, to be removed at the end by that name; see :meth:`call`.

        It leaves the list when Meta clearly refused it alone: after any other answer it may exist.
        """
        new = not self.player.ledger.has(kind, name)
        item = self.player.ledger.add(kind, name, self.waba)
        answer = self.call(work, *expectations)
        if new and answer.made_nothing:
            self.player.ledger.drop(item)
        return answer

    def read_back(self, made: Answer, *expectations: Expectation) -> Answer:
        """Read a template that was just handed in."""
        template_id = str(made.body["id"])
        return self.call(lambda one: one.template(template_id), Accepted(), *expectations)

    def shared(self, kind: str, *expectations: Expectation) -> Answer:
        """Hand in one of the kinds of ``templates.KINDS``, once in a run, and read it back."""
        template_id = self.player.made.get(kind)
        if template_id is None:
            template_id = str(self.hand_in(templates.request(self, kind), *expectations).body["id"])
            self.player.made[kind] = template_id
        return self.call(lambda one: one.template(template_id), Accepted())

    def approved(self, template_id: str) -> dict[str, Any]:
        """Wait until a template of ours is reviewed, and return it.

        :raise NotPossible: it is still under review, or was rejected.
        """

        def ask() -> dict[str, Any]:
            answer = self.call(lambda one: one.template(template_id), Accepted())
            return dict(answer.body)

        patience = 0 if self.player.reviews_are_slow else self.settings.review_patience
        read = self.player.until(lambda: (now := ask())["status"] != "PENDING" and now, patience)
        if not read:
            self.player.reviews_are_slow = True
            raise NotPossible("the template was still under review when we stopped waiting (--review-patience)")
        if read["status"] != "APPROVED":
            raise NotPossible(f"Meta's review ended with {read['status']} {read.get('rejected_reason', '')}".strip())
        return read

    # ------------------------------------------------------------------ others

    def impossible(self, why: str) -> None:
        """End the point: it cannot be played with this account.

        :raise NotPossible: always.
        """
        raise NotPossible(why)

    def spellings(self) -> list[str]:
        """Return the recipient's number in every spelling, with plus sign."""
        return [str(wa_id_to_e164(one)) for one in self.player.spellings]
