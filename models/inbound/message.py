import logging
import traceback
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools.misc import groupby

from ...tools.bidi import neutralise
from ...tools.phone import format_international, normalise, phone_key
from ...tools.redact import redact, without_rows
from ...tools.webhook import people, reading
from ...tools.webhook.content import cards_of
from ...tools.webhook.events import Person
from ...tools.window import counts, from_timestamp
from ..message.wa_post import Post

_logger = logging.getLogger(__name__)

#: Kinds that change another message instead of being one.
EFFECTS = ("reaction", "edit", "revoke")
#: Kinds WhatsApp says by itself: a thin line, no lead, nobody waits.
THIN = ("system", "request_welcome")
#: How the note of an event begins whose message has no lead because something refused it.
NO_LEAD = "no lead:"


@dataclass(eq=False)
class Draft:
    """One inbound message on its way into the database."""

    event: models.BaseModel
    item: object
    number: models.BaseModel
    contact: models.BaseModel = None
    is_new_contact: bool = False
    conversation: models.BaseModel = None
    quoted: models.BaseModel = None
    sent_at: object = None
    preview: str = ""
    #: ``"in"``: the customer wrote; ``"out"``: the business, on a phone.
    direction: str = "in"
    #: ``EchoEvent`` for what was written outside of the API.
    echo: object = None


