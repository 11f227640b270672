from odoo import api, models

from ...tools.webhook import reading
from ...tools.window import from_timestamp, local_text
from ..account.meta_words import meta_word
from .notice import News

#: Events after which nothing can be sent or received with the account.
ENDING = ("ACCOUNT_DELETED", "PARTNER_REMOVED", "ACCOUNT_OFFBOARDED", "PARTNER_APP_UNINSTALLED", "APP_UNINSTALLED")
#: Where notices name the messaging limit, the first that is there counts. Source: Meta, ``business_capability_update`` and
#: ``phone_number_quality_update``: the table has words, the sample of the former a number.
LIMIT_KEYS = ("max_daily_conversations_per_business", "current_limit", "max_daily_conversation_per_phone")
TIERS = {
    "-1": "TIER_UNLIMITED",
    "50": "TIER_50",
    "250": "TIER_250",
    "1000": "TIER_1K",
    "2000": "TIER_2K",
    "10000": "TIER_10K",
    "100000": "TIER_100K",
}
RETURNING = ("ACCOUNT_RECONNECTED", "PARTNER_ADDED", "PARTNER_APP_INSTALLED", "APP_INSTALLED")


class WaInboundNotice(models.AbstractModel):
    """News about whole accounts. Source: cloud-api reference §5.8."""

    _inherit = "wa.inbound.notice"

    @api.model
    def _notice_account_update(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        """Restrictions, bans, partners: take over what stops messages, and say everything else."""
        event = self._word(value, "event")
        if event == "ACCOUNT_RESTRICTION":
            return self._restriction(value, account)
        if event == "DISABLED_UPDATE":
            return self._ban(value)
        if event in ENDING:
            reason = self._word(value, "disconnection_info", "reason")
            said = ", ".join(meta_word(self.env, word) for word in (event, reason) if word)
            words = self.env._("WhatsApp ended the connection of this account: %s", said)
            return News(words, self._blocking("account_ended", {"said": said}))
        if event in RETURNING:
            return News(
                self.env._("WhatsApp connected this account again: %s", meta_word(self.env, event)),
                self._lifting() if account.state == "blocked" else {},
            )
        if event == "ACCOUNT_VIOLATION":
            kind = self._word(value, "violation_info", "violation_type")
            return News(self.env._("WhatsApp reports a violation of its policy: %s", meta_word(self.env, kind) or "?"))
        facts = {key: part for key, part in value.items() if key != "event"}
        return News(
            self.env._(
                "WhatsApp says about this account: %(event)s. %(facts)s",
                event=meta_word(self.env, event),
                facts=self._facts(facts),
            )
        )

    @api.model
    def _blocking(self, code: str, facts: dict) -> dict:
        return {"state": "blocked", "state_code": code, "state_facts": facts}

    @api.model
    def _lifting(self) -> dict:
        return {"state": "connected", "state_code": False, "state_facts": False}

    @api.model
    def _restriction(self, value: dict, account: models.BaseModel) -> News:
        """Take over what is restricted until when; the gate refuses what each of them forbids, until its end."""
        restrictions = [part for _index, part in reading.mappings(value.get("restriction_info"))]
        kinds = [self._word(part, "restriction_type") for part in restrictions]
        ends = [from_timestamp(reading.timestamp(part.get("expiration"))) for part in restrictions]
        until = max(filter(None, ends), default=None)
        labels = ", ".join(meta_word(self.env, kind) for kind in kinds if kind)
        words = (
            self.env._(
                "WhatsApp restricts this account until %(until)s: %(kinds)s",
                until=local_text(until, account.company_id.partner_id.tz),
                kinds=labels,
            )
            if until
            else self.env._("WhatsApp restricts this account: %s", labels or "?")
        )
        named = {kind: end for kind, end in zip(kinds, ends, strict=True) if kind}
        late = account._add_restrictions(named, is_late=True) if account.restrictions else {}
        return News(words, account._add_restrictions(named), late)

    @api.model
    def _ban(self, value: dict) -> News:
        state, day = self._word(value, "ban_info", "waba_ban_state"), self._word(value, "ban_info", "waba_ban_date")
        if state == "REINSTATE":
            return News(
                self.env._("WhatsApp reinstated this account."),
                {**self._lifting(), **self.env["wa.account"]._no_restrictions()},
            )
        if state == "SCHEDULE_FOR_DISABLE":
            words = self.env._("WhatsApp will disable this account on %s. Appeal in Meta's Business Support.", day or "?")
            return News(words, {"state_code": "account_to_be_disabled", "state_facts": {"day": day or "?"}})
        words = self.env._(
            "WhatsApp disabled this account (%s). Appeal in Meta's Business Support.", day or meta_word(self.env, state)
        )
        return News(words, self._blocking("account_disabled", {}))

    @api.model
    def _notice_account_alerts(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        info = reading.mapping(value.get("alert_info"))
        words = self.env._(
            "WhatsApp alert (%(severity)s): %(kind)s. %(description)s",
            severity=meta_word(self.env, self._word(info, "alert_severity")),
            kind=meta_word(self.env, self._word(info, "alert_type")),
            description=self._word(info, "alert_description"),
        )
        return News(words)

    @api.model
    def _notice_account_review_update(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        decision = self._word(value, "decision")
        words = self.env._("WhatsApp's review of this account: %s", meta_word(self.env, decision))
        return News(words, {"review_status": decision})

    @api.model
    def _notice_account_settings_update(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        return News(self.env._("Settings were changed at WhatsApp: %s", meta_word(self.env, self._word(value, "type"))))

    @api.model
    def _notice_business_capability_update(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        """The limit of the portfolio, which all its numbers share; every account of it is told."""
        vals = self._limit_vals(value)
        numbers = account.with_context(active_test=False).number_ids if vals else ()
        return News(
            self.env._("WhatsApp's limits for this business: %s", self._facts({**value, **self._limit_named(value)})),
            vals,
            also=[(one, vals) for one in numbers],
        )

    @api.model
    def _limit_vals(self, value: dict) -> dict:
        """Return the messaging limit of a notice as field values, in Meta's word for it."""
        limit = next(iter(self._limit_named(value).values()), "")
        return {"messaging_limit": limit} if limit else {}

    @api.model
    def _limit_named(self, value: dict) -> dict[str, str]:
        """Return the limits in a notice, each in Meta's word: some notices give the number of people instead."""
        found = {name: self._word(value, name) or str(reading.integer(value.get(name)) or "") for name in LIMIT_KEYS}
        return {name: TIERS.get(limit, limit) for name, limit in found.items() if limit}

    @api.model
    def _notice_payment_configuration_update(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        return News(
            self.env._(
                "Payment configuration %(name)s at WhatsApp: %(status)s",
                name=self._word(value, "configuration_name"),
                status=meta_word(self.env, self._word(value, "status")),
            )
        )

    @api.model
    def _notice_partner_solutions(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        return News(self.env._("Partner solution at Meta: %s", self._facts(value)))

    @api.model
    def _notice_flows(self, value: dict, account: models.BaseModel, number: models.BaseModel) -> News:
        words = self._word(value, "message") or meta_word(self.env, self._word(value, "event"))
        return News(self.env._("Form (flow) %(id)s: %(words)s", id=self._word(value, "flow_id"), words=words))

    @api.model
    def _facts(self, value: dict) -> str:
        """Return the simple parts of an object as "name: value" for people."""
        parts = (
            f"{meta_word(self.env, key)}: {meta_word(self.env, self._word(value, key))}"
            for key in value
            if self._word(value, key)
        )
        return ", ".join(parts)
