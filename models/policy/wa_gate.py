from dataclasses import replace
from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import gate
from ...tools.frequency import COUNTING, WAITING, Frequency
from ...tools.quiet import quiet_until
from ...tools.window import NOT_COUNTING, window_until

#: Reasons a person solves by sending a template instead.
SOLVED_BY_TEMPLATE = ("window_closed",)
#: Reasons a person solves by writing down what the customer said.
SOLVED_BY_CONSENT = ("consent_missing", "consent_withdrawn")


class WaGate(models.AbstractModel):
    """The one gate every message passes: asked by the composer, wizards, automation and the sender.

    This model collects the facts from the database; the rules are the pure
    functions of ``tools/gate.py``, the sentences those of ``wa.failure``.
    """

    _name = "wa.gate"
    _description = "WhatsApp Gate"

    @api.model
    def _decide(
        self, conversation, kind: str, template=None, now: datetime | None = None, origin: str = "chat", message=None,
        frequency: Frequency | None = None, moment: datetime | None = None,
    ) -> gate.Decision:  # fmt: skip
        """Decide whether a message may leave.

        :param conversation: ``wa.conversation`` it would go out in.
        :param kind: ``free`` or ``template``.
        :param template: ``wa.template``, for kind ``template``.
        :param now: naive UTC; defaults to now.
        :param origin: who wants it sent, as ``wa.message.origin``.
        :param message: ``wa.message`` that waits and is looked at again: it does not count itself.
        :param frequency: what the recipients of this call got lately (:meth:`_read_frequency`); looked up if not given.
        :param moment: of a dry run (naive UTC): asked as if it were then, see :meth:`_facts_then`.
        """
        facts = self._facts(conversation, kind, template, now, origin, message, frequency)
        if moment:
            facts = self._facts_then(facts, conversation, moment)
        return gate.decide(facts)

    @api.model
    def _facts(
        self, conversation, kind: str, template=None, now: datetime | None = None, origin: str = "chat", message=None,
        frequency: Frequency | None = None,
    ) -> gate.Facts:  # fmt: skip
        """Return all that the rules need to know; the parameters are those of :meth:`_decide` (hook)."""
        conversation = conversation.sudo()
        contact, number = conversation.contact_id, conversation.number_id
        account = number.account_id
        now = now or fields.Datetime.now()
        is_template = kind == gate.TEMPLATE
        by_person = origin in gate.BY_PERSON
        rules = contact._get_country_rules(account.company_id)
        laws = {rule.what for rule in rules}
        purpose = template._get_purpose() if template else "service"
        return gate.Facts(
            kind=kind,
            now=now,
            origin=origin,
            purpose=purpose,
            # Who it goes to.
            wa_id=contact.wa_id or None,
            bsuid=contact.bsuid or None,
            needs_phone=bool(template) and template.category == "AUTHENTICATION",
            reachable=not contact.is_unreachable,
            blocked=contact.is_blocked,
            machine_answers=bool(conversation.machine_since),
            is_insisted=bool(message) and message.is_insisted,
            # Account, number and template.
            account_ok=account.state != "blocked",
            account_archived=not account.active,
            number_ok=not number.is_blocked,
            number_archived=not number.active,
            restrictions=account._get_restrictions(now),
            template_status=(template and template.active and template.status) or None,
            template_review_until=(template and template.review_until) or None,
            is_template_changed=bool(template) and bool(message) and message._is_for_other_words(),
            # The window, and what makes it wait.
            window_until=conversation.window_until or None,
            contact_hold_until=contact.hold_until or None,
            number_hold_until=number.hold_until or None,
            quiet_until=None if by_person else self._get_quiet_until(contact, account, rules, now),
            # What the customer said.
            opted_out=contact.opted_out_marketing,
            service_consent=conversation.consent_service or "none",
            marketing_consent=conversation.consent_marketing or "none",
            needs_service_consent=account.consent_policy == "all",
            is_confirmation=bool(message) and message.is_confirmation,
            # A person's own words are no matter of the blacklist: composers ask often, and need not look there.
            is_blacklisted=(is_template or not by_person) and contact.is_blacklisted,
            # The customer's country, and how much they got lately.
            is_country_forbidden="no_business" in laws,
            is_marketing_country_forbidden="no_marketing" in laws,
            frequency_cap_reached=bool(template)
            and is_template
            and self._is_cap_reached(contact, account, purpose, now, message, frequency),
        )

    # ------------------------------------------------------------------ moments

    @api.model
    def _facts_then(self, facts: gate.Facts, conversation, moment: datetime) -> gate.Facts:
        """Return facts as they are, except that window, night and limits are those of a moment (naive UTC).

        No person sits behind what is run dry.
        """
        conversation, today = conversation.sudo(), facts.now
        contact, account = conversation.contact_id, conversation.number_id.account_id
        quiet = self._get_quiet_until(contact, account, contact._get_country_rules(account.company_id), moment)
        # A text needs the window; at night it tells whether the customer was awake.
        needs_window = facts.kind == gate.FREE or (quiet and quiet > moment)
        return replace(
            facts,
            now=moment,
            origin="automation",
            window_until=self._window_at(conversation, moment) if needs_window else None,
            quiet_until=quiet,
            # A limit that is over by now says nothing about that rule.
            contact_hold_until=self._still(facts.contact_hold_until, today),
            number_hold_until=self._still(facts.number_hold_until, today),
        )

    @api.model
    def _still(self, until: datetime | None, today: datetime) -> datetime | None:
        return until if until and until > today else None

    @api.model
    def _window_at(self, conversation, moment):
        """Return until when one could write freely in a conversation, seen from a moment (naive UTC), or None."""
        if not conversation._origin.id:
            return None
        self.env["wa.message"].flush_model(["conversation_id", "direction", "kind", "mail_message_id"])
        self.env["mail.message"].flush_model(["date"])
        [[latest]] = self.env.execute_query(
            SQL(
                """
                SELECT MAX(COALESCE(shown.date, message.create_date))
                  FROM wa_message message
             LEFT JOIN mail_message shown ON shown.id = message.mail_message_id
                 WHERE message.conversation_id = %s AND message.direction = 'in'
                   AND NOT message.kind = ANY(%s)
                   AND COALESCE(shown.date, message.create_date) <= %s
                """,
                conversation._origin.id,
                sorted(NOT_COUNTING),
                moment,
            )
        )
        return window_until(latest) if latest else None

    @api.model
    def _get_quiet_until(self, contact, account, rules: list, now: datetime) -> datetime | None:
        """Return until when it is quiet at the customer's place (naive UTC), or None.

        A country's own hours come before the account's.

        :param rules: list of ``CountryRule`` of the contact.
        """
        own = [rule.quiet_hours for rule in rules if rule.quiet_hours]
        if not own and not account.has_quiet_hours:
            return None
        hours = own[0] if own else account._get_quiet_hours()
        zones = contact._get_zones() or [pytz.timezone(account.company_id.partner_id.tz or "UTC")]
        return quiet_until(hours, zones, now)

    # ---------------------------------------------------------------- frequency

    @api.model
    def _is_cap_reached(
        self, contact, account, purpose: str, now: datetime, message=None, frequency: Frequency | None = None
    ) -> bool:
        """Tell whether one more template of this purpose would be too many for a contact.

        Counted over all numbers: the customer does not care from which of them it comes.
        """
        most, days = account._get_cap(purpose)
        if not most:
            return False
        if not frequency or contact.id not in frequency.contact_ids:
            frequency = self._read_frequency(contact, account, now)
        return frequency.count(contact.id, purpose, now - timedelta(days=days), message) >= most

    @api.model
    def _read_frequency(self, contacts, accounts, now: datetime | None = None) -> Frequency:
        """Return what these contacts got lately, by one query.

        :param contacts: ``wa.contact`` about which the gate will be asked next.
        :param accounts: ``wa.account`` records whose limits count.
        """
        now = now or fields.Datetime.now()
        frequency = Frequency(contacts._ids)
        periods = {}
        for account in accounts.sudo():
            for purpose in ("marketing", "utility"):
                most, days = account._get_cap(purpose)
                if most:
                    periods[purpose] = max(days, periods.get(purpose, 0))
        if not periods or not contacts.ids:
            return frequency
        messages = self.env["wa.message"].sudo()
        messages.flush_model(["contact_id", "purpose", "state", "sent_at", "submitted_at"])
        for contact_id, purpose, message_id, moment in self.env.execute_query(
            SQL(
                """
                SELECT contact_id, purpose, id,
                       CASE WHEN state = ANY(%(waiting)s) THEN NULL ELSE COALESCE(sent_at, submitted_at, create_date) END
                  FROM wa_message
                 WHERE contact_id = ANY(%(contacts)s) AND purpose = ANY(%(purposes)s) AND state = ANY(%(counting)s)
                   AND (state = ANY(%(waiting)s) OR COALESCE(sent_at, submitted_at, create_date) > %(since)s)
                """,
                contacts=contacts.ids,
                purposes=list(periods),
                counting=list(COUNTING),
                waiting=list(WAITING),
                since=now - timedelta(days=max(periods.values())),
            )
        ):
            frequency.add(contact_id, purpose, message_id, moment)
        return frequency

    # -------------------------------------------------------------- for people

    @api.model
    def _check(self, conversation, kind, template=None, origin="chat"):
        """Raise if the message may not leave; one that has to wait may be queued.

        :raises UserError: the reason and the next step.
        """
        decision = self._decide(conversation, kind, template, origin=origin)
        if decision.verdict == gate.REFUSED:
            refusal = self.env["wa.refusal"]
            refusal._count_surely([refusal._vals(decision.code, kind, origin, conversation, template)])
            raise UserError(self.env["wa.failure"]._sentence(decision.code))

    @api.model
    def _explain(self, conversation, kind):
        """Return why a message cannot be sent now, for the composer, or False.

        :returns: ``{"code", "sentence", "next_step", "action"}``; ``action`` is
            ``template`` when sending a template is the way out, ``consent`` when recording one is.
        """
        if not conversation:
            return False
        decision = self._decide(conversation, kind)
        if decision.verdict != gate.REFUSED:
            return False
        sentence, next_step = self.env["wa.failure"]._parts(decision.code)
        return {
            "code": decision.code,
            "sentence": sentence,
            "next_step": next_step,
            "action": self._next_action(decision.code),
        }

    @api.model
    def _next_action(self, code):
        """Return what the screen offers to get past a refusal: ``template``, ``consent`` or False."""
        if code in SOLVED_BY_TEMPLATE:
            return "template"
        return "consent" if code in SOLVED_BY_CONSENT else False
