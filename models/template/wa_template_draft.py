import itertools
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools.graph.errors import GraphError, PermanentError, RequestError
from ...tools.graph.template_definition import VARIABLE, variables
from ...tools.template_languages import TEMPLATE_LANGUAGES
from .wa_template import PURPOSES
from .wa_template_button import DRAFTED

#: Meta's limits of what is handed in. Source: cloud-api reference §7.2.
NAME = re.compile(r"[a-z0-9_]{1,512}")
LIMITS = {"header_text": 60, "body": 1024, "footer": 60}
#: A button that copies or fills in a one-time code reads as a link to here. Source: Meta, authentication templates.
CODE_ADDRESS = "https://www.whatsapp.com/otp/code/"
LABEL_LIMIT, ADDRESS_LIMIT, PHONE_LIMIT = 25, 2000, 20
#: Failures about a template after which people are told what to do; the other sentences of WhatsApp say so themselves.
ADVISED = ("template_count_limit", "template_exists", "template_name_taken", "template_sample_missing")


class WaTemplate(models.Model):
    """Drafting a template, handing it in for review, and handing in again what was rejected."""

    _inherit = "wa.template"

    drafted_language = fields.Selection(
        list(TEMPLATE_LANGUAGES.items()),
        "Language of the Draft",
        compute="_compute_drafted_language",
        inverse="_inverse_drafted_language",
        help="The languages in which WhatsApp takes templates.",
    )

    @api.depends("language")
    def _compute_drafted_language(self):
        for template in self:
            template.drafted_language = template.language if template.language in TEMPLATE_LANGUAGES else False

    def _inverse_drafted_language(self):
        for template in self.filtered("drafted_language"):
            template.language = template.drafted_language

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

    # -------------------------------------------------------------- constraints

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

    # ------------------------------------------------------------------ actions

    def action_ask_to_submit(self):
        """Check the template; when nothing is missing, ask whether to hand it in.

        :raises UserError: something is missing, or WhatsApp takes no edit now; says what.
        """
        if self.status == "APPROVED":
            question = self.env._(
                "WhatsApp will review the template again. Until it approves the change, nobody is sent this template; what "
                "rules and sequences send meanwhile waits, for 24 hours at most. Submit it now?"
            )
        else:
            question = self.env._("WhatsApp will review this template. Submit it now?")
        return self._ask_to_submit("action_submit", question)

    def action_ask_to_submit_all_the_same(self):
        """Do as :meth:`action_ask_to_submit` for an edit by which messages that wait are lost."""
        question = self.env._(
            "The messages with the approved text that still wait will not be sent, and their owners are told. Submit the "
            "change all the same?"
        )
        return self.with_context(wa_drops_waiting=True)._ask_to_submit("action_submit_all_the_same", question)

    def _ask_to_submit(self, method, question):
        """Return the action that asks, and then calls a method of this template.

        :raises UserError: there is nothing to ask; says what is missing.
        """
        self.ensure_one()
        self._check_may_submit()
        if self.template_uid:
            self._check_edit()
        self._check_draft()
        return {
            "type": "ir.actions.client",
            "tag": "crm_whatsapp.confirm",
            "params": {
                "title": self.env._("Submit to WhatsApp"),
                "body": question,
                "confirm": self.env._("Submit"),
                "model": self._name,
                "ids": self.ids,
                "method": method,
            },
        }

    def _check_may_submit(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("crm_whatsapp.crm_whatsapp_group_admin"):
            raise AccessError(self.env._("Only WhatsApp administrators can hand in templates."))

    def action_submit(self):
        """Hand the template in for WhatsApp's review, also again after it was rejected, paused or edited. Administrators only.

        :raises AccessError: by somebody else.
        :raises UserError: something is missing, or WhatsApp refused it; says what.
        """
        self._check_may_submit()
        for template in self:
            if template.template_uid:
                template._check_edit()
            template._check_draft()
            try:
                if template.template_uid:
                    template._hand_in_again()
                else:
                    template._hand_in()
            except GraphError as error:
                raise template._refusal(error) from error

    def _hand_in(self):
        """Create the template at WhatsApp."""
        transport = self.account_id._get_transport()
        definition = self._prepare_definition(self._upload_sample())
        answer = transport.create_template(self.account_id.waba_id, definition)
        category = str(answer.get("category") or "").upper()
        self.sudo().write(
            {
                "template_uid": str(answer["id"]),
                "status": str(answer.get("status") or "PENDING").upper(),
                # Meta may put it into another category without asking.
                "category": category if category in PURPOSES else self.category,
                "components": definition["components"],
            }
        )

    def _refusal(self, error):
        """Return the ``UserError`` that says in words what WhatsApp has against this template.

        :param GraphError error: never contains a secret.
        """
        if not isinstance(error, (RequestError, PermanentError)):
            return self.account_id._user_error(error)
        what = self.env._(
            "WhatsApp does not take the template “%(template)s”: %(said)s",
            template=self.display_name,
            said=self._said(error),
        )
        advice = self.env["wa.failure"]._parts(error.slug)[1] if error.slug in ADVISED else ""
        return UserError(f"{what}\n{advice}" if advice else what)

    # ------------------------------------------------------------------- checks

    def _is_about_codes(self):
        """Tell whether WhatsApp has this template as one for codes, whatever its category was changed to here."""
        links = [button.url or "" for button in self.button_ids]
        return any(link.startswith(CODE_ADDRESS) for link in links)

    def _check_draft(self):
        """Raise unless WhatsApp has all it asks for to review this template.

        :raises UserError: all that is missing, a sentence each.
        """
        self.ensure_one()
        problems = [*self._identity_problems(), *self._header_problems(), *self._text_problems(), *self._part_problems()]
        for button in self.button_ids:
            problems += button._draft_problems()
        if problems:
            raise UserError("\n".join(problems))

    def _identity_problems(self):
        if not (self.active and self.sudo().account_id.active):
            yield self.env._("This template or its WhatsApp account is archived. Bring it back before you hand it in.")
        if self.category == "AUTHENTICATION" or self._is_about_codes():
            yield self.env._(
                "Templates that send codes have WhatsApp's own words and buttons. Create or change this one in WhatsApp "
                "Manager; after synchronising it can be used here."
            )
        # What WhatsApp has is in a language that it knows, whether we do or not.
        if not self.template_uid and self.language not in TEMPLATE_LANGUAGES:
            yield self.env._(
                "“%s” is no language of WhatsApp. Choose one of the list, such as en, en_GB or pt_BR.", self.language or ""
            )

    def _text_problems(self):
        """Yield what is wrong with the variables of header and text."""
        for component, text in (("header", self.header_text), ("body", self.body)):
            given = set(self.parameter_ids.filtered(lambda p, c=component: p.component == c).mapped("name"))
            for name in variables(text or ""):
                if name not in given:
                    yield self.env._(
                        "Give an example for {{%s}} on the tab “Variables”: WhatsApp's reviewers ask for one.", name
                    )
            if text and ("{{" in VARIABLE.sub("", text) or "}}" in VARIABLE.sub("", text)):
                yield self.env._("A variable is written {{1}} or {{name}}: %s", text[:80])
        if VARIABLE.search(self.footer or ""):
            yield self.env._("The footer may not have variables.")

    def _part_problems(self):
        """Yield which parts of a template made elsewhere cannot be handed in again from here."""
        kinds = {str(part.get("type", "")).upper() for part in self.components or ()} if self.template_uid else set()
        if kinds - {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
            yield self.env._(
                "This template has parts (cards, an offer, a request to call) that cannot be handed in from here. "
                "Edit it in WhatsApp Manager."
            )

    # --------------------------------------------------------------- definition

    def _prepare_definition(self, handle=None):
        """Return the body of ``POST /{WABA_ID}/message_templates``. Source: cloud-api reference §7.2.

        :param str handle: what the upload of the header's sample ended in; None: only to look at, or without a file.
        """
        self.ensure_one()
        named = self.parameter_format == "NAMED"
        components = []
        header = self._header()
        if header == "TEXT":
            components.append({"type": "HEADER", "format": header, "text": self.header_text or ""})
            self._add_examples(components[-1], "header", named)
        elif header:
            components.append({"type": "HEADER", "format": header})
            if handle:
                components[-1]["example"] = {"header_handle": [handle]}
        components.append({"type": "BODY", "text": self.body})
        self._add_examples(components[-1], "body", named)
        if self.footer:
            components.append({"type": "FOOTER", "text": self.footer})
        if self.button_ids:
            known = [b for part in self.components or () for b in part.get("buttons") or () if isinstance(b, dict)]
            components.append({"type": "BUTTONS", "buttons": [button._prepare_definition(known) for button in self.button_ids]})
        return {
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "parameter_format": "named" if named else "positional",
            "components": components,
        }

    def _add_examples(self, component, kind, named):
        """Add the examples Meta's reviewers ask for to a header or body."""
        used = variables(component["text"] or "")
        parameters = self.parameter_ids.filtered(lambda p: p.component == kind and p.name in used)
        if not parameters:
            return
        if named:
            component["example"] = {
                f"{kind}_text_named_params": [{"param_name": p.name, "example": p.example or p.name} for p in parameters]
            }
        else:
            examples = [p.example or p.name for p in parameters.sorted(lambda p: used.index(p.name))]
            component["example"] = {f"{kind}_text": [examples] if kind == "body" else examples}


class WaTemplateButton(models.Model):
    """What WhatsApp asks of a button that is handed in."""

    _inherit = "wa.template.button"

    @api.constrains("text", "url", "phone_number")
    def _check_lengths(self):
        """Refuse what is too long for WhatsApp; nothing is cut."""
        for button in self.filtered(lambda b: not b.template_id.template_uid or b.template_id.is_edited):
            template = button.template_id
            template._check_length(self.env._("Label of a button"), button.text, LABEL_LIMIT)
            template._check_length(self.env._("Web address of a button"), button.url, ADDRESS_LIMIT)
            template._check_length(self.env._("Phone number of a button"), button.phone_number, PHONE_LIMIT)

    def _draft_problems(self):
        """Yield what keeps this button from being handed in, a sentence each."""
        self.ensure_one()
        known = [b for part in self.template_id.components or () for b in part.get("buttons") or () if isinstance(b, dict)]
        is_known = any(str(raw.get("type", "")).upper() == self.type and raw.get("text") == self.text for raw in known)
        if self.type not in dict(DRAFTED) and not is_known:
            yield self.env._(
                "The button “%s” is of a kind that cannot be drafted here. Choose another type, or create the template in "
                "WhatsApp Manager.",
                self.text,
            )
        elif self.type == "URL":
            yield from self._address_problems()
        elif self.type == "PHONE_NUMBER" and not self.phone_number:
            yield self.env._("The button “%s” needs a phone number.", self.text)
        elif self.type == "COPY_CODE" and not self.example:
            yield self.env._("The button that copies a code needs a sample of the code.")

    def _address_problems(self):
        """Yield what is wrong with a web address and its variable."""
        address = self.url or ""
        if not address.startswith(("http://", "https://")):
            yield self.env._("The button “%s” needs a web address that begins with https://.", self.text)
        elif "{{" in address or "}}" in address:
            if VARIABLE.sub("", address, count=1) + "{{1}}" != address:
                yield self.env._(
                    "The address of the button “%(label)s” may have one variable, {{1}}, at its very end: %(address)s",
                    label=self.text,
                    address=address,
                )
            elif not self.example:
                yield self.env._(
                    "Give a sample for the address of the button “%(label)s” on the tab “Buttons”: what %(address)s looks "
                    "like with the variable filled in.",
                    label=self.text,
                    address=address,
                )
            elif not self._sample_address().startswith(address.partition("{{")[0]):
                yield self.env._(
                    "The sample of the button “%(label)s” has to begin like its address: %(address)s",
                    label=self.text,
                    address=address,
                )
