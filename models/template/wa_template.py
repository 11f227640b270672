from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools.translate import LazyTranslate

from ...tools.window import moment_of

_lt = LazyTranslate(__name__)

#: What people read for Meta's words; a word that is not here is shown as it is.
STATUS_LABELS = {
    "DRAFT": _lt("Draft"),
    "PENDING": _lt("In review"),
    "IN_APPEAL": _lt("Appealed"),
    "APPROVED": _lt("Approved"),
    "REJECTED": _lt("Rejected"),
    "PAUSED": _lt("Paused"),
    "DISABLED": _lt("Disabled"),
    "LIMIT_EXCEEDED": _lt("Too many templates"),
    "ARCHIVED": _lt("Archived"),
    "PENDING_DELETION": _lt("Being deleted"),
    "DELETED": _lt("Deleted"),
}

QUALITY_LABELS = {"GREEN": _lt("High"), "YELLOW": _lt("Medium"), "RED": _lt("Low"), "UNKNOWN": _lt("Not known yet")}

#: Meta's categories and what they mean for consent. Source: cloud-api reference §7.3.
PURPOSES = {"MARKETING": "marketing", "UTILITY": "utility", "AUTHENTICATION": "authentication"}

#: What WhatsApp decides about a template: never typed in by anybody.
VERDICT = {"status", "status_reason", "status_at", "template_uid", "components", "quality"}
#: What WhatsApp has reviewed: fixed as soon as it knows the template.
REVIEWED = {"name", "language", "account_id", "category", "parameter_format"}


class WaTemplate(models.Model):
    """One template in one language, as WhatsApp knows it.

    Deliberately no ``mail.render.mixin``: Meta's ``{{1}}`` is a valid Odoo
    expression, so the mixin would *evaluate* it. Values come from
    ``parameter_ids`` and are filled in by plain substitution.
    """

    _name = "wa.template"
    _description = "WhatsApp Template"
    _inherit = ["mail.thread"]
    _order = "name, language"

    name = fields.Char(required=True, tracking=True, help="Lower case letters, digits and underscores.")
    language = fields.Char(required=True, default="en", tracking=True, help="WhatsApp's language code.")
    account_id = fields.Many2one("wa.account", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    active = fields.Boolean(default=True)
    template_uid = fields.Char("Template ID", readonly=True, copy=False, index="btree_not_null")
    category = fields.Selection(
        [("UTILITY", "Utility"), ("MARKETING", "Marketing"), ("AUTHENTICATION", "Authentication")],
        required=True,
        default="UTILITY",
        tracking=True,
    )
    status = fields.Char(
        default="DRAFT", required=True, readonly=True, copy=False, tracking=True, help="Meta's word."
    )
    status_label = fields.Char("Approval", compute="_compute_status_label")
    status_reason = fields.Char(readonly=True, copy=False)
    status_at = fields.Datetime(readonly=True, copy=False, help="When WhatsApp last decided the status.")
    quality = fields.Char("Quality Score", readonly=True, copy=False)
    quality_label = fields.Char("Quality", compute="_compute_quality_label")
    parameter_format = fields.Selection(
        [("POSITIONAL", "Numbered"), ("NAMED", "Named")], default="POSITIONAL", required=True
    )
    header_format = fields.Char(help="TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION or empty.")
    header_text = fields.Char()
    body = fields.Text(required=True)
    footer = fields.Char()
    components = fields.Json(readonly=True, copy=False, help="The definition exactly as Meta gave it.")
    model_id = fields.Many2one(
        "ir.model",
        "Filled From",
        ondelete="cascade",
        default=lambda self: self.env["ir.model"]._get("crm.lead"),
        help="The kind of record whose fields fill the variables.",
    )
    model = fields.Char(related="model_id.model", string="Model Name", store=True)
    parameter_ids = fields.One2many("wa.template.parameter", "template_id", "Variables", copy=True)
    button_ids = fields.One2many("wa.template.button", "template_id", "Buttons", copy=True)
    preview_html = fields.Html(compute="_compute_preview_html", sanitize=False)

    _name_uniq = models.Constraint(
        "UNIQUE(account_id, name, language)", "This template exists in this language already."
    )

    @api.depends("name", "language")
    def _compute_display_name(self):
        for template in self:
            template.display_name = f"{template.name} ({template.language})"

    @api.depends("status")
    @api.depends_context("lang")
    def _compute_status_label(self):
        for template in self:
            label = STATUS_LABELS.get(template.status)
            template.status_label = self.env._(label) if label else template.status

    @api.depends("quality")
    @api.depends_context("lang")
    def _compute_quality_label(self):
        for template in self:
            label = QUALITY_LABELS.get(template.quality)
            template.quality_label = self.env._(label) if label else template.quality

    @api.depends(
        "header_text", "header_format", "body", "footer", "button_ids.text", "parameter_ids.example"
    )
    def _compute_preview_html(self):
        for template in self:
            template.preview_html = template._render_card(template._get_example_values())

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """People draft templates; what WhatsApp says of them comes from WhatsApp.

        :raises AccessError: a verdict was given by hand, also by a default in the context.
        """
        templates = super().create(vals_list)
        if not self.env.su:
            for template in templates:
                if template.status != "DRAFT" or any(template[name] for name in VERDICT - {"status"}):
                    templates._refuse_verdict()
        return templates

    def write(self, vals):
        """Keep WhatsApp's verdict, and what it rests on, out of people's hands.

        The category decides which consent a message needs, so it is fixed with the rest.
        """
        if not self.env.su:
            if vals.keys() & VERDICT or (vals.keys() & REVIEWED and any(self.sudo().mapped("template_uid"))):
                self._refuse_verdict()
        return super().write(vals)

    def _refuse_verdict(self):
        raise AccessError(
            self.env._(
                "WhatsApp decides this about a template, so it cannot be changed by hand. "
                "Draft another template instead."
            )
        )

    # ----------------------------------------------------------------- business

    def _get_purpose(self):
        """Return what kind of consent this template needs: utility, marketing, …"""
        self.ensure_one()
        return PURPOSES.get(self.category, "marketing")

    @property
    def _is_sendable(self):
        self.ensure_one()
        return self.active and self.status == "APPROVED"

    def _flag_unsendable(self, slug):
        """Take over that WhatsApp refused this template while we sent it."""
        status = {"template_paused": "PAUSED", "template_disabled": "DISABLED"}.get(slug)
        if status:
            self.write({"status": status})

    def _apply_event(self, item):
        """Take over a webhook about this template.

        :param TemplateEvent item: change and value. Source: cloud-api reference §5.7.
        """
        self.ensure_one()
        value = item.value
        decided_at = moment_of(item.timestamp, fields.Datetime.now())
        if item.change == "status" and value.get("event"):
            if self.status_at and self.status_at > decided_at:
                return  # a late webhook about something that was decided anew since
            status = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "FLAGGED": self.status}.get(
                value["event"], value["event"]
            )
            reason = value.get("reason")
            self.write(
                {
                    "status": status,
                    "status_at": decided_at,
                    "status_reason": False if reason in (None, "NONE") else str(reason),
                    "template_uid": item.template_id or self.template_uid,
                }
            )
        elif item.change == "quality":
            self.quality = value.get("new_quality_score") or False
        elif item.change == "category" and value.get("new_category") in PURPOSES:
            self.category = value["new_category"]
