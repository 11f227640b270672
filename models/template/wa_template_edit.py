from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from ...tools.graph.errors import PermanentError, RequestError
from ...tools.graph.template_definition import parse_template
from ...tools.graph.template_fingerprint import fingerprint
from ...tools.graph.template_parameters import parameters
from ..concurrency import when_this_ended
from .wa_template import CHANGEABLE

#: How often an approved template may be edited. Source: Meta, ``templates/template-management``; cloud-api reference §7.6.
EDIT_PAUSE, EDIT_MONTH, EDITS_A_MONTH = timedelta(hours=24), timedelta(days=30), 10
#: For how long a review may last before what waits for it is refused. Source: reference §7.4, PENDING.
REVIEW = timedelta(hours=24)
#: Rules and sequences named on the form.
NAMED_USERS = 10


class WaTemplate(models.Model):
    """Editing a template that WhatsApp approved (decision 90).

    While it is open for changes, the fields hold the change and ``components`` hold what WhatsApp approved: that is what is
    sent. Handing in puts it under review again, and nobody is sent it until that is decided.
    """

    _inherit = "wa.template"

    reopened_at = fields.Datetime(readonly=True, copy=False, help="Since when this approved template is open for changes.")
    editor_id = fields.Many2one("res.users", "Opened By", readonly=True, copy=False)
    edit_moments = fields.Json(readonly=True, copy=False, help="When edits of it as an approved template were handed in.")
    edits_used = fields.Integer(compute="_compute_next_edit_at", help="Edits handed in from here within 30 days.")
    edits_allowed = fields.Integer(compute="_compute_next_edit_at")
    next_edit_at = fields.Datetime(
        "Next Edit Possible", compute="_compute_next_edit_at", help="WhatsApp takes no edit before; empty: at once."
    )
    edit_refusal = fields.Char(readonly=True, copy=False, help="What WhatsApp said when it refused the last edit.")
    edit_refused_at = fields.Datetime(readonly=True, copy=False)
    review_until = fields.Datetime(
        readonly=True, copy=False, help="Messages that come due wait until then for the review of an edit."
    )
    approved_components = fields.Json(readonly=True, copy=False, help="What was approved before the last edit.")
    fingerprint = fields.Char(compute="_compute_fingerprint", store=True, help="Changes with the words WhatsApp sends.")
    waiting_count = fields.Integer(compute="_compute_waiting_count", help="Messages with the present words that wait.")
    used_by = fields.Char(compute="_compute_used_by", help="Rules and sequences that send it.")

    # ----------------------------------------------------------------- computed

    @api.depends("edit_moments")
    def _compute_next_edit_at(self):
        now = fields.Datetime.now()
        for template in self:
            moments = template._edits_within_a_month(now)
            ends = [moments[-1] + EDIT_PAUSE] if moments else []
            if len(moments) >= EDITS_A_MONTH:
                ends.append(moments[-EDITS_A_MONTH] + EDIT_MONTH)
            template.edits_used, template.edits_allowed = len(moments), EDITS_A_MONTH
            template.next_edit_at = max((end for end in ends if end > now), default=False)

    def _edits_within_a_month(self, now):
        """Return when edits were handed in within the last 30 days, oldest first (naive UTC)."""
        moments = sorted(fields.Datetime.to_datetime(text) for text in self.edit_moments or ())
        return [moment for moment in moments if moment > now - EDIT_MONTH]

    @api.depends(
        "components", "body", "header_text", "header_format", "footer", "button_ids.type", "button_ids.text",
        "button_ids.url", "button_ids.phone_number",
    )  # fmt: skip
    def _compute_fingerprint(self):
        for template in self:
            components = template.components or template._prepare_definition()["components"]
            template.fingerprint = fingerprint(parse_template({"components": components}))

    @api.depends("status", "reopened_at")
    def _compute_waiting_count(self):
        for template in self:
            template.waiting_count = template.reopened_at and self.env["wa.message"].sudo().search_count(
                [("template_id", "=", template._origin.id), ("state", "in", ("queued", "sending")), ("wamid", "=", False)]
            )

    @api.depends("status", "reopened_at")
    @api.depends_context("lang")
    def _compute_used_by(self):
        for template in self:
            template.used_by = (template.reopened_at and ", ".join(template._origin.sudo()._users_named())) or False

    def _users_named(self):
        """Return the names of rules and sequences that send this template, each once, and no more than can be read."""
        actions = self.env["ir.actions.server"].search([("wa_template_id", "=", self.id)], limit=NAMED_USERS + 1)
        steps = self.env["wa.sequence.step"].search([("template_id", "=", self.id)], limit=NAMED_USERS + 1)
        named = [*(action.base_automation_id.name or action.name for action in actions), *steps.sequence_id.mapped("name")]
        names = list(dict.fromkeys(filter(None, named)))
        return [*names[:NAMED_USERS], "…"] if len(names) > NAMED_USERS else names

    # ------------------------------------------------------------------ actions

    def action_edit(self):
        """Open an approved template for changes; it is sent as before until they are handed in. Opening it twice is one.

        :raises AccessError: the user may not write templates.
        :raises UserError: WhatsApp, or we, cannot change this one.
        """
        self.ensure_one()
        self.check_access("write")
        if self.reopened_at:
            return
        if not self.template_uid or self.status != "APPROVED":
            raise UserError(
                self.env._("Only a template that is approved is opened for changes; this one is: %s.", self.status_label)
            )
        problems = [*self._identity_problems(), *self._part_problems()]
        if problems:
            raise UserError("\n".join(problems))
        self.sudo().write(
            {
                "reopened_at": fields.Datetime.now(),
                "editor_id": self.env.uid,
                # One that was drafted here before WhatsApp was read has it in its fields alone.
                "components": self.components or self._prepare_definition()["components"],
            }
        )
        self._message_log(body=self.env._("Opened for changes. Until they are submitted, the approved text is sent."))

    def action_discard_edit(self):
        """Take back what was changed since the template was opened: what WhatsApp has stands here again.

        :raises AccessError: the user may not write templates.
        """
        self.check_access("write")
        for template in self.filtered("reopened_at"):
            template._restore_content(template.components)
            template.sudo().write({"is_edited": False, **template._closed_vals()})
            template._message_log(body=self.env._("The changes were discarded: the text that WhatsApp has stands here again."))

    def action_back_to_approved(self):
        """After WhatsApp rejected an edit: put the words here that it had approved before, to be handed in again.

        :raises UserError: they are not known.
        """
        self.ensure_one()
        self.check_access("write")
        if self.status != "REJECTED" or not self.approved_components:
            raise UserError(self.env._("There is no approved text that could be put back."))
        self._restore_content(self.approved_components)
        self._mark_edited()

    def action_submit_all_the_same(self):
        """Hand in an edit although messages with the approved words wait: those are not sent any more."""
        return self.with_context(wa_drops_waiting=True).action_submit()

    # ------------------------------------------------------------------ content

    @api.model
    def _closed_vals(self):
        return {"reopened_at": False, "editor_id": False, "edit_refusal": False, "edit_refused_at": False}

    def _restore_content(self, components):
        """Make fields, buttons and variables say what a definition says.

        :param list components: as WhatsApp has or had them.
        """
        template = self.sudo()
        definition = parse_template({"parameter_format": template.parameter_format.lower(), "components": components})
        vals = template._content_vals(definition)
        if vals["header_format"] != template.header_format:
            # A sample of what is not above the text any more.
            vals |= {"sample": False, "sample_name": False}
        template.write(vals)
        template._sync_parts(definition)

    def _take_beside_edit(self, vals, definition):
        """Take over from WhatsApp what is sent, and leave alone what somebody is changing here.

        :param dict vals: see ``_vals_from_meta``.
        :param definition: ``TemplateDefinition`` of the same.
        """
        former = self.fingerprint
        names = ("template_uid", "category", "status", "status_reason", "quality", "components")
        self.write({name: vals[name] for name in names})
        self._sync_parameters(definition, only_missing=True)
        if self.fingerprint != former:
            self._message_log(
                body=self.env._(
                    "The content was changed at WhatsApp while it is being changed here. What is submitted from here "
                    "replaces it."
                )
            )

    def _approved_keys(self):
        """Return the keys of the variables that WhatsApp has of this template, whatever is being changed here."""
        node = {"parameter_format": self.parameter_format.lower(), "components": self.components or []}
        return {needed.key for needed in parameters(parse_template(node))}

    def _sent_parameters(self):
        """Return the variables of the text that is sent: what a change adds is not asked for before WhatsApp has it."""
        if not self.reopened_at:
            return self.parameter_ids
        approved = self._approved_keys()
        return self.parameter_ids.filtered(lambda parameter: parameter.key in approved)

    # --------------------------------------------------------------- handing in

    def _check_edit(self):
        """Raise unless WhatsApp takes an edit of this template, as far as is known here.

        :raises UserError: says why not, and from when on.
        """
        if self.status in CHANGEABLE:
            return
        if not self.reopened_at or self.status != "APPROVED":
            raise UserError(self.env._("WhatsApp has this template already (%s).", self.status_label))
        if self.next_edit_at:
            raise UserError(
                self.env._(
                    "WhatsApp takes one edit of an approved template in 24 hours, and ten in 30 days (%(used)s used). The "
                    "next one is possible from %(when)s on. Your changes stay here; submit them then.",
                    used=self.edits_used,
                    when=format_datetime(self.env, self.next_edit_at, dt_format="short"),
                )
            )
        if not (self.sample and self.is_edited) and fingerprint(parse_template(self._prepare_definition())) == self.fingerprint:
            raise UserError(
                self.env._(
                    "Nothing that customers read was changed. Submitting would only stop the template until WhatsApp has "
                    "reviewed it. Change something, or discard the changes."
                )
            )
        if self.waiting_count and not self.env.context.get("wa_drops_waiting"):
            raise UserError(
                self.env._(
                    "%(count)s message(s) with the approved text still wait to be sent. WhatsApp would put their values into "
                    "the new text, so they would not be sent any more. Submit when they have left, or choose “Submit All "
                    "the Same”.",
                    count=self.waiting_count,
                )
            )

    def _hand_in_again(self):
        """Replace the content of the template at WhatsApp, which reviews it again. Source: cloud-api reference §7.6.

        :raises GraphError: WhatsApp refused it; what it said is kept.
        """
        try:
            self.sudo().lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._("Somebody changes this template at this very moment. Look at it again, then submit it.")
            ) from error
        was_approved, now = self.status == "APPROVED", fields.Datetime.now()
        definition = self._prepare_definition(self._upload_sample())
        try:
            self.account_id._get_transport().edit_template(
                self.template_uid, {"category": definition["category"], "components": definition["components"]}
            )
        except (RequestError, PermanentError) as error:
            if was_approved:
                self._remember_refusal(error)
            raise
        vals = {
            "status": "PENDING",
            # Webhooks about what was decided before are late ones from now on.
            "status_at": now,
            "status_reason": False,
            "is_edited": False,
            "components": definition["components"],
            **self._closed_vals(),
        }
        if was_approved:
            moments = [*self._edits_within_a_month(now), now][-EDITS_A_MONTH:]
            vals["edit_moments"] = [fields.Datetime.to_string(moment) for moment in moments]
            vals["approved_components"] = self.components
        self.sudo().write(vals)
        self.sudo()._sync_parts(parse_template(definition))

    def _remember_refusal(self, error):
        """Keep what WhatsApp has against an edit, although the error undoes everything else.

        :param GraphError error: never contains a secret.
        """
        values = {
            "edit_refusal": self._said(error),
            "edit_refused_at": fields.Datetime.now(),
        }
        columns = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())
        query = SQL("UPDATE wa_template SET %s WHERE id = %s", columns, self.id)
        when_this_ended(self.env, lambda own: own.execute(query), "that WhatsApp refused an edit is not kept")

    @api.model
    def _said(self, error):
        """Return the sentence WhatsApp refused something with.

        :param GraphError error: any.
        """
        return error.user_message or error.details or error.message

    # ------------------------------------------------------------------- review

    def _follow_review(self, former):
        """Let messages wait while what was approved is reviewed again, and let them go when that is decided.

        :param str former: Meta's word for the state before.
        """
        self.ensure_one()
        template = self.sudo()
        if template.status == "PENDING" and (former in ("APPROVED", "PAUSED") or template.approved_components):
            template.review_until = fields.Datetime.now() + REVIEW
        elif template.status != "PENDING" and template.review_until:
            template.review_until = False
            template._wake_waiting()
            if template.status == "APPROVED":
                # Once more, as WhatsApp has it.
                template.account_id._have_templates_read()
        if template.status == "APPROVED" and template.approved_components:
            template.approved_components = False

    def _wake_waiting(self):
        """Have the gate asked again about what waited for the verdict: it goes, or is refused in words."""
        waiting = self.env["wa.message"].search(
            [("template_id", "=", self.id), ("state", "=", "queued"), ("error_code", "=", "template_in_review")]
        )
        waiting.write({"next_attempt_at": False, "error_code": False})
        waiting.number_id._trigger_sender()

    def _in_use_domain(self):
        """Return the domain of templates that are sent: approved ones, and those whose edit is being reviewed."""
        now = fields.Datetime.now()
        return ["|", ("status", "=", "APPROVED"), "&", ("status", "=", "PENDING"), ("review_until", ">", now)]
