from markupsafe import Markup

from odoo import api, models

from ...tools import filenames
from ...tools.bidi import is_blank, one_line
from ...tools.markup import to_html
from ...tools.webhook import reading
from ...tools.webhook.content import cards_of
from ...tools.webhook.events import MessageEvent
from .content import BREAK

#: Shown for places; OpenStreetMap's own form of a link to one point.
MAP_URL = "https://www.openstreetmap.org/?mlat=%(lat)s&mlon=%(lon)s#map=17/%(lat)s/%(lon)s"


class WaInboundContent(models.AbstractModel):
    """What customers send on their own: words, files, places, visiting cards; and what WhatsApp keeps or says itself."""

    _inherit = "wa.inbound.content"

    # -------------------------------------------------------------------- words

    @api.model
    def _body_text(self, item: MessageEvent) -> Markup:
        if is_blank(item.text):
            # Discuss takes a message without words for a deleted one.
            return self._without_content(item)
        return Markup(to_html(item.text))  # noqa: S704 (to_html escapes)

    # -------------------------------------------------------------------- files

    @api.model
    def _caption(self, item: MessageEvent) -> Markup:
        """Return the caption; the file is an attachment, or a line of :meth:`_file_line`."""
        return self._words(item.text)

    _body_image = _body_video = _body_audio = _body_voice = _body_document = _body_sticker = _caption

    @api.model
    def _body_media_placeholder(self, item: MessageEvent) -> Markup:
        """A file of the imported history; WhatsApp sends it later, or never."""
        return self._pending_line("media_placeholder", self.env._("A file from before the connection"))

    @api.model
    def _file_line(self, item: MessageEvent, row: models.BaseModel | None) -> Markup:
        """Return a line about the file as long as it is not here, or why it will not come.

        :param row: ``wa.message``, None while the message is being made.
        """
        if not item.media:
            return self._failed_line(item.kind, "", self.env._("WhatsApp sent no file with it."))
        media = row.sudo().media_ids[:1] if row else None
        return self._line_of(self._file_kind(item), item.media.filename, media)

    @api.model
    def _form_file_lines(self, item: MessageEvent, row: models.BaseModel | None) -> Markup:
        """Return a line for each file of a form that is not here.

        :param row: ``wa.message``, None while the message is being made.
        """
        files = self._files(item)
        rows = list(row.sudo().media_ids.sorted("id")) if row else []
        lines = Markup()
        for index, file in enumerate(files):
            media = rows[index] if index < len(rows) else None
            kind = media.kind if media else self.env["wa.media"]._file_kind("interactive", file.mime_type)
            lines += self._line_of(kind, file.filename, media)
        return lines

    @api.model
    def _line_of(self, kind: str, name: str, media: models.BaseModel | None) -> Markup:
        """Return the line of one file: being fetched, failed or lost; nothing for one that is attached.

        :param media: ``wa.media``; empty while the message is being made.
        """
        name = filenames.clean(name)
        if not media or media.state == "pending":
            return self._pending_line(kind, name, media.error_text if media else "")
        if media.state == "failed":
            return self._failed_line(kind, name, media.error_text)
        if media.attachment_id:
            return Markup()
        lost = self.env._("The file was here and is gone. It can be fetched again for seven days.")
        return self._failed_line(kind, name, lost)

    @api.model
    def _file_kind(self, item: MessageEvent) -> str:
        return "voice" if item.media and item.media.voice else item.kind

    @api.model
    def _pending_line(self, kind: str, name: str, reason: str = "") -> Markup:
        """Return a line for a file that is being fetched.

        :param reason: why the last try brought nothing.
        """
        label = " · ".join(filter(None, (self._kind_label(kind), name)))
        why = Markup(' <span class="o_wa_reason">%s</span>') % reason if reason else ""
        return Markup('<div class="o_wa_media o_wa_media_pending">%s %s…%s</div>') % (self._icon(kind), label, why)

    @api.model
    def _failed_line(self, kind: str, name: str, reason: str) -> Markup:
        label = " · ".join(filter(None, (self._kind_label(kind), name)))
        return Markup('<div class="o_wa_media o_wa_media_failed">%s %s: <span class="o_wa_reason">%s</span></div>') % (
            self._icon(kind),
            label,
            reason or "",
        )

    # -------------------------------------------------------- places and people

    @api.model
    def _body_location(self, item: MessageEvent) -> Markup:
        """Name and address of a place, and a link to a map; no map is loaded before somebody clicks."""
        point = self._point(item.content)
        words = [one_line(reading.text(item.content.get(key))) for key in ("name", "address")]
        lines: list[str] = [Markup("<strong>%s</strong>") % words[0]] if words[0] else []
        lines += [words[1]] if words[1] else []
        if point:
            label = self.env._("Show %(lat)s, %(lon)s on a map", **point)
            lines.append(self._link(MAP_URL % point, label))
        if website := self._link(item.content.get("url"), self.env._("Website")):
            lines.append(website)
        return Markup('<div class="o_wa_location">📍 %s</div>') % BREAK.join(lines)

    @api.model
    def _point(self, content: dict) -> dict[str, float] | None:
        """Return ``{"lat", "lon"}`` as numbers in range, or None."""
        try:
            lat, lon = float(content["latitude"]), float(content["longitude"])
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            return None
        return {"lat": round(lat, 6), "lon": round(lon, 6)}

    @api.model
    def _body_contacts(self, item: MessageEvent) -> Markup:
        """One card per person. Only a card we asked for says whose number it is."""
        cards = [self._card(card) for card in cards_of(item.content)]
        if item.contact_request:
            cards.insert(0, self._mark("shared_contact", self.env._("Shared their own contact, as asked")))
        return Markup().join(cards) or self.env._("An empty contact card")

    @api.model
    def _card(self, card: dict) -> Markup:
        name = reading.mapping(card.get("name"))
        org = reading.mapping(card.get("org"))
        title = (
            reading.text(name.get("formatted_name"))
            or " ".join(filter(None, (reading.text(name.get(k)) for k in ("first_name", "last_name"))))
            or reading.text(org.get("company"))
        )
        details = [one_line(reading.text(org.get(key))) for key in ("title", "department", "company")]
        for key, part in (("phones", "phone"), ("emails", "email"), ("urls", "url")):
            for _index, entry in reading.mappings(card.get(key)):
                details.append(one_line(reading.text(entry.get(part)) or reading.text(entry.get("wa_id"))))
        for _index, address in reading.mappings(card.get("addresses")):
            parts = (reading.text(address.get(k)) for k in ("street", "zip", "city", "state", "country"))
            details.append(one_line(", ".join(filter(None, parts))))
        details.append(one_line(reading.text(card.get("birthday"))))
        lines: list[str] = [Markup("<strong>%s</strong>") % (one_line(title) or self.env._("Contact"))]
        lines += [detail for detail in details if detail and detail != one_line(title)]
        return Markup('<div class="o_wa_card">👤 %s</div>') % BREAK.join(lines)

    # ---------------------------------------------------- WhatsApp in its own words

    @api.model
    def _body_unsupported(self, item: MessageEvent) -> Markup:
        """WhatsApp kept the content to itself: say what it was, as far as it tells.

        Source: cloud-api reference §5.3 (codes 131051, 131060).
        """
        if any(error.code == 131060 for error in item.errors):
            words = self.env._("A message that WhatsApp could not deliver. Ask the customer to send it again.")
        else:
            kind = reading.text(item.content.get("type"))
            what = (
                {
                    "poll_creation": self.env._("a poll"),
                    "poll_update": self.env._("a vote in a poll"),
                    "edit": self.env._("a change to an earlier message"),
                    "pin": self.env._("a pinned message"),
                    "group_invite": self.env._("an invitation to a group"),
                    "gif": self.env._("a GIF"),
                    "keep_in_chat": self.env._("a kept message"),
                    "link_preview": self.env._("a link preview"),
                }.get(kind)
                or one_line(kind)
                or self.env._("something")
            )
            words = self.env._("The customer sent %s, which WhatsApp does not pass on to businesses.", what)
        return Markup('<em class="o_wa_unsupported">%s</em>') % words

    @api.model
    def _without_content(self, item: MessageEvent) -> Markup:
        """A message whose content is missing, with Meta's reason if it gave one."""
        reason = "; ".join(
            one_line(f"{error.code or ''} {error.details or error.message or error.title}") for error in item.errors
        )
        words = (
            self.env._("A message came without its content. WhatsApp says: %s", reason)
            if reason
            else self.env._("A message came without its content.")
        )
        return Markup('<em class="o_wa_unsupported">%s</em>') % words

    @api.model
    def _note_system(self, item: MessageEvent) -> str:
        """Something WhatsApp says in the thread, such as a group's new subject."""
        return f"ℹ {one_line(item.text or reading.text(item.content.get('type')))}"

    @api.model
    def _note_request_welcome(self, item: MessageEvent) -> str:
        return self.env._("👋 Opened the chat for the first time")
