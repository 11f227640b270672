from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.translate import LazyTranslate

from ...tools.keywords import key_of
from ...tools.window import CLOCK_AHEAD, moment_of
from ..concurrency import lock_fresh
from ..consent.wa_consent import PURPOSES as CONSENT_PURPOSES

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

#: Events that are no status of their own, and the status after them; None: it stays what it was (a locked template is
#: sent, it only cannot be edited). Source: Meta, ``message_template_status_update``.
STATUS_AFTER = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "FLAGGED": None, "LOCKED": None}

QUALITY_LABELS = {"GREEN": _lt("High"), "YELLOW": _lt("Medium"), "RED": _lt("Low"), "UNKNOWN": _lt("Not known yet")}

#: Why a review ended badly. Source: cloud-api reference §7.5; sentences of Meta's own come as they are.
REASON_LABELS = {
    "ABUSIVE_CONTENT": _lt("WhatsApp takes the content for abusive or threatening."),
    "INCORRECT_CATEGORY": _lt("The category does not fit the content: promotion belongs into Marketing."),
    "INVALID_FORMAT": _lt("Something is in the wrong form, mostly a variable or its example."),
    "PROMOTIONAL": _lt("The content is promotional, which this category does not allow."),
    "SCAM": _lt("WhatsApp takes the content for a scam."),
    "TAG_CONTENT_MISMATCH": _lt("Language or category do not fit the content, or it asks for data that may not be asked for."),
    "CATEGORY_NOT_AVAILABLE": _lt("This category is not open to your account."),
}

#: Meta's categories and what they mean for consent. Source: cloud-api reference §7.3.
PURPOSES = {"MARKETING": "marketing", "UTILITY": "utility", "AUTHENTICATION": "authentication"}

