from __future__ import annotations

from typing import Any

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools import placeholders
from ...tools.graph.text import TEXT_LIMIT
from ...tools.markup import plain, to_html
from ..discuss.wa_discuss_writer import DiscussPost
from .wa_sending import PRIORITY_OF_ORIGIN, SendOutcome, SendRun


class WaFreeText(models.AbstractModel):
    """A text of our own, sent by a rule: only in a conversation whose window is open."""

    _name = "wa.free.text"
    _description = "WhatsApp Text Sent by a Rule"
    _inherit = ["wa.sending"]

    def _title(self) -> str:
        return self.env._("WhatsApp text")

    @api.model
    def _check_text(self, text: str, model: str, user: models.BaseModel | None = None) -> None:
        """Refuse a text that cannot be sent, while the person who wrote it is here.

        :param model: the model whose fields the placeholders name.
        :param user: ``res.users`` who wrote it; default: the current one.
        :raises ValidationError: empty, too long, or a placeholder that is no field.
        """
        if not (text or "").strip():
            raise ValidationError(self.env._("Write the text that is to be sent."))
        if len(text) > TEXT_LIMIT:
            raise ValidationError(self.env._("A WhatsApp text has at most %s characters.", TEXT_LIMIT))
        for path in placeholders.paths(text):
            self.env["wa.value.source"]._check_path(path, model, user)

    def _routes(
        self, records: models.BaseModel, number: models.BaseModel | None = None, policy: str | None = None, create: bool = True
    ) -> dict[int, models.BaseModel | str]:
        """Return the latest conversation of each customer; where there is none, no window is open."""
        partners = records.sudo()._wa_partners()
        domain = Domain("company_id", "in", self.env.companies.ids)
        if number:
            domain &= Domain("number_id", "=", number.id)
        found = records.sudo()._wa_latest_conversations(partners, domain)
        if policy == "team":
            teams = {record.id: record["team_id"] if "team_id" in record._fields else None for record in records.sudo()}
            found = {id_: conversation for id_, conversation in found.items() if conversation.number_id.team_id == teams[id_]}
        return dict.fromkeys(records.ids, "window_closed") | found

    def _fill(
        self, text: str, record: models.BaseModel, conversation: models.BaseModel, author: models.BaseModel | None
    ) -> tuple[str, list[str]]:
        """Return the text filled from a record, as the customer reads it, and the paths without a value.

        :param author: ``res.users`` who wrote the text; None for a text of code.
        :raises AccessError: the author, or the current user, may not read what a placeholder names.
        """
        words = self.env["wa.value.text"]
        company = record["company_id"] if "company_id" in record._fields else None
        voice = words._voice(conversation.partner_id, company or conversation.company_id)
        source = record.with_context(**voice)

        def value(path: str) -> str:
            if author is not None and author.id != SUPERUSER_ID:
                words._check_author(source, path, author)
            return words._at(source, path)

        return placeholders.fill(text, value)

    def _prepare(
        self,
        conversation: models.BaseModel,
        record: models.BaseModel,
        run: SendRun,
        dedupe_key: str | None = None,
        text: str = "",
        author: models.BaseModel | None = None,
        **_content: Any,
    ) -> SendOutcome:
        conversation = conversation.sudo()
        decision = self.env["wa.gate"]._decide(conversation, "free", origin=run.origin, moment=run.moment(record))
        if decision.verdict == "refused":
            return self._refuse(record, decision.code)
        body, missing = self._fill(text, record, conversation, author)
        if missing:
            return self._refuse(record, "template_incomplete", ", ".join(missing))
        if len(body) > TEXT_LIMIT:
            return self._refuse(record, "body_too_long", f"{len(body)} > {TEXT_LIMIT}")
        lead = record if record._name == "crm.lead" else conversation.lead_id
        row = self.env["wa.message"]._outgoing_vals(
            "text",
            {"body": body},
            origin=run.origin,
            priority=PRIORITY_OF_ORIGIN[run.origin],
            preview=plain(body, 200),
            lead_id=lead.id,
            dedupe_key=dedupe_key,
            next_attempt_at=decision.when or False,
            **self.env["wa.message"]._waiting_vals(decision),
        )
        html = Markup(to_html(body))  # noqa: S704 (escaped by to_html)
        later = decision.code if decision.verdict == "later" else ""
        return SendOutcome(record, "queued", post=DiscussPost(conversation, html, self.env.user.partner_id, row), later=later)
