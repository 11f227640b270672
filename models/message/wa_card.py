from html import escape

from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import one_line
from ...tools.markup import card, to_html
from ..discuss.trusted_html import TrustedHtml

MAP_ADDRESS = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}"


class WaCard(models.AbstractModel):
    """Shows in the thread what we send besides text: the same parts the customer sees, in HTML.

    Nothing that goes in is trusted.
    """

    _name = "wa.card"
    _description = "WhatsApp Message as a Card"

    @api.model
    def _html(self, body="", *, header="", footer="", buttons=()):
        """Return a card.

        :param str body: text with WhatsApp markup, or Markup.
        :param buttons: labels.
        """
        html = card(
            body if isinstance(body, Markup) else to_html(body),
            header=f"<b>{escape(one_line(header))}</b>" if header else "",
            footers=[f"<small>{escape(one_line(footer))}</small>"] if footer else (),
            buttons=[label if isinstance(label, Markup) else escape(one_line(label)) for label in buttons],
        )
        return TrustedHtml(html)

    @api.model
    def _interactive(self, content):
        """Return the card of an interactive message.

        :param dict content: the frozen ``interactive`` object in Meta's shape.
        """
        action = content["action"]
        header = content.get("header") or {}
        body = (content.get("body") or {}).get("text", "")
        parts = {
            "header": header.get("text", ""),
            "footer": (content.get("footer") or {}).get("text", ""),
        }
        if content["type"] == "button":
            return self._html(body, buttons=[item["reply"]["title"] for item in action["buttons"]], **parts)
        if content["type"] == "list":
            return self._html(self._list(body, action["sections"]), buttons=[action["button"]], **parts)
        if content["type"] == "cta_url":
            link = Markup('<a href="%s" target="_blank" rel="noreferrer noopener">%s</a>') % (
                action["parameters"]["url"],
                one_line(action["parameters"]["display_text"]),
            )
            return self._html(body, buttons=[link], **parts)
        if content["type"] == "carousel":
            return self._html(body, **parts) + Markup().join(self._carousel_card(card) for card in action["cards"])
        if content["type"] == "product_list":
            return self._html(self._products(body, action["sections"]), buttons=[self.env._("View items")], **parts)
        if content["type"] == "product":
            parts["header"] = action["product_retailer_id"]
        labels = {
            "location_request_message": self.env._("Asks for the customer's location"),
            "request_contact_info": self.env._("Asks for the customer's contact details"),
            "product": self.env._("View"),
            "catalog_message": self.env._("View catalogue"),
            "flow": (action.get("parameters") or {}).get("flow_cta"),
        }
        return self._html(body, buttons=[labels.get(content["type"]) or content["type"]], **parts)

    @api.model
    def _carousel_card(self, card):
        """Return one card of several, which each stand for themselves."""
        action = card["action"]
        if card["type"] == "product":
            return self._html(header=action["product_retailer_id"], buttons=[self.env._("View")])
        replies = [item["quick_reply"]["title"] for item in action.get("buttons", ())]
        labels = replies or [action["parameters"]["display_text"]]
        return self._html((card.get("body") or {}).get("text", ""), buttons=labels)

    @api.model
    def _products(self, body, sections):
        rows = [
            {
                "title": section.get("title"),
                "rows": [{"title": item["product_retailer_id"]} for item in section["product_items"]],
            }
            for section in sections
        ]
        return self._list(body, rows)

    @api.model
    def _list(self, body, sections):
        html = Markup(to_html(body))  # noqa: S704 (escaped by to_html)
        for section in sections:
            if section.get("title"):
                html += Markup("<div><b>%s</b></div>") % one_line(section["title"])
            rows = [
                Markup("<li>%s</li>") % " – ".join(filter(None, (one_line(row["title"]), one_line(row.get("description", "")))))
                for row in section["rows"]
            ]
            html += Markup("<ul>%s</ul>") % Markup().join(rows)
        return html

    @api.model
    def _location(self, place):
        """Return the card of a place.

        :param dict place: ``latitude longitude name address`` in Meta's shape.
        """
        link = Markup('<a href="%s" target="_blank" rel="noreferrer noopener">%s</a>') % (
            MAP_ADDRESS.format(**place),
            self.env._("Open the map"),
        )
        lines = [one_line(place.get("address", "")), f"{place['latitude']}, {place['longitude']}"]
        body = Markup("<br/>").join(filter(None, lines))
        return self._html(body, header=place.get("name") or self.env._("Location"), buttons=[link])

    @api.model
    def _contacts(self, cards):
        """Return the card of people.

        :param cards: in Meta's shape.
        """
        html = Markup()
        for person in cards:
            lines = [
                one_line((person.get("org") or {}).get("company", "")),
                *(one_line(phone["phone"]) for phone in person.get("phones", ())),
                *(one_line(email["email"]) for email in person.get("emails", ())),
            ]
            html += Markup('<div class="o_wa_card_header"><b>%s</b></div>') % one_line(person["name"]["formatted_name"])
            html += Markup("<div>%s</div>") % Markup("<br/>").join(filter(None, lines))
        return self._html(html)
