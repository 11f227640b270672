import hashlib
import json
from dataclasses import dataclass, field

from odoo import api, fields, models

from ...tools.bidi import one_line
from ...tools.phone import phone_key
from ...tools.redact import redact
from ...tools.webhook import reading
from ...tools.webhook.events import NoticeEvent
from ...tools.window import from_timestamp

#: Objects inside of a notice that name the number it is about.
NUMBER_PARTS = ("recipient", "phone_number_settings")


@dataclass
class News:
    """What a notice amounts to for one record."""

    #: What to write into its chatter; empty for nothing worth a line.
    words: str = ""
    #: Field values to take over.
    vals: dict = field(default_factory=dict)


class WaInboundNotice(models.AbstractModel):
    """News about accounts and numbers, and everything nobody handles yet.

    One ``_notice_<field>`` per webhook field, returning :class:`News`: values are
    taken over and a sentence goes into the chatter of the account or number. Fields
    without a method are kept and listed.
    """

    _name = "wa.inbound.notice"
    _description = "WhatsApp Inbound: Notices and Unknown Fields"

    @api.model
    def _handle(self, event, item):
        """Apply a notice once, and never an older one over a newer.

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
        if not self._is_news(record, event, item):
            return [f"{item.field}: known, or older than what is known"]
        news = method(item.value, account, number)
        target = record if news.vals.keys() <= record._fields.keys() else account
        if news.vals:
            target.write(news.vals)
        if not news.words:
            return [f"{item.field}: nothing to do"]
        target._message_log(body=news.words)
        return []

    # ----------------------------------------------------------------- routing

    @api.model
    def _records_of(self, event, item):
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
    def _is_news(self, record, event, item):
        """Tell whether a notice is new, and remember it: webhooks come in any order, and again."""
        moment = fields.Datetime.to_string(from_timestamp(item.timestamp) or event.received_at)
        digest = hashlib.sha256(json.dumps(item.value, sort_keys=True).encode()).hexdigest()[:16]
        known = (record.notice_moments or {}).get(item.field) or ["", ""]
        if moment < known[0] or [moment, digest] == known:
            return False
        record.notice_moments = {**(record.notice_moments or {}), item.field: [moment, digest]}
        return True

    # ------------------------------------------------------------------ helpers

    @api.model
    def _word(self, value, *keys):
        """Return a word of Meta's from nested objects, on one line; ``""`` for none."""
        for key in keys:
            value = reading.mapping(value).get(key)
        return one_line(reading.text(value))[:200]
