import hashlib
import json
from dataclasses import dataclass, field

from odoo import api, fields, models

from ...tools.bidi import one_line
from ...tools.phone import phone_key
from ...tools.redact import redact
from ...tools.webhook import reading
from ...tools.webhook.events import NoticeEvent
from ...tools.window import CLOCK_AHEAD, moment_of

#: Objects inside of a notice that name the number it is about.
NUMBER_PARTS = ("recipient", "phone_number_settings")
#: Notices of one account or number that are recognised when they come again.
NOTICES_KNOWN = 300


@dataclass
class News:
    """What a notice amounts to for one record."""

    #: What to write into its chatter; empty for nothing worth a line.
    words: str = ""
    #: Field values to take over.
    vals: dict = field(default_factory=dict)
    #: What to take over instead of values that something newer has set meanwhile.
    late: dict = field(default_factory=dict)
    #: Other records it is about, with their values: ``[(record, {field: value})]``.
    also: list = field(default_factory=list)


class WaInboundNotice(models.AbstractModel):
    """News about accounts and numbers, and everything nobody handles yet.

    One ``_notice_<field>`` per webhook field, returning :class:`News`: values are
    taken over and a sentence goes into the chatter of the account or number. Fields
    without a method are kept and listed.
    """

    _name = "wa.inbound.notice"
    _description = "WhatsApp Inbound: Notices and Unknown Fields"

    @api.model
    def _handle(self, event: models.BaseModel, item: object) -> list[str]:
        """Say what a notice says, once, and never put an older value over a newer one.

        Webhooks come in any order: what is older is still news to people, an alert or a
        request to reset the PIN as much as any other.

        :param item: ``NoticeEvent``, ``UnknownEvent`` or any event without a handler.
        :returns: notes for the event; its body keeps the content.
        """
        if not isinstance(item, NoticeEvent):
            return [f"not handled yet: {redact(getattr(item, 'field', '') or type(item).__name__)}"]
        method = getattr(self, f"_notice_{item.field}", None)
        if method is None:
            return [f"not handled yet: {redact(item.field)}"]
        account, number = self._records_of(event, item)
        if not account:
            return [f"{item.field} about an account or number that is not connected here"]
        record = number or account
        moment = fields.Datetime.to_string(moment_of(item.timestamp, event.received_at, CLOCK_AHEAD))
        if not self._is_news(record, moment, item):
            return [f"{item.field}: known already"]
        news = method(item.value, account, number)
        target = record if news.vals.keys() <= record._fields.keys() else account
        if vals := self._not_outdated(target, moment, news):
            target.write(vals)
            if vals.keys() & {"state", "state_code", "restrictions"}:
                account._tell_now()
        for other, values in news.also:
            if kept := self._not_outdated(other, moment, News(vals=values)):
                other.write(kept)
        if not news.words:
            return [f"{item.field}: nothing to do"]
        target._message_log(body=news.words)
        return []

    # ----------------------------------------------------------------- routing

    @api.model
    def _records_of(self, event: models.BaseModel, item: NoticeEvent) -> tuple[models.BaseModel, models.BaseModel]:
        """Return ``(account, number)`` a notice is about, among those its callback speaks for."""
        accounts = event.account_id._sharing_app()
        numbers = accounts.with_context(active_test=False).number_ids
        number = numbers.browse()
        uid = item.phone_number_id or next(
            (self._word(item.value, part, "phone_number_id") for part in NUMBER_PARTS if part in item.value), ""
        )
        if uid:
            number = numbers.filtered(lambda n: n.phone_number_id == uid)[:1]
        elif item.display_phone_number:
            key = phone_key(item.display_phone_number)
            number = numbers.filtered(lambda n: key and phone_key(n.display_phone_number or "") == key)[:1]
        account = number.account_id or accounts.filtered(lambda a: a.waba_id == item.waba_id)[:1]
        if not account and item.waba_id == event.account_id.portfolio_id:
            account = event.account_id
        return account, number

    @api.model
    def _is_news(self, record: models.BaseModel, moment: str, item: NoticeEvent) -> bool:
        """Tell whether a notice is new, and remember it: webhooks come again.

        :param moment: when it was said.
        """
        said = json.dumps([item.field, moment, item.value], sort_keys=True)
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        known = record.notice_moments or {}
        seen = known.get("seen") or []
        if digest in seen:
            return False
        record.notice_moments = {**known, "seen": [*seen, digest][-NOTICES_KNOWN:]}
        return True

    @api.model
    def _not_outdated(self, target: models.BaseModel, moment: str, news: News) -> dict:
        """Return the values of a notice that nothing newer has set, and remember when they were said."""
        if not news.vals:
            return {}
        known = target.notice_moments or {}
        said = known.get("said") or {}
        vals = {name: value for name, value in news.vals.items() if moment >= said.get(name, "")}
        target.notice_moments = {**known, "said": {**said, **dict.fromkeys(vals, moment)}}
        late = news.late if len(vals) < len(news.vals) else {}
        return {**late, **vals}

    # ------------------------------------------------------------------ helpers

    @api.model
    def _word(self, value: object, *keys: str) -> str:
        """Return a word of Meta's from nested objects, on one line; ``""`` for none."""
        for key in keys:
            value = reading.mapping(value).get(key)
        return one_line(reading.text(value))[:200]
