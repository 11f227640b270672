import itertools
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools import filetypes
from ...tools.graph.template_definition import parse_template
from ...tools.graph.template_fingerprint import fingerprint
from ...tools.graph.template_parameters import parameters
from ...tools.keywords import key_of
from ...tools.template_languages import TEMPLATE_LANGUAGES
from ..concurrency import lock_fresh
from ..consent.wa_consent import PURPOSES as CONSENT_PURPOSES
from ..outbox import wa_sending  # noqa: F401 (its model has to be there before)
from .template_words import QUALITY_LABELS, STATUS_LABELS, reason_word

#: What can stand above the text of a draft; the first of these need a sample of the file.
FILE_HEADERS = ("IMAGE", "VIDEO", "DOCUMENT")
HEADERS = [
    ("TEXT", "Text"),
    ("IMAGE", "Picture"),
    ("VIDEO", "Video"),
    ("DOCUMENT", "Document"),
    ("LOCATION", "Place"),
]
#: Types WhatsApp takes as a sample. Source: Graph API "Resumable Upload"; cloud-api reference §3.
SAMPLE_TYPES = ("image/jpeg", "image/png", "video/mp4", "application/pdf")
#: How often an approved template may be edited. Source: Meta, ``templates/template-management``; cloud-api reference §7.6.
EDIT_PAUSE, EDIT_MONTH, EDITS_A_MONTH = timedelta(hours=24), timedelta(days=30), 10
#: Rules and sequences named on the form.
NAMED_USERS = 10
#: Meta's limits of what is handed in. Source: cloud-api reference §7.2.
NAME = re.compile(r"[a-z0-9_]{1,512}")
LIMITS = {"header_text": 60, "body": 1024, "footer": 60}

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
    _inherit = ["mail.thread", "wa.sending"]
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

    # What is chosen in the form for a draft.
    drafted_language = fields.Selection(
        list(TEMPLATE_LANGUAGES.items()),
        "Language of the Draft",
        compute="_compute_drafted_language",
        inverse="_inverse_drafted_language",
        help="The languages in which WhatsApp takes templates.",
    )
    header_kind = fields.Selection(
        HEADERS,
        "Above the Text",
        compute="_compute_header_kind",
        inverse="_inverse_header_kind",
        help="What the customer sees first.",
    )
    sample = fields.Binary(
        attachment=True,
        help="For WhatsApp's reviewers: what will stand above the text. JPEG, PNG, MP4 or PDF. Which file a customer gets is "
        "decided on the tab “Variables” and when the template is sent.",
    )
    sample_name = fields.Char()

    # Changes of what WhatsApp approved: while it is open for them, the fields hold the change and ``components`` what is sent
    # (decision 90).
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
            template.status_reason_text = reason_word(self.env, template.status_reason)

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

    @api.depends("language")
    def _compute_drafted_language(self):
        for template in self:
            template.drafted_language = template.language if template.language in TEMPLATE_LANGUAGES else False

    def _inverse_drafted_language(self):
        for template in self.filtered("drafted_language"):
            template.language = template.drafted_language

    @api.depends("header_format")
    def _compute_header_kind(self):
        for template in self:
            kind = template._header()
            template.header_kind = kind if kind in dict(HEADERS) else False

    def _inverse_header_kind(self):
        for template in self:
            kind = template.header_kind
            vals = {"header_format": kind}
            if kind != "TEXT":
                vals["header_text"] = False
            if kind not in FILE_HEADERS:
                vals |= {"sample": False, "sample_name": False}
            template.write(vals)

    @api.onchange("header_kind")
    def _onchange_header_kind(self):
        """Show the choice in the preview."""
        self.header_format = self.header_kind

    @api.onchange("sample", "header_kind")
    def _onchange_sample(self):
        """Tell at once that a file cannot be the sample of what stands above the text, and take it out."""
        samples = self.env["wa.template.sample"]
        raw = samples._fresh(self)
        if not raw or self.header_kind not in FILE_HEADERS:
            return None
        name = self.sample_name or self.env._("This file")
        mime_type = self.env["wa.file"]._mime_type(
            self.env["ir.attachment"].new({"name": name, "mimetype": filetypes.sniff(raw) or "application/octet-stream"})
        )
        problem = samples._problem(self.header_kind, name, mime_type)
        if not problem:
            return None
        self.sample = self.sample_name = False
        return {"warning": {"title": self.env._("Another sample is needed"), "message": problem}}

    def _header(self):
        """Return what stands above the text, as WhatsApp says it; "" for nothing. A text says so by being there."""
        return self.header_format or ("TEXT" if self.header_text else "")

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

    @api.constrains("name")
    def _check_name(self):
        for template in self:
            if not template.template_uid and not NAME.fullmatch(template.name or ""):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be the name of a template: WhatsApp takes lower case letters from a to z, digits and "
                        "underscores, such as spring_sale.",
                        template.name,
                    )
                )

    @api.constrains("header_text", "body", "footer", "button_ids")
    def _check_lengths(self):
        """Refuse what is too long for WhatsApp while the person who writes it is here; nothing is cut."""
        for template in self.filtered(lambda t: not t.template_uid or t.is_edited):
            for name, limit in LIMITS.items():
                template._check_length(template._fields[name]._description_string(self.env), template[name], limit)
            template.button_ids._check_lengths()

    @api.constrains("model_id")
    def _check_paths_of_model(self):
        """Fields chosen for one kind of record may not exist on another."""
        self.parameter_ids._check_field_path()

    @api.model
    def _check_length(self, what, text, limit):
        """Refuse a text that is too long.

        :raises ValidationError: with both lengths.
        """
        length = len(text or "")
        if length > limit:
            raise ValidationError(
                self.env._(
                    "“%(what)s” of a template may have %(limit)s characters, and has %(length)s: %(text)s",
                    what=what,
                    limit=limit,
                    length=length,
                    text=text[:80],
                )
            )

    @api.constrains("sample", "header_format")
    def _check_sample(self):
        """Check a sample while the person who chose it is here, and convert it where WhatsApp takes no such file.

        :raises ValidationError: it is no file of the kind that stands above the text.
        """
        samples = self.env["wa.template.sample"]
        for template in self.filtered("sample"):
            if template.header_format not in FILE_HEADERS:
                continue
            attachment = samples._attachment(template)
            mime_type = self.env["wa.file"]._mime_type(attachment)
            if problem := samples._problem(template.header_format, attachment.name, mime_type):
                raise ValidationError(problem)
            sendable = self.env["wa.file"]._prepare(attachment, None, template.header_format.lower())
            if sendable.mime_type not in SAMPLE_TYPES:
                raise ValidationError(
                    self.env._("“%s” cannot be a sample: WhatsApp takes JPEG, PNG, MP4 and PDF.", attachment.name)
                )
            if sendable.attachment != attachment:
                template.write({"sample_name": sendable.attachment.name, "sample": sendable.attachment.datas})
                sendable.attachment.unlink()

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
            self.env["wa.template.review"]._follow(template, status)
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

    def _refuse_verdict(self):
        raise AccessError(
            self.env._(
                "WhatsApp decides this about a template, so it cannot be changed by hand. Draft another template instead."
            )
        )

    def copy_data(self, default=None):
        """Give a copy a name of its own: name, language and account together are unique."""
        vals_list = super().copy_data(default)
        if not (default or {}).keys() & {"name", "language", "drafted_language", "account_id"}:
            for template, vals in zip(self, vals_list, strict=True):
                vals["name"] = template._free_name()
        return vals_list

    def _free_name(self):
        """Return a name like this template's that none of its account has in its language."""
        domain = [("account_id", "=", self.account_id.id), ("language", "=", self.language)]
        taken = set(self.sudo().with_context(active_test=False).search(domain).mapped("name"))
        names = (f"{self.name[:500]}_copy{number if number > 1 else ''}" for number in itertools.count(1))
        return next(name for name in names if name not in taken)

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

    def _in_use_domain(self):
        """Return the domain of templates that are sent: approved ones, and those whose edit is being reviewed."""
        now = fields.Datetime.now()
        return ["|", ("status", "=", "APPROVED"), "&", ("status", "=", "PENDING"), ("review_until", ">", now)]

    @api.model
    def _cron_refresh(self):
        """Read the templates of accounts again in which something changed. Body of a scheduled job."""
        self.env["wa.template.sync"]._refresh_outdated()
