from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from ...tools.graph.errors import GraphError, PermanentError, RequestError
from ...tools.graph.template_definition import VARIABLE, parse_template, variables
from ...tools.graph.template_fingerprint import fingerprint
from ...tools.template_languages import TEMPLATE_LANGUAGES
from ..concurrency import when_this_ended
from .wa_template import CHANGEABLE, EDITS_A_MONTH, FILE_HEADERS, HEADERS, PURPOSES

#: A button that copies or fills in a one-time code reads as a link to here. Source: Meta, authentication templates.
CODE_ADDRESS = "https://www.whatsapp.com/otp/code/"
#: Failures about a template after which people are told what to do; the other sentences of WhatsApp say so themselves.
ADVISED = ("template_count_limit", "template_exists", "template_name_taken", "template_sample_missing")


class WaTemplate(models.Model):
    """Drafting a template, changing one that WhatsApp approved (decision 90), and handing in both.

    While it is open for changes, the fields hold the change and ``components`` hold what WhatsApp approved: that is what is
    sent. Handing in puts it under review again, and nobody is sent it until that is decided.
    """

    _inherit = "wa.template"

    # ------------------------------------------------------------------ opening

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

    @api.model
    def _closed_vals(self):
        return {"reopened_at": False, "editor_id": False, "edit_refusal": False, "edit_refused_at": False}

    def _restore_content(self, components):
        """Make fields, buttons and variables say what a definition says.

        :param list components: as WhatsApp has or had them.
        """
        template = self.sudo()
        definition = parse_template({"parameter_format": template.parameter_format.lower(), "components": components})
        vals = self.env["wa.template.sync"]._content_vals(definition)
        if vals["header_format"] != template.header_format:
            # A sample of what is not above the text any more.
            vals |= {"sample": False, "sample_name": False}
        template.write(vals)
        self.env["wa.template.sync"]._sync_parts(template, definition)

    def _take_beside_edit(self, vals, definition):
        """Take over from WhatsApp what is sent, and leave alone what somebody is changing here.

        :param dict vals: see ``_vals_from_meta``.
        :param definition: ``TemplateDefinition`` of the same.
        """
        former = self.fingerprint
        names = ("template_uid", "category", "status", "status_reason", "quality", "components")
        self.write({name: vals[name] for name in names})
        self.env["wa.template.sync"]._sync_parameters(self, definition, only_missing=True)
        if self.fingerprint != former:
            self._message_log(
                body=self.env._(
                    "The content was changed at WhatsApp while it is being changed here. What is submitted from here "
                    "replaces it."
                )
            )

    # --------------------------------------------------------------- handing in

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

    def action_submit_all_the_same(self):
        """Hand in an edit although messages with the approved words wait: those are not sent any more."""
        return self.with_context(wa_drops_waiting=True).action_submit()

    def _hand_in(self):
        """Create the template at WhatsApp."""
        transport = self.account_id._get_transport()
        definition = self._prepare_definition(self.env["wa.template.sample"]._upload(self))
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
        definition = self._prepare_definition(self.env["wa.template.sample"]._upload(self))
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
        self.env["wa.template.sync"]._sync_parts(self.sudo(), parse_template(definition))

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

    def _header_problems(self):
        """Yield what keeps the header from being handed in, a sentence each."""
        if self.header_format in FILE_HEADERS and not self.sample:
            if self.template_uid:
                yield self.env._(
                    "Give a sample of the file above the text again: WhatsApp does not hand out the one it has in a form "
                    "that it takes."
                )
            else:
                yield self.env._("Give a sample of the file above the text: WhatsApp's reviewers ask for one.")
        elif self._header() == "TEXT" and not (self.header_text or "").strip():
            yield self.env._("Write the text of the header, or choose that nothing stands above the text.")
        elif self._header() not in ("", *dict(HEADERS)):
            yield self.env._(
                "What stands above the text of this template cannot be handed in from here. Edit it in WhatsApp Manager."
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
