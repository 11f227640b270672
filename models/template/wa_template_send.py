from odoo import models
from odoo.fields import Domain

from ...tools import languages
from ...tools.empty_like import is_empty_like
from ...tools.graph.errors import InvalidMessage
from ...tools.graph.template_definition import TemplateDefinition, parse_template
from ...tools.graph.template_fill import template_components
from ...tools.graph.template_parameters import MEDIA_FORMATS
from ...tools.graph.template_preview import Preview, render
from ...tools.markup import plain
from ...tools.template_memory import TemplateMemory
from ..discuss.trusted_html import TrustedHtml
from ..discuss.wa_discuss_writer import DiscussPost
from ..outbox.wa_sending import PRIORITY_OF_ORIGIN, SendOutcome, SendRun
from .wa_template import CHANGEABLE
from .wa_value_source import WORDS


class WaTemplate(models.Model):
    """Sending a template: in which language, to whom, filled with what.

    Values are a dictionary by the parameter's key: ``{"body.1": "Ada", "button.0": "S42"}``.
    """

    _inherit = "wa.template"

    def _title(self):
        return self.env._("WhatsApp template “%s”", self.name)

    # ------------------------------------------------------------------ routing

    def _routes(self, records, number=None, policy=None, create=True):
        self.ensure_one()
        if policy != "company":
            return records._wa_find_conversations(self.account_id, number, policy, create)
        routes = {}
        for account, own in self._by_company_account(records).items():
            routes |= own._wa_find_conversations(account, None, None, create)
        return routes

    def _by_company_account(self, records):
        """Return ``{wa.account: records}``: who writes to which records when each company writes in its own name.

        A company's account is one that has a template of this name; records without
        a company, and those of companies without such an account, stay with this one.
        """
        own = self.account_id.sudo()
        accounts = {
            twin.company_id: twin.account_id
            for twin in self.sudo().search([("name", "=", self.name), *self._in_use_domain()], order="id desc")
        } | {own.company_id: own}
        groups = {}
        for record in records:
            company = record["company_id"] if "company_id" in record._fields else self.env["res.company"]
            account = accounts.get(company, own)
            groups[account] = groups.get(account, records.browse()) | record
        return groups

    # ---------------------------------------------------------------- languages

    def _variants(self, account):
        """Return ``{language: template in use}`` of this name in an account.

        One whose edit is being reviewed counts: its customers wait for it and do not get another language.
        """
        domain = Domain("name", "=", self.name) & Domain("account_id", "=", account.id) & Domain(self._in_use_domain())
        return {variant.language: variant for variant in self.sudo().search(domain)}

    def _variant_for(self, conversation, variants=None):
        """Return the variant of this template that the customer of a conversation gets.

        Their language, a near one, one of the account's fallback languages, else this
        very template.

        :param dict variants: see :meth:`_variants`, if they are known.
        """
        account = conversation.account_id.sudo()
        variants = self._variants(account) if variants is None else variants
        fallbacks = (account.fallback_languages or "").split(",")
        if account == self.sudo().account_id:
            fallbacks.append(self.language)
        code = languages.choose(conversation.partner_id.lang or None, variants, fallbacks)
        return variants[code].with_env(self.env) if code else self

    # --------------------------------------------------------------- definition

    def _definition(self, memory: TemplateMemory | None = None) -> TemplateDefinition:
        """Return the template as Meta defines it (``tools.graph.template_definition``).

        What Meta gave is the truth; a template that was never there is taken from
        its own fields.
        """
        self.ensure_one()
        if memory is None:
            return self._read_definition()
        if self.id not in memory.definitions:
            memory.definitions[self.id] = self._read_definition()
        return memory.definitions[self.id]

    def _asked_values(self, memory: TemplateMemory | None = None) -> list[tuple]:
        """Return ``(key, value kind, required, wa.template.parameter)`` of everything the template asks for."""
        if memory is not None and self.id in memory.asked:
            return [(*facts, parameter.with_env(self.env)) for *facts, parameter in memory.asked[self.id]]
        asked = [(p.key, p.value_kind, p.is_required, p) for p in self._sent_parameters()]
        if memory is not None:
            memory.asked[self.id] = asked
        return asked

    def _read_definition(self, is_looked_at: bool = False) -> TemplateDefinition:
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

    def _render(self, values: dict, memory: TemplateMemory | None = None) -> Preview:
        """Return header, body, footer and buttons filled with values (``Preview``)."""
        return render(self._definition(memory), values)

    def _render_card(self, values: dict) -> TrustedHtml:
        """Return the filled template as HTML for the thread: header, body, footer, buttons."""
        self.ensure_one()
        return self.env["wa.template.card"]._html(self._render(values))

    def _render_shown(self) -> TrustedHtml:
        """Return the card with examples, with what is being changed here, for looking at it."""
        self.ensure_one()
        preview = render(self._read_definition(is_looked_at=True), self._get_example_values())
        above = self.env["wa.template.sample"]._html(self)
        return self.env["wa.template.card"]._html(preview, above=above)

    def _build_components(self, values: dict, memory: TemplateMemory | None = None) -> list[dict]:
        """Return the ``components`` of the template message.

        :raises InvalidMessage: a value is missing or breaks one of Meta's rules.
        """
        return template_components(self._definition(memory), values)

    # ------------------------------------------------------------------- values

    def _get_example_values(self) -> dict[str, str]:
        """Return the examples the template was approved with, for previews without a record."""
        self.ensure_one()
        return {p.key: p.example or f"{{{{{p.name}}}}}" for p in self.parameter_ids if p.value_kind == "text"}

    def _voiced(
        self,
        partner: models.BaseModel,
        record: models.BaseModel,
        company: models.BaseModel | None = None,
        memory: TemplateMemory | None = None,
    ) -> tuple[models.BaseModel, models.BaseModel]:
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
        voices = {} if memory is None else memory.voices
        key = (partner.lang, partner.tz, company, self.language, self.env, record.env)
        if key not in voices:
            voice = self.env["wa.value.text"]._voice(partner, company, self.language)
            voices[key] = (self.with_context(**voice).env, record.with_context(**voice).env)
        own_env, record_env = voices[key]
        return self.with_env(own_env), record.with_env(record_env)

    def _get_values(
        self,
        record: models.BaseModel,
        overrides: dict | None = None,
        sources: dict | None = None,
        memory: TemplateMemory | None = None,
    ) -> tuple[dict, models.BaseModel]:
        """Return what fills the variables for a record.

        :param record: record of the template's model, or of any model if ``sources``
            are given; read with the rights of the current user.
        :param dict overrides: what a person typed or chose, by the parameter's key:
            text, or an ``ir.attachment`` for files.
        :param dict sources: by the parameter's key, a record that says instead of the
            parameter where the value comes from (``wa.action.value``).
        :returns: ``(values, missing)``. Values are as ``tools.graph.template_fill``
            takes them, except files: those are :class:`FileSource`. ``missing`` are the
            ``wa.template.parameter`` records without a value that fits.
        """
        self.ensure_one()
        values, missing = {}, self.env["wa.template.parameter"]
        sources, reader = sources or {}, self.env["wa.template.values"]
        own = record if record and record._name == self.model else None
        for key, kind, is_required, parameter in self._asked_values(memory):
            given = (overrides or {}).get(key)
            source = sources[key].with_context(lang=self.env.lang) if key in sources else None
            read = reader._get_file if kind in MEDIA_FORMATS else reader._get_value
            value = read(kind, source, record, given) if source else None
            value = value or read(kind, parameter, own, given)
            if value:
                values[key] = value
            elif is_required and kind != "code":  # that is the body's
                missing |= parameter
        return values, missing

    def _get_doubts(self, values: dict, sources: dict | None = None, memory: TemplateMemory | None = None) -> models.BaseModel:
        """Return the variables whose values are there and say nothing, as zero does, and that ask to be warned of it.

        :param dict values: of :meth:`_get_values`.
        :param dict sources: as for :meth:`_get_values`.
        :returns: ``wa.template.parameter``
        """
        doubts = self.env["wa.template.parameter"]
        for key, kind, _is_required, parameter in self._asked_values(memory):
            value = values.get(key)
            if kind in WORDS and isinstance(value, str) and is_empty_like(value):
                if ((sources or {}).get(key) or parameter).if_empty_like == "warn":
                    doubts |= parameter
        return doubts

    # ------------------------------------------------------------------ sending

    def _send_to_records(self, records, number=None, origin="automation", dedupe_key=None, policy=None, person=None, **content):
        """Queue this template for each record, see ``wa.sending``.

        :param dict overrides: values a person typed, see ``_get_values``.
        :param dict sources: ``{key of a variable: record that says where its value comes from}``.
        :param bool by_language: take the variant in the customer's language.
        """
        self.ensure_one()
        return super()._send_to_records(records, number, origin, dedupe_key, policy, person, **self._with_variants(content))

    def _dry_run(self, records, number=None, origin="automation", policy=None, clock=None, **content):
        self.ensure_one()
        return super()._dry_run(records, number, origin, policy, clock, **self._with_variants(content))

    def _with_variants(self, content):
        """Prepare a memory of language variants, so that they are looked up once for all records."""
        return {**content, "variants": {}} if content.get("by_language") else content

    def _send_in_conversation(self, conversation, record, origin, overrides=None):
        """Queue this template in a conversation, filled from a record (or an empty set).

        :returns: :class:`SendOutcome`
        :raises AccessError: the conversation is not the current user's, or a record that is not about it.
        """
        self.ensure_one()
        reach, own = self.env["wa.reach"], conversation.sudo()
        reach._check_conversation(reach._person(), conversation)
        if record and record not in (own.lead_id, own.partner_id):
            # It gets a note, and the message.
            reach._check_records(reach._person(), record)
        outcome = self._prepare(conversation, record, SendRun(origin), overrides=overrides)
        outcome.conversation = conversation
        self._finish([outcome], origin)
        return outcome

    def _read_frequency(self, targets):
        conversations = (
            self.env["wa.conversation"]
            .sudo()
            .union(*[target.sudo() for target in targets.values() if not isinstance(target, str)])
        )
        return self.env["wa.gate"]._read_frequency(conversations.contact_id, conversations.number_id.account_id)

    def _prepare(
        self, conversation, record, run: SendRun, dedupe_key=None, overrides=None, sources=None, by_language=False,
        variants=None,
    ):  # fmt: skip
        conversation = conversation.sudo()
        if by_language:
            account = conversation.account_id
            if account not in variants:
                variants[account] = self._variants(account)
            variant = self._variant_for(conversation, variants[account])
            return variant._prepare(conversation, record, run, dedupe_key, overrides, sources)
        if self.sudo().account_id != conversation.account_id:
            return self._refuse(record, "other_account")
        decision = self.env["wa.gate"]._decide(
            conversation, "template", self, origin=run.origin, frequency=run.frequency, moment=run.moment(record)
        )
        if decision.verdict == "refused":
            return self._refuse(record, decision.code)
        filler, filled_from = self._voiced(conversation.partner_id, record, conversation.company_id, run.memory)
        values, missing = filler._get_values(filled_from, overrides, sources, run.memory)
        if missing:
            return self._refuse(record, "template_incomplete", ", ".join(missing.mapped("name")))
        if run.is_dry:
            filled, files = self.env["wa.template.values"]._imagine_files(values), []
        else:
            filled, files = self.env["wa.template.values"]._take_files(conversation, values, run.memory)
        try:
            components = self._build_components(filled, run.memory)
        except InvalidMessage as error:
            return self._refuse(record, error.rule, error.detail)
        preview = self._render(values, run.memory)
        lead = record if record._name == "crm.lead" else conversation.lead_id
        row = self.env["wa.message"]._outgoing_vals(
            "template",
            {
                "name": self.name,
                "language": self.language,
                "components": components,
                "text": preview.text,
                "version": self.fingerprint,
                **({"files": [file.frozen() for file in files]} if files else {}),
            },
            template_id=self.id,
            origin=run.origin,
            purpose=self._get_purpose(),
            priority=PRIORITY_OF_ORIGIN[run.origin],
            preview=plain(preview.text, 200),
            lead_id=lead.id,
            dedupe_key=dedupe_key,
            next_attempt_at=decision.when or False,
            **self.env["wa.message"]._waiting_vals(decision),
        )
        post = DiscussPost(
            conversation,
            self.env["wa.template.card"]._html(preview, values.get("header.location")),
            self.env.user.partner_id,
            row,
            attachments=self.env["ir.attachment"].union(*(file.shown for file in files)),
        )
        later = decision.code if decision.verdict == "later" else ""
        doubts = tuple(self._get_doubts(values, sources, run.memory).mapped("label"))
        return SendOutcome(record, "queued", post=post, template=self, later=later, doubts=doubts)
