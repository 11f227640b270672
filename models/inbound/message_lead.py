import logging
import traceback
from collections import Counter, defaultdict
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ...tools.redact import redact, without_rows

_logger = logging.getLogger(__name__)

#: How the note of an event begins whose message has no lead because something refused it.
NO_LEAD = "no lead:"


class WaInboundMessage(models.AbstractModel):
    """What a message changes in its conversation: window, waiting, owner and lead."""

    _inherit = "wa.inbound.message"

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
            conversation._on_inbound([(draft.sent_at, draft.preview, self._opens_window(draft.item)) for draft in own])
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

        :param by_conversation: ``{wa.conversation: [InboundContext]}``
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

        The second conversation continues the lead that the first one starts. Screens are told
        once: of a lead with the message itself, of a new owner afterwards.
        """
        owners = {conversation: conversation.user_id for conversation in by_conversation}
        rounds = defaultdict(list)
        seen = Counter()
        for conversation in by_conversation:
            customer = conversation.partner_id or conversation
            rounds[seen[customer]].append(conversation.id)
            seen[customer] += 1
        for ids in rounds.values():
            conversations = self.env["wa.conversation"].with_context(wa_no_broadcast=True).browse(ids)
            for step in self._owner_and_lead_steps(conversations, by_conversation):
                step()
        # What was made in this very transaction nobody has open yet.
        now = self.env.cr.now().replace(microsecond=0)
        for conversation, owner in owners.items():
            if conversation.user_id != owner and conversation.create_date < now:
                conversation._broadcast()

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
