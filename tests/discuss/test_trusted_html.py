from lxml import html

from odoo import fields
from odoo.tests import tagged

from ...models.discuss.trusted_html import TrustedHtml
from ...tools.graph.template_preview import Preview, PreviewButton
from ..common import WaCase

#: What people write, and what hostile people write.
TEXTS = (
    "Hi *bold* _em_ ~s~ `code`\n- a\n- b\n3. x\n4. y\n```pre\n  x```",
    "see https://a.example/c?x=1&y=2 <script>alert(1)</script> \"q\" 'a' & &amp; &lt;b&gt;",
    'http://x.example/"onclick=1 javascript:alert(1) <img src=x onerror=alert(1)>',
    "a  b   c\n\n\nend ",
    "emoji 😀 \u200d x \u00a0 y \u2028 z",
    "<!-- c --> <![CDATA[x]]> %s %(a)s {x} </div></div>",
    "> quoted\nafter it\n> again",
    "Offer of the week\n-- \nstill a part of the offer",
    "<",
)


@tagged("post_install", "-at_install", "wa")
class TestTrustedHtml(WaCase):
    """Cards we built are stored as they are: Odoo's cleaning would find nothing to take away."""

    def _cleaned(self, body):
        """Return what core would store."""
        field = self.env["mail.message"]._fields["body"]
        return fields.Html._convert(field, str(body), self.env["mail.message"], True)

    def _tree(self, body):
        """Return HTML as nested tuples, without the marks of an e-mail's quoted parts."""

        def node(element):
            attributes = sorted(item for item in element.items() if not item[0].startswith("data-o-mail-quote"))
            return element.tag, attributes, element.text or "", [(node(child), child.tail or "") for child in element]

        return node(html.fragment_fromstring(str(body), create_parent="div"))

    def assertClean(self, body):
        self.assertIsInstance(body, TrustedHtml)
        self.assertEqual(self._tree(body), self._tree(self._cleaned(body)))

    def test_cards_of_templates(self):
        for text in TEXTS:
            with self.subTest(text):
                inside = Preview(body=text, header_format="image", buttons=(PreviewButton("url", text),))
                card = self.env["wa.template.card"]._html(
                    Preview(
                        header=text, body=text, footer=text, offer=text, buttons=(PreviewButton("url", text),), cards=(inside,)
                    ),
                )
                self.assertClean(card)
                self.assertClean(self.env["wa.template.card"]._html(Preview(), place={"name": text, "address": text}))

    def test_cards_of_other_messages(self):
        card = self.env["wa.card"]
        for text in TEXTS:
            with self.subTest(text):
                self.assertClean(card._html(text, header=text, footer=text, buttons=[text]))
                self.assertClean(card._location({"latitude": 1.5, "longitude": 2.5, "name": text, "address": text}))
                self.assertClean(card._contacts([{"name": {"formatted_name": text}, "org": {"company": text}}]))

    def test_cards_of_the_shop(self):
        card = self.env["wa.card"]
        for text in TEXTS:
            item = {"product_retailer_id": text}
            replies = {"buttons": [{"quick_reply": {"title": text}}]}
            cards = [
                {"type": "product", "action": item},
                {"type": "cta_url", "body": {"text": text}, "action": replies},
                {"type": "cta_url", "action": {"parameters": {"display_text": text}}},
            ]
            for kind, action in (
                ("product", item),
                ("product_list", {"sections": [{"title": text, "product_items": [item]}]}),
                ("catalog_message", {}),
                ("flow", {"parameters": {"flow_cta": text}}),
                ("carousel", {"cards": cards}),
            ):
                with self.subTest(text, kind=kind):
                    content = {"type": kind, "body": {"text": text}, "footer": {"text": text}, "action": action}
                    self.assertClean(card._interactive(content))

    def test_a_template_is_stored_as_it_was_built(self):
        conversation = self.receive(self.inbound())
        template = self._make_template("quoted", "Prices:\n-- \n> {{1}} each", [("1", "name", "100")])
        [outcome] = template._send_to_records(conversation.lead_id)
        body = outcome.message.mail_message_id.body
        self.assertIn("<blockquote>", body)
        self.assertNotIn("data-o-mail-quote", body)

    def test_html_of_others_is_cleaned_as_ever(self):
        dirty = "<p>hi<script>alert(1)</script></p>"
        conversation = self.receive(self.inbound())
        note = conversation.channel_id.with_user(self.ana).message_post(body=TrustedHtml(dirty), subtype_xmlid="mail.mt_note")
        self.assertNotIn("script", note.body)
        message = self.env["mail.message"].create({"body": dirty, "model": "res.partner", "res_id": self.ana.partner_id.id})
        self.assertNotIn("script", message.body)
