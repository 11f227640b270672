import logging
from collections.abc import Iterable
from typing import NamedTuple

from psycopg2.errors import UniqueViolation

from odoo import api, models

from ...tools import optout
from ...tools.keywords import key_of
from ...tools.window import counts
from ..concurrency import OF_THE_TRANSACTION, attempt, traceback_text
from .context import InboundContext

_logger = logging.getLogger(__name__)

#: Kinds of messages that can be a keyword as a whole: written, or the label of a button.
SPOKEN = ("text", "button", "interactive")


class Said(NamedTuple):
    """What a message says about consent."""

    #: ``granted`` or ``withdrawn``
    action: str
    #: ``service``, ``marketing``
    purposes: tuple[str, ...]
    #: How it was said: ``message``, ``keyword``, ``link``, ``double_optin``.
    source: str
    #: Of the keyword, if it has one.
    language: str = ""
    #: ``wa.optin.link`` through which it came.
    link: models.BaseModel | None = None
    #: Where it was asked for.
    place: str | bool = False


#: A "stop", and the message that says it.
Stop = tuple[InboundContext, Said]
#: Whoever writes agrees to answers and to messages about their request.
PLAIN = Said("granted", ("service",), "message")
#: What a keyword concerns -> the purposes it changes.
CONCERNS = {"all": ("service", "marketing"), "marketing": ("marketing",)}


