from html import escape

from markupsafe import Markup

from odoo import api, models

from ...tools.bidi import one_line
from ...tools.graph.template_definition import parse_template
from ...tools.graph.template_fill import template_components
from ...tools.graph.template_preview import render
from ...tools.markup import card, to_html
from ..discuss.trusted_html import TrustedHtml
from .wa_template import CHANGEABLE

#: The context key of :class:`Definitions`.
DEFINITIONS = "wa_template_definitions"


class Definitions:
    """In the context: what filling templates asks of them, by the template's id, each read once."""

    def __init__(self):
        #: What :meth:`WaTemplate._definition` returned.
        self.by_id = {}
        #: What :meth:`WaTemplate._asked_values` returned.
        self.asked = {}
        #: Files that everybody gets alike (``SendableFile``), by what they are made from.
        self.files = {}
        #: How values are put into words (``wa.value.text``), by all that decides it.
        self.voices = {}


class WaTemplate(models.Model):
    """Filling a template from a record, and showing it the way the customer will see it.

    Values are a dictionary by the parameter's key: ``{"body.1": "Ada", "button.0": "S42"}``.
    """

    _inherit = "wa.template"

    # ------------------------------------------------------------------- values

    def _get_example_values(self):
        """Return the examples the template was approved with, for previews without a record."""
        self.ensure_one()
        return {p.key: p.example or f"{{{{{p.name}}}}}" for p in self.parameter_ids if p.value_kind == "text"}

    def _voiced(self, partner, record, company=None):
        """Return this template and a record in the language and the time zone in which the customer reads them.

        The language is the template's: its values stand in the middle of its words.

        :param partner: the customer, ``res.partner``; may be empty.
        :param record: what fills the template; may be empty.
        :param company: of the conversation; None: the record's, else the account's.
        """
        own = record.sudo()["company_id"] if record and "company_id" in record._fields else None
        if own is None or own._name != "res.company":
            own = self.env["res.company"]
        partner, company = partner.sudo(), own or company or self.sudo().company_id
        known = self.env.context.get(DEFINITIONS)
        voices = known.voices if isinstance(known, Definitions) else {}
        key = (partner.lang, partner.tz, company, self.language, self.env, record.env)
        if key not in voices:
            voice = self.env["wa.value.text"]._voice(partner, company, self.language)
            voices[key] = (self.with_context(**voice).env, record.with_context(**voice).env)
        own_env, record_env = voices[key]
        return self.with_env(own_env), record.with_env(record_env)

    # ---------------------------------------------------------------- rendering

    def _remember_definitions(self):
        """Return these templates in an environment in which each is read once; for filling it many times."""
        return self.with_context(**{DEFINITIONS: Definitions()})

    def _definition(self):
        """Return the template as Meta defines it (``tools.graph.template_definition``).

        What Meta gave is the truth; a template that was never there is taken from
        its own fields.
        """
        self.ensure_one()
        known = self.env.context.get(DEFINITIONS)
        if not isinstance(known, Definitions):
            return self._read_definition()
        if self.id not in known.by_id:
            known.by_id[self.id] = self._read_definition()
        return known.by_id[self.id]

    def _asked_values(self):
        """Return ``(key, value kind, required, wa.template.parameter)`` of everything the template asks for."""
        known = self.env.context.get(DEFINITIONS)
        if isinstance(known, Definitions) and self.id in known.asked:
            return [(*facts, parameter.with_env(self.env)) for *facts, parameter in known.asked[self.id]]
        asked = [(p.key, p.value_kind, p.is_required, p) for p in self._sent_parameters()]
        if isinstance(known, Definitions):
            known.asked[self.id] = asked
        return asked

    def _read_definition(self, is_looked_at=False):
        """Read the definition anew.

        :param bool is_looked_at: with what is being changed here; WhatsApp sends what it approved.
        """
        is_changed = self.status in CHANGEABLE or (is_looked_at and self.reopened_at)
        is_draft = not self.components or (self.is_edited and is_changed)
        return parse_template(
            {
                **self._prepare_definition(),
                "category": self.category,
                **({} if is_draft else {"components": self.components}),
            }
        )

    def _render(self, values):
        """Return header, body, footer and buttons filled with values (``Preview``)."""
        return render(self._definition(), values)

    def _render_card(self, values):
        """Return the filled template as HTML for the thread: header, body, footer, buttons."""
        self.ensure_one()
        return self._card_html(self._render(values))

    def _render_shown(self):
        """Return the card with examples, with what is being changed here, for looking at it."""
        self.ensure_one()
        preview = render(self._read_definition(is_looked_at=True), self._get_example_values())
        return self._card_html(preview, above=self._sample_html())

    @api.model
    def _card_html(self, preview, place=None, above=None):
        """Turn a ``tools.graph.template_preview.Preview`` into HTML; nothing in it is trusted.

        :param Markup above: what stands in the place of a header that is a file.
        """
        header = ""
        if preview.header:
            header = f"<b>{escape(one_line(preview.header))}</b>"
        elif place:
            lines = [one_line(str(place.get(name) or "")) for name in ("name", "address")]
            header = f"📍 {escape(', '.join(filter(None, lines)))}"
        elif preview.header_format:
            header = above or self._file_above(preview.header_format)
        footers = [f"<b>{escape(one_line(preview.offer))}</b>"] if preview.offer else []
        if preview.footer:
            footers.append(f"<small>{escape(one_line(preview.footer))}</small>")
        return TrustedHtml(
            card(
                to_html(preview.body),
                header=header,
                footers=footers,
                buttons=[escape(one_line(button.text)) for button in preview.buttons],
                cards=[self._card_html(inside) for inside in preview.cards],
            )
        )

    @api.model
    def _file_above(self, header_format, name=None):
        """Return what stands for a header that is no text: its sign, and what it is or is called.

        :param str header_format: of WhatsApp, in any case.
        :param str name: of the file.
        """
        words = {
            "image": ("🖼", self.env._("Picture")),
            "video": ("🎬", self.env._("Video")),
            "gif": ("🎬", self.env._("Moving picture")),
            "document": ("📄", self.env._("Document")),
            "location": ("📍", self.env._("Place")),
        }
        sign, what = words.get(header_format.lower(), ("", header_format.lower()))
        return Markup('<span class="o_wa_card_file">%s %s</span>') % (sign, one_line(name or what))

    def _build_components(self, values):
        """Return the ``components`` of the template message.

        :raises InvalidMessage: a value is missing or breaks one of Meta's rules.
        """
        return template_components(self._definition(), values)
