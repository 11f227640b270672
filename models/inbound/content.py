from collections.abc import Iterable, Sequence

from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import is_blank, one_line
from ...tools.markup import plain, to_html
from ...tools.webhook import messages
from ...tools.webhook.events import MessageEvent, Person
from ...tools.webhook.route import Route

BREAK = Markup("<br/>")
#: Of a message that we cannot show yet: lines shown, and characters of each.
FACTS_SHOWN, FACT_LIMIT = 40, 300

#: Kinds whose content is a file.
FILE_KINDS = ("image", "video", "audio", "voice", "document", "sticker")
#: The sign of a kind in lists and placeholders.
ICONS = {
    "image": "📷",
    "video": "🎬",
    "audio": "🎵",
    "voice": "🎤",
    "document": "📄",
    "sticker": "🌟",
    "location": "📍",
    "contacts": "👤",
    "order": "🛒",
    "interactive": "👆",
    "media_placeholder": "📎",
}


class WaInboundContent(models.AbstractModel):
    """How a received message looks in the thread: one ``_body_<kind>`` per kind of Meta's.

    Adding a kind is adding a method. A kind without one is shown as "unsupported
    for now", kept, and shown properly once it is processed again.

    Everything in a message is a stranger's: text is escaped, links load nothing by
    themselves, names lose characters that turn the reading direction.
    """

    _name = "wa.inbound.content"
    _description = "WhatsApp Inbound: Content"

    # ------------------------------------------------------------------- entry

    @api.model
    def _is_supported(self, item: MessageEvent) -> bool:
        """Tell whether this kind of message is shown as what it is."""
        if item.kind == "interactive" and item.content:
            return hasattr(self, f"_body_interactive_{item.content.get('type')}")
        if item.kind.startswith("interactive_"):
            return False  # the methods of that name read the inside of another kind
        return item.kind.isidentifier() and hasattr(self, f"_body_{item.kind}")

    @api.model
    def _body(self, item: MessageEvent, row: models.BaseModel | None = None) -> Markup:
        """Return the HTML of a message.

        :param item: nothing in it is trusted.
        :param row: its ``wa.message``, once there is one: then it is known whether
            the file is here.
        """
        if self._is_supported(item):
            body = getattr(self, f"_body_{item.kind}")(item)
        else:
            body = self._unsupported_yet(item)
        if item.kind in FILE_KINDS:
            body = self._file_line(item, row) + body
        elif item.kind == "interactive":
            body += self._form_file_lines(item, row)
        return self._marks(item) + body

    @api.model
    def _render(self, row: models.BaseModel) -> Markup:
        """Return the HTML of a stored message as it has to look now: edited, deleted, with or without its file."""
        item = self._item_of(row)
        body = self._blocked_mark(row.is_from_blocked) + self._quote_mark(item, row.quoted_id) + self._body(item, row)
        return self.env["wa.inbound.message.change"]._with_changes(row, item, body) if row.effect_ids else body

    @api.model
    def _item_of(self, row: models.BaseModel) -> MessageEvent:
        """Return the ``MessageEvent`` a stored message was made from, without its person."""
        route = Route("messages", "", 0, "", row.number_id.phone_number_id)
        return messages.message(route, row.content or {}, Person())

    # -------------------------------------------------------------------- lists

    @api.model
    def _preview(self, item: MessageEvent) -> str:
        """Return one line for lists: what it is, and its words."""
        words = plain(item.text, 200) if item.text else ""
        if is_blank(words):
            words = self._tapped_words(item)[:200]
        if item.kind in ("text", "button"):
            return words or f"[{one_line(item.kind)}]"
        icon, label = self._icon("voice" if item.media and item.media.voice else item.kind), self._kind_label(item.kind)
        if not icon:
            return words or f"[{label}]"
        if item.kind == "location" and words:
            return words  # the reader of places brings the pin along
        return f"{icon} {words or label}"

    @api.model
    def _icon(self, kind: str) -> str:
        """Return the sign of a kind in lists and placeholders, or ``""``."""
        return ICONS.get(kind, "")

    @api.model
    def _kind_label(self, kind: str) -> str:
        """Return what people call a kind of message."""
        return {
            "image": self.env._("Photo"),
            "video": self.env._("Video"),
            "audio": self.env._("Audio"),
            "voice": self.env._("Voice message"),
            "document": self.env._("Document"),
            "sticker": self.env._("Sticker"),
            "location": self.env._("Location"),
            "contacts": self.env._("Contact"),
            "order": self.env._("Order"),
            "media_placeholder": self.env._("File"),
        }.get(kind) or one_line(kind)

    # -------------------------------------------------------------------- marks

    @api.model
    def _marks(self, item: MessageEvent) -> Markup:
        """Return the lines above a message: forwarded, in a group, from an ad, about a product."""
        marks = Markup()
        if item.group_id:
            marks += self._mark(
                "group",
                self.env._("👥 Written in the group %s. An answer here goes to this person alone.", one_line(item.group_id)),
            )
        if item.frequently_forwarded:
            marks += self._mark("forwarded", self.env._("↪ Forwarded many times"))
        elif item.forwarded:
            marks += self._mark("forwarded", self.env._("↪ Forwarded"))
        if item.referral:
            marks += self._mark("referral", self._referral_line(item.referral))
        if item.referred_product:
            marks += self._mark(
                "product",
                self.env._(
                    "🛍 About product %(product)s of catalogue %(catalogue)s",
                    product=one_line(str(item.referred_product.get("product_retailer_id") or "?")),
                    catalogue=one_line(str(item.referred_product.get("catalog_id") or "?")),
                ),
            )
        return marks

    @api.model
    def _quote_mark(self, item: MessageEvent, quoted: models.BaseModel) -> Markup:
        """Return a line for an answer to a message that is not in this thread."""
        if not item.quoted_wamid or quoted:
            return Markup()
        return self._mark("quote_missing", self.env._("↩ In reply to a message that is not here"))

    @api.model
    def _blocked_mark(self, is_from_blocked: bool) -> Markup:
        """Return a line for what somebody wrote while they were blocked."""
        return self._mark("blocked", self.env._("🚫 Written while blocked")) if is_from_blocked else Markup()

    @api.model
    def _mark(self, name: str, words: str) -> Markup:
        return Markup('<div class="o_wa_mark o_wa_%s">%s</div>') % (name, words)

    @api.model
    def _referral_line(self, referral: dict) -> Markup | str:
        """Return where the customer came from, with a link that only a click follows."""
        words = one_line(str(referral.get("headline") or referral.get("body") or referral.get("source_id") or ""))
        line = (
            self.env._("📣 Came through a post: %s", words)
            if referral.get("source_type") == "post"
            else self.env._("📣 Came through an ad: %s", words)
        )
        link = self._link(referral.get("source_url"), self.env._("open"))
        return Markup("%s %s") % (line, link) if link else line

    @api.model
    def _link(self, url: object, label: str) -> Markup:
        """Return a link to a web address of a stranger, ``""`` for anything but http(s)."""
        url = url if isinstance(url, str) else ""
        if not url.lower().startswith(("https://", "http://")):
            return Markup()
        return Markup('<a href="%s" target="_blank" rel="noreferrer noopener">%s</a>') % (url, label)

    # ------------------------------------------------------------------ helpers

    @api.model
    def _words(self, text: str) -> Markup:
        """Return a stranger's text as HTML, with WhatsApp's markup."""
        return Markup(to_html(text)) if text else Markup()  # noqa: S704 (to_html escapes)

    @api.model
    def _as_table(self, name: str, rows: Iterable[Sequence[str]], header: Sequence[str] = ()) -> Markup:
        """Return a small table of words."""
        head = Markup()
        if header:
            cells = Markup().join(Markup("<th>%s</th>") % cell for cell in header)
            head = Markup("<thead><tr>%s</tr></thead>") % cells
        lines = Markup().join(
            Markup("<tr>%s</tr>") % Markup().join(Markup("<td>%s</td>") % cell for cell in row) for row in rows
        )
        return Markup('<table class="o_wa_%s">%s<tbody>%s</tbody></table>') % (name, head, lines)

    @api.model
    def _unsupported_yet(self, item: MessageEvent) -> Markup:
        """Say that something came which we cannot show yet; its words and facts, if any, are shown."""
        kind = item.content.get("type") if item.kind == "interactive" else ""
        notice = Markup('<em class="o_wa_unsupported">%s</em>') % self.env._(
            "Unsupported for now: %s. The content is kept and can be shown later.",
            one_line(" ".join(filter(None, (item.kind, str(kind or ""))))),
        )
        words = Markup() if is_blank(item.text) else BREAK + self._words(item.text)
        return notice + words + self._folded_facts(item.content)

    @api.model
    def _folded_facts(self, content: dict) -> Markup:
        """Return what Meta's object says, name by name and folded away; ``""`` for nothing."""
        facts = self._flat_answers(content)[:FACTS_SHOWN]
        if not facts:
            return Markup()
        rows = [(name, words[:FACT_LIMIT]) for name, words in facts]
        title, table = self.env._("What came with it"), self._as_table("answers", rows)
        return Markup('<details class="o_wa_former"><summary>%s</summary>%s</details>') % (title, table)
