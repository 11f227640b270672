from datetime import datetime, timezone
from typing import Any

from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import is_blank, one_line
from ...tools.webhook import forms, reading
from ...tools.webhook.events import Media, MessageEvent
from .content import BREAK

#: Keys of a form's answers that are the form's business, not a person's.
TECHNICAL_ANSWERS = ("flow_token", "wa_flow_response_params")
#: Longest label of a button that is shown; WhatsApp's own have 25 characters.
TAP_LIMIT = 500


class WaInboundContent(models.AbstractModel):
    """Answers by tapping: buttons, lists, forms (flows), permission to call; and orders."""

    _inherit = "wa.inbound.content"

    @api.model
    def _body_button(self, item: MessageEvent) -> Markup:
        """A tap on a button of a template."""
        if item.payload == "DID_NOT_REQUEST_CODE":
            return self._tap(item.text) + BREAK + self.env._("The customer says they did not ask for a code.")
        return self._tap(item.text, item.payload)

    @api.model
    def _body_interactive(self, item: MessageEvent) -> Markup:
        """A tap on something we sent; which one decides ``_body_interactive_<type>``."""
        if not item.content:
            return self._without_content(item)
        return getattr(self, f"_body_interactive_{item.content.get('type')}")(item)

    @api.model
    def _body_interactive_button_reply(self, item: MessageEvent) -> Markup:
        return self._tap(item.text, item.payload)

    @api.model
    def _body_interactive_list_reply(self, item: MessageEvent) -> Markup:
        description = one_line(reading.text(reading.mapping(item.content.get("list_reply")).get("description")))
        return self._tap(item.text, item.payload) + (BREAK + description if description else Markup())

    @api.model
    def _body_interactive_nfm_reply(self, item: MessageEvent) -> Markup:
        """A filled in form or address: every answer with its name."""
        name = reading.text(reading.mapping(item.content.get("nfm_reply")).get("name"))
        title = self.env._("Sent an address") if name == "address_message" else self.env._("Filled in a form")
        head = Markup('<span class="o_wa_tap">%s</span>') % title
        answers = self._flat_answers(self._answers(item))
        if answers:
            return head + self._as_table("answers", answers)
        if item.payload and not self._is_readable_form(item):
            return head + BREAK + self._unreadable_answers(item.payload)
        return head + BREAK + self._words(item.text)

    @api.model
    def _unreadable_answers(self, payload: str) -> Markup:
        """Return answers that are not the object they should be: words as words, broken data as a sentence."""
        if payload.strip()[:1] in ("{", "["):
            words = self.env._("The answers could not be read. An administrator finds them in the webhook.")
            return Markup("<em>%s</em>") % words
        return self._words(one_line(payload))

    @api.model
    def _files(self, item: MessageEvent) -> list[Media]:
        """Return the files that come with a message: its own, or those among the answers of a form.

        :returns: list of ``Media``
        """
        if item.media:
            return [item.media]
        is_form = item.kind == "interactive" and item.content.get("type") == "nfm_reply"
        return forms.files(self._answers(item) or {}) if is_form else []

    @api.model
    def _tapped_words(self, item: MessageEvent) -> str:
        """Return what stands for an answer without words in lists; ``""`` for other kinds."""
        if item.kind not in ("button", "interactive"):
            return ""
        if item.kind == "interactive" and item.content.get("type") == "nfm_reply":
            answers = self._flat_answers(self._answers(item))
            return ", ".join(f"{name}: {words}" for name, words in answers[:5]) or self.env._("Filled in a form")
        return one_line(item.payload)

    @api.model
    def _is_readable_form(self, item: MessageEvent) -> bool:
        """Tell whether the answers of a form are the JSON object they should be."""
        return self._loaded_answers(item) is not None

    @api.model
    def _loaded_answers(self, item: MessageEvent) -> dict | None:
        """Return the object of a form's answers, or None for what is none; a list counts as answers without names."""
        found = forms.unfolded(item.payload)
        try:
            return reading.load({"": found} if isinstance(found, list) else item.payload or "")
        except reading.Unreadable:
            return None

    @api.model
    def _body_interactive_call_permission_reply(self, item: MessageEvent) -> Markup:
        """Yes or no to being called, and until when."""
        reply = reading.mapping(item.content.get("call_permission_reply"))
        if reply.get("response") != "accept":
            return self._tap_line(self.env._("📞 Does not want to be called"))
        if reading.flag(reply.get("is_permanent")):
            return self._tap_line(self.env._("📞 May be called"))
        until = reading.timestamp(reply.get("expiration_timestamp"))
        if not until:
            return self._tap_line(self.env._("📞 May be called for now"))
        return self._tap_line(Markup(self.env._("📞 May be called until %s")) % self._moment(until))  # noqa: S704 (ours)

    @api.model
    def _moment(self, seconds: int) -> Markup:
        """Return a moment that screens show in the time zone of whoever looks; UTC, and named, elsewhere."""
        moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
        return Markup('<span class="o_wa_moment" title="%s">%s</span>') % (
            moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            moment.strftime("%Y-%m-%d %H:%M UTC"),
        )

    @api.model
    def _tap(self, label: str, payload: str | None = None) -> Markup:
        """Return the label of what was tapped; if it has none, what it stands for."""
        words = payload if is_blank(label) else label
        return self._tap_line(self.env._("Tapped “%s”", one_line(words)[:TAP_LIMIT] or "?"))

    @api.model
    def _tap_line(self, words: str) -> Markup:
        return Markup('<span class="o_wa_tap">%s</span>') % words

    # ------------------------------------------------------------------ answers

    @api.model
    def _answers(self, item: MessageEvent) -> dict | bool:
        """Return what somebody filled in or ordered as data, or False.

        Forms: the object of answers. Orders: ``{"catalogue", "lines": [{product, quantity,
        price, currency}]}``. Call permissions: Meta's object.
        """
        if item.kind == "order":
            return self._order_data(item.content)
        if item.kind != "interactive":
            return False
        if item.content.get("type") == "call_permission_reply":
            return reading.mapping(item.content.get("call_permission_reply")) or False
        if item.content.get("type") != "nfm_reply":
            return False
        answers = self._loaded_answers(item) or {}
        return {key: value for key, value in answers.items() if key not in TECHNICAL_ANSWERS} or False

    @api.model
    def _flat_answers(self, answers: dict) -> list[tuple[str, str]]:
        """Return ``[(name, words)]`` for people; nested parts on their own lines, no data among the words."""
        found = forms.rows(answers or {}, self.env._("Yes"), self.env._("No"), self.env._("File"))
        return [(one_line(name), one_line(words)) for name, words in found]

    # ------------------------------------------------------------------- orders

    @api.model
    def _body_order(self, item: MessageEvent) -> Markup:
        """The lines of a basket sent from our catalogue; prices are what the customer saw."""
        data = self._order_data(item.content)
        header = (self.env._("Product"), self.env._("Quantity"), self.env._("Price"))
        rows = [
            (line["product"], f"{line['quantity']:g}", f"{line['price']:.2f} {line['currency']}".strip())
            for line in data["lines"]
        ]
        note = one_line(reading.text(item.content.get("text")))
        return (
            self._tap_line(self.env._("🛒 Ordered"))
            + self._as_table("order", rows, header)
            + (Markup("<div>%s</div>") % self._words(note) if note else Markup())
        )

    @api.model
    def _order_data(self, content: dict) -> dict:
        return {
            "catalogue": reading.text(content.get("catalog_id")),
            "lines": [
                {
                    "product": one_line(reading.text(line.get("product_retailer_id"))),
                    "quantity": self._number(line.get("quantity"), 1),
                    "price": self._number(line.get("item_price"), 0),
                    "currency": one_line(reading.text(line.get("currency"))),
                }
                for _index, line in reading.mappings(content.get("product_items"))
            ],
        }

    @api.model
    def _number(self, value: Any, otherwise: float) -> float:
        """Return a finite number given as number or text."""
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            return otherwise
        return number if abs(number) < 1e15 else otherwise