class WaInboundConsent(models.AbstractModel):
    """Listens to what customers write: a message is consent to be answered, a keyword may be its end.

    Works on all messages of a batch together. Where nothing changes, which is nearly
    always, it asks the database nothing: the state is on the conversation.
    """

    _name = "wa.inbound.consent"
    _description = "WhatsApp Inbound: Consent in Messages"

    @api.model
    def _listen(self, contexts: list[InboundContext]) -> dict[InboundContext, Exception]:
        """Record what messages say about consent, and confirm the end of it once.

        :param contexts: stored already.
        :returns: where something could not be recorded, and why
        """
        heard = [context for context in contexts if context.direction == "in" and context.opens_window]
        heard.sort(key=lambda context: context.sent_at)
        before: dict[models.BaseModel, tuple] = {}
        states: dict[tuple[int, int], dict[str, str]] = {}
        vals_list: list[dict] = []
        stops: list[Stop] = []
        asking: list[InboundContext] = []
        for context in heard:
            conversation = context.conversation
            before.setdefault(conversation, (conversation.consent_service, conversation.consent_marketing))
            key = (context.contact.id, conversation.company_id.id)
            state = states.setdefault(key, dict(zip(("service", "marketing"), before[conversation], strict=True)))
            understood = self._understand(context, context.row)
            if not understood and self._asks_for_silence(context):
                asking.append(context)
            for said in understood:
                news = self._news(said, state)
                vals_list += [self._prepare(context, said, purpose) for purpose in news]
                state.update(dict.fromkeys(news, said.action))
                if said.action == "withdrawn" and said.source == "keyword":
                    stops.append((context, said))
        error = self._write_down(vals_list, stops, before) if vals_list else None
        if error and len(heard) > 1:
            # The culprit is found; the consents of the others are kept.
            half = len(heard) // 2
            return self._listen(heard[:half]) | self._listen(heard[half:])
        for context in asking:
            self.env["wa.optout"]._note_request(context.row)
        if not error:
            return {}
        _logger.warning("WhatsApp message %s: its consent is not recorded:\n%s", heard[0].row.id, traceback_text(error))
        return {heard[0]: error}

    @api.model
    def _write_down(self, vals_list: list[dict], stops: list[Stop], before: dict[models.BaseModel, tuple]) -> Exception | None:
        """Record consents of some messages, and confirm the end of some; undone together where something is raised.

        Rules of the database may be about consents, too. What they raise is kept with the
        message it concerns, and leaves the messages and all other consents as they are.

        :param before: ``{wa.conversation: (consent_service, consent_marketing)}``
        :returns: what was raised
        """

        def work() -> None:
            self.env["wa.consent"]._record(vals_list)
            self._renew_after(stops)
            self._confirm(stops, before)

        # Somebody who was faster with the same is no fault of these messages: then everything is done again.
        _done, error = attempt(self.env, work, beyond=(*OF_THE_TRANSACTION, UniqueViolation))
        return error

    @api.model
    def _news(self, said: Said, state: dict[str, str]) -> Iterable[str]:
        """Return the purposes for which something is to be written down.

        Consent that is there already needs no second row; an end of it always does,
        because an older message may come later and must not look like the last word.
        """
        if said.action == "withdrawn":
            return said.purposes
        return [purpose for purpose in said.purposes if said.source != "message" or state[purpose] != "granted"]

    # ------------------------------------------------------------ understanding

    @api.model
    def _understand(self, context: InboundContext, row: models.BaseModel) -> list[Said]:
        """Return what one message says (hook): a list of :class:`Said`, empty for words that are proof of nothing."""
        if context.item.kind not in SPOKEN:
            return self._plain(context.item.text, context.number.company_id, is_caption=True)
        if answer := self._answer_to_double_optin(context):
            return [answer] if answer.action == "withdrawn" else [answer, PLAIN]
        link = self.env["wa.optin.link"]._find(context.item.text, context.number)
        if link:
            return [Said("granted", (link.purpose,), "link", link=link, place=link.name), PLAIN]
        return self._keyword(context) or self._plain(context.item.text, context.number.company_id)

    @api.model
    def _plain(self, text: str, company: models.BaseModel, is_caption: bool = False) -> list[Said]:
        """Return the consent to be answered that writing is; words that say no are no proof of a yes.

        :param is_caption: no keyword was looked for: a "stop" below a picture may be about the picture.
        """
        refuses = optout.says_no(text) or (is_caption and self._is_stop(text, company))
        return [] if refuses else [PLAIN]

    @api.model
    def _is_stop(self, text: str, company: models.BaseModel) -> bool:
        """Tell whether a text is a word that stops messages."""
        meaning = self.env["wa.keyword"]._find(text, company)
        return bool(meaning and meaning[0] == "optout")

    @api.model
    def _asks_for_silence(self, context: InboundContext) -> bool:
        """Tell whether a message that stops nothing may ask for it: a sentence, or a word below a picture."""
        text = context.item.text
        return optout.asks_to_stop(text) or self._is_stop(text, context.number.company_id)

    @api.model
    def _keyword(self, context: InboundContext) -> list[Said]:
        """Return what the keyword means that is the whole message, or an empty list."""
        keywords, company = self.env["wa.keyword"], context.number.company_id
        texts: list[str | None] = [context.item.text]
        if context.item.kind != "text":
            texts.append(context.item.payload)
        found = next(filter(None, (keywords._find(text, company) for text in texts)), None)
        if not found:
            return []
        action, concern, language = found
        if action == "optout":
            return [Said("withdrawn", CONCERNS[concern], "keyword", language)]
        return [Said("granted", self._given_back(context, concern), "keyword", language), PLAIN]

    @api.model
    def _given_back(self, context: InboundContext, concern: str) -> tuple[str, ...]:
        """Return the purposes an opt-in keyword gives.

        A word for everything takes an earlier "stop" back; marketing only comes with it
        if the customer had agreed to marketing before.
        """
        if concern == "all":
            had = (
                self.env["wa.consent"]
                .sudo()
                .search_count(
                    [
                        ("contact_id", "=", context.contact.id),
                        ("company_id", "=", context.conversation.company_id.id),
                        ("purpose", "=", "marketing"),
                        ("action", "=", "granted"),
                    ],
                    limit=1,
                )
            )
            return ("service", "marketing") if had else ("service",)
        return CONCERNS[concern]

    @api.model
    def _answer_to_double_optin(self, context: InboundContext) -> Said | None:
        """Return what the tap on a button of a double opt-in template says, or None."""
        asked_in = context.quoted
        if context.item.kind != "button" or not asked_in or not asked_in.sudo().template_id.optin_purpose:
            return None
        template = asked_in.sudo().template_id
        tapped = key_of(context.item.text)
        for label, action in ((template.optin_yes, "granted"), (template.optin_no, "withdrawn")):
            if tapped and tapped == key_of(label):
                asked = asked_in.content.get("text") or asked_in.preview or ""
                return Said(action, (template.optin_purpose,), "double_optin", place=" ".join(asked.split())[:500])
        return None

    # ---------------------------------------------------------------- recording

    @api.model
    def _prepare(self, context: InboundContext, said: Said, purpose: str) -> dict:
        """Return the values of the ``wa.consent`` for one purpose."""
        row = context.row
        evidence = row.text or context.preview or context.item.kind
        if said.link:
            evidence = self.env._("%(words)s (next to it: %(wording)s)", words=evidence, wording=said.link.wording)
        return {
            "contact_id": context.contact.id,
            "company_id": context.conversation.company_id.id,
            "purpose": purpose,
            "action": said.action,
            "source": said.source,
            "evidence": evidence,
            "place": said.place,
            "message_id": row.id,
            "link_id": said.link.id if said.link else False,
            "happened_at": context.sent_at,
        }

    @api.model
    def _renew_after(self, stops: list[Stop]) -> None:
        """Let a message that the customer wrote after a "stop", and that came before it, count.

        Webhooks come in any order: when the later message came, consent was there and
        nothing was written down.
        """
        for context, said in stops:
            conversation = context.conversation
            if "service" not in said.purposes or conversation.consent_service != "withdrawn":
                continue
            if not conversation.last_inbound_at or conversation.last_inbound_at <= context.sent_at:
                continue
            later = self.env["wa.message"].search(
                [
                    ("contact_id", "=", context.contact.id),
                    ("company_id", "=", conversation.company_id.id),
                    ("direction", "=", "in"),
                    ("is_history", "=", False),
                    ("group_uid", "=", False),
                    ("sent_at", ">", context.sent_at),
                ],
                order="sent_at desc, id desc",
            )
            company = conversation.company_id
            for row in later:
                if counts(row.kind) and self._plain(row.text, company, is_caption=True):
                    self.env["wa.consent"]._record(
                        [
                            {
                                "contact_id": context.contact.id,
                                "company_id": company.id,
                                "purpose": "service",
                                "action": "granted",
                                "source": "message",
                                "evidence": row.text or row.preview or row.kind,
                                "message_id": row.id,
                                "happened_at": row.sent_at,
                            }
                        ]
                    )
                    break

    @api.model
    def _confirm(self, stops: list[Stop], before: dict[models.BaseModel, tuple]) -> None:
        """Say once, to those who have just stopped something and are still silent, that it is done."""
        latest = {context.conversation: (context, said) for context, said in stops}
        for conversation, (_context, said) in latest.items():
            service, marketing = before[conversation]
            optout = self.env["wa.optout"].with_company(conversation.company_id)
            if conversation.consent_service == "withdrawn" != service:
                optout._send_confirmation(conversation, "all", said.language)
            elif conversation.consent_marketing == "withdrawn" != marketing and conversation.consent_service != "withdrawn":
                optout._send_confirmation(conversation, "marketing", said.language)
