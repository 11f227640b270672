import logging
import traceback
from collections import namedtuple

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError

from ...tools import optout
from ...tools.keywords import key_of
from ...tools.redact import redact, without_rows
from ...tools.window import counts

_logger = logging.getLogger(__name__)

#: Kinds of messages that can be a keyword as a whole: written, or the label of a button.
SPOKEN = ("text", "button", "interactive")
#: What a message says about consent: granted or withdrawn, for which purposes, and how it was said.
Said = namedtuple("Said", "action purposes source language link place", defaults=("", None, False))
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
    def _listen(self, drafts, rows):
        """Record what messages say about consent, and confirm the end of it once.

        :param drafts: list of ``InboundContext``, shown already.
        :param rows: their ``wa.message`` records, in the same order.
        :returns: ``{InboundContext: exception}`` where something could not be recorded
        """
        pairs = [
            (draft, row)
            for draft, row in zip(drafts, rows, strict=True)
            if draft.direction == "in" and self.env["wa.inbound.message"]._opens_window(draft.item)
        ]
        pairs.sort(key=lambda pair: pair[0].sent_at)
        before, vals_list, stops = {}, [], []
        states = {}
        asking = []
        for draft, row in pairs:
            conversation = draft.conversation
            before.setdefault(conversation, (conversation.consent_service, conversation.consent_marketing))
            key = (draft.contact.id, conversation.company_id.id)
            state = states.setdefault(key, dict(zip(("service", "marketing"), before[conversation], strict=True)))
            understood = self._understand(draft, row)
            if not understood and self._asks_for_silence(draft):
                asking.append(row)
            for said in understood:
                news = self._news(said, state)
                vals_list += [self._prepare(draft, row, said, purpose) for purpose in news]
                state.update(dict.fromkeys(news, said.action))
                if said.action == "withdrawn" and said.source == "keyword":
                    stops.append((draft, said))
        failed = self._write_down(pairs, vals_list, stops, before) if vals_list else {}
        for row in asking:
            self.env["wa.optout"]._note_request(row)
        return failed

    @api.model
    def _write_down(self, pairs, vals_list, stops, before):
        """Record consents of some messages, and confirm the end of some.

        Rules of the database may be about consents, too. What they raise is kept with the
        message it concerns, and leaves the messages and all other consents as they are.

        :returns: ``{InboundContext: exception}``
        """
        try:
            with self.env.cr.savepoint():
                self.env["wa.consent"]._record(vals_list)
                self._renew_after(stops)
                self._confirm(stops, before)
        except (OperationalError, UniqueViolation, ConcurrencyError):
            # Somebody else was faster: everything is done again.
            raise
        except Exception as error:  # noqa: BLE001 (rules of customers raise anything: the culprit is found one by one)
            if len(pairs) == 1:
                trace = without_rows(redact("".join(traceback.format_exception(error))))
                _logger.warning("WhatsApp message %s: its consent is not recorded:\n%s", pairs[0][1].id, trace)
                return {pairs[0][0]: error}
            failed = {}
            for draft, row in pairs:
                failed |= self._listen([draft], [row])
            return failed
        return {}

    @api.model
    def _news(self, said, state):
        """Return the purposes for which something is to be written down.

        Consent that is there already needs no second row; an end of it always does,
        because an older message may come later and must not look like the last word.
        """
        if said.action == "withdrawn":
            return said.purposes
        return [purpose for purpose in said.purposes if said.source != "message" or state[purpose] != "granted"]

    # ------------------------------------------------------------ understanding

    @api.model
    def _understand(self, draft, row):
        """Return what one message says (hook): a list of :class:`Said`, empty for words that are proof of nothing."""
        if draft.item.kind not in SPOKEN:
            return self._plain(draft.item.text, draft.number.company_id, is_caption=True)
        if answer := self._answer_to_double_optin(draft, row):
            return [answer] if answer.action == "withdrawn" else [answer, PLAIN]
        link = self.env["wa.optin.link"]._find(draft.item.text, draft.number)
        if link:
            return [Said("granted", (link.purpose,), "link", link=link, place=link.name), PLAIN]
        return self._keyword(draft) or self._plain(draft.item.text, draft.number.company_id)

    @api.model
    def _plain(self, text, company, is_caption=False):
        """Return the consent to be answered that writing is; words that say no are no proof of a yes.

        :param bool is_caption: no keyword was looked for: a "stop" below a picture may be about the picture.
        """
        refuses = optout.says_no(text) or (is_caption and self._is_stop(text, company))
        return [] if refuses else [PLAIN]

    @api.model
    def _is_stop(self, text, company):
        """Tell whether a text is a word that stops messages."""
        meaning = self.env["wa.keyword"]._find(text, company)
        return bool(meaning and meaning[0] == "optout")

    @api.model
    def _asks_for_silence(self, draft):
        """Tell whether a message that stops nothing may ask for it: a sentence, or a word below a picture."""
        text = draft.item.text
        return optout.asks_to_stop(text) or self._is_stop(text, draft.number.company_id)

    @api.model
    def _keyword(self, draft):
        """Return what the keyword means that is the whole message, or an empty list."""
        keywords, company = self.env["wa.keyword"], draft.number.company_id
        texts = [draft.item.text]
        if draft.item.kind != "text":
            texts.append(draft.item.payload)
        found = next(filter(None, (keywords._find(text, company) for text in texts)), None)
        if not found:
            return []
        action, concern, language = found
        if action == "optout":
            return [Said("withdrawn", CONCERNS[concern], "keyword", language)]
        return [Said("granted", self._given_back(draft, concern), "keyword", language), PLAIN]

    @api.model
    def _given_back(self, draft, concern):
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
                        ("contact_id", "=", draft.contact.id),
                        ("company_id", "=", draft.conversation.company_id.id),
                        ("purpose", "=", "marketing"),
                        ("action", "=", "granted"),
                    ],
                    limit=1,
                )
            )
            return ("service", "marketing") if had else ("service",)
        return CONCERNS[concern]

    @api.model
    def _answer_to_double_optin(self, draft, row):
        """Return what the tap on a button of a double opt-in template says, or None."""
        template = draft.quoted and draft.quoted.sudo().template_id
        if draft.item.kind != "button" or not template or not template.optin_purpose:
            return None
        tapped = key_of(draft.item.text)
        for label, action in ((template.optin_yes, "granted"), (template.optin_no, "withdrawn")):
            if tapped and tapped == key_of(label):
                asked = draft.quoted.content.get("text") or draft.quoted.preview or ""
                return Said(action, (template.optin_purpose,), "double_optin", place=" ".join(asked.split())[:500])
        return None

    # ---------------------------------------------------------------- recording

    @api.model
    def _prepare(self, draft, row, said, purpose):
        evidence = row.text or draft.preview or draft.item.kind
        if said.link:
            evidence = self.env._("%(words)s (next to it: %(wording)s)", words=evidence, wording=said.link.wording)
        return {
            "contact_id": draft.contact.id,
            "company_id": draft.conversation.company_id.id,
            "purpose": purpose,
            "action": said.action,
            "source": said.source,
            "evidence": evidence,
            "place": said.place,
            "message_id": row.id,
            "link_id": said.link.id if said.link else False,
            "happened_at": draft.sent_at,
        }

    @api.model
    def _renew_after(self, stops):
        """Let a message that the customer wrote after a "stop", and that came before it, count.

        Webhooks come in any order: when the later message came, consent was there and
        nothing was written down.
        """
        for draft, said in stops:
            conversation = draft.conversation
            if "service" not in said.purposes or conversation.consent_service != "withdrawn":
                continue
            if not conversation.last_inbound_at or conversation.last_inbound_at <= draft.sent_at:
                continue
            later = self.env["wa.message"].search(
                [
                    ("contact_id", "=", draft.contact.id),
                    ("company_id", "=", conversation.company_id.id),
                    ("direction", "=", "in"),
                    ("is_history", "=", False),
                    ("group_uid", "=", False),
                    ("sent_at", ">", draft.sent_at),
                ],
                order="sent_at desc, id desc",
            )
            company = conversation.company_id
            for row in later:
                if counts(row.kind) and self._plain(row.text, company, is_caption=True):
                    self.env["wa.consent"]._record(
                        [
                            {
                                "contact_id": draft.contact.id,
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
    def _confirm(self, stops, before):
        """Say once, to those who have just stopped something and are still silent, that it is done."""
        latest = {draft.conversation: (draft, said) for draft, said in stops}
        for conversation, (_draft, said) in latest.items():
            service, marketing = before[conversation]
            optout = self.env["wa.optout"].with_company(conversation.company_id)
            if conversation.consent_service == "withdrawn" != service:
                optout._send_confirmation(conversation, "all", said.language)
            elif conversation.consent_marketing == "withdrawn" != marketing and conversation.consent_service != "withdrawn":
                optout._send_confirmation(conversation, "marketing", said.language)
