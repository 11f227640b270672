from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import one_line
from ...tools.webhook import reading
from ...tools.webhook.content import cards_of
from .content import BREAK

#: Shown for places; OpenStreetMap's own form of a link to one point.
MAP_URL = "https://www.openstreetmap.org/?mlat=%(lat)s&mlon=%(lon)s#map=17/%(lat)s/%(lon)s"


class WaInboundContent(models.AbstractModel):
    """Places and visiting cards."""

    _inherit = "wa.inbound.content"

    @api.model
    def _body_location(self, item):
        """Name and address of a place, and a link to a map; no map is loaded before somebody clicks."""
        point = self._point(item.content)
        words = [one_line(reading.text(item.content.get(key))) for key in ("name", "address")]
        lines = [Markup("<strong>%s</strong>") % words[0]] if words[0] else []
        lines += [words[1]] if words[1] else []
        if point:
            label = self.env._("Show %(lat)s, %(lon)s on a map", **point)
            lines.append(self._link(MAP_URL % point, label))
        if website := self._link(item.content.get("url"), self.env._("Website")):
            lines.append(website)
        return Markup('<div class="o_wa_location">📍 %s</div>') % BREAK.join(lines)

    @api.model
    def _point(self, content):
        """Return ``{"lat", "lon"}`` as numbers in range, or None."""
        try:
            lat, lon = float(content.get("latitude")), float(content.get("longitude"))
        except (TypeError, ValueError, OverflowError):
            return None
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            return None
        return {"lat": round(lat, 6), "lon": round(lon, 6)}

    @api.model
    def _body_contacts(self, item):
        """One card per person. Only a card we asked for says whose number it is."""
        cards = [self._card(card) for card in cards_of(item.content)]
        if item.contact_request:
            cards.insert(0, self._mark("shared_contact", self.env._("Shared their own contact, as asked")))
        return Markup().join(cards) or self.env._("An empty contact card")

    @api.model
    def _card(self, card):
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
        lines = [Markup("<strong>%s</strong>") % (one_line(title) or self.env._("Contact"))]
        lines += [detail for detail in details if detail and detail != one_line(title)]
        return Markup('<div class="o_wa_card">👤 %s</div>') % BREAK.join(lines)
