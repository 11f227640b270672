from __future__ import annotations

import logging

from odoo import Command, api, models
from odoo.exceptions import UserError

from ...tools.graph.errors import GraphError
from ...tools.graph.template_definition import NAMED, TemplateDefinition, parse_template
from ...tools.graph.template_parameters import MEDIA_FORMATS, parameters
from ..concurrency import attempt, traceback_text
from .wa_template import CHANGEABLE, PURPOSES

_logger = logging.getLogger(__name__)


class WaTemplateSync(models.AbstractModel):
    """Taking over templates from WhatsApp."""

    _name = "wa.template.sync"
    _description = "WhatsApp Templates Taken Over"

    @api.model
    def _sync_account(self, account: models.BaseModel) -> int:
        """Take over all templates of an account; one that cannot be read does not stop the rest.

        Local choices (which field fills a variable, fallbacks, archived by hand) are
        kept. What WhatsApp does not list any more was deleted there.

        :returns: number of templates WhatsApp has
        """
        # What WhatsApp says is written by nobody else.
        templates = self.env["wa.template"].sudo().with_context(active_test=False)
        count, listed, all_named = 0, set(), True
        known = {(t.name, t.language): t for t in templates.search([("account_id", "=", account.id)])}
        for node in account._get_transport().templates(account.waba_id):
            count += 1

            def take(node=node):
                key = node["name"], node["language"]
                listed.add(key)
                known[key] = self._sync_node(account, node, known.get(key))

            # Meta may send anything: the others are needed all the same.
            _done, error = attempt(self.env, take)
            if error:
                all_named = all_named and isinstance(node, dict) and {"name", "language"} <= node.keys()
                _logger.warning("A template of WhatsApp account %s cannot be read:\n%s", account.id, traceback_text(error))
        if all_named:
            for key in known.keys() - listed:
                # A draft was never there.
                if known[key].template_uid and known[key].status != "DELETED":
                    known[key].write({"status": "DELETED", "status_reason": False})
        return count

    @api.model
    def _sync_node(self, account: models.BaseModel, node: dict, template: models.BaseModel | None) -> models.BaseModel:
        """Take over one template; returns its record.

        :param dict node: as ``GET /{WABA_ID}/message_templates`` lists it.
        :param template: the record as we know it, or None.
        """
        vals = self._vals_from_meta(node)
        if template and template.reopened_at:
            template._take_beside_edit(vals, parse_template(node))
            return template
        if template and template.is_edited and vals["status"] in CHANGEABLE:
            # What somebody is mending here is not what WhatsApp has.
            template.write({name: vals[name] for name in ("template_uid", "status", "status_reason", "quality")})
            return template
        if template:
            replaced = template.body if template.is_edited else vals["body"]
            template.write({**vals, "is_edited": False})
            if replaced != vals["body"]:
                template._message_log(
                    body=self.env._(
                        "WhatsApp decided about the version it has, so that one stands here again. What was changed here, "
                        "and not handed in, was: %s",
                        replaced,
                    )
                )
        else:
            template = self.env["wa.template"].sudo().create({**vals, "account_id": account.id})
        self._sync_parts(template, parse_template(node))
        return template

    @api.model
    def _vals_from_meta(self, node: dict) -> dict:
        """Turn a template of the Graph API into field values.

        :param dict node: as ``GET /{WABA_ID}/message_templates`` lists it.
        Source: cloud-api reference §7.1.
        """
        definition = parse_template(node)
        category = str(node.get("category") or "").upper()
        return {
            "name": node["name"],
            "language": node["language"],
            "template_uid": str(node.get("id") or "") or False,
            "category": category if category in PURPOSES else "MARKETING",
            "status": str(node.get("status") or "UNKNOWN").upper(),
            "status_reason": self._clean_reason(node.get("rejected_reason")),
            "quality": (node.get("quality_score") or {}).get("score") or False,
            "parameter_format": "NAMED" if definition.parameter_format == NAMED else "POSITIONAL",
            **self._content_vals(definition),
            "components": node.get("components") or [],
        }

    @api.model
    def _content_vals(self, definition: TemplateDefinition) -> dict:
        """Return the words of a definition as field values; buttons and variables come with :meth:`_sync_parts`.

        :param definition: ``TemplateDefinition``.
        """
        header = definition.header
        return {
            "header_format": header.format.upper() if header else False,
            "header_text": header.text if header else False,
            "body": definition.body.text if definition.body else "",
            "footer": definition.footer or False,
        }

    @api.model
    def _clean_reason(self, reason: str | None) -> str | bool:
        return False if reason in (None, "", "NONE") else str(reason)

    @api.model
    def _sync_parts(self, template: models.BaseModel, definition: TemplateDefinition) -> None:
        """Make buttons and variables match the definition; keep what was set up here."""
        template.ensure_one()
        template.button_ids = [Command.clear()] + [
            Command.create(
                {
                    "sequence": index,
                    "type": button.type.upper(),
                    "text": button.text or button.type,
                    "url": button.url or False,
                    "phone_number": button.phone_number or False,
                    "example": button.example or False,
                }
            )
            for index, button in enumerate(definition.buttons)
        ]
        self._sync_parameters(template, definition)

    @api.model
    def _sync_parameters(self, template: models.BaseModel, definition: TemplateDefinition, only_missing: bool = False) -> None:
        """Make variables match the definition; keep what was set up here.

        :param bool only_missing: add those, and leave alone the others: somebody is changing the template.
        """
        known = {parameter.key: parameter for parameter in template.parameter_ids}
        kept = template.parameter_ids.browse()
        for sequence, needed in enumerate(parameters(definition)):
            vals = {
                "sequence": sequence,
                # The sample of a file reads as an address that soon ends, which helps nobody.
                "example": (needed.kind not in MEDIA_FORMATS and needed.example) or False,
                "kind": "media" if needed.kind in MEDIA_FORMATS else "text",
                "value_kind": needed.kind,
                "is_required": needed.required,
            }
            if parameter := known.get(needed.key):
                if not only_missing:
                    parameter.write(vals)
            else:
                parameter = kept.create(
                    {
                        **vals,
                        "template_id": template.id,
                        "key": needed.key,
                        "component": needed.component,
                        "button_index": needed.index if needed.component == "button" else 0,
                        "name": needed.name,
                    }
                )
            kept |= parameter
        if not only_missing:
            (template.parameter_ids - kept).unlink()

    @api.model
    def _refresh_outdated(self) -> None:
        """Read the templates of accounts again in which something changed."""
        for account in self.env["wa.account"].search([("templates_outdated", "=", True)]):
            try:
                with self.env.cr.savepoint():
                    self._sync_account(account)
                    account.templates_outdated = False
            except (GraphError, UserError) as error:
                _logger.warning("WhatsApp account %s: templates could not be read, later again: %s", account.id, error)
                if isinstance(error, GraphError):
                    account._take_refusal(error)
            self.env["ir.cron"]._commit_progress(1)