class WaInboundMessage(models.AbstractModel):
    """Customers wrote: contacts, conversations, leads and Discuss messages come out of it.

    Works on many messages at once, because under load most of the time goes into
    asking the database the same things one by one.
    """

    _name = "wa.inbound.message"
    _description = "WhatsApp Inbound: Messages"

    @api.model
    def _handle_all(self, pairs):
        """Store messages, each exactly once, in the order in which they came.

        :param pairs: list of ``(wa.event, MessageEvent)``.
        :returns: ``{wa.event: [notes]}`` about what could not be handled.
        """
        notes = defaultdict(list)
        drafts = self._new_drafts(pairs, notes)
        if not drafts:
            return notes
        self._resolve_contacts(drafts)
        self._resolve_conversations(drafts)
        shown = [draft for draft in drafts if draft.item.kind not in (*EFFECTS, *THIN)]
        rows = self.env["wa.message"]
        if shown:
            self._resolve_quotes(shown)
            without_lead = self._update_conversations(shown, notes)
            rows = self._post(shown)
            self._tell_without_consent(self.env["wa.inbound.consent"]._listen(shown, rows), notes)
            self._tell_without_lead(without_lead)
        # What is about other messages comes after them: its target may have come with it.
        rows |= self.env["wa.inbound.effect"]._apply_all(
            [draft for draft in drafts if draft.item.kind in EFFECTS], notes
        )
        for draft in drafts:
            if draft.item.kind in THIN:
                self._post_thin(draft)
            elif draft.item.contact_request:
                self._link_shared_phone(draft)
            elif draft.item.kind not in EFFECTS and not self.env["wa.inbound.content"]._is_supported(draft.item):
                notes[draft.event].append(f"message type not handled yet: {draft.item.kind}")
        for row, lines in self.env["wa.rule"]._on_received(rows).items():
            notes[row.event_id] += lines
        return notes

    @api.model
    def _post(self, drafts):
        """Bring messages into Discuss, note their files for fetching, and apply what waited for them."""
        rows = self.env["wa.posting"]._post_all([self._prepare_post(draft) for draft in drafts])
        self._note_files(drafts, rows)
        self.env["wa.inbound.effect"]._apply_waiting(rows)
        return rows

    @api.model
    def _note_files(self, drafts, rows):
        """Have the files of messages fetched in the background."""
        media = self.env["wa.media"].sudo()
        vals_list = [
            media._prepare_inbound(row, draft.item.media)
            for draft, row in zip(drafts, rows, strict=True)
            if draft.item.media
        ]
        if vals_list:
            media.create(vals_list)
            media._trigger_download()

    @api.model
    def _post_thin(self, draft):
        """Show what WhatsApp itself says in the thread as one thin line; it counts as nobody's message."""
        words = getattr(self.env["wa.inbound.content"], f"_note_{draft.item.kind}")(draft.item)
        message = self.env["wa.inbound.note"]._post(draft.conversation, words)
        post = self._prepare_post(draft)
        if post.date:
            message.sudo().date = post.date
        self.env["wa.posting"]._create_rows([post], message)

    @api.model
    def _link_shared_phone(self, draft):
        """Learn the phone of somebody who shared their own contact because we asked.

        Only this card says whose number it is; any other is somebody's card.
        Source: cloud-api reference §6.5, §6.7.
        """
        contact, wa_id = draft.contact, self._shared_phone(draft.item, draft.contact.country_id.code)
        if not wa_id or contact.phone_key == phone_key(wa_id):
            return
        owner = contact._find_by_phone(contact.portfolio_key, wa_id)
        if owner and owner.bsuid:
            words = self.env._(
                "The shared number %(phone)s already belongs to %(other)s. Check whether they are the same person.",
                phone=format_international(wa_id),
                other=owner.display_name,
            )
        else:
            contact._learn(Person(bsuid=contact.bsuid or None, wa_id=wa_id))
            if contact.phone_key != phone_key(wa_id):
                return  # two known by their phones alone: which of them it is, nobody says
            words = self.env._("The number %s was added to this contact.", format_international(wa_id))
        self.env["wa.inbound.note"]._post(draft.conversation.exists() or contact.conversation_ids[:1], words)

    @api.model
    def _shared_phone(self, item, country=None):
        """Return the digits of the phone on a shared card, or None.

        A number that is no whole international one is not guessed: it would send what is
        meant for this person to somebody else.

        :param str country: ISO code of the person's country, for a number written the local way.
        """
        card = next(iter(cards_of(item.content)), {})
        phones = [entry for _i, entry in reading.mappings(card.get("phones"))]
        for entry in phones:
            if wa_id := people.wa_id(entry.get("wa_id")):
                return wa_id
        for entry in phones:
            if e164 := normalise(reading.text(entry.get("phone")), country):
                return people.wa_id(e164)
        return None

    # ------------------------------------------------------------------ routing

    @api.model
    def _new_drafts(self, pairs, notes):
        """Route messages to our numbers and drop those we have; returns the new ones as drafts.

        Numbers that were archived here still receive: what was answered with 200 is kept.
        """
        numbers = {
            number.phone_number_id: number
            for number in self.env["wa.number"].with_context(active_test=False).search(
                [("phone_number_id", "in", [item.phone_number_id for _event, item in pairs])]
            )
        }
        known = {
            (row.number_id.id, row.wamid): row
            for row in self.env["wa.message"].search(
                [("wamid", "in", [item.wamid for _event, item in pairs if item.wamid])]
            )
        }
        drafts = []
        accounts = {account: account._sharing_app() for account in {event.account_id for event, _item in pairs}}
        for event, item in pairs:
            number = numbers.get(item.phone_number_id)
            if not number or number.account_id not in accounts[event.account_id]:
                notes[event].append(f"unknown phone_number_id {item.phone_number_id}")
                continue
            if not item.wamid or not item.person.has_own_id:
                notes[event].append(f"message without id or sender: type {item.kind}")
                continue
            key = (number.id, item.wamid)
            if key in known:
                if known[key]:
                    notes[event] += self._complete(known[key], item)
                continue
            known[key] = None
            drafts.append(
                Draft(
                    event,
                    item,
                    number.with_company(number.company_id).with_context(active_test=True),
                    sent_at=self._sent_at(item),
                    preview=self._preview(item),
                )
            )
        return drafts

    @api.model
    def _find_number(self, event, item):
        """Return our number a webhook is about, among the accounts its callback speaks for."""
        return self.env["wa.number"].with_context(active_test=False).search(
            [
                ("phone_number_id", "=", item.phone_number_id),
                ("account_id", "in", event.account_id._sharing_app().ids),
            ],
            limit=1,
        )

    @api.model
    def _sent_at(self, item):
        """Return when the customer sent it (naive UTC), never later than now."""
        now = fields.Datetime.now()
        return min(from_timestamp(item.timestamp) or now, now)

    @api.model
    def _preview(self, item):
        """Return one line for lists."""
        return self.env["wa.inbound.content"]._preview(item)

    # ------------------------------------------------------------------- people

    @api.model
    def _resolve_contacts(self, drafts):
        """Find or create the contact of each draft; whoever writes is reachable."""
        contacts = self.env["wa.contact"]
        for account in {draft.number.account_id for draft in drafts}:
            own = [draft for draft in drafts if draft.number.account_id == account]
            persons = [draft.item.person for draft in own]
            lookup = contacts._lookup(account, persons)
            new = lookup.add_strangers(persons)
            for draft in own:
                draft.contact, draft.is_new_contact = lookup.ensure(draft.item.person)
                if draft.contact in new:
                    draft.is_new_contact, new = True, new - draft.contact
            for draft in own:
                # A later message may have shown that two contacts are one person.
                draft.contact = lookup.find(draft.item.person)
        for contact in {draft.contact for draft in drafts}:
            if contact.is_unreachable:
                contact.is_unreachable = False

    @api.model
    def _resolve_conversations(self, drafts):
        for company, own in groupby(drafts, lambda draft: draft.number.company_id):
            conversations = self.env["wa.conversation"].with_company(company)
            known = conversations._ensure_all([(draft.number, draft.contact) for draft in own])
            for draft in own:
                draft.conversation = known[draft.number.id, draft.contact.id]

    @api.model
    def _resolve_quotes(self, drafts):
        """Find the messages that are being answered, within the same conversation."""
        wamids = [draft.item.quoted_wamid for draft in drafts if draft.item.quoted_wamid]
        found = {
            (row.conversation_id.id, row.wamid): row
            for row in (self.env["wa.message"].search([("wamid", "in", wamids)]) if wamids else ())
        }
        for draft in drafts:
            draft.quoted = found.get(
                (draft.conversation.id, draft.item.quoted_wamid), self.env["wa.message"]
            )

    @api.model
    def _update_conversations(self, drafts, notes):
        """Window, waiting, owner and lead, once per conversation.

        Owner and lead come before the message, so that it counts as unread for the
        right person. Whatever rules of the database do to a lead, the message is shown.

        :returns: ``{wa.conversation: exception}`` where owner or lead could not be given
        """
        by_conversation = defaultdict(list)
        for draft in drafts:
            by_conversation[draft.conversation].append(draft)
        for conversation, own in by_conversation.items():
            conversation._on_inbound(
                [(draft.sent_at, draft.preview, self._opens_window(draft.item)) for draft in own]
            )
            self.env["wa.inbound.referral"]._keep(conversation, own)
        try:
            with self.env.cr.savepoint():
                self._give_owners_and_leads(by_conversation)
        except (OperationalError, ConcurrencyError):
            # Somebody else was faster: everything is done again.
            raise
        except Exception:  # noqa: BLE001 (rules of customers raise anything: the culprit is found one by one)
            return self._give_singly(by_conversation, notes)
        return {}

    @api.model
    def _owner_and_lead_steps(self, conversations, by_conversation):
        """Return what gives conversations their owners and leads, in order: functions without arguments.

        :param by_conversation: ``{wa.conversation: [Draft]}``
        """
        news = {
            conversation: (
                any(draft.is_new_contact for draft in by_conversation[conversation]),
                by_conversation[conversation][0].item.text,
            )
            for conversation in conversations
        }
        return (
            conversations._attach_open_lead,
            conversations._assign,
            lambda: conversations._apply_lead_policy(news),
        )

    @api.model
    def _give_owners_and_leads(self, by_conversation):
        """Do the steps for all together; for a customer who wrote to two of our numbers one after the other.

        The second conversation continues the lead that the first one starts.
        """
        rounds = defaultdict(list)
        seen = Counter()
        for conversation in by_conversation:
            customer = conversation.partner_id or conversation
            rounds[seen[customer]].append(conversation.id)
            seen[customer] += 1
        for ids in rounds.values():
            for step in self._owner_and_lead_steps(self.env["wa.conversation"].browse(ids), by_conversation):
                step()

    @api.model
    def _give_singly(self, by_conversation, notes):
        """Give owners and leads one by one; what fails leaves everything else as it is.

        :returns: ``{wa.conversation: exception}``
        """
        failed = {}
        for conversation, own in by_conversation.items():
            for step in self._owner_and_lead_steps(conversation, by_conversation):
                try:
                    with self.env.cr.savepoint():
                        step()
                except (OperationalError, ConcurrencyError):
                    raise
                except Exception as error:  # noqa: BLE001 (kept with its reason; the message is shown all the same)
                    trace = without_rows(redact("".join(traceback.format_exception(error))))
                    _logger.warning("WhatsApp conversation %s without owner or lead:\n%s", conversation.id, trace)
                    failed[conversation] = error
                    for draft in own:
                        notes[draft.event].append(f"{NO_LEAD} {redact(str(error))[:500]}")
        return failed

    @api.model
    def _tell_without_lead(self, failed):
        """Say in the thread that a customer has no lead, once a day, to those who would look for it.

        :param dict failed: ``{wa.conversation: exception}``
        """
        for conversation, error in failed.items():
            told = self.env["wa.message"].search_count(
                [
                    ("conversation_id", "=", conversation.id),
                    ("event_id.note", "like", NO_LEAD),
                    ("create_date", ">", fields.Datetime.now() - timedelta(days=1)),
                ],
                limit=1,
            )
            if told:
                continue
            reason = (
                str(error)
                if isinstance(error, UserError)
                else self.env._("an automation rule or another part of this database failed")
            )
            words = self.env._(
                "No lead could be made or updated for this message: %s. An administrator finds the details "
                "under WhatsApp, Webhook Events.",
                reason.rstrip("."),
            )
            self.env["wa.inbound.note"]._post(conversation, words)

    @api.model
    def _tell_without_consent(self, failed, notes):
        """Say in the thread that what a customer said about consent is not on record: a person has to note it.

        :param dict failed: ``{Draft: exception}``
        """
        for draft, error in failed.items():
            notes[draft.event].append(f"consent not recorded: {redact(str(error))[:500]}")
            words = self.env._(
                "What this message says about consent could not be recorded. If the customer wants no more messages, "
                "record that by hand. An administrator finds the reason under WhatsApp, Webhook Events."
            )
            self.env["wa.inbound.note"]._post(draft.conversation, words)

    @api.model
    def _opens_window(self, item):
        """Tell whether a message lets us write freely to its sender; one to a group does not."""
        return counts(item.kind) and not item.group_id

    @api.model
    def _prepare_post(self, draft):
        """Return the ``Post`` that shows a draft in its conversation (hook)."""
        content = self.env["wa.inbound.content"]
        return Post(
            draft.conversation,
            content._quote_mark(draft.item, draft.quoted) + content._body(draft.item),
            draft.conversation.partner_id,
            {
                "direction": "in",
                "state": "received",
                "lead_id": draft.conversation.lead_id.id,
                **self._prepare_row(draft),
            },
            draft.quoted,
        )

    @api.model
    def _prepare_row(self, draft):
        """Return the values of a ``wa.message`` that come from the webhook (hook)."""
        item = draft.item
        return {
            "kind": item.kind,
            "wamid": item.wamid,
            "content": item.raw,
            "preview": draft.preview,
            "event_id": draft.event.id,
            "sent_at": draft.sent_at,
            "target_wamid": item.target_wamid,
            **self._prepare_data(item),
        }

    @api.model
    def _prepare_data(self, item):
        """Return what rules and reports look at; renewed when a message is processed again."""
        content = self.env["wa.inbound.content"]
        return {
            "is_supported": item.kind in (*EFFECTS, *THIN) or content._is_supported(item),
            "payload": item.payload,
            "text": neutralise(item.text) or False,
            "subkind": reading.text(item.content.get("type")) or False if item.kind == "interactive" else False,
            "answers": content._answers(item),
            "is_forwarded": item.forwarded,
            "group_uid": item.group_id or False,
            "referral": item.referral or False,
        }

    # --------------------------------------------------------------- reprocess

    @api.model
    def _complete(self, row, item):
        """Show a message that was stored before its type was handled.

        Processing an event again finds its message here: nothing is doubled, and
        what was "unsupported for now" gets its content.
        """
        content = self.env["wa.inbound.content"]
        if not row.is_supported and content._is_supported(item):
            row.write({**self._prepare_data(item), "preview": self._preview(item)})
            if item.media and not row.media_ids:
                self.env["wa.media"].sudo().create(self.env["wa.media"]._prepare_inbound(row, item.media))
                self.env["wa.media"]._trigger_download()
            row.mail_message_id.body = content._render(row)
            row.mail_message_id._wa_broadcast_content("body")
        return [] if row.is_supported else [f"message type not handled yet: {item.kind}"]