#: What WhatsApp decides about a template: never typed in by anybody.
VERDICT = {
    "status", "status_reason", "status_at", "warned_at", "template_uid", "components", "quality", "reopened_at", "editor_id",
    "edit_moments", "edit_refusal", "edit_refused_at", "review_until", "approved_components", "fingerprint",
}  # fmt: skip
#: What makes it this template: fixed as soon as WhatsApp knows it.
IDENTITY = {"name", "language", "account_id", "parameter_format"}
#: States in which nobody is sent the template, and WhatsApp takes changes as often as one likes. Source: reference §7.6.
CHANGEABLE = ("REJECTED", "PAUSED")
#: What WhatsApp reviews: fixed as soon as it knows the template, unless it rejected or paused it, or it is open for changes.
CONTENT = {"category", "header_format", "header_text", "sample", "sample_name", "body", "footer", "button_ids"}


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
    account_id = fields.Many2one(
        "wa.account", required=True, index=True, ondelete="cascade", default=lambda self: self._default_account()
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    active = fields.Boolean(default=True)
    is_archived_with_account = fields.Boolean(readonly=True, copy=False)
    template_uid = fields.Char("Template ID", readonly=True, copy=False, index="btree_not_null")
    category = fields.Selection(
        [("UTILITY", "Utility"), ("MARKETING", "Marketing"), ("AUTHENTICATION", "Authentication")],
        required=True,
        default="UTILITY",
        tracking=True,
    )
    status = fields.Char(default="DRAFT", required=True, readonly=True, copy=False, help="Meta's word.")
    status_label = fields.Char("Approval", compute="_compute_status_label")
    status_reason = fields.Char(readonly=True, copy=False, help="Meta's word or sentence.")
    status_reason_text = fields.Char("Reason", compute="_compute_status_reason_text")
    is_edited = fields.Boolean(
        readonly=True, copy=False, help="Changed here since WhatsApp decided about it, and not handed in again yet."
    )
    is_fixed = fields.Boolean(compute="_compute_is_fixed", help="WhatsApp knows the content, so it cannot be changed here.")
    status_at = fields.Datetime(readonly=True, copy=False, help="When WhatsApp last decided the status.")
    warned_at = fields.Datetime(
        readonly=True, copy=False, help="When WhatsApp last said something that leaves the status as it is."
    )
    quality = fields.Char("Quality Score", readonly=True, copy=False)
    quality_label = fields.Char("Quality", compute="_compute_quality_label")
    parameter_format = fields.Selection([("POSITIONAL", "Numbered"), ("NAMED", "Named")], default="POSITIONAL", required=True)
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
    # Buttons are named by their label: synchronising makes the records anew.
    optin_purpose = fields.Selection(
        CONSENT_PURPOSES,
        "Asks for Consent",
        tracking=True,
        help="Double opt-in: a tap on the button below gives the consent, with this message as proof. As a template of "
        "the category Utility it can be sent without a consent for marketing.",
    )
    optin_yes = fields.Char("Button That Agrees", help="The label of a quick reply button of this template.")
    optin_no = fields.Char("Button That Declines", help="The label of a quick reply button of this template, if there is one.")
    preview_html = fields.Html(compute="_compute_preview_html", sanitize=False)

    _name_uniq = models.Constraint(
        "UNIQUE(account_id, name, language)",
        "This account has a template of this name and language already, perhaps an archived or deleted one. Take another name.",
    )

    @api.model
    def _default_account(self):
        """Return the account, where there is only one to choose."""
        accounts = self.env["wa.account"]
        if not accounts.has_access("read"):
            return accounts
        found = accounts.search([("company_id", "in", self.env.companies.ids)], limit=2)
        return found if len(found) == 1 else accounts

    @api.depends("name", "language", "account_id.name")
    @api.depends_context("lang", "allowed_company_ids")
    def _compute_display_name(self):
        """The account is named where another one has a template of this name and language, and only there."""
        doubles = self._find_doubles()
        for template in self:
            label = template.name or self.env._("New template")
            label = f"{label} ({template.language})" if template.name and template.language else label
            if (template.name, template.language) in doubles:
                label = f"{label} – {template.sudo().account_id._label_among_others()}"
            template.display_name = label

    def _find_doubles(self):
        """Return the ``(name, language)`` of these templates that exist in several accounts."""
        names = [name for name in self.mapped("name") if name]
        if not names:
            return set()
        rows = (
            self.env["wa.template"]
            .sudo()
            ._read_group(
                [
                    ("name", "in", names),
                    ("account_id.active", "=", True),
                    ("company_id", "in", self.env.companies.ids),
                ],
                ["name", "language"],
                ["account_id:count_distinct"],
            )
        )
        return {(name, language) for name, language, count in rows if count > 1}

    @api.depends("status")
    @api.depends_context("lang")
    def _compute_status_label(self):
        for template in self:
            label = STATUS_LABELS.get(template.status)
            template.status_label = self.env._(label) if label else template.status

    @api.depends("status_reason")
    @api.depends_context("lang")
    def _compute_status_reason_text(self):
        for template in self:
            template.status_reason_text = template._reason_in_words(template.status_reason)

    @api.depends("status", "template_uid", "reopened_at")
    def _compute_is_fixed(self):
        for template in self:
            is_open = template.status in CHANGEABLE or (template.status == "APPROVED" and template.reopened_at)
            template.is_fixed = bool(template.template_uid) and not is_open

    @api.depends("quality")
    @api.depends_context("lang")
    def _compute_quality_label(self):
        for template in self:
            label = QUALITY_LABELS.get(template.quality)
            template.quality_label = self.env._(label) if label else template.quality

    @api.depends(
        "header_text",
        "header_format",
        "body",
        "footer",
        "button_ids.text",
        "parameter_ids.example",
        "is_edited",
        "status",
        "reopened_at",
        "sample",
        "sample_name",
    )
    def _compute_preview_html(self):
        for template in self:
            template.preview_html = template._render_shown()

    # -------------------------------------------------------------- constraints

    @api.constrains("optin_purpose", "optin_yes", "optin_no")
    def _check_optin_buttons(self):
        for template in self.filtered("optin_purpose"):
            labels = {key_of(button.text) for button in template.button_ids if (button.type or "").upper() == "QUICK_REPLY"}
            if not template.optin_yes:
                raise ValidationError(self.env._("Say which button of the template agrees."))
            for label in filter(None, (template.optin_yes, template.optin_no)):
                if key_of(label) not in labels:
                    raise ValidationError(self.env._("The template has no quick reply button “%s”.", label))
            if key_of(template.optin_yes) == key_of(template.optin_no):
                raise ValidationError(self.env._("Agreeing and declining need two different buttons."))

    # --------------------------------------------------------------------- crud

    @api.model_create_multi
    def create(self, vals_list):
        """People draft templates; what WhatsApp says of them comes from WhatsApp.

        :raises AccessError: a verdict was given by hand, also by a default in the context.
        """
        templates = super().create([self._with_choices(vals) for vals in vals_list])
        if not self.env.su:
            # What is computed is there in any case: it may not be given.
            computed = {name for name in VERDICT if self._fields[name].compute}
            given = set().union(*vals_list, (key.removeprefix("default_") for key in self.env.context))
            typed = (VERDICT | {"is_edited"}) - {"status"} - computed
            if given & computed or any(t.status != "DRAFT" or any(t[name] for name in typed) for t in templates):
                templates._refuse_verdict()
        return templates

    def write(self, vals):
        """Keep WhatsApp's verdict, and what it rests on, out of people's hands.

        The category decides which consent a message needs, so it is fixed with the rest. What
        WhatsApp rejected or paused may be changed and handed in again; what it approved, when it
        was opened for that.

        :raises AccessError: WhatsApp decides this.
        :raises UserError: it does not let this be changed of what it approved.
        """
        vals = self._with_choices(vals)
        if not self.env.su:
            known = self.sudo().filtered("template_uid")
            if vals.keys() & (VERDICT | {"is_edited"}) or (known and vals.keys() & IDENTITY):
                self._refuse_verdict()
            if vals.keys() & CONTENT and any(known.mapped("is_fixed")):
                self._refuse_verdict()
            known._check_category_stays(vals)
            if vals.keys() & (CONTENT | {"parameter_ids"}):
                known._mark_edited()
        former = {template: template.status for template in self} if "status" in vals else {}
        result = super().write(vals)
        for template, status in former.items():
            template._log_status(status)
            if template.status != status:
                template._follow_review(status)
        return result

    @api.model
    def _with_choices(self, vals):
        """Return values together with what the form's choices stand for.

        Constraints look at that before a choice would have arrived there: name and language are unique, and a sample has to
        fit what stands above the text.
        """
        chosen = {"language": vals["drafted_language"]} if vals.get("drafted_language") else {}
        if "header_kind" in vals:
            chosen["header_format"] = vals["header_kind"]
        return {**vals, **chosen}

    def _check_category_stays(self, vals):
        """Refuse another category for what is approved. Source: cloud-api reference §7.6.

        :raises UserError: says so.
        """
        if any(t.status == "APPROVED" and vals.get("category", t.category) != t.category for t in self):
            raise UserError(
                self.env._(
                    "WhatsApp lets nobody change the category of an approved template, nor its name or language. Draft another "
                    "template for that."
                )
            )

    def _mark_edited(self):
        """Remember of templates that may be changed that what stands here is not what WhatsApp has."""
        edited = self.sudo().filtered(lambda t: t.template_uid and not t.is_fixed and not t.is_edited)
        if edited:
            edited.write({"is_edited": True})

    def _log_status(self, former):
        """Say in the chatter, in words, that the approval changed.

        :param str former: Meta's word for the state before.
        """
        if self.status == former:
            return
        before = STATUS_LABELS.get(former)
        words = {"before": self.env._(before) if before else former, "now": self.status_label}
        body = self.env._("Approval: %(before)s → %(now)s", **words)
        reason = self.status_reason_text
        self._message_log(body=f"{body}. {reason}" if reason and self.status != "APPROVED" else body)

    @api.model
    def _reason_in_words(self, reason):
        """Return why a template was rejected or paused, for people; Meta's sentences stay as they are."""
        label = REASON_LABELS.get(reason)
        if label:
            return self.env._(label)
        if reason and reason.isupper():
            # A word nobody taught us yet.
            return reason.replace("_", " ").capitalize()
        return reason

    def _refuse_verdict(self):
        raise AccessError(
            self.env._(
                "WhatsApp decides this about a template, so it cannot be changed by hand. Draft another template instead."
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

    def _flag_unsendable(self, slug, asked_at):
        """Take over that WhatsApp refused this template while we sent it, unless it has decided anew since.

        :param str slug: of the refusal.
        :param datetime asked_at: when the message left that was refused (naive UTC).
        """
        status = {"template_paused": "PAUSED", "template_disabled": "DISABLED"}.get(slug)
        if not status:
            return
        lock_fresh(self.sudo(), "status", "status_at")
        decided_since = self.status_at and self.status_at > asked_at
        # Paused is less than what else may have been decided about it.
        if decided_since or self.status == status or (status == "PAUSED" and self.status != "APPROVED"):
            return
        self.write({"status": status})

    def _apply_event(self, item):
        """Take over a webhook about this template.

        :param TemplateEvent item: change and value. Source: cloud-api reference §5.7.
        """
        self.ensure_one()
        value = item.value
        decided_at = moment_of(item.timestamp, fields.Datetime.now(), CLOCK_AHEAD)
        if item.change == "status" and value.get("event"):
            if self.status_at and self.status_at > decided_at:
                if self.review_until:
                    # Or clocks differ, and it is the verdict: WhatsApp knows.
                    self.account_id._have_templates_read()
                return  # a late webhook about something that was decided anew since
            status = STATUS_AFTER.get(value["event"], value["event"])
            if status is None:
                # Nothing is decided: what was decided before may still be on its way, and its reason holds.
                self.warned_at = max(filter(None, (self.warned_at, decided_at)))
                return
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
