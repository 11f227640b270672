from odoo import models
from odoo.fields import Domain

from ...tools import languages
from ...tools.graph.errors import InvalidMessage
from ...tools.markup import plain
from ..discuss.wa_discuss_writer_files import DiscussFilePost
from ..outbox.wa_sending import PRIORITY_OF_ORIGIN, SendOutcome, SendRun


class WaTemplate(models.Model):
    """Sending a template: in which language, to whom, filled with what."""

    _name = "wa.template"
    _inherit = ["wa.template", "wa.sending"]

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

    # ------------------------------------------------------------------ sending

    def _send_to_records(self, records, number=None, origin="automation", dedupe_key=None, policy=None, person=None, **content):
        """Queue this template for each record, see ``wa.sending``.

        :param dict overrides: values a person typed, see ``_get_values``.
        :param dict sources: ``{key of a variable: record that says where its value comes from}``.
        :param bool by_language: take the variant in the customer's language.
        """
        self.ensure_one()
        self = self._remember_definitions()  # noqa: PLW0642 (the same template)
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
        filler, filled_from = self._voiced(conversation.partner_id, record, conversation.company_id)
        values, missing = filler._get_values(filled_from, overrides, sources)
        if missing:
            return self._refuse(record, "template_incomplete", ", ".join(missing.mapped("name")))
        if run.is_dry:
            filled, files = self._imagine_files(values), []
        else:
            filled, files = self._take_files(conversation, values)
        try:
            components = self._build_components(filled)
        except InvalidMessage as error:
            return self._refuse(record, error.rule, error.detail)
        preview = self._render(values)
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
        post = DiscussFilePost(
            conversation,
            self._card_html(preview, values.get("header.location")),
            self.env.user.partner_id,
            row,
            attachments=self.env["ir.attachment"].union(*(file.shown for file in files)),
        )
        later = decision.code if decision.verdict == "later" else ""
        doubts = tuple(self._get_doubts(values, sources).mapped("label"))
        return SendOutcome(record, "queued", post=post, template=self, later=later, doubts=doubts)
